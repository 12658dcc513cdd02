/** Properties of documents and edits over random documents and random command sequences, checked against a naive model. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply, isNothing } from './apply';
import { copySelection, duplicateCommands, pasteCommands } from './clipboard';
import type { Command } from './command';
import { type Config, type Edge, edgeId, type GraphDoc, type GraphNode, nodeId } from './document';
import { emptyDocument, idAllocator, LEGAL_ID } from './new-document';
import { parseDocument } from './parse';
import { deleteCommands } from './rewire';
import { serialise } from './serialise';
import { topology } from './topology';

// Few ids, so that random commands often hit something that exists, and names that every object inherits.
const nodeIds = ['a', 'b', 'c', 'dense-2', 'constructor', 'toString'];
const edgeIds = ['e', 'e-2', 'e-3', 'valueOf'];
const id = fc.constantFrom(...nodeIds);
const number = fc.oneof(fc.integer({ min: -999, max: 999 }), fc.constantFrom(0.5, 1e-7, 1e21));
const coordinate = fc.integer({ min: -999, max: 999 });
const position = fc.record({ x: coordinate, y: coordinate });
const json = fc.oneof(
  number,
  fc.boolean(),
  fc.string({ maxLength: 4 }),
  fc.constant(null),
  fc.array(number, { maxLength: 3 }),
);
const config: fc.Arbitrary<Config> = fc.dictionary(fc.constantFrom('units', 'rate', 'name', 'size'), json, {
  noNullPrototype: true,
});
const node: fc.Arbitrary<GraphNode> = fc
  .record(
    {
      id: id.map(nodeId),
      type: fc.constantFrom('dense', 'add', 'from-the-future'),
      typeVersion: fc.integer({ min: 1, max: 3 }),
      title: fc.string({ maxLength: 5 }),
      config,
      bypassed: fc.boolean(),
      trainable: fc.boolean(),
      learningRateFactor: fc.constantFrom(0, 0.1, 1, 3),
    },
    { requiredKeys: ['id', 'type', 'typeVersion', 'title', 'config'] },
  )
  .map((value) => value as GraphNode);
const port = (name: string) => fc.record({ node: id.map(nodeId), port: fc.constant(name) });
const edge: fc.Arbitrary<Edge> = fc.record({
  id: fc.constantFrom(...edgeIds).map(edgeId),
  source: port('output'),
  target: port('input'),
  order: fc.integer({ min: 0, max: 3 }),
});
const boxOf = (text: 'title' | 'text') => (boxId: string) =>
  fc.record({
    id: fc.constant(boxId),
    [text]: fc.string({ maxLength: 5 }),
    x: number,
    y: number,
    width: number,
    height: number,
  });
const setBox = (kind: 'setFrame' | 'setNote') =>
  fc.constantFrom('box', 'box-2').chain((boxId) =>
    fc.record({
      kind: fc.constant(kind),
      id: fc.constant(boxId),
      [kind === 'setFrame' ? 'frame' : 'note']: fc.option(
        boxOf(kind === 'setFrame' ? 'title' : 'text')(boxId),
      ),
    }),
  ) as fc.Arbitrary<Command>;

const simple: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('addNode' as const), node, position }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('addEdge' as const), edge }) },
  fc.record({ kind: fc.constant('removeNode' as const), node: id.map(nodeId) }),
  fc.record({ kind: fc.constant('removeEdge' as const), edge: fc.constantFrom(...edgeIds).map(edgeId) }),
  fc.record({ kind: fc.constant('setConfig' as const), node: id.map(nodeId), config }),
  fc.record({
    kind: fc.constant('replaceConfig' as const),
    node: id.map(nodeId),
    config,
    typeVersion: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('renameNode' as const),
    node: id.map(nodeId),
    title: fc.string({ maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('setBypassed' as const), node: id.map(nodeId), bypassed: fc.boolean() }),
  fc.record({ kind: fc.constant('setTrainable' as const), node: id.map(nodeId), trainable: fc.boolean() }),
  fc.record({
    kind: fc.constant('setLearningRateFactor' as const),
    node: id.map(nodeId),
    factor: fc.constantFrom(0, 0.1, 1, 3),
  }),
  fc.record({
    kind: fc.constant('moveNodes' as const),
    positions: fc.dictionary(id, position, { noNullPrototype: true }),
  }),
  setBox('setFrame'),
  setBox('setNote'),
  fc.record({
    kind: fc.constant('setDataset' as const),
    dataset: fc.option(fc.record({ id: fc.constantFrom('digits', 'x') })),
  }),
  fc
    .record(
      {
        epochs: fc.integer({ min: 1, max: 9 }),
        seed: fc.integer({ min: 0, max: 9 }),
        validationSplit: fc.constantFrom(0, 0.2),
      },
      { requiredKeys: [] },
    )
    .map((training) => ({ kind: 'setTraining' as const, training })),
  fc.record({ kind: fc.constant('renameProject' as const), name: fc.string({ maxLength: 4 }) }),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc.array(simple, { maxLength: 5 }).map((commands) => ({ kind: 'batch' as const, commands })),
  },
);
const commands = fc.array(command, { maxLength: 30 });
const document: fc.Arbitrary<GraphDoc> = commands.map((list) =>
  list.reduce((doc, each) => apply(doc, each).doc, emptyDocument('random')),
);

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };

/** The same edits as plain mutation of a deep copy: slow, obvious, and sharing no code with `apply`. */
function naive(doc: GraphDoc, each: Command): GraphDoc {
  const copy = structuredClone(doc) as Writable<GraphDoc>;
  const nodes = new Map(Object.entries(copy.meaning.nodes));
  const edges = new Map(Object.entries(copy.meaning.edges));
  const positions = new Map(Object.entries(copy.layout.positions));
  const frames = new Map(Object.entries(copy.layout.frames));
  const notes = new Map(Object.entries(copy.layout.notes));
  const found = 'node' in each && typeof each.node === 'string' ? nodes.get(each.node) : undefined;
  switch (each.kind) {
    case 'addNode':
      if (nodes.has(each.node.id)) break;
      nodes.set(each.node.id, structuredClone(each.node) as Writable<GraphNode>);
      positions.set(each.node.id, { ...each.position });
      break;
    case 'removeNode':
      for (const [key, wire] of edges)
        if (wire.source.node === each.node || wire.target.node === each.node) edges.delete(key);
      nodes.delete(each.node);
      positions.delete(each.node);
      break;
    case 'addEdge':
      if (edges.has(each.edge.id) || !nodes.has(each.edge.source.node) || !nodes.has(each.edge.target.node))
        break;
      edges.set(each.edge.id, structuredClone(each.edge) as Writable<Edge>);
      break;
    case 'removeEdge':
      edges.delete(each.edge);
      break;
    case 'setConfig':
      if (found) found.config = { ...found.config, ...each.config } as typeof found.config;
      break;
    case 'replaceConfig':
      if (found) Object.assign(found, { config: { ...each.config }, typeVersion: each.typeVersion });
      break;
    case 'renameNode':
      if (found) found.title = each.title;
      break;
    case 'setBypassed':
      if (found) found.bypassed = each.bypassed;
      break;
    case 'setTrainable':
      if (found) found.trainable = each.trainable;
      break;
    case 'setLearningRateFactor':
      if (found) found.learningRateFactor = each.factor;
      break;
    case 'moveNodes':
      for (const [key, place] of Object.entries(each.positions))
        if (positions.has(key)) positions.set(key, { ...place });
      break;
    case 'setFrame':
      if (each.frame) frames.set(each.id, { ...each.frame });
      else frames.delete(each.id);
      break;
    case 'setNote':
      if (each.note) notes.set(each.id, { ...each.note });
      else notes.delete(each.id);
      break;
    case 'setDataset':
      copy.meaning.dataset = each.dataset ? { ...each.dataset } : null;
      break;
    case 'setTraining':
      Object.assign(copy.meaning.training, each.training);
      break;
    case 'renameProject':
      copy.name = each.name;
      break;
    case 'batch':
      return each.commands.reduce(naive, doc);
  }
  for (const value of nodes.values()) {
    if (value.bypassed === false) delete (value as { bypassed?: boolean }).bypassed;
    if (value.trainable === true) delete (value as { trainable?: boolean }).trainable;
    if (value.learningRateFactor === 1) delete (value as { learningRateFactor?: number }).learningRateFactor;
  }
  return {
    ...copy,
    meaning: { ...copy.meaning, nodes: Object.fromEntries(nodes), edges: Object.fromEntries(edges) },
    layout: {
      positions: Object.fromEntries(positions),
      frames: Object.fromEntries(frames),
      notes: Object.fromEntries(notes),
    },
  } as GraphDoc;
}

/** Clones first: generated records may lack a prototype, which is no difference in a document. */
const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(structuredClone(a), structuredClone(b));

const RUNS = { numRuns: 300, seed: 7 };

describe('commands', () => {
  test('a command and its inverse give back the document', () => {
    fc.assert(
      fc.property(document, command, (doc, each) => {
        const forth = apply(doc, each);
        expect(apply(forth.doc, forth.inverse).doc).toEqual(doc);
      }),
      RUNS,
    );
  });

  test('a whole session undoes to the start and redoes to the end', () => {
    fc.assert(
      fc.property(document, commands, (start, list) => {
        let doc = start;
        const undo: Command[] = [];
        for (const each of list) {
          const next = apply(doc, each);
          undo.push(next.inverse);
          doc = next.doc;
        }
        const end = doc;
        const redo: Command[] = [];
        for (const inverse of undo.reverse()) {
          const next = apply(doc, inverse);
          redo.push(next.inverse);
          doc = next.doc;
        }
        expect(doc).toEqual(start);
        for (const again of redo.reverse()) doc = apply(doc, again).doc;
        expect(doc).toEqual(end);
      }),
      RUNS,
    );
  });

  test('agree with plain mutation of a copy', () => {
    fc.assert(
      fc.property(commands, (list) => {
        let doc = emptyDocument('model');
        let model = doc;
        for (const each of list) {
          doc = apply(doc, each).doc;
          model = naive(model, each);
          expect(doc).toEqual(model);
        }
      }),
      RUNS,
    );
  });

  test('never change the document they are given, and a no-op gives it back itself', () => {
    fc.assert(
      fc.property(document, command, (doc, each) => {
        const before = structuredClone(doc);
        const { doc: after, inverse } = apply(doc, each);
        expect(doc).toEqual(before);
        if (isNothing(inverse)) expect(after).toBe(doc);
        // A batch may do something and take it back; a single command is a no-op exactly when nothing differs.
        if (each.kind !== 'batch') expect(isNothing(inverse)).toBe(same(naive(doc, each), doc));
      }),
      RUNS,
    );
  });

  test('keep the identity of what they leave alone', () => {
    fc.assert(
      fc.property(document, simple, (doc, each) => {
        const { doc: after } = apply(doc, each);
        const model = naive(doc, each);
        if (same(model.meaning, doc.meaning)) expect(after.meaning).toBe(doc.meaning);
        if (same(model.layout, doc.layout)) expect(after.layout).toBe(doc.layout);
        if (same(model.meaning.edges, doc.meaning.edges)) expect(after.meaning.edges).toBe(doc.meaning.edges);
        for (const [key, value] of Object.entries(doc.meaning.nodes)) {
          if (same(model.meaning.nodes[key], value)) expect(after.meaning.nodes[key]).toBe(value);
        }
      }),
      RUNS,
    );
  });
});

describe('files', () => {
  test('parse of serialise is the document, and serialise is stable', () => {
    fc.assert(
      fc.property(document, (doc) => {
        const text = serialise(doc);
        const parsed = parseDocument(text);
        expect(parsed).toEqual({ ok: true, doc, diagnostics: [] });
        expect(serialise((parsed as { doc: GraphDoc }).doc)).toBe(text);
        expect(parseDocument(JSON.parse(JSON.stringify(doc)))).toEqual({ ok: true, doc, diagnostics: [] });
      }),
      RUNS,
    );
  });

  test('equal documents give equal bytes whatever the order of their keys', () => {
    const reversed = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, child]) => [key, reversed(child)]),
          );
    fc.assert(
      fc.property(document, (doc) => {
        expect(serialise(reversed(doc) as GraphDoc)).toBe(serialise(doc));
      }),
      RUNS,
    );
  });

  test('parse never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.jsonValue(), (anything, value) => {
        parseDocument(anything);
        parseDocument({ format: 'weft', version: 1, name: '', meaning: value });
        parseDocument({ format: 'weft', version: 1, meaning: { nodes: { a: anything } } });
      }),
      { numRuns: 1000, seed: 7 },
    );
  });
});

describe('clipboard', () => {
  test('a paste is the copied part again under fresh ids', () => {
    fc.assert(
      fc.property(document, fc.subarray(nodeIds), position, (doc, chosen, at) => {
        const present = chosen.filter((each) => Object.hasOwn(doc.meaning.nodes, each));
        const text = copySelection(doc, chosen);
        const paste = pasteCommands(doc, text, at);
        if (present.length === 0) {
          expect(text).toBe('');
          expect(paste).toBeNull();
          return;
        }
        const after = apply(doc, paste!.command).doc;
        const originals = Object.keys(doc.meaning.nodes).filter((each) => present.includes(each));
        const twin = new Map(originals.map((each, index) => [each, paste!.nodes[index]!]));
        expect(new Set(twin.values()).size).toBe(present.length);
        for (const [original, copy] of twin) {
          expect(Object.hasOwn(doc.meaning.nodes, copy)).toBe(false);
          expect(after.meaning.nodes[copy]).toEqual({ ...doc.meaning.nodes[original], id: copy });
        }
        const inner = (from: GraphDoc, members: readonly string[], rename: (of: string) => string) =>
          Object.values(from.meaning.edges)
            .filter((wire) => members.includes(wire.source.node) && members.includes(wire.target.node))
            .map(
              (wire) =>
                `${rename(wire.source.node)}.${wire.source.port}>${rename(wire.target.node)}.${wire.target.port}#${wire.order}`,
            )
            .sort();
        expect(inner(after, paste!.nodes, (of) => of)).toEqual(inner(doc, originals, (of) => twin.get(of)!));
        const corner = paste!.nodes.map((copy) => after.layout.positions[copy]!);
        expect(Math.min(...corner.map(({ x }) => x))).toBeCloseTo(at.x, 3);
        expect(Math.min(...corner.map(({ y }) => y))).toBeCloseTo(at.y, 3);
        // Everything that was there is untouched.
        for (const [key, value] of Object.entries(doc.meaning.nodes))
          expect(after.meaning.nodes[key]).toBe(value);
      }),
      RUNS,
    );
  });

  test('deleting a duplicate gives back the document', () => {
    fc.assert(
      fc.property(document, fc.subarray(nodeIds), fc.boolean(), (doc, chosen, keepIncoming) => {
        const duplicate = duplicateCommands(doc, chosen, { keepIncoming });
        if (!duplicate) return;
        const after = apply(doc, duplicate.command).doc;
        expect(apply(after, deleteCommands(after, duplicate.nodes)!).doc).toEqual(doc);
      }),
      RUNS,
    );
  });
});

test('fresh ids are legal, new, and the same for the same document', () => {
  fc.assert(
    fc.property(document, fc.array(fc.oneof(id, fc.string()), { maxLength: 8 }), (doc, prefixes) => {
      const ids = prefixes.map(idAllocator(doc));
      expect(new Set(ids).size).toBe(ids.length);
      for (const each of ids) {
        expect(each).toMatch(LEGAL_ID);
        expect(Object.hasOwn(doc.meaning.nodes, each) || Object.hasOwn(doc.meaning.edges, each)).toBe(false);
      }
      expect(prefixes.map(idAllocator(doc))).toEqual(ids);
    }),
    RUNS,
  );
});

describe('topology', () => {
  /** Reachability the slow way: follow every wire until nothing is new. */
  const feeds = (doc: GraphDoc, start: string): Set<string> => {
    const seen = new Set<string>();
    for (let grew = true; grew; ) {
      grew = false;
      for (const { source, target } of Object.values(doc.meaning.edges)) {
        const isNext = target.node === start || seen.has(target.node);
        if (isNext && !seen.has(source.node)) {
          seen.add(source.node);
          grew = true;
        }
      }
    }
    return seen;
  };

  test('order, cycles and ancestors agree with their definitions', () => {
    fc.assert(
      fc.property(document, (doc) => {
        const graph = topology(doc.meaning);
        const ids = Object.keys(doc.meaning.nodes).map(nodeId);
        const ancestors = new Map(ids.map((each) => [each, feeds(doc, each)]));
        const onCycle = ids.filter((each) => ancestors.get(each)!.has(each));
        expect([...graph.cyclic].sort()).toEqual(onCycle.sort());
        for (const each of ids) expect(new Set<string>(graph.ancestors(each))).toEqual(ancestors.get(each));
        const free = ids.filter(
          (each) => !onCycle.includes(each) && !onCycle.some((bad) => ancestors.get(each)!.has(bad)),
        );
        expect([...graph.order].sort()).toEqual(free.sort());
        const place = new Map(graph.order.map((each, index) => [each, index]));
        for (const { source, target } of Object.values(doc.meaning.edges)) {
          if (place.has(target.node)) expect(place.get(source.node)!).toBeLessThan(place.get(target.node)!);
        }
      }),
      RUNS,
    );
  });

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(document, (doc) => {
        const turned = {
          nodes: Object.fromEntries(Object.entries(doc.meaning.nodes).reverse()),
          edges: Object.fromEntries(Object.entries(doc.meaning.edges).reverse()),
        };
        expect(topology(turned).order).toEqual(topology(doc.meaning).order);
      }),
      RUNS,
    );
  });
});
