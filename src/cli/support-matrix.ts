/**
 * Which node a target supports, and how: generated from the `emit` rules of the nodes, never written by hand. `tsx
 * src/cli/support-matrix.ts --write` renews `docs/support-matrix.md`; a test fails while the committed file differs.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyse } from '../compile/analysis';
import type { Config } from '../graph/document';
import { newNode } from '../graph/new-document';
import {
  type EmitRule,
  type EnsembleNodeType,
  EXPERIMENTAL_TARGETS,
  type ExperimentalTarget,
  FAMILIES,
  type LayerNodeType,
  type NodeType,
  STABLE_TARGETS,
  type StableTarget,
} from '../nodes/define-node';
import { defaultConfig } from '../nodes/fields';
import { NODE_TYPES } from '../nodes/index';

type Target = StableTarget | ExperimentalTarget;
type Primitive = LayerNodeType | EnsembleNodeType;

const TARGETS: readonly Target[] = [...STABLE_TARGETS, ...EXPERIMENTAL_TARGETS];
const TITLES: { readonly [T in Target]: string } = {
  tfjs: 'TensorFlow.js',
  keras: 'Keras',
  onnx: 'ONNX',
  pytorch: 'PyTorch',
};
export const MATRIX_FILE = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  'docs',
  'support-matrix.md',
);

/** A class of our own, which the reader of the file must register. */
const isOurs = (className: string): boolean => className.startsWith('Weft>');

/** How one node reaches one target. */
type Support =
  | { readonly kind: 'native' | 'custom'; readonly classes: readonly string[] }
  /** Native or custom, by the config or the input. */
  | { readonly kind: 'mixed'; readonly classes: readonly string[] }
  | { readonly kind: 'expansion'; readonly into: readonly Primitive[]; readonly worst: Support['kind'] }
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** The target is experimental and the node has not decided. */
  | { readonly kind: 'open' };

const classesOf = (rule: Exclude<EmitRule, { kind: 'unsupported' }>): readonly string[] => [
  rule.className,
  ...(rule.kind === 'native' ? (rule.variants ?? []).map(({ className }) => className) : []),
];

function primitiveSupport(type: Primitive, target: Target): Support {
  const rule = type.emit[target];
  if (!rule) return { kind: 'open' };
  if (rule.kind === 'unsupported') return rule;
  const classes = classesOf(rule);
  const ours = classes.filter(isOurs).length;
  return { kind: ours === 0 ? 'native' : ours === classes.length ? 'custom' : 'mixed', classes };
}

const BEST_FIRST: readonly Support['kind'][] = ['native', 'mixed', 'custom', 'open', 'unsupported'];

/** Primitives that the examples of a type expand to, each once. */
export function expansionOf(type: NodeType): readonly Primitive[] {
  const found = new Set<Primitive>();
  for (const example of type.examples) {
    const config = { ...defaultConfig(type.fields), ...example.config } as Config;
    const { parts, problems } = analyse(
      newNode(type.type, type.version, config),
      example.inputs,
      example.schema ?? null,
    );
    if (problems.length > 0) throw new Error(`${type.type}: example "${example.title}" does not compile`);
    for (const part of parts) found.add(part.type);
  }
  return [...found];
}

function supportOf(type: NodeType, target: Target): Support {
  switch (type.kind) {
    case 'input':
      return target === 'tfjs' ? { kind: 'native', classes: ['InputLayer'] } : { kind: 'open' };
    case 'layer':
    case 'ensemble':
      return primitiveSupport(type, target);
    case 'composite':
    case 'output': {
      const into = expansionOf(type);
      const kinds = into.map((part) => primitiveSupport(part, target).kind);
      const worst = BEST_FIRST.findLast((kind) => kinds.includes(kind)) ?? 'native';
      return worst === 'open' ? { kind: 'open' } : { kind: 'expansion', into, worst };
    }
  }
}

const code = (text: string): string => `\`${text}\``;

function cell(support: Support): string {
  switch (support.kind) {
    case 'native':
    case 'custom':
      return `${support.kind}: ${support.classes.map(code).join(', ')}`;
    case 'mixed':
      return `native or custom: ${support.classes.map(code).join(', ')}`;
    case 'expansion': {
      const means = { mixed: ' (native or custom)', custom: ' (custom)', unsupported: ' (unsupported)' };
      const note = means[support.worst as keyof typeof means] ?? '';
      return `by expansion${note}: ${support.into.map(({ type }) => type).join(', ')}`;
    }
    case 'unsupported':
      return 'unsupported';
    case 'open':
      return '–';
  }
}

const sentence = (reason: string): string => `${reason.replace(/\.$/, '')}.`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** When another class than the usual one is written, and why something is custom or unsupported. */
function notes(target: Target): readonly string[] {
  return NODE_TYPES.flatMap((type) => {
    const rule = type.kind === 'layer' || type.kind === 'ensemble' ? type.emit[target] : undefined;
    if (!rule) return [];
    if (rule.kind === 'unsupported')
      return [`- **${type.title.en}** is unsupported: ${sentence(rule.reason)}`];
    if (rule.kind === 'custom')
      return [`- **${type.title.en}** is ${code(rule.className)}: ${sentence(rule.reason)}`];
    return (rule.variants ?? []).map(
      ({ className, when }) => `- **${type.title.en}** is ${code(className)} when ${when}.`,
    );
  });
}

export function supportMatrix(): string {
  const lines = [
    '# Support matrix',
    '',
    'Generated by `npx tsx src/cli/support-matrix.ts --write` from the `emit` rules of the nodes; do not edit by hand.',
    '',
    '- **native**: the target has this class; the stock library loads the file.',
    '- **custom**: the file names a layer of ours (`Weft>…`), which its reader must register first.',
    '- **by expansion**: a composite or a head; the target sees the primitives that it is made of.',
    '- **–**: nobody has decided; the target is experimental.',
    '',
    row(['node', 'family', ...TARGETS.map((target) => TITLES[target])]),
    row(['---', '---', ...TARGETS.map(() => '---')]),
  ];
  for (const family of FAMILIES) {
    for (const type of NODE_TYPES.filter((each) => each.family === family)) {
      lines.push(row([type.title.en, family, ...TARGETS.map((target) => cell(supportOf(type, target)))]));
    }
  }
  for (const target of TARGETS) {
    const list = notes(target);
    if (list.length > 0) lines.push('', `## ${TITLES[target]}`, '', ...list);
  }
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(MATRIX_FILE, supportMatrix());
  else process.stdout.write(supportMatrix());
}
