/**
 * Random graphs for the tests of the compiler, drawn from the node types themselves: graphs that fit by construction (grown from an
 * input by choosing nodes that accept what flows), ways to break one, and documents of any kind. Nothing that the app uses.
 */
import { apply } from '../graph/apply';
import type { Command } from '../graph/command';
import { type Config, edgeId, type GraphDoc, type NodeId, nodeId, type PortRef } from '../graph/document';
import { emptyDocument, freshId, newEdge, newNode } from '../graph/new-document';
import type { DatasetSchema } from '../graph/schema';
import { sizeOf, type TensorFact } from '../graph/shape';
import type { InputPort, NodeType } from '../nodes/define-node';
import { defaultConfig } from '../nodes/fields';
import { NODE_TYPES, nodeType } from '../nodes/index';
import { randomConfig, seededRandom } from '../nodes/random-config';
import { canConnect } from './can-connect';
import { compile } from './index';

const base = { rows: 200, sequence: null, fixedTestRows: 0 } as const;
const number = { kind: 'number', min: 0, max: 1, mean: 0.5, std: 0.3, missing: 0 } as const;
const label = { kind: 'category', name: 'label', missing: 0 } as const;

/** One small data set of each kind that inputs and heads know. */
export const SCHEMAS: readonly DatasetSchema[] = [
  {
    ...base,
    id: 'images',
    title: { en: 'Images', zh: '图像' },
    columns: [
      { kind: 'image', name: 'image', height: 9, width: 8, channels: 3 },
      { ...label, classes: ['a', 'b', 'c'], counts: [80, 60, 60] },
      { ...number, name: 'size' },
    ],
    target: 'label',
  },
  {
    ...base,
    id: 'texts',
    title: { en: 'Texts', zh: '文本' },
    columns: [
      { kind: 'text', name: 'text', maxWords: 9, medianWords: 5, distinctWords: 40, missing: 0 },
      { kind: 'tags', name: 'tags', classes: ['noun', 'verb', 'other'] },
      { ...label, classes: ['no', 'yes'], counts: [100, 100] },
    ],
    target: 'label',
  },
  {
    ...base,
    id: 'table',
    title: { en: 'Table', zh: '表格' },
    columns: [
      { ...number, name: 'x' },
      { ...number, name: 'y' },
      { kind: 'category', name: 'colour', classes: ['red', 'blue'], counts: [90, 100], missing: 10 },
      { ...label, classes: ['a', 'b', 'c', 'd'], counts: [50, 50, 50, 50] },
    ],
    target: 'label',
  },
  {
    ...base,
    id: 'series',
    title: { en: 'Series', zh: '序列' },
    columns: [
      { ...number, name: 'day' },
      { ...number, name: 'heat' },
      { ...number, name: 'rain' },
    ],
    target: 'heat',
    sequence: { group: null, order: 'day' },
  },
];

export const schemaAt = (pick: number): DatasetSchema => SCHEMAS[pick % SCHEMAS.length]!;

/** One step of growth; numbers are taken modulo what there is to choose from, so that any list of moves means something. */
export interface Move {
  readonly type: number;
  readonly config: number;
  readonly wires: readonly number[];
}

const at = <T>(items: readonly T[], pick: number): T => items[pick % items.length]!;

const INPUTS = ['image-input', 'tokens-input', 'sequence-input', 'numbers-input'] as const;
const INNER = NODE_TYPES.filter((type) => type.kind !== 'input' && type.kind !== 'output');
const HEADS = NODE_TYPES.filter((type) => type.kind === 'output');

/** Keeps tfjs quick where such graphs are run. */
const MOST_VALUES = 1500;

function defaultsOf(type: NodeType): Config {
  return defaultConfig(type.fields) as Config;
}

/** An example of the type, or the same with most fields drawn anew. */
export function someConfig(type: NodeType, seed: number): Config {
  const example = at(type.examples, seed);
  const config = { ...defaultsOf(type), ...example.config } as Config;
  const random = seededRandom(seed);
  return random() < 0.4 ? config : randomConfig(type.fields, config, random);
}

interface End extends PortRef {
  readonly fact: TensorFact;
}

/** A document that grows: new nodes take only wires that `canConnect` allows and facts for which the type infers shapes. */
class Growth {
  doc: GraphDoc;
  readonly schema: DatasetSchema;

  constructor(schema: DatasetSchema) {
    this.schema = schema;
    this.doc = apply(emptyDocument('grown'), { kind: 'setDataset', dataset: { id: schema.id } }).doc;
  }

  /** Every output with its fact, the newest first. */
  ends(): End[] {
    const { shapes } = compile(this.doc, this.schema);
    return Object.keys(this.doc.meaning.nodes)
      .toReversed()
      .flatMap((id) => {
        const fact = shapes.get(`${id}:output`);
        return fact ? [{ node: nodeId(id), port: 'output', fact }] : [];
      });
  }

  /** Adds the node with its wires, or leaves the document alone and says false. */
  add(type: NodeType, seed: number, picks: readonly number[]): boolean {
    const id = nodeId(freshId(this.doc, type.type));
    const bare = this.#with(type, id, someConfig(type, seed));
    const compiled = compile(bare, this.schema);
    const ends = this.ends();
    const wires: { readonly port: string; readonly end: End }[] = [];
    for (const [index, port] of type.inputs.entries()) {
      const fitting = ends.filter(
        (end) => canConnect(bare, compiled, end, { node: id, port: port.name }) === null,
      );
      const wanted = wireCount(port, at(picks, index));
      if (wanted > 0 && fitting.length === 0) return false;
      const first = fitting[at(picks, index + 1) % Math.max(1, Math.min(3, fitting.length))];
      if (wanted === 0 || !first) continue;
      const alike = fitting.filter(
        (end) => end !== first && sizeOf(end.fact.shape) === sizeOf(first.fact.shape),
      );
      for (const end of [first, ...alike].slice(0, wanted)) wires.push({ port: port.name, end });
    }
    const config = acceptedConfig(type, someConfig(type, seed), wires, this.schema);
    if (!config) return false;
    let doc = this.#with(type, id, config);
    for (const { port, end } of wires) {
      const edge = newEdge(doc, { node: end.node, port: end.port }, { node: id, port });
      doc = apply(doc, { kind: 'addEdge', edge }).doc;
    }
    this.doc = doc;
    return true;
  }

  #with(type: NodeType, id: NodeId, config: Config): GraphDoc {
    const position = { x: Object.keys(this.doc.meaning.nodes).length * 100, y: 0 };
    const node = newNode(type.type, type.version, config, id);
    return apply(this.doc, { kind: 'addNode', node, position }).doc;
  }
}

const wireCount = (port: InputPort, pick: number): number =>
  port.multiple ? 1 + (pick % 3) : port.optional ? pick % 2 : 1;

/** The config, or what the type itself proposes instead, under which it infers shapes; null when there is none. */
function acceptedConfig(
  type: NodeType,
  config: Config,
  wires: readonly { readonly port: string; readonly end: End }[],
  schema: DatasetSchema,
): Config | null {
  const inputs = Object.fromEntries(
    type.inputs.map(({ name }) => [
      name,
      wires.filter((wire) => wire.port === name).map(({ end }) => end.fact),
    ]),
  );
  const infer = (candidate: Config) => {
    const copies = type.kind === 'ensemble' ? type.replicas(candidate as never) : 1;
    const [member, ...others] = inputs['members'] ?? [];
    const facts =
      member && others.length === 0
        ? { ...inputs, members: Array.from({ length: copies }, () => member) }
        : inputs;
    return type.inferShapes({ config: candidate as never, inputs: facts, schema });
  };
  const inferred = infer(config);
  if (inferred.ok) {
    return Object.values(inferred.outputs).every(({ shape }) => sizeOf(shape) <= MOST_VALUES) ? config : null;
  }
  for (const proposal of inferred.problems.flatMap((problem) => problem.proposals ?? [])) {
    if (proposal.kind !== 'set') continue;
    const mended = { ...config, ...proposal.config };
    const again = infer(mended);
    if (again.ok && Object.values(again.outputs).every(({ shape }) => sizeOf(shape) <= MOST_VALUES))
      return mended;
  }
  return null;
}

/** A graph that fits: an input, what the moves ask for where it fits, and one or two heads. */
export function grow(schema: DatasetSchema, moves: readonly Move[], heads = 1): GraphDoc {
  const growth = new Growth(schema);
  const inputs = INPUTS.map((type) => nodeType(type)!).filter(
    (type) => type.inferShapes({ config: defaultsOf(type) as never, inputs: {}, schema }).ok,
  );
  const [first] = moves;
  const seeds = Array.from({ length: 20 }, (_, k) => (first?.config ?? 0) + k);
  const input = at(inputs, first?.type ?? 0);
  if (!seeds.some((seed) => growth.add(input, seed, [0]))) throw new Error(`${input.type} takes no config`);
  for (const move of moves.slice(1)) {
    const ends = growth.ends();
    const fitting = INNER.filter((type) => {
      const port = type.inputs[0]!;
      return ends
        .slice(0, 3)
        .some(({ fact }) => port.accepts.length === 0 || port.accepts.includes(fact.flow));
    });
    growth.add(at(fitting, move.type), move.config, move.wires);
  }
  for (let k = 0; k < heads; k++) addHead(growth, (moves.at(-1)?.type ?? 0) + k);
  return growth.doc;
}

/** Layers that bring any flow to a vector, in front of a head that takes nothing else. */
const TO_VECTOR: { readonly [flow: string]: readonly string[] } = {
  image: ['global-average-pooling'],
  sequence: ['global-max-pooling'],
  tokens: ['embedding', 'global-average-pooling'],
};

function addHead(growth: Growth, pick: number): void {
  const tryHeads = () =>
    HEADS.map((_, k) => at(HEADS, pick + k)).some((head) =>
      [0, 1, 2, 3].some((seed) => growth.add(head, pick + seed, [0, pick % 2])),
    );
  if (tryHeads()) return;
  for (const type of TO_VECTOR[growth.ends()[0]!.fact.flow] ?? []) growth.add(nodeType(type)!, 0, [0]);
  if (!tryHeads()) throw new Error('No head fits');
}

/** Nodes from which a head can be reached: what is wrong with one of these is an error. */
function usedNodes({ meaning }: GraphDoc): NodeId[] {
  const used = new Set<NodeId>();
  const isHead = (id: NodeId) => nodeType(meaning.nodes[id]!.type)?.kind === 'output';
  const waiting = (Object.keys(meaning.nodes) as NodeId[]).filter(isHead);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (used.has(id)) continue;
    used.add(id);
    for (const { source, target } of Object.values(meaning.edges))
      if (target.node === id) waiting.push(source.node);
  }
  return [...used].sort();
}

const BREAKS = ['cut', 'cycle', 'field', 'type', 'version', 'head', 'doubled', 'dangling', 'port'] as const;
export type Break = (typeof BREAKS)[number];

/** One edit after which a graph that fitted no longer does; null where this kind of break cannot be made. */
export function breakGraph(
  doc: GraphDoc,
  pick: number,
): { readonly kind: Break; readonly doc: GraphDoc } | null {
  const kind = at(BREAKS, pick);
  const { meaning } = doc;
  const used = usedNodes(doc);
  const node = meaning.nodes[at(used, Math.floor(pick / BREAKS.length))]!;
  const type = nodeType(node.type)!;
  const edges = Object.values(meaning.edges).filter(({ target }) => used.includes(target.node));
  const edge = at(edges, pick);
  const done = (command: Command) => ({ kind, doc: apply(doc, command).doc });
  const withEdges = (more: GraphDoc['meaning']['edges']) => ({
    kind,
    doc: { ...doc, meaning: { ...meaning, edges: { ...meaning.edges, ...more } } },
  });
  const portOf = ({ target }: typeof edge) =>
    nodeType(meaning.nodes[target.node]!.type)!.inputs.find(({ name }) => name === target.port)!;
  switch (kind) {
    case 'cut': {
      const needed = edges.filter((each) => !portOf(each).optional && !portOf(each).multiple);
      return needed.length === 0 ? null : done({ kind: 'removeEdge', edge: at(needed, pick).id });
    }
    case 'cycle': {
      const inner = edges.filter(
        ({ source }) => nodeType(meaning.nodes[source.node]!.type)!.inputs.length > 0,
      );
      if (inner.length === 0) return null;
      const { source } = at(inner, pick);
      const port = nodeType(meaning.nodes[source.node]!.type)!.inputs[0]!.name;
      return done({
        kind: 'addEdge',
        edge: newEdge(doc, { node: source.node, port: 'output' }, { node: source.node, port }),
      });
    }
    case 'field': {
      const field = Object.keys(type.fields)[0];
      return field ? done({ kind: 'setConfig', node: node.id, config: { [field]: { not: 'legal' } } }) : null;
    }
    case 'type':
    case 'version': {
      const changed =
        kind === 'type' ? { ...node, type: 'from-the-future' } : { ...node, typeVersion: type.version + 1 };
      return {
        kind,
        doc: { ...doc, meaning: { ...meaning, nodes: { ...meaning.nodes, [node.id]: changed } } },
      };
    }
    case 'head': {
      const heads = used.filter((id) => nodeType(meaning.nodes[id]!.type)!.kind === 'output');
      return done({ kind: 'batch', commands: heads.map((id) => ({ kind: 'removeNode', node: id })) });
    }
    case 'doubled': {
      const lone = edges.filter((each) => !portOf(each).multiple);
      if (lone.length === 0) return null;
      const twin = at(lone, pick);
      return done({ kind: 'addEdge', edge: newEdge(doc, twin.source, twin.target) });
    }
    case 'dangling': {
      const id = edgeId('nowhere');
      return withEdges({ [id]: { ...edge, id, source: { node: nodeId('gone'), port: 'output' } } });
    }
    case 'port': {
      const id = edgeId('odd');
      return withEdges({ [id]: { ...edge, id, target: { node: edge.target.node, port: 'constructor' } } });
    }
  }
}
