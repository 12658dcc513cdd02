/**
 * The last pass: analysed nodes → `ModelPlan`. Only what leads to a head is taken. An ensemble with replicas copies the
 * branch that nothing else uses; each copy gets its own plan ids (`…#2`) and therefore its own seeds and weights.
 */
import type { Meaning, NodeId } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import type { Topology } from '../graph/topology';
import type { Analysis, LocalRef, Part } from './analysis';
import {
  type ModelPlan,
  PLAN_VERSION,
  type PlanHead,
  type PlanId,
  type PlanInput,
  type PlanNode,
  type ValueRef,
} from './plan';

export interface AssembleInput {
  readonly meaning: Meaning;
  readonly topology: Topology;
  /** Nodes that lead to a head, in topological order. */
  readonly order: readonly NodeId[];
  readonly analyses: ReadonlyMap<NodeId, Analysis>;
  readonly schema: DatasetSchema | null;
}

/**
 * How often each node is instantiated: its contexts, `''` for once, `'#1'`, `'#2'`, … for the copies of a replicated branch,
 * longer for nested ones.
 */
export function contextsOf({
  topology,
  order,
  analyses,
}: Pick<AssembleInput, 'topology' | 'order' | 'analyses'>): Map<NodeId, readonly string[]> {
  const contexts = new Map<NodeId, readonly string[]>(order.map((id) => [id, ['']]));
  for (const id of order.toReversed()) {
    const analysis = analyses.get(id);
    const type = analysis?.type;
    if (!analysis || type?.kind !== 'ensemble') continue;
    const replicas = analysis.parts[0]?.inputs['members']?.some((ref) => ref.kind === 'in' && ref.replica > 0)
      ? type.replicas(analysis.config as never)
      : 1;
    if (replicas === 1) continue;
    const copies = contexts
      .get(id)!
      .flatMap((outer) => Array.from({ length: replicas }, (_, k) => `${outer}#${k + 1}`));
    for (const member of exclusiveBranch(id, topology, order, analyses)) contexts.set(member, copies);
  }
  return contexts;
}

/** The ancestors of an ensemble whose every wire leads, in the end, only to it. Inputs are shared, never copied. */
function exclusiveBranch(
  ensemble: NodeId,
  topology: Topology,
  order: readonly NodeId[],
  analyses: ReadonlyMap<NodeId, Analysis>,
): Set<NodeId> {
  const branch = new Set<NodeId>();
  const inPlan = new Set(order);
  for (const id of order.slice(0, order.indexOf(ensemble)).toReversed()) {
    if (analyses.get(id)?.type?.kind === 'input') continue;
    const targets = topology
      .outgoing(id)
      .map((edge) => edge.target.node)
      .filter((target) => inPlan.has(target));
    if (targets.length > 0 && targets.every((target) => target === ensemble || branch.has(target)))
      branch.add(id);
  }
  return branch;
}

export function assemblePlan(input: AssembleInput): ModelPlan {
  const { meaning, topology, order, analyses, schema } = input;
  const contexts = contextsOf(input);
  const inputs: PlanInput[] = [];
  const nodes: PlanNode[] = [];
  const heads: PlanHead[] = [];
  const masks = new Map<string, ValueRef>();
  const names = uniqueNames();
  // Heads name columns of the history, not layers: they have names of their own.
  const headNames = uniqueNames();
  const key = (ref: ValueRef): string => `${ref.node}:${ref.port}`;

  /** The context of `upstream` that belongs to `context`: the same, or the nearest one around it. */
  const contextFor = (upstream: NodeId, context: string): string => {
    const known = contexts.get(upstream)!;
    let outer = context;
    while (!known.includes(outer)) outer = outer.slice(0, outer.lastIndexOf('#'));
    return outer;
  };

  /** Follows a wire out of an input port to the primitive (or plan input) that makes the value. */
  const fromWire = (
    node: NodeId,
    context: string,
    ref: Extract<LocalRef, { kind: 'in' }>,
    copies: boolean,
  ): ValueRef => {
    const edge = topology.into(node, ref.port)[ref.index]!;
    const wanted = copies ? `${context}#${ref.replica + 1}` : context;
    return outputOf(edge.source.node, contextFor(edge.source.node, wanted), edge.source.port);
  };
  const outputOf = (node: NodeId, context: string, port: string): ValueRef => {
    const analysis = analyses.get(node)!;
    if (analysis.type?.kind === 'input') return { node, port };
    return resolve(node, context, analysis.exits[port]!, false);
  };
  const resolve = (node: NodeId, context: string, ref: LocalRef, copies: boolean): ValueRef =>
    ref.kind === 'in'
      ? fromWire(node, context, ref, copies)
      : { node: partId(node, context, ref.part), port: ref.port };

  for (const id of order) {
    const analysis = analyses.get(id)!;
    const node = meaning.nodes[id]!;
    const type = analysis.type!;
    const base = slug(node.title) || slug(type.type);

    if (type.kind === 'input') {
      const fact = analysis.outputs['output']!;
      const name = names(base);
      inputs.push({
        id,
        source: id,
        name,
        fact,
        feature: schema ? type.feature(analysis.config as never, schema) : null,
      });
      if (fact.masked) masks.set(key({ node: id, port: 'output' }), { node: id, port: 'output' });
      continue;
    }
    for (const context of contexts.get(id)!) {
      for (const part of analysis.parts) {
        const copies =
          part.type.kind === 'ensemble' &&
          (part.inputs['members'] ?? []).some((r) => r.kind === 'in' && r.replica > 0);
        const refs: Record<string, readonly ValueRef[]> = {};
        for (const [port, list] of Object.entries(part.inputs))
          refs[port] = list.map((ref) => resolve(id, context, ref, copies));
        const planId = partId(id, context, part.local);
        const maskOf = (port: string): ValueRef | null => maskAt(part, refs, port, masks, key);
        const firstMask =
          Object.keys(refs)
            .map(maskOf)
            .find((mask) => mask !== null) ?? null;
        for (const [port, fact] of Object.entries(part.outputs)) {
          if (fact.masked && firstMask) masks.set(key({ node: planId, port }), firstMask);
        }
        nodes.push({
          id: planId,
          source: id,
          type: part.type.type,
          name: names(part.local ? `${base}_${slug(part.local)}` : base),
          config: part.config,
          inputs: refs,
          inputFacts: part.inputFacts,
          outputs: part.outputs,
          mask: part.type.usesMask ? maskOf(maskPort(part)) : null,
          trainable: (node.trainable ?? true) && node.learningRateFactor !== 0,
        });
      }
    }
    if (type.kind === 'output') {
      const logits = resolve(id, '', analysis.exits['logits']!, false);
      const head = schema
        ? type.head({ config: analysis.config as never, inputs: analysis.inputs, schema })
        : UNBOUND_HEAD;
      heads.push({
        id,
        source: id,
        name: headNames(base),
        logits,
        prediction: resolve(id, '', analysis.exits['prediction']!, false),
        ...head,
        mask: head.target.kind === 'tags' ? (masks.get(key(logits)) ?? null) : null,
      });
    }
  }
  return { version: PLAN_VERSION, inputs, nodes, heads };
}

/** Without a data set nobody knows the target: the model can be built and exported, while `training` stays null. */
const UNBOUND_HEAD = {
  target: { kind: 'numbers', columns: [], horizon: 0, standardise: false },
  loss: 'mean-squared-error',
  metrics: [],
  weight: 1,
} as const;

function maskAt(
  part: Part,
  refs: { readonly [port: string]: readonly ValueRef[] },
  port: string,
  masks: ReadonlyMap<string, ValueRef>,
  key: (ref: ValueRef) => string,
): ValueRef | null {
  const facts = part.inputFacts[port] ?? [];
  for (const [position, ref] of (refs[port] ?? []).entries()) {
    const mask = facts[position]?.masked ? masks.get(key(ref)) : undefined;
    if (mask) return mask;
  }
  return null;
}

/** The port whose padding a primitive asks for; an unconnected one (self-attention) falls back to the first. */
function maskPort(part: Part): string {
  const named = part.type.maskPort;
  return named && (part.inputFacts[named] ?? []).length > 0 ? named : (part.type.inputs[0]?.name ?? '');
}

const partId = (node: NodeId, context: string, local: string): PlanId =>
  `${node}${context}${local ? `/${local}` : ''}`;

/** tfjs and Keras want letters, digits and `_`; a title in another script falls back to the type. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/** As Keras does: `dense`, `dense_1`, `dense_2`. */
function uniqueNames(): (base: string) => string {
  const used = new Set<string>();
  const next = new Map<string, number>();
  return (base) => {
    let name = base;
    for (let count = next.get(base) ?? 1; used.has(name); count += 1) {
      name = `${base}_${count}`;
      next.set(base, count + 1);
    }
    used.add(name);
    return name;
  };
}
