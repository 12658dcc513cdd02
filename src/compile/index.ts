/**
 * The compiler: what a user drew → what can be built and trained, with shapes, costs and diagnostics on the way. Total: any
 * document gives a result. Everything here is pure and synchronous; per-node work is memoised in `analysis.ts`.
 *
 *   meaning ─ validate ─ analyse (parse · check ports · infer · expand · cost) ─ diagnose ─ repair ─ plan
 */
import type { DataSpec } from '../graph/data-spec';
import type { Diagnostic } from '../graph/diagnostic';
import type { Edge, GraphDoc, Meaning, NodeId } from '../graph/document';
import { own } from '../graph/own';
import type { DatasetSchema } from '../graph/schema';
import type { TensorFact } from '../graph/shape';
import { type Topology, topology } from '../graph/topology';
import { nodeType } from '../nodes/index';
import { type Analysis, addCost, analyse, NO_COST } from './analysis';
import { assemblePlan, contextsOf } from './assemble-plan';
import type { ModelPlan } from './plan';
import { repair } from './repair';
import type { CompileResult, Cost } from './result';
import { trainingOf } from './training-of';
import { documentDiagnostics, nodeDiagnostics, type Proposed, planDiagnostics } from './validate';

export type Compilable = Pick<GraphDoc, 'meaning'>;

/** Everything `compile` knows before it looks for repairs; a trial of a repair needs no more than this. */
export interface Checked {
  readonly meaning: Meaning;
  readonly schema: DatasetSchema | null;
  readonly topology: Topology;
  readonly analyses: ReadonlyMap<NodeId, Analysis>;
  /** Nodes that lead to a head. */
  readonly used: ReadonlySet<NodeId>;
  readonly diagnostics: readonly Proposed[];
}

export function compile(doc: Compilable, schema: DatasetSchema | null): CompileResult {
  // 1. Shapes, diagnostics, plan.
  const { checked, plan } = examine(doc.meaning, schema);
  const isTrainable =
    plan && schema && !checked.diagnostics.some((d) => d.severity === 'error' && concernsPlan(d, checked));
  const training = isTrainable ? trainingOf(doc.meaning, plan) : null;

  // 2. Fixes last: each is tried by running step 1 on the repaired meaning.
  const diagnostics = repair(checked, (meaning) => examine(meaning, schema).checked);

  return {
    plan,
    training,
    data: plan && training ? dataOf(plan, doc.meaning) : null,
    shapes: shapesOf(checked),
    ...costsOf(checked),
    diagnostics,
  };
}

/** All that can be said without looking for repairs. */
function examine(
  meaning: Meaning,
  schema: DatasetSchema | null,
): { readonly checked: Checked; readonly plan: ModelPlan | null } {
  // Sources first, because a shape needs the shapes before it.
  const checked = check(meaning, schema);
  // The plan, only when nothing that it needs is wrong; what only a plan shows is found last.
  if (checked.diagnostics.some((d) => d.severity === 'error' && concernsPlan(d, checked)))
    return { checked, plan: null };
  const plan = planOf(checked);
  return {
    checked: { ...checked, diagnostics: [...checked.diagnostics, ...planDiagnostics(plan, meaning, schema)] },
    plan,
  };
}

function check(meaning: Meaning, schema: DatasetSchema | null): Checked {
  const graph = topology(meaning);
  const analyses = new Map<NodeId, Analysis>();
  for (const id of graph.order) {
    const inputs: Record<string, (TensorFact | null)[]> = {};
    const node = meaning.nodes[id]!;
    // Declared ports only: the name of a port on a wire may be anything, `constructor` too.
    for (const { name } of nodeType(node.type)?.inputs ?? [])
      inputs[name] = graph.into(id, name).map((edge) => factAt(edge, analyses));
    analyses.set(id, analyse(node, inputs, schema));
  }
  const used = usedNodes(meaning, graph);
  const partial = { meaning, schema, topology: graph, analyses, used };
  return { ...partial, diagnostics: [...documentDiagnostics(partial), ...nodeDiagnostics(partial)] };
}

function factAt(edge: Edge, analyses: ReadonlyMap<NodeId, Analysis>): TensorFact | null {
  const outputs = analyses.get(edge.source.node)?.outputs;
  return (outputs && own(outputs, edge.source.port)) ?? null;
}

/** Heads and all that leads to them; also where a cycle stands between, so that its error blocks the plan. */
function usedNodes(meaning: Meaning, graph: Topology): Set<NodeId> {
  const used = new Set<NodeId>();
  for (const node of Object.values(meaning.nodes)) {
    if (nodeType(node.type)?.kind !== 'output') continue;
    used.add(node.id);
    for (const id of graph.ancestors(node.id)) used.add(id);
  }
  return used;
}

/** An unfinished corner of the canvas must not stop the rest from training. */
function concernsPlan({ where }: Diagnostic, { used, meaning }: Checked): boolean {
  if (where.kind === 'document' || where.kind === 'training') return true;
  if (where.kind === 'edge') {
    const edge = meaning.edges[where.edge];
    return edge !== undefined && used.has(edge.target.node);
  }
  return used.has(where.node);
}

function planOf(checked: Checked): ModelPlan {
  return assemblePlan({ ...checked, order: checked.topology.order.filter((id) => checked.used.has(id)) });
}

function dataOf(plan: ModelPlan, { training }: Meaning): DataSpec | null {
  const features = plan.inputs.flatMap(({ name, feature }) => (feature ? [{ name, feature }] : []));
  if (features.length < plan.inputs.length) return null;
  return {
    features,
    targets: plan.heads.map(({ name, target }) => ({ name, target })),
    validationSplit: training.validationSplit,
    testSplit: training.testSplit,
    seed: training.seed,
  };
}

function shapesOf({ analyses }: Checked): ReadonlyMap<string, TensorFact> {
  const shapes = new Map<string, TensorFact>();
  for (const [id, analysis] of analyses) {
    for (const [port, fact] of Object.entries(analysis.outputs)) shapes.set(`${id}:${port}`, fact);
  }
  return shapes;
}

/** Copies of a replicated branch count as often as they are built. Nodes that lead nowhere are counted, but not in the total. */
function costsOf(checked: Checked): { readonly costs: ReadonlyMap<string, Cost>; readonly total: Cost } {
  const order = checked.topology.order.filter((id) => checked.used.has(id));
  const contexts = contextsOf({ ...checked, order });
  const costs = new Map<string, Cost>();
  let total = NO_COST;
  for (const [id, analysis] of checked.analyses) {
    const node = checked.meaning.nodes[id];
    const isFrozen = node?.trainable === false || node?.learningRateFactor === 0;
    const own = isFrozen ? { ...analysis.cost, trainableParameters: 0 } : analysis.cost;
    const cost = addCost(NO_COST, own, contexts.get(id)?.length ?? 1);
    costs.set(id, cost);
    if (checked.used.has(id)) total = addCost(total, cost);
  }
  return { costs, total };
}
