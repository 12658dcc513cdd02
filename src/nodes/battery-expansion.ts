/** The part of the battery for types that are no layers: expansions of composites and heads, and what inputs deliver. */
import { type Shape, sameShape, type TensorFact } from '../graph/shape';
import { accepts, type BatteryCase, type Facts, type Lookup, type Tally } from './battery';
import type { NodeType, SubGraph } from './define-node';
import { parseConfig } from './parse-config';

/** Facts at the exits of a sub-graph, inferred node by node. Throws on unknown types, illegal ports and refused shapes. */
function inferSubGraph(
  graph: SubGraph,
  inputs: Facts,
  lookup: Lookup,
  tally: Tally,
): { readonly [port: string]: TensorFact } {
  const facts = new Map<string, readonly TensorFact[]>(
    Object.entries(inputs).map(([port, list]) => [`in.${port}`, list]),
  );
  const waiting = new Map(graph.nodes.map((node) => [node.id, node]));
  tally.same(waiting.size, graph.nodes.length, 'two inner nodes have one id');
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter((node) =>
      graph.edges.every(
        ([from, to]) => !to.startsWith(`${node.id}.`) || facts.has(from) || from.startsWith('in.'),
      ),
    );
    if (ready.length === 0)
      throw new Error(`inner nodes never get their inputs: ${[...waiting.keys()].join(', ')}`);
    for (const node of ready) {
      waiting.delete(node.id);
      const inner = lookup(node.type);
      if (!inner) throw new Error(`expands to the unregistered type ${node.type}`);
      tally.same(parseConfig(inner, node.config).problems, [], `inner node ${node.id} has a bad config`);
      tally.same(
        Object.keys(node.config).filter((name) => !(name in inner.fields)),
        [],
        `inner node ${node.id} has unknown fields`,
      );
      const inside: Record<string, TensorFact[]> = {};
      for (const [from, to] of graph.edges) {
        const dot = to.lastIndexOf('.');
        if (to.slice(0, dot) !== node.id) continue;
        (inside[to.slice(dot + 1)] ??= []).push(...(facts.get(from) ?? []));
      }
      for (const name of Object.keys(inside)) {
        const port = inner.inputs.find((p) => p.name === name);
        if (!port) throw new Error(`${node.id} (${node.type}) has no input port ${name}`);
        tally.holds(
          inside[name]!.every((fact) => accepts(port, fact)),
          `${node.id}.${name} refuses ${JSON.stringify(inside[name])}`,
        );
      }
      for (const port of inner.inputs) inside[port.name] ??= [];
      const config = parseConfig(inner, node.config).config;
      const inferred = inner.inferShapes({ config: config as never, inputs: inside, schema: null });
      if (!inferred.ok)
        throw new Error(`inner node ${node.id} is refused: ${JSON.stringify(inferred.problems)}`);
      for (const [port, fact] of Object.entries(inferred.outputs)) facts.set(`${node.id}.${port}`, [fact]);
    }
  }
  const exits: Record<string, TensorFact> = {};
  for (const [from, to] of graph.edges) {
    if (!to.startsWith('out.')) continue;
    const fact = facts.get(from)?.[0];
    if (!fact) throw new Error(`exit ${to} takes from ${from}, which does not exist`);
    exits[to.slice(4)] = fact;
  }
  return exits;
}

/** The expansion of a composite or head: registered types, legal ports, and the shapes that the node itself announces. */
export function checkExpansion(
  type: NodeType,
  cases: readonly BatteryCase[],
  lookup: Lookup,
  tally: Tally,
): void {
  if (type.kind !== 'composite' && type.kind !== 'output') return;
  for (const { title, config, inputs, outputs, schema } of cases) {
    const exits = inferSubGraph(
      type.expand({ config: config as never, inputs, schema }),
      inputs,
      lookup,
      tally,
    );
    if (type.kind === 'output') {
      tally.same(Object.keys(exits).sort(), ['logits', 'prediction'], `${title}: exits of a head`);
      if (!schema) continue;
      const head = type.head({ config: config as never, inputs, schema });
      const columns = 'column' in head.target ? [head.target.column] : head.target.columns;
      tally.holds(
        columns.every((name) => schema.columns.some((c) => c.name === name)),
        `${title}: head predicts an unknown column`,
      );
      continue;
    }
    for (const port of type.outputs) {
      const [announced, expanded] = [outputs[port.name], exits[port.name]];
      tally.holds(
        announced !== undefined && expanded !== undefined,
        `${title}: output ${port.name} is missing`,
      );
      tally.same(expanded!.shape, announced!.shape, `${title}: shape of ${port.name} in the expansion`);
      tally.same(expanded!.flow, announced!.flow, `${title}: flow of ${port.name} in the expansion`);
    }
  }
}

/** Sizes that the feature of an input promises to deliver. */
function featureShape(feature: ReturnType<Extract<NodeType, { kind: 'input' }>['feature']>): Shape {
  switch (feature.kind) {
    case 'image':
      return ['batch', feature.height, feature.width, feature.channels];
    case 'numbers':
      return ['batch', feature.width];
    case 'tokens':
      return ['batch', feature.length];
    case 'window':
      return ['batch', feature.window, feature.width];
  }
}

export function checkInput(type: NodeType, cases: readonly BatteryCase[], tally: Tally): void {
  if (type.kind !== 'input') return;
  for (const { title, config, outputs, schema } of cases) {
    const fact = Object.values(outputs)[0]!;
    tally.same(fact.shape[0], 'batch', `${title}: the first dimension is the batch`);
    if (!schema) continue;
    const feature = type.feature(config as never, schema);
    tally.holds(
      sameShape(featureShape(feature), fact.shape),
      `${title}: feature ${JSON.stringify(feature)} for ${fact.shape}`,
    );
  }
}
