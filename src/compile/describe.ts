/** The one place where a diagnostic becomes a sentence. Facts in, words out; nothing else in the core writes prose. */
import type { Diagnostic, FixLabel, Problem } from '../graph/diagnostic';
import type { GraphDoc, NodeId } from '../graph/document';
import { formatShape, type Shape, sizeOf } from '../graph/shape';
import type { Locale, Text } from '../graph/text';
import { format } from '../messages/catalogue';
import { COLUMN_WORDS, FIX_WORDS, FLOW_WORDS, PROBLEM_WORDS, PROBLEMS } from '../messages/problems';
import type { Fields } from '../nodes/fields';
import { nodeType } from '../nodes/index';
import { RATE_FACTOR, TRAINING_GROUPS } from '../nodes/training-groups';
import { OPTIMIZERS, SCHEDULES } from '../nodes/training-index';

/** What the words need beyond the facts: names of nodes. */
export interface Naming {
  readonly locale: Locale;
  readonly nodes: GraphDoc['meaning']['nodes'];
}

/** The user's own name of a node, else its type's title, else its type id. */
export function nodeTitle(naming: Naming, id: NodeId): string {
  const node = naming.nodes[id];
  if (!node) return id;
  return node.title || nodeType(node.type)?.title[naming.locale] || node.type;
}

/** Fields of equal name have equal titles; a problem with training settings names one of them. */
const TRAINING_FIELDS: Fields = Object.assign(
  { learningRateFactor: RATE_FACTOR },
  ...[...OPTIMIZERS, ...SCHEDULES, ...TRAINING_GROUPS].map(({ fields }) => fields),
);

export function describeDiagnostic(diagnostic: Diagnostic, naming: Naming): string {
  const { where } = diagnostic;
  return describeProblem(diagnostic, naming, 'node' in where ? where.node : null);
}

export function describeProblem(problem: Problem, naming: Naming, node: NodeId | null): string {
  return format(PROBLEMS[problem.code], naming.locale, values(problem, naming, node));
}

function values(
  problem: Problem,
  naming: Naming,
  node: NodeId | null,
): { readonly [name: string]: string | number } {
  const { locale } = naming;
  const type = node ? nodeType(naming.nodes[node]?.type ?? '') : undefined;
  const self = node ? nodeTitle(naming, node) : '';
  const oneOf = (words: readonly string[]): string => words.join(PROBLEM_WORDS.or[locale]);
  const port = (name: string): string =>
    [...(type?.inputs ?? []), ...(type?.outputs ?? [])].find((p) => p.name === name)?.title[locale] ?? name;
  const field = (name: string): string =>
    (type?.fields[name] ?? TRAINING_FIELDS[name])?.title[locale] ?? name;
  const shapes = (list: readonly Shape[]): string => list.map(formatShape).join(' · ');

  switch (problem.code) {
    case 'empty-graph':
    case 'no-input':
    case 'no-output':
    case 'no-dataset':
    case 'dangling-edge':
    case 'unused-output':
    case 'cannot-bypass':
    case 'not-sequential':
      return {};
    case 'cycle':
      return { nodes: problem.nodes.map((id) => nodeTitle(naming, id)).join(' → ') };
    case 'unknown-node-type':
    case 'unknown-optimizer':
    case 'unknown-schedule':
      return { type: problem.type };
    case 'monitor-missing':
      return { monitor: problem.monitor, columns: problem.columns.join(', ') };
    case 'newer-node-version':
      return { type: problem.type, version: problem.version, known: problem.known };
    case 'missing-input':
    case 'too-many-edges':
    case 'unknown-port':
      return { port: port(problem.port) };
    case 'field-type':
      return { field: field(problem.field), expected: problem.expected, received: problem.received };
    case 'field-range':
      return {
        field: field(problem.field),
        range: range(problem.min, problem.max, locale),
        received: problem.received,
      };
    case 'field-choice':
      return { field: field(problem.field), options: problem.options.join(', '), received: problem.received };
    case 'column-missing':
    case 'target-leak':
      return { column: problem.column };
    case 'column-kind':
      return {
        column: problem.column,
        expected: oneOf(problem.expected.map((kind) => COLUMN_WORDS[kind][locale])),
        received: COLUMN_WORDS[problem.received][locale],
      };
    case 'no-column':
      return { expected: oneOf(problem.expected.map((kind) => COLUMN_WORDS[kind][locale])) };
    case 'wrong-flow':
      return {
        node: self,
        port: port(problem.port),
        expected: oneOf(problem.expected.map((flow) => FLOW_WORDS[flow][locale])),
        received: FLOW_WORDS[problem.received][locale],
        shape: formatShape(problem.shape),
      };
    case 'wrong-rank':
      return {
        node: self,
        port: port(problem.port),
        expected: format(PROBLEM_WORDS.rank, locale, { ranks: oneOf(problem.expected.map(String)) }),
        shape: formatShape(problem.shape),
      };
    case 'shape-mismatch':
      return { node: self, shapes: shapes(problem.shapes) };
    case 'axis-mismatch':
      return { node: self, axis: problem.axis, shapes: shapes(problem.shapes) };
    case 'size-mismatch':
      return {
        from: formatShape(problem.from),
        fromSize: sizeOf(problem.from),
        to: formatShape(problem.to),
        toSize: sizeOf(problem.to),
      };
    case 'window-too-large':
      return { window: problem.window.join('×'), shape: formatShape(problem.shape) };
    case 'not-divisible':
      return { field: field(problem.field), value: problem.value, by: problem.by };
    case 'classes-mismatch':
      return { expected: problem.expected, received: problem.received };
    case 'needs-tokens':
      return { node: self, shape: formatShape(problem.shape) };
    case 'vocabulary-too-small':
      return { vocabulary: problem.vocabulary, cardinality: problem.cardinality };
    case 'too-few-rows':
      return { rows: problem.rows, needed: problem.needed };
    case 'loss-target':
      return { loss: problem.loss, target: problem.target };
    default:
      return problem satisfies never;
  }
}

function range(min: number | null, max: number | null, locale: Locale): string {
  if (min !== null && max !== null) return format(PROBLEM_WORDS.between, locale, { min, max });
  if (min !== null) return format(PROBLEM_WORDS.atLeast, locale, { min });
  return format(PROBLEM_WORDS.atMost, locale, { max: max ?? 0 });
}

/** Words on the button of a fix. */
export function describeFix(label: FixLabel, locale: Locale): string {
  const title = (type: string): string => nodeType(type)?.title[locale] ?? type;
  const filled = (text: Text, facts: { readonly [name: string]: string }): string =>
    format(text, locale, facts);
  switch (label.kind) {
    case 'insert':
      return filled(FIX_WORDS.insert, {
        type: title(label.type),
        detail: label.detail ? ` ${label.detail}` : '',
      });
    case 'set-field':
      return filled(FIX_WORDS.setField, { title: label.title[locale], value: label.value });
    case 'remove-edge':
      return filled(FIX_WORDS.removeEdge, {});
    case 'remove-node':
      return filled(FIX_WORDS.removeNode, {});
    case 'connect':
      return filled(FIX_WORDS.connect, { from: label.from });
    case 'add-node':
      return filled(FIX_WORDS.addNode, { type: title(label.type) });
    default:
      return label satisfies never;
  }
}
