/**
 * One node of the canvas, understood: its config parsed, its ports checked, its shapes inferred, its composite expanded down to
 * primitives, its cost counted. Pure and memoised on the identity of node, input facts and schema, so that one edit re-reads
 * only what depends on it.
 */
import type { Config, GraphNode } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import { type Flow, sizeOf, type TensorFact } from '../graph/shape';
import type {
  EnsembleNodeType,
  InputPort,
  LayerNodeType,
  NodeProblem,
  NodeType,
  SubGraph,
} from '../nodes/define-node';
import { nodeType } from '../nodes/index';
import { migrateConfig, parseConfig } from '../nodes/parse-config';
import type { Cost } from './result';

export type Facts = { readonly [port: string]: readonly TensorFact[] };

/** Where a primitive inside a node takes a value from: the node's own input wire, or another primitive of the same node. */
export type LocalRef =
  | { readonly kind: 'in'; readonly port: string; readonly index: number; readonly replica: number }
  | { readonly kind: 'part'; readonly part: string; readonly port: string };

/** A primitive out of a node's expansion. A plain layer is one part with the local name ''. */
export interface Part {
  readonly local: string;
  readonly type: LayerNodeType | EnsembleNodeType;
  readonly config: Config;
  readonly inputs: { readonly [port: string]: readonly LocalRef[] };
  readonly inputFacts: Facts;
  readonly outputs: { readonly [port: string]: TensorFact };
  readonly cost: Cost;
}

export interface Analysis {
  readonly type: NodeType | null;
  readonly config: Config;
  readonly problems: readonly NodeProblem[];
  /** Facts of the output ports; empty while a problem stands. */
  readonly outputs: { readonly [port: string]: TensorFact };
  /** In topological order. */
  readonly parts: readonly Part[];
  /** Who makes each output port (for a head: `logits` and `prediction`). */
  readonly exits: { readonly [port: string]: LocalRef };
  readonly cost: Cost;
  readonly inputs: Facts;
}

export const NO_COST: Cost = { parameters: 0, trainableParameters: 0, multiplyAdds: 0, activations: 0 };

export function addCost(a: Cost, b: Cost, times = 1): Cost {
  return {
    parameters: a.parameters + b.parameters * times,
    trainableParameters: a.trainableParameters + b.trainableParameters * times,
    multiplyAdds: a.multiplyAdds + b.multiplyAdds * times,
    activations: a.activations + b.activations * times,
  };
}

/** A vector of scores may go wherever a vector may, and the other way round: they differ in meaning, not in layout. */
function flowFits(accepts: readonly Flow[], flow: Flow): boolean {
  if (accepts.length === 0 || accepts.includes(flow)) return true;
  return (
    (flow === 'scores' && accepts.includes('vector')) || (flow === 'vector' && accepts.includes('scores'))
  );
}

/** The first thing that is wrong with this fact at this port, apart from what only `inferShapes` can know. */
export function checkPort(port: InputPort, fact: TensorFact): NodeProblem | null {
  if (!flowFits(port.accepts, fact.flow)) {
    return {
      code: 'wrong-flow',
      port: port.name,
      expected: port.accepts,
      received: fact.flow,
      shape: fact.shape,
    };
  }
  if (port.ranks.length > 0 && !port.ranks.includes(fact.shape.length)) {
    return { code: 'wrong-rank', port: port.name, expected: port.ranks, shape: fact.shape };
  }
  return null;
}

interface Entry {
  readonly facts: readonly (TensorFact | null)[];
  readonly schema: DatasetSchema | null;
  readonly analysis: Analysis;
}
/** Newest first. More than one, because a tried repair must not push out what the drawing itself needs again at the next edit. */
const memo = new WeakMap<GraphNode, readonly Entry[]>();
const REMEMBERED = 4;

/** `inputs` lists the facts per declared port in wire order; null stands for a wire whose source has no shape yet. */
export function analyse(
  node: GraphNode,
  inputs: { readonly [port: string]: readonly (TensorFact | null)[] },
  schema: DatasetSchema | null,
): Analysis {
  const facts: (TensorFact | null)[] = [];
  for (const port of nodeType(node.type)?.inputs ?? []) facts.push(...(inputs[port.name] ?? []), null);
  const entries = memo.get(node) ?? [];
  const known = entries.find(
    (entry) =>
      entry.schema === schema &&
      entry.facts.length === facts.length &&
      entry.facts.every((fact, i) => fact === facts[i]),
  );
  if (known) return known.analysis;
  const analysis = analyseNode(node, inputs, schema);
  memo.set(node, [{ facts, schema, analysis }, ...entries.slice(0, REMEMBERED - 1)]);
  return analysis;
}

const nothing = (
  type: NodeType | null,
  config: Config,
  problems: readonly NodeProblem[],
  inputs: Facts = {},
): Analysis => ({
  type,
  config,
  problems,
  outputs: {},
  parts: [],
  exits: {},
  cost: NO_COST,
  inputs,
});

function analyseNode(
  node: GraphNode,
  inputs: { readonly [port: string]: readonly (TensorFact | null)[] },
  schema: DatasetSchema | null,
): Analysis {
  const type = nodeType(node.type);
  if (!type) return nothing(null, node.config, [{ code: 'unknown-node-type', type: node.type }]);
  if (node.typeVersion > type.version) {
    return nothing(type, node.config, [
      { code: 'newer-node-version', type: type.type, version: node.typeVersion, known: type.version },
    ]);
  }
  const { config, problems } = parseConfig(type, migrateConfig(type, node.config, node.typeVersion));
  const found: NodeProblem[] = [...problems];
  const known: Record<string, TensorFact[]> = {};
  let complete = true;
  for (const port of type.inputs) {
    const facts = inputs[port.name] ?? [];
    if (facts.length === 0 && !port.optional) found.push({ code: 'missing-input', port: port.name });
    if (facts.length > 1 && !port.multiple) found.push({ code: 'too-many-edges', port: port.name });
    for (const fact of facts) {
      if (!fact) complete = false;
      const problem = fact && checkPort(port, fact);
      if (problem) found.push(problem);
    }
    known[port.name] = facts.filter((fact) => fact !== null);
  }
  if (!complete || found.length > 0) return nothing(type, config, found, known);
  if (node.bypassed) return bypass(type, config, known);
  return analyseType(type, config, known, schema);
}

/** A bypassed node hands its first input on; that needs exactly one output and no change of data on the way. */
function bypass(type: NodeType, config: Config, inputs: Facts): Analysis {
  const port = type.inputs[0];
  const fact = port && inputs[port.name]?.[0];
  const output = type.outputs[0];
  if (!port || !fact || !output || type.outputs.length !== 1)
    return nothing(type, config, [{ code: 'cannot-bypass' }], inputs);
  return {
    ...nothing(type, config, [], inputs),
    outputs: { [output.name]: fact },
    exits: { [output.name]: { kind: 'in', port: port.name, index: 0, replica: 0 } },
  };
}

/** Inference, expansion and cost of a type with a parsed config and complete inputs. */
function analyseType(type: NodeType, config: Config, inputs: Facts, schema: DatasetSchema | null): Analysis {
  const replicas = type.kind === 'ensemble' ? type.replicas(config as never) : 1;
  const copied = replicas > 1 && (inputs['members']?.length ?? 0) === 1;
  const facts: Facts = copied
    ? { ...inputs, members: Array.from({ length: replicas }, () => inputs['members']![0]!) }
    : inputs;
  const context = { config: config as never, inputs: facts, schema };
  const inferred = type.inferShapes(context);
  if (!inferred.ok) return nothing(type, config, inferred.problems, inputs);

  if (type.kind === 'input') {
    return { ...nothing(type, config, [], inputs), outputs: inferred.outputs };
  }
  if (type.kind === 'composite' || type.kind === 'output') {
    const inner = analyseSubGraph(type.expand(context), facts, schema);
    if (inner.problems.length > 0) return nothing(type, config, inner.problems, inputs);
    return { ...inner, type, config, inputs, outputs: inferred.outputs };
  }
  const refs: Record<string, LocalRef[]> = {};
  for (const port of type.inputs) {
    refs[port.name] = (facts[port.name] ?? []).map((_, index) =>
      copied
        ? { kind: 'in', port: port.name, index: 0, replica: index }
        : { kind: 'in', port: port.name, index, replica: 0 },
    );
  }
  const cost = partCost(type, config, facts, inferred.outputs, schema);
  const part: Part = {
    local: '',
    type,
    config,
    inputs: refs,
    inputFacts: facts,
    outputs: inferred.outputs,
    cost,
  };
  const exits: Record<string, LocalRef> = {};
  for (const port of type.outputs) exits[port.name] = { kind: 'part', part: '', port: port.name };
  return { type, config, problems: [], outputs: inferred.outputs, parts: [part], exits, cost, inputs };
}

function partCost(
  type: LayerNodeType | EnsembleNodeType,
  config: Config,
  inputs: Facts,
  outputs: { readonly [port: string]: TensorFact },
  schema: DatasetSchema | null,
): Cost {
  const context = { config: config as never, inputs, outputs, schema };
  let parameters = 0;
  let trainableParameters = 0;
  for (const weight of type.weights(context)) {
    const size = weight.shape.reduce((a, b) => a * b, 1);
    parameters += size;
    if (weight.trainable) trainableParameters += size;
  }
  let activations = 0;
  for (const fact of Object.values(outputs)) activations += sizeOf(fact.shape);
  return { parameters, trainableParameters, multiplyAdds: type.multiplyAdds(context), activations };
}

/** `'a.output'` → `['a', 'output']`. */
function endOf(text: string): readonly [node: string, port: string] {
  const dot = text.lastIndexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

/** Analyses the inner nodes in order of their wires and flattens them into parts of the outer node. */
function analyseSubGraph(graph: SubGraph, inputs: Facts, schema: DatasetSchema | null): Analysis {
  const parts: Part[] = [];
  const exits: Record<string, LocalRef> = {};
  /** Per inner node: how each of its output ports is reached from outside, and its fact. */
  const reached = new Map<
    string,
    {
      readonly refs: { readonly [port: string]: LocalRef };
      readonly facts: { readonly [port: string]: TensorFact };
    }
  >();
  let cost = NO_COST;

  const sources = (end: string): readonly { readonly ref: LocalRef; readonly fact: TensorFact }[] => {
    const [node, port] = endOf(end);
    if (node === 'in') {
      return (inputs[port] ?? []).map((fact, index) => ({
        ref: { kind: 'in', port, index, replica: 0 },
        fact,
      }));
    }
    const inner = reached.get(node);
    const ref = inner?.refs[port];
    const fact = inner?.facts[port];
    return ref && fact ? [{ ref, fact }] : [];
  };

  for (const inner of inOrder(graph)) {
    const type = nodeType(inner.type);
    if (!type) throw new Error(`A composite expands to the unregistered type ${inner.type}`);
    const facts: Record<string, TensorFact[]> = {};
    const wires: Record<string, LocalRef[]> = {};
    for (const port of type.inputs) {
      facts[port.name] = [];
      wires[port.name] = [];
    }
    for (const [from, to] of graph.edges) {
      const [node, port] = endOf(to);
      if (node !== inner.id) continue;
      for (const { ref, fact } of sources(from)) {
        facts[port]!.push(fact);
        wires[port]!.push(ref);
      }
    }
    for (const port of type.inputs) {
      for (const fact of facts[port.name]!) {
        const problem = checkPort(port, fact);
        if (problem) return nothing(type, {}, [problem]);
      }
    }
    const analysis = analyseType(type, parseConfig(type, inner.config).config, facts, schema);
    if (analysis.problems.length > 0) return analysis;
    const outward = (ref: LocalRef): LocalRef =>
      ref.kind === 'in'
        ? wires[ref.port]![ref.index]!
        : { kind: 'part', part: joinLocal(inner.id, ref.part), port: ref.port };
    for (const part of analysis.parts) {
      const refs: Record<string, LocalRef[]> = {};
      for (const [port, list] of Object.entries(part.inputs)) refs[port] = list.map(outward);
      parts.push({ ...part, local: joinLocal(inner.id, part.local), inputs: refs });
    }
    const refs: Record<string, LocalRef> = {};
    for (const [port, ref] of Object.entries(analysis.exits)) refs[port] = outward(ref);
    reached.set(inner.id, { refs, facts: analysis.outputs });
    cost = addCost(cost, analysis.cost);
  }
  for (const [from, to] of graph.edges) {
    const [node, port] = endOf(to);
    const source = node === 'out' ? sources(from)[0] : undefined;
    if (source) exits[port] = source.ref;
  }
  return { type: null, config: {}, problems: [], outputs: {}, parts, exits, cost, inputs };
}

const joinLocal = (outer: string, inner: string): string => (inner === '' ? outer : `${outer}/${inner}`);

/** Inner nodes in topological order; expansions are ours, so a cycle is a programmer mistake. */
function inOrder(graph: SubGraph): SubGraph['nodes'] {
  const waiting = new Map(graph.nodes.map((node) => [node.id, node]));
  const ordered: SubGraph['nodes'][number][] = [];
  while (waiting.size > 0) {
    const before = waiting.size;
    for (const [id, node] of waiting) {
      const blocked = graph.edges.some(([from, to]) => endOf(to)[0] === id && waiting.has(endOf(from)[0]));
      if (blocked) continue;
      ordered.push(node);
      waiting.delete(id);
    }
    if (waiting.size === before) throw new Error('A composite expands to a cycle');
  }
  return ordered;
}
