/**
 * Where a node's parameter count comes from: every weight of every primitive that the node stands for, with its shape.
 * Reads the plan when there is one (composites and heads expand there); otherwise asks the node type itself, so the sum
 * is shown while another part of the graph is still broken.
 */
import type { CompileResult } from '../../compile/result';
import type { Config, GraphNode, Meaning } from '../../graph/document';
import type { DatasetSchema } from '../../graph/schema';
import type { TensorFact } from '../../graph/shape';
import type { NodeType, WeightSpec } from '../../nodes/define-node';
import type { ConfigOf, Fields } from '../../nodes/fields';
import { nodeType } from '../../nodes/index';
import { parseConfig } from '../../nodes/parse-config';

export interface WeightCount {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly trainable: boolean;
}
export interface PrimitiveCount {
  /** Name inside a composite (`residual/conv1` → `conv1`); empty for a plain layer. */
  readonly inner: string;
  readonly type: string;
  readonly weights: readonly WeightCount[];
  /** More than 1 in a branch that an ensemble replicates. */
  readonly times: number;
}

const counted = (weight: WeightSpec): WeightCount => ({
  ...weight,
  count: weight.shape.reduce((product, size) => product * size, 1),
});

/** Facts on the input ports of a node, read off the wires in their order. */
export function inputFacts(
  node: GraphNode,
  meaning: Meaning,
  shapes: CompileResult['shapes'],
): { readonly [port: string]: readonly TensorFact[] } {
  const edges = Object.values(meaning.edges)
    .filter((edge) => edge.target.node === node.id)
    .sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  const facts: Record<string, TensorFact[]> = {};
  for (const port of nodeType(node.type)?.inputs ?? []) facts[port.name] = [];
  for (const edge of edges) {
    const fact = shapes.get(`${edge.source.node}:${edge.source.port}`);
    if (fact) facts[edge.target.port] = [...(facts[edge.target.port] ?? []), fact];
  }
  return facts;
}

function weightsOf(type: NodeType | undefined, config: Config, facts: Facts): readonly WeightCount[] {
  if (type?.kind !== 'layer' && type?.kind !== 'ensemble') return [];
  return type
    .weights({ config: parseConfig(type, config).config as ConfigOf<Fields>, schema: null, ...facts })
    .map(counted);
}
type Facts = {
  readonly inputs: { readonly [port: string]: readonly TensorFact[] };
  readonly outputs: { readonly [port: string]: TensorFact };
};

/** Null while the shapes that the count depends on are unknown. */
export function explainParameters(
  node: GraphNode,
  meaning: Meaning,
  compiled: CompileResult,
  schema: DatasetSchema | null,
): readonly PrimitiveCount[] | null {
  // A node that leads to no head is not in the plan; it is asked directly.
  if (compiled.plan?.nodes.some((primitive) => primitive.source === node.id)) {
    const primitives = new Map<string, PrimitiveCount>();
    for (const primitive of compiled.plan.nodes) {
      if (primitive.source !== node.id) continue;
      const id = primitive.id.replace(/#\d+/g, '');
      const inner = id.includes('/') ? id.slice(id.indexOf('/') + 1) : '';
      const before = primitives.get(inner);
      const facts = { inputs: primitive.inputFacts, outputs: primitive.outputs };
      const weights = before?.weights ?? weightsOf(nodeType(primitive.type), primitive.config, facts);
      primitives.set(inner, { inner, type: primitive.type, weights, times: (before?.times ?? 0) + 1 });
    }
    return [...primitives.values()].filter((primitive) => primitive.weights.length > 0);
  }
  const type = nodeType(node.type);
  if (type?.kind === 'input') return [];
  if (type?.kind !== 'layer' && type?.kind !== 'ensemble') return null;
  const outputs: Record<string, TensorFact> = {};
  for (const port of type.outputs) {
    const fact = compiled.shapes.get(`${node.id}:${port.name}`);
    if (!fact) return null;
    outputs[port.name] = fact;
  }
  const config = parseConfig(type, node.config).config as ConfigOf<Fields>;
  const weights = type
    .weights({ config, schema, inputs: inputFacts(node, meaning, compiled.shapes), outputs })
    .map(counted);
  return weights.length ? [{ inner: '', type: node.type, weights, times: 1 }] : [];
}
