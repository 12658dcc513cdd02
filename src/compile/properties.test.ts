/** What the compiler promises for every document, checked over random ones: damaged graphs, graphs that fit, and graphs with one break. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../graph/apply';
import type { Command } from '../graph/command';
import type { Diagnostic } from '../graph/diagnostic';
import { type Config, edgeId, type GraphDoc, type GraphNode, nodeId } from '../graph/document';
import { emptyDocument } from '../graph/new-document';
import type { DatasetSchema } from '../graph/schema';
import { NODE_TYPES, nodeType } from '../nodes/index';
import { optimizerType } from '../nodes/training-index';
import { canConnect } from './can-connect';
import { describeDiagnostic, describeFix } from './describe';
import { compile } from './index';
import { fixCommand } from './place-fix';
import { breakGraph, grow, type Move, schemaAt, someConfig } from './random-graphs';
import type { CompileResult } from './result';

/** fast-check prints the seed and the path of a failure; run one again by putting them here. */
const RUNS = { seed: 20_260, numRuns: 150 };

const natural = fc.nat({ max: 1 << 20 });
const move: fc.Arbitrary<Move> = fc.record({
  type: natural,
  config: natural,
  wires: fc.array(natural, { minLength: 3, maxLength: 3 }),
});

interface Drawn {
  readonly doc: GraphDoc;
  readonly schema: DatasetSchema;
}
const fitting: fc.Arbitrary<Drawn> = fc
  .tuple(natural, fc.array(move, { minLength: 1, maxLength: 8, size: 'max' }), fc.integer({ min: 1, max: 2 }))
  .map(([pick, moves, heads]) => ({ doc: grow(schemaAt(pick), moves, heads), schema: schemaAt(pick) }));

// Damage: what a hand, an old file or a foreign program could leave behind. Names that every object inherits are among the ids.
const ids = ['dense', 'flatten', 'image-input', 'constructor', 'toString', 'gone'];
const ports = ['output', 'input', 'inputs', 'members', 'query', 'value', 'constructor', '__proto__'];
const garbage = fc.oneof(
  fc.constantFrom<null | boolean | string>(null, true, '', 'nonsense', 'label'),
  fc.constantFrom(-1, 0, 0.5, 1e9, 1e308),
  fc.array(fc.constantFrom(-1, 0, 3, 1e12), { maxLength: 4 }),
  fc.constant({ nested: [1] }),
);

type Damage = (doc: GraphDoc) => GraphDoc;
const at = <T>(items: readonly T[], pick: number): T | undefined => items[pick % Math.max(1, items.length)];
const nodeAt = (doc: GraphDoc, pick: number): GraphNode | undefined =>
  at(Object.values(doc.meaning.nodes), pick);
const withMeaning = (doc: GraphDoc, part: Partial<GraphDoc['meaning']>): GraphDoc => ({
  ...doc,
  meaning: { ...doc.meaning, ...part },
});
const edit =
  (command: (doc: GraphDoc) => Command | undefined): Damage =>
  (doc) => {
    const made = command(doc);
    return made ? apply(doc, made).doc : doc;
  };

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(natural, natural, garbage).map(([pick, field, value]) =>
    edit((doc) => {
      const node = nodeAt(doc, pick);
      const name = node && (at(Object.keys(nodeType(node.type)?.fields ?? {}), field) ?? 'any');
      return node && name ? { kind: 'setConfig', node: node.id, config: { [name]: value } } : undefined;
    }),
  ),
  fc.tuple(natural, fc.boolean()).map(([pick, bypassed]) =>
    edit((doc) => {
      const node = nodeAt(doc, pick)?.id;
      return (
        node &&
        (bypassed
          ? { kind: 'setBypassed', node, bypassed }
          : { kind: 'setTrainable', node, trainable: false })
      );
    }),
  ),
  natural.map((pick) =>
    edit((doc) => {
      const edge = at(Object.values(doc.meaning.edges), pick);
      return edge && { kind: 'removeEdge', edge: edge.id };
    }),
  ),
  natural.map((pick) =>
    edit((doc) => {
      const node = nodeAt(doc, pick)?.id;
      return node && { kind: 'removeNode', node };
    }),
  ),
  fc.tuple(fc.constantFrom(...ids), natural, natural).map(([id, pick, seed]) => {
    const type = at([...NODE_TYPES, null], pick);
    const node: GraphNode = {
      id: nodeId(id),
      type: type?.type ?? 'from-the-future',
      typeVersion: (type?.version ?? 1) + (seed % 5 === 0 ? 1 : 0),
      title: seed % 3 === 0 ? 'Dense' : '',
      config: type ? someConfig(type, seed) : {},
    };
    return edit(() => ({ kind: 'addNode', node, position: { x: 0, y: 0 } }));
  }),
  // A wire between any two nodes, there or not, at any port; its order is its own.
  fc
    .tuple(natural, natural, fc.constantFrom(...ports), fc.constantFrom(...ports))
    .map(([from, to, output, input]) => (doc: GraphDoc) => {
      const known = [...Object.keys(doc.meaning.nodes), 'gone', 'valueOf'];
      const count = Object.keys(doc.meaning.edges).length;
      const id = edgeId(`x-${count}`);
      const source = { node: nodeId(at(known, from)!), port: from % 3 === 0 ? output : 'output' };
      const wanted = nodeType(doc.meaning.nodes[at(known, to)!]?.type ?? '')?.inputs[0]?.name ?? input;
      const target = { node: nodeId(at(known, to)!), port: to % 3 === 0 ? input : wanted };
      return withMeaning(doc, {
        edges: { ...doc.meaning.edges, [id]: { id, source, target, order: 1000 + count } },
      });
    }),
  fc.tuple(fc.constantFrom('sgd', 'adam', 'toString'), garbage).map(
    ([type, value]) =>
      (doc: GraphDoc) =>
        withMeaning(doc, {
          training: { ...doc.meaning.training, optimizer: { type, config: { learningRate: value } } },
        }),
  ),
);

const damaged: fc.Arbitrary<Drawn> = fc
  .tuple(
    fitting,
    fc.array(damage, { maxLength: 6, size: 'max' }),
    fc.option(natural, { freq: 9 }),
    fc.nat({ max: 19 }),
  )
  .map(([{ doc, schema }, damages, other, empty]) => ({
    doc: damages.reduce((next, each) => each(next), empty === 0 ? emptyDocument('empty') : doc),
    schema: other !== null && other % 4 === 0 ? schemaAt(other) : schema,
  }));

const key = ({ code, where }: Diagnostic): string => `${code} ${JSON.stringify(where)}`;

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

/** Everything that compiling says, as plain data. */
const told = (result: CompileResult) => ({
  ...result,
  shapes: [...result.shapes],
  costs: [...result.costs],
});

function placeExists({ where }: Diagnostic, { meaning }: GraphDoc): boolean {
  switch (where.kind) {
    case 'document':
      return true;
    case 'edge':
      return Object.hasOwn(meaning.edges, where.edge);
    case 'training':
      return (
        where.field === 'dataset' ||
        Object.hasOwn(meaning.training, where.field) ||
        Object.hasOwn(optimizerType(meaning.training.optimizer.type)?.fields ?? {}, where.field)
      );
    default: {
      if (!Object.hasOwn(meaning.nodes, where.node)) return false;
      const type = nodeType(meaning.nodes[where.node]!.type);
      if (where.kind === 'node') return true;
      if (where.kind === 'field') return type !== undefined && Object.hasOwn(type.fields, where.field);
      return (
        type?.[where.side === 'input' ? 'inputs' : 'outputs'].some(({ name }) => name === where.port) ?? false
      );
    }
  }
}

describe('any document', () => {
  it('compiles to a result, and leaves document and schema as they were', () => {
    fc.assert(
      fc.property(damaged, ({ doc, schema }) => {
        compile(deepFreeze(structuredClone(doc)), deepFreeze(structuredClone(schema)));
        compile(deepFreeze(structuredClone(doc)), null);
      }),
      { ...RUNS, numRuns: 300 },
    );
  });

  it('has diagnostics that point at something, say something, and explain a missing plan', () => {
    fc.assert(
      fc.property(damaged, ({ doc, schema }) => {
        const { plan, diagnostics } = compile(doc, schema);
        if (!plan) expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
        for (const diagnostic of diagnostics) {
          expect(placeExists(diagnostic, doc), key(diagnostic)).toBe(true);
          if (diagnostic.code === 'cycle')
            expect(diagnostic.nodes.every((id) => Object.hasOwn(doc.meaning.nodes, id))).toBe(true);
          for (const locale of ['en', 'zh'] as const) {
            const words = describeDiagnostic(diagnostic, { locale, nodes: doc.meaning.nodes });
            expect(words).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
            for (const { label } of diagnostic.fixes)
              expect(describeFix(label, locale)).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
          }
        }
      }),
      RUNS,
    );
  });

  it('is repaired by each offered fix, in one step that can be undone exactly', () => {
    let tried = 0;
    fc.assert(
      fc.property(damaged, ({ doc: drawn, schema }) => {
        // A wire without an end can be taken away but not put back: no file brings one in (`parse.ts` drops them).
        const { nodes } = drawn.meaning;
        const edges = Object.entries(drawn.meaning.edges).filter(
          ([, { source, target }]) => Object.hasOwn(nodes, source.node) && Object.hasOwn(nodes, target.node),
        );
        const doc = withMeaning(drawn, { edges: Object.fromEntries(edges) });
        for (const diagnostic of compile(doc, schema).diagnostics) {
          for (const fix of diagnostic.fixes) {
            tried++;
            const { doc: fixed, inverse } = apply(doc, fixCommand(doc, fix));
            expect(compile(fixed, schema).diagnostics.map(key)).not.toContain(key(diagnostic));
            expect(apply(fixed, inverse).doc).toEqual(doc);
          }
        }
      }),
      { ...RUNS, numRuns: 300 },
    );
    expect(tried).toBeGreaterThan(200);
  });

  it('loses a wire without an end to its fix', () => {
    fc.assert(
      fc.property(damaged, ({ doc, schema }) => {
        for (const diagnostic of compile(doc, schema).diagnostics.filter(
          ({ code }) => code === 'dangling-edge',
        )) {
          expect(diagnostic.severity).toBe('error');
          const [fix] = diagnostic.fixes;
          if (!fix) continue;
          const { doc: fixed } = apply(doc, fixCommand(doc, fix));
          expect(compile(fixed, schema).diagnostics.map(key)).not.toContain(key(diagnostic));
        }
      }),
      RUNS,
    );
  });

  it('compiles to the same whatever the order of its keys', () => {
    const reversed = <T>(record: { readonly [id: string]: T }): { readonly [id: string]: T } =>
      Object.fromEntries(Object.entries(record).reverse());
    fc.assert(
      fc.property(damaged, ({ doc, schema }) => {
        const { nodes, edges } = doc.meaning;
        const shuffled = withMeaning(doc, { nodes: reversed(nodes), edges: reversed(edges) });
        expect(told(compile(shuffled, schema))).toEqual(told(compile(doc, schema)));
      }),
      RUNS,
    );
  });

  it('compiles to the same wherever its nodes are drawn', () => {
    fc.assert(
      fc.property(damaged, natural, ({ doc, schema }, x) => {
        const before = told(compile(structuredClone(doc), schema));
        const positions = Object.fromEntries(
          Object.keys(doc.meaning.nodes).map((id, k) => [id, { x: x - k, y: k * x }]),
        );
        const moved = apply(doc, { kind: 'moveNodes', positions }).doc;
        expect(told(compile(moved, schema))).toEqual(before);
      }),
      { ...RUNS, numRuns: 50 },
    );
  });
});

describe('other names', () => {
  /** Ids in another order: what sorted first sorts last. */
  function renamed(doc: GraphDoc): { readonly doc: GraphDoc; readonly name: (id: string) => string } {
    const ordered = Object.keys(doc.meaning.nodes).sort().reverse();
    const names = new Map(ordered.map((id, k) => [id, `n${String(k).padStart(3, '0')}`]));
    const name = (id: string): string => names.get(id) ?? id;
    const nodes: Record<string, GraphNode> = {};
    for (const node of Object.values(doc.meaning.nodes))
      nodes[name(node.id)] = { ...node, id: nodeId(name(node.id)) };
    const edges = Object.values(doc.meaning.edges).map((edge, k) => ({
      ...edge,
      id: edgeId(`w${999 - k}`),
      source: { ...edge.source, node: nodeId(name(edge.source.node)) },
      target: { ...edge.target, node: nodeId(name(edge.target.node)) },
    }));
    return { doc: withMeaning(doc, { nodes, edges: Object.fromEntries(edges.map((e) => [e.id, e])) }), name };
  }

  /** Plan ids start with the id of the node: `dense`, `dense#2`, `dense/inner`. */
  const renamePlanId = (id: string, name: (id: string) => string): string =>
    id.replace(/^[^#/]+/, (node) => name(node));

  /** Layer names apart, order of independent nodes apart. */
  function planFacts({ plan }: CompileResult, name: (id: string) => string): unknown {
    if (!plan) return null;
    const renamedRefs = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (field, inner: unknown) =>
        typeof inner === 'string' && (field === 'node' || field === 'id' || field === 'source')
          ? renamePlanId(inner, name)
          : field === 'name'
            ? undefined
            : inner,
      );
    const table = (list: readonly { readonly id: string }[]) =>
      Object.fromEntries(list.map((entry) => [renamePlanId(entry.id, name), renamedRefs(entry)]));
    return { inputs: table(plan.inputs), nodes: table(plan.nodes), heads: table(plan.heads) };
  }

  it('give the same shapes, costs, plan and problems', () => {
    fc.assert(
      fc.property(damaged, ({ doc, schema }) => {
        const same = (id: string): string => id;
        const other = renamed(doc);
        const [a, b] = [compile(doc, schema), compile(other.doc, schema)];
        expect(b.total).toEqual(a.total);
        expect(Object.fromEntries(b.costs)).toEqual(
          Object.fromEntries([...a.costs].map(([id, cost]) => [other.name(id), cost])),
        );
        expect(Object.fromEntries(b.shapes)).toEqual(
          Object.fromEntries([...a.shapes].map(([id, fact]) => [id.replace(/^[^:]+/, other.name), fact])),
        );
        expect(planFacts(b, same)).toEqual(planFacts(a, other.name));
        const codes = (result: CompileResult) =>
          result.diagnostics.map(({ code, severity }) => `${code} ${severity}`);
        expect(codes(b).sort()).toEqual(codes(a).sort());
      }),
      RUNS,
    );
  });
});

describe('memory of earlier compilations', () => {
  it('never shows: after any edits the result is that of a fresh copy', () => {
    fc.assert(
      fc.property(
        fitting,
        fc.array(fc.tuple(damage, natural), { maxLength: 8 }),
        ({ doc, schema }, steps) => {
          let current = doc;
          for (const [change, pick] of steps) {
            current = change(current);
            const against = pick % 5 === 0 ? schemaAt(pick) : pick % 7 === 0 ? null : schema;
            expect(told(compile(current, against))).toEqual(told(compile(structuredClone(current), against)));
          }
        },
      ),
      RUNS,
    );
  });

  it('is used: a node that an edit does not reach keeps its fact', () => {
    const doc = grow(
      schemaAt(2),
      [1, 2, 3].map((type) => ({ type, config: type, wires: [0, 0, 0] })),
    );
    const before = compile(doc, schemaAt(2));
    const head = Object.keys(doc.meaning.nodes).at(-1)!;
    const config: Config = { weight: 0.25 };
    const edited = apply(doc, { kind: 'setConfig', node: nodeId(head), config }).doc;
    const after = compile(edited, schemaAt(2));
    expect(after.shapes.size).toBeGreaterThan(0);
    for (const [port, fact] of after.shapes) expect(fact).toBe(before.shapes.get(port));
  });
});

describe('a graph that fits by construction', () => {
  it('compiles without an error to a plan that can be trained', () => {
    fc.assert(
      fc.property(fitting, ({ doc, schema }) => {
        const { plan, training, data, diagnostics } = compile(doc, schema);
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(plan && training && data).toBeTruthy();
        expect(data!.features.length).toBe(plan!.inputs.length);
        expect(data!.targets.length).toBe(plan!.heads.length);
        const made = new Set(plan!.inputs.map(({ id }) => id));
        for (const node of plan!.nodes) {
          for (const ref of Object.values(node.inputs).flat()) expect(made.has(ref.node)).toBe(true);
          made.add(node.id);
        }
      }),
      RUNS,
    );
  });

  it('has only wires that may be drawn', () => {
    fc.assert(
      fc.property(fitting, ({ doc, schema }) => {
        for (const edge of Object.values(doc.meaning.edges)) {
          const without = apply(doc, { kind: 'removeEdge', edge: edge.id }).doc;
          expect(canConnect(without, compile(without, schema), edge.source, edge.target)).toBeNull();
          expect(canConnect(doc, compile(doc, schema), edge.source, edge.target)?.code).toBe(
            'too-many-edges',
          );
          expect(canConnect(doc, compile(doc, schema), edge.target, edge.source)).not.toBeNull();
        }
      }),
      { ...RUNS, numRuns: 60 },
    );
  });

  it('gets an error from any one break', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fitting, natural, ({ doc, schema }, pick) => {
        const broken = breakGraph(doc, pick);
        if (!broken) return;
        seen.add(broken.kind);
        const { diagnostics } = compile(broken.doc, schema);
        expect(
          diagnostics.some(({ severity }) => severity === 'error'),
          broken.kind,
        ).toBe(true);
      }),
      { ...RUNS, numRuns: 400 },
    );
    expect([...seen].sort()).toEqual(
      ['cut', 'cycle', 'dangling', 'doubled', 'field', 'head', 'port', 'type', 'version'].sort(),
    );
  });
});
