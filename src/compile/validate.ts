/** Turns what the passes found into placed diagnostics, and adds what concerns the drawing as a whole. Fixes come later. */

import type { Diagnostic, Fix, Place, Problem, Severity } from '../graph/diagnostic';
import type { Edge, GraphNode, Meaning, NodeId } from '../graph/document';
import { own } from '../graph/own';
import type { DatasetSchema } from '../graph/schema';
import type { NodeProblem } from '../nodes/define-node';
import { nodeType } from '../nodes/index';
import { RATE_FACTOR } from '../nodes/training-groups';
import type { Checked } from './index';
import type { ModelPlan } from './plan';
import { monitorDiagnostics, trainingDiagnostics } from './validate-training';

type Partial = Omit<Checked, 'diagnostics'>;

/** A diagnostic before repair, with what the node type itself proposes, or with whole edits to be tried. */
export type Proposed = Diagnostic & {
  readonly proposals?: NodeProblem['proposals'];
  readonly repairs?: readonly Fix[];
};

const at = (where: Place, severity: Severity, problem: Problem): Diagnostic => ({
  ...problem,
  severity,
  where,
  fixes: [],
});

/** Ids count up (`e`, `e-2`, … `e-10`), so shorter is older; never the order of keys, which undo may change. */
export const byAge = (a: Edge, b: Edge): number => a.id.length - b.id.length || (a.id < b.id ? -1 : 1);

export function documentDiagnostics({ meaning, schema, topology, analyses }: Partial): Proposed[] {
  const found: Proposed[] = [];
  const document = { kind: 'document' } as const;
  // Asked of the drawing, not of the analyses: what stands behind a circle is there, too.
  const types = Object.values(meaning.nodes).map((node) => nodeType(node.type)?.kind);
  const isEmpty = Object.keys(meaning.nodes).length === 0;
  if (isEmpty) found.push(at(document, 'error', { code: 'empty-graph' }));
  else {
    if (!types.includes('input')) found.push(at(document, 'error', { code: 'no-input' }));
    if (!types.includes('output')) found.push(at(document, 'error', { code: 'no-output' }));
  }
  if (!isEmpty && !schema) found.push(at(document, 'warning', { code: 'no-dataset' }));
  const [first, ...others] = [...topology.cyclic].sort();
  if (first)
    found.push(at({ kind: 'node', node: first }, 'error', { code: 'cycle', nodes: [first, ...others] }));

  for (const edge of Object.values(meaning.edges).sort(byAge)) {
    const where = { kind: 'edge', edge: edge.id } as const;
    if (!own(meaning.nodes, edge.source.node) || !own(meaning.nodes, edge.target.node)) {
      found.push(at(where, 'error', { code: 'dangling-edge' }));
      continue;
    }
    const source = analyses.get(edge.source.node)?.type;
    const target = analyses.get(edge.target.node)?.type;
    if (source && !source.outputs.some((port) => port.name === edge.source.port)) {
      found.push(at(where, 'error', { code: 'unknown-port', port: edge.source.port }));
    }
    if (target && !target.inputs.some((port) => port.name === edge.target.port)) {
      found.push(at(where, 'error', { code: 'unknown-port', port: edge.target.port }));
    }
  }

  found.push(...trainingDiagnostics(meaning, schema));
  return found;
}

export function nodeDiagnostics({ meaning, topology, analyses, used }: Partial): Proposed[] {
  const found: Proposed[] = [];
  const hasHead = [...analyses.values()].some((analysis) => analysis.type?.kind === 'output');
  for (const id of topology.order) {
    const analysis = analyses.get(id)!;
    for (const problem of analysis.problems) {
      const { port, field, proposals, ...facts } = problem as NodeProblem & { port?: string; field?: string };
      // A node that was just dropped waits for its wires; that is unfinished, not wrong.
      const isWaiting = problem.code === 'missing-input' && !used.has(id);
      found.push({
        ...({
          ...facts,
          ...(port === undefined ? {} : { port }),
          ...(field === undefined ? {} : { field }),
        } as Problem),
        severity: isWaiting ? 'warning' : 'error',
        where: placeOf(id, port, field),
        fixes: [],
        ...(proposals ? { proposals } : {}),
      });
    }
    found.push(...rateDiagnostics(meaning.nodes[id]!));
    const type = analysis.type;
    const isUnused = hasHead && type !== null && type.kind !== 'output' && !used.has(id);
    if (isUnused && topology.outgoing(id).length === 0) {
      found.push(at({ kind: 'node', node: id }, 'warning', { code: 'unused-output' }));
    }
  }
  return found;
}

/** A file is checked when it is read; what a command sets is not. */
function rateDiagnostics({ id, learningRateFactor: received = 1 }: GraphNode): Proposed[] {
  if (received >= 0 && received <= RATE_FACTOR.max) return [];
  const field = 'learningRateFactor';
  const facts = { code: 'field-range', field, min: 0, max: RATE_FACTOR.max, received } as const;
  const factor = received > RATE_FACTOR.max ? RATE_FACTOR.max : 1;
  const label = { kind: 'set-field', field, value: String(factor), title: RATE_FACTOR.title } as const;
  const commands = [{ kind: 'setLearningRateFactor', node: id, factor }] as const;
  return [{ ...at({ kind: 'field', node: id, field }, 'error', facts), repairs: [{ label, commands }] }];
}

function placeOf(node: NodeId, port: string | undefined, field: string | undefined): Place {
  if (port !== undefined) return { kind: 'port', node, port, side: 'input' };
  if (field !== undefined) return { kind: 'field', node, field };
  return { kind: 'node', node };
}

/** What only a finished plan shows: a model that is fed its own answer, too little data, a measure that will not be there. */
export function planDiagnostics(
  plan: ModelPlan,
  { training }: Pick<Meaning, 'training'>,
  schema: DatasetSchema | null,
): Proposed[] {
  const found: Proposed[] = [...monitorDiagnostics(training, plan)];
  const answers = new Set<string>();
  for (const { target } of plan.heads) {
    if (target.kind !== 'numbers') answers.add(target.column);
    else if (target.horizon === 0) for (const column of target.columns) answers.add(column);
  }
  for (const { source, feature } of plan.inputs) {
    const columns = !feature
      ? []
      : 'columns' in feature
        ? feature.columns.map((column) => column.name)
        : [feature.column];
    const rest = columns.filter((column) => !answers.has(column));
    const without = { kind: 'set', config: { columns: rest } } as const;
    for (const column of columns) {
      if (!answers.has(column)) continue;
      const leak = at({ kind: 'node', node: source }, 'warning', { code: 'target-leak', column });
      found.push(rest.length > 0 ? { ...leak, proposals: [without] } : leak);
    }
  }
  const needed = 10;
  if (schema && schema.rows < needed) {
    found.push(
      at({ kind: 'training', field: 'dataset' }, 'error', {
        code: 'too-few-rows',
        rows: schema.rows,
        needed,
      }),
    );
  }
  return found;
}
