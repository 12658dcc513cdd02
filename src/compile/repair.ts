/**
 * Repair, not refuse: for every error the smallest edits that might make it go away are tried on a copy of the meaning, and
 * only those that worked are offered. What a node type knows it proposes itself (`proposals`); what any node may need
 * (an adapter between flows, a missing wire, a missing head) is known here.
 */
import { apply } from '../graph/apply';
import type { Command } from '../graph/command';
import type { Diagnostic, Fix, FixLabel } from '../graph/diagnostic';
import {
  type Config,
  type Edge,
  edgeId,
  type GraphDoc,
  type Meaning,
  type NodeId,
  type PortRef,
} from '../graph/document';
import { emptyDocument, idAllocator, newNode } from '../graph/new-document';
import type { DatasetSchema } from '../graph/schema';
import type { Flow } from '../graph/shape';
import { defaultConfig } from '../nodes/fields';
import { nodeType } from '../nodes/index';
import { checkPort } from './analysis';
import type { Checked } from './index';
import { byAge, type Proposed } from './validate';

interface Candidate {
  readonly label: FixLabel;
  readonly commands: readonly Command[];
}

/** Trials cost a partial recompile each; a graph with hundreds of errors gets fixes for the first ones, then for the next. */
const MAX_REPAIRED = 12;
const MAX_FIXES = 3;
const ORIGIN = { x: 0, y: 0 };

export function repair(checked: Checked, recheck: (meaning: Meaning) => Checked): Diagnostic[] {
  let repaired = 0;
  return checked.diagnostics.map(({ proposals, repairs = [], ...diagnostic }) => {
    if (repaired >= MAX_REPAIRED) return diagnostic;
    const fixes: Fix[] = [];
    for (const candidate of candidates(checked, diagnostic, proposals ?? [], repairs)) {
      if (fixes.length === MAX_FIXES) break;
      if (works(checked, diagnostic, candidate, recheck)) fixes.push(candidate);
    }
    if (fixes.length > 0) repaired += 1;
    return fixes.length > 0 ? { ...diagnostic, fixes } : diagnostic;
  });
}

/** The problem is gone, and neither its node nor an added one has an error of its own. */
function works(
  checked: Checked,
  diagnostic: Diagnostic,
  candidate: Candidate,
  recheck: (meaning: Meaning) => Checked,
): boolean {
  const after = recheck(edited(checked.meaning, candidate.commands));
  if (after.meaning === checked.meaning) return false;
  const key = keyOf(diagnostic);
  if (after.diagnostics.some((d) => keyOf(d) === key)) return false;
  if (diagnostic.where.kind === 'document') return true;
  const touched = new Set<string>(
    candidate.commands.flatMap((c) => (c.kind === 'addNode' ? [c.node.id] : [])),
  );
  if ('node' in diagnostic.where) touched.add(diagnostic.where.node);
  return !after.diagnostics.some(
    (d) => d.severity === 'error' && 'node' in d.where && touched.has(d.where.node),
  );
}

const keyOf = ({ code, where }: Diagnostic): string => `${code} ${JSON.stringify(where)}`;

/** A document around the meaning alone: layout does not matter here, and leaving it out saves its copies. */
const around = (meaning: Meaning): GraphDoc => ({ ...emptyDocument(''), meaning });

const edited = (meaning: Meaning, commands: readonly Command[]): Meaning =>
  apply(around(meaning), { kind: 'batch', commands }).doc.meaning;

function* candidates(
  checked: Checked,
  diagnostic: Diagnostic,
  proposals: NonNullable<Proposed['proposals']>,
  repairs: readonly Candidate[],
): Generator<Candidate> {
  yield* repairs;
  const { where } = diagnostic;
  const node = 'node' in where ? where.node : null;
  for (const proposal of proposals) {
    if (!node) break;
    if (proposal.kind === 'set') yield* setField(checked, node, proposal.config);
    else {
      const wires = wiresInto(checked, node, proposal.port);
      const named = proposal.wire === undefined ? undefined : wires[proposal.wire];
      for (const edge of named ? [named] : wires.toReversed()) yield insertOn(checked, edge, [proposal]);
    }
  }
  switch (diagnostic.code) {
    case 'wrong-flow':
    case 'wrong-rank': {
      if (!node) return;
      const type = nodeType(checked.meaning.nodes[node]!.type);
      const port = type?.inputs.find((p) => p.name === diagnostic.port);
      for (const edge of wiresInto(checked, node, diagnostic.port)) {
        const fact = checked.analyses.get(edge.source.node)?.outputs[edge.source.port];
        if (!fact || !port || !checkPort(port, fact)) continue;
        for (const proposal of type?.adaptInput?.(port.name, fact) ?? []) {
          if (proposal.kind === 'insert') yield insertOn(checked, edge, [proposal]);
          else yield* setField(checked, node, proposal.config);
        }
        for (const chain of adapters(fact.flow, fact.shape.map(Number))) yield insertOn(checked, edge, chain);
      }
      return;
    }
    case 'missing-input':
      if (node) yield* connect(checked, node, diagnostic.port);
      return;
    case 'too-many-edges':
      if (node) yield* wiresInto(checked, node, diagnostic.port).slice(-1).map(removeEdge);
      return;
    case 'cycle': {
      const members = new Set<NodeId>(diagnostic.nodes);
      const inside = Object.values(checked.meaning.edges).filter(
        (e) => members.has(e.source.node) && members.has(e.target.node),
      );
      // The wire drawn last is the likeliest mistake.
      yield* inside.sort(byAge).toReversed().map(removeEdge);
      return;
    }
    case 'dangling-edge':
    case 'unknown-port':
      if (where.kind === 'edge') yield removeEdge(checked.meaning.edges[where.edge]!);
      return;
    case 'unknown-node-type':
    case 'newer-node-version':
      if (node) yield { label: { kind: 'remove-node' }, commands: [{ kind: 'removeNode', node }] };
      return;
    case 'no-output':
      yield* addHead(checked);
      return;
    case 'no-input':
    case 'empty-graph':
      yield addInput(checked);
      return;
    default:
  }
}

interface Step {
  readonly type: string;
  readonly config: Config;
}

/** Chains of nodes that turn one flow into another; the trial finds out which end fits. */
function adapters(flow: Flow, shape: readonly number[]): readonly (readonly Step[])[] {
  const step = (type: string, config: Config = {}): Step => ({ type, config });
  const pool = step('global-average-pooling');
  const flatten = step('flatten');
  const embedding = step('embedding', { dimension: 32 });
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const side = Math.round(Math.sqrt(size));
  switch (flow) {
    case 'image':
      return [
        [flatten],
        [pool],
        [step('reshape', { targetShape: [(shape[1] ?? 1) * (shape[2] ?? 1), shape[3] ?? 1] })],
      ];
    case 'sequence':
      return [[pool], [flatten], [step('reshape', { targetShape: [shape[1] ?? 1, shape[2] ?? 1, 1] })]];
    case 'tokens':
      return [[embedding], [embedding, pool], [embedding, flatten]];
    case 'vector':
    case 'scores':
      return [
        ...(side * side === size ? [[step('reshape', { targetShape: [side, side, 1] })]] : []),
        [step('reshape', { targetShape: [size, 1] })],
        [step('reshape', { targetShape: [1, size] })],
      ];
  }
}

const wiresInto = ({ topology }: Checked, node: NodeId, port: string): readonly Edge[] =>
  topology.into(node, port);

const removeEdge = (edge: Edge): Candidate => ({
  label: { kind: 'remove-edge' },
  commands: [{ kind: 'removeEdge', edge: edge.id }],
});

function* setField({ meaning }: Checked, node: NodeId, config: Config): Generator<Candidate> {
  const type = nodeType(meaning.nodes[node]!.type);
  const [field, value] = Object.entries(config)[0] ?? [];
  const title = field && type?.fields[field]?.title;
  if (!field || !title) return;
  const shown = Array.isArray(value) ? value.join('×') : value === '' ? '—' : String(value);
  yield {
    label: { kind: 'set-field', field, value: shown, title },
    commands: [{ kind: 'setConfig', node, config }],
  };
}

const wire = (ids: (prefix: string) => string, source: PortRef, target: PortRef, order = 0): Edge => ({
  id: edgeId(ids('e')),
  source,
  target,
  order,
});

/** Puts a chain of new nodes on a wire. */
function insertOn({ meaning }: Checked, edge: Edge, chain: readonly Step[]): Candidate {
  const commands: Command[] = [{ kind: 'removeEdge', edge: edge.id }];
  let source = edge.source;
  const ids = idsFor(meaning);
  for (const step of chain) {
    const next = added(step, ids);
    commands.push(next.command, {
      kind: 'addEdge',
      edge: wire(ids, source, { node: next.id, port: next.input }),
    });
    source = { node: next.id, port: next.output };
  }
  commands.push({ kind: 'addEdge', edge: wire(ids, source, edge.target, edge.order) });
  const last = chain.at(-1)!;
  const detail = Object.values(last.config).find((value) => Array.isArray(value)) as
    | readonly number[]
    | undefined;
  return {
    label: {
      kind: 'insert',
      type: chain.length > 1 ? chain[0]!.type : last.type,
      detail: detail ? detail.join('×') : '',
    },
    commands,
  };
}

/** Wires an empty port from outputs that fit: unused ones first, then the nearest before it. */
function* connect(checked: Checked, node: NodeId, portName: string): Generator<Candidate> {
  const { analyses, topology, meaning } = checked;
  const port = analyses.get(node)?.type?.inputs.find((p) => p.name === portName);
  if (!port) return;
  const after = topology.descendants(node);
  const sources = topology.order.filter((id) => id !== node && !after.has(id)).toReversed();
  const unused = sources.filter((id) => topology.outgoing(id).length === 0);
  const ids = idsFor(meaning);
  for (const id of [...unused, ...sources.filter((source) => !unused.includes(source))].slice(0, 8)) {
    for (const [output, fact] of Object.entries(analyses.get(id)?.outputs ?? {})) {
      if (checkPort(port, fact)) continue;
      const from = meaning.nodes[id]!.title || nodeType(meaning.nodes[id]!.type)?.title.en || id;
      const edge = wire(ids, { node: id, port: output }, { node, port: portName });
      yield { label: { kind: 'connect', from }, commands: [{ kind: 'addEdge', edge }] };
    }
  }
}

/** The head that the target column asks for, behind the last loose end, with an adapter where it needs one. */
function* addHead(checked: Checked): Generator<Candidate> {
  const { schema, topology, analyses, meaning } = checked;
  const type = headFor(schema);
  const ids = idsFor(meaning);
  const head = added({ type, config: {} }, ids);
  const loose = topology.order.filter((id) => topology.outgoing(id).length === 0).toReversed();
  for (const id of loose) {
    const fact = analyses.get(id)?.outputs['output'];
    if (!fact) continue;
    const edge = wire(ids, { node: id, port: 'output' }, { node: head.id, port: head.input });
    const direct: Candidate = {
      label: { kind: 'add-node', type },
      commands: [head.command, { kind: 'addEdge', edge }],
    };
    const port = nodeType(type)!.inputs[0]!;
    if (!checkPort(port, fact)) yield direct;
    else {
      const withEdge: Checked = { ...checked, meaning: edited(meaning, direct.commands) };
      for (const chain of adapters(fact.flow, fact.shape.map(Number))) {
        yield {
          label: direct.label,
          commands: [...direct.commands, ...insertOn(withEdge, edge, chain).commands],
        };
      }
    }
    return;
  }
  yield { label: { kind: 'add-node', type }, commands: [head.command] };
}

function headFor(schema: DatasetSchema | null): string {
  const target = schema?.columns.find((column) => column.name === schema.target);
  if (target?.kind === 'number') return 'regression-output';
  return target?.kind === 'tags' ? 'tagging-output' : 'classification-output';
}

function addInput({ schema, meaning }: Checked): Candidate {
  const kinds = new Set(
    schema?.columns.filter((column) => column.name !== schema.target).map((column) => column.kind),
  );
  const type =
    !schema || kinds.has('image')
      ? 'image-input'
      : kinds.has('text')
        ? 'tokens-input'
        : schema.sequence
          ? 'sequence-input'
          : 'numbers-input';
  return {
    label: { kind: 'add-node', type },
    commands: [added({ type, config: {} }, idsFor(meaning)).command],
  };
}

/** The same meaning gives the same ids, so compiling stays a pure function. */
const idsFor = (meaning: Meaning): ((prefix: string) => string) => idAllocator(around(meaning));

function added({ type, config }: Step, ids: (prefix: string) => string) {
  const found = nodeType(type);
  if (!found) throw new Error(`No node type ${type}`);
  const node = newNode(
    type,
    found.version,
    { ...defaultConfig(found.fields), ...config } as Config,
    ids(type),
  );
  return {
    id: node.id,
    input: found.inputs[0]?.name ?? '',
    output: found.outputs[0]?.name ?? '',
    command: { kind: 'addNode', node, position: ORIGIN } as const satisfies Command,
  };
}
