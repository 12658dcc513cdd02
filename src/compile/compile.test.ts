/** The compiler over hand-drawn graphs: shapes, plans, costs, places of diagnostics, and repairs that really repair. */
import { describe, expect, it } from 'vitest';
import { apply } from '../graph/apply';
import type { Command } from '../graph/command';
import type { Diagnostic } from '../graph/diagnostic';
import { edgeId, type GraphDoc, nodeId } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import { formatShape } from '../graph/shape';
import { type ProjectTable, project } from '../lessons/project';
import { canConnect } from './can-connect';
import { describeDiagnostic } from './describe';
import { compile } from './index';
import { fixCommand } from './place-fix';

const IMAGES: DatasetSchema = {
  id: 'images',
  title: { en: 'Images', zh: '图像' },
  rows: 100,
  columns: [
    { kind: 'image', name: 'image', height: 28, width: 28, channels: 1 },
    { kind: 'category', name: 'label', classes: ['a', 'b', 'c'], counts: [40, 30, 30], missing: 0 },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 0,
};
const TEXTS: DatasetSchema = {
  ...IMAGES,
  id: 'texts',
  columns: [
    { kind: 'text', name: 'text', maxWords: 20, medianWords: 8, distinctWords: 500, missing: 0 },
    { kind: 'category', name: 'label', classes: ['no', 'yes'], counts: [50, 50], missing: 0 },
  ],
};
const TABLE: DatasetSchema = {
  ...IMAGES,
  id: 'table',
  columns: [
    { kind: 'number', name: 'x', min: 0, max: 1, mean: 0.5, std: 0.3, missing: 0 },
    { kind: 'number', name: 'y', min: 0, max: 1, mean: 0.5, std: 0.3, missing: 0 },
    { kind: 'category', name: 'label', classes: ['a', 'b', 'c'], counts: [40, 30, 30], missing: 0 },
  ],
};

const draw = (table: Pick<ProjectTable, 'nodes' | 'wires'>): GraphDoc =>
  project({ name: 'test', dataset: 'images', training: {}, ...table });

const CNN = draw({
  nodes: [
    { id: 'image', type: 'image-input', at: [0, 0] },
    { id: 'conv', type: 'conv-2d', config: { filters: 8, kernelSize: [3, 3], padding: 'same' }, at: [1, 0] },
    { id: 'flat', type: 'flatten', at: [2, 0] },
    { id: 'out', type: 'classification-output', at: [3, 0] },
  ],
  wires: ['image > conv', 'conv > flat', 'flat > out'],
});

const codes = (list: readonly Diagnostic[]): string[] => list.map((d) => d.code);
const run = (doc: GraphDoc, command: Command): GraphDoc => apply(doc, command).doc;

describe('a complete graph', () => {
  const result = compile(CNN, IMAGES);
  it('has no diagnostic, shapes on every wire and a plan in topological order', () => {
    expect(result.diagnostics).toEqual([]);
    expect(formatShape(result.shapes.get('conv:output')!.shape)).toBe('28×28×8');
    expect(formatShape(result.shapes.get('flat:output')!.shape)).toBe('6272');
    expect(result.plan!.nodes.map((node) => node.id)).toEqual([
      'conv',
      'flat',
      'out/logits',
      'out/probabilities',
    ]);
    expect(result.plan!.heads[0]!.target).toEqual({
      kind: 'class',
      column: 'label',
      classes: ['a', 'b', 'c'],
    });
    expect(result.plan!.heads[0]!.logits).toEqual({ node: 'out/logits', port: 'output' });
  });
  it('counts parameters and multiply-adds in closed form', () => {
    expect(result.total.parameters).toBe(3 * 3 * 8 + 8 + 6272 * 3 + 3);
    expect(result.costs.get('conv')!.multiplyAdds).toBe(28 * 28 * 8 * 9);
    expect(result.costs.get('out')!.parameters).toBe(6272 * 3 + 3);
  });
  it('freezes what the user froze', () => {
    const frozen = compile(
      run(CNN, { kind: 'setTrainable', node: nodeId('conv'), trainable: false }),
      IMAGES,
    );
    expect(frozen.total.parameters - frozen.total.trainableParameters).toBe(80);
    expect(frozen.plan!.nodes.find((node) => node.id === 'conv')!.trainable).toBe(false);
  });
  it('gives the same shapes and plan wherever the nodes are drawn', () => {
    const moved = run(CNN, { kind: 'moveNodes', positions: { conv: { x: 900, y: -50 } } });
    expect(moved.meaning).toBe(CNN.meaning);
  });
  it('builds without data, but does not train', () => {
    const unbound = compile(run(CNN, { kind: 'setDataset', dataset: null }), null);
    expect(codes(unbound.diagnostics)).toEqual(['no-dataset']);
    expect(unbound.plan).not.toBeNull();
    expect(unbound.training).toBeNull();
  });
});

describe('wrong graphs', () => {
  const broken: readonly {
    readonly name: string;
    readonly doc: GraphDoc;
    readonly schema: DatasetSchema;
    readonly code: string;
    readonly place: string;
    readonly fixable: boolean;
  }[] = [
    {
      name: 'an image into a classification head',
      doc: draw({
        nodes: [
          { id: 'image', type: 'image-input', at: [0, 0] },
          { id: 'out', type: 'classification-output', at: [1, 0] },
        ],
        wires: ['image > out'],
      }),
      schema: IMAGES,
      code: 'wrong-flow',
      place: 'port',
      fixable: true,
    },
    {
      name: 'a node without its wire',
      doc: run(CNN, { kind: 'removeEdge', edge: edgeId('e-conv-flat') }),
      schema: IMAGES,
      code: 'missing-input',
      place: 'port',
      fixable: true,
    },
    {
      name: 'a circle',
      doc: run(
        draw({
          nodes: [
            { id: 'image', type: 'image-input', at: [0, 0] },
            { id: 'a', type: 'add', at: [1, 0] },
            { id: 'b', type: 'conv-2d', at: [2, 0] },
            { id: 'flat', type: 'flatten', at: [3, 0] },
            { id: 'out', type: 'classification-output', at: [4, 0] },
          ],
          wires: ['image > a.inputs', 'a > b', 'b > a.inputs', 'b > flat', 'flat > out'],
        }),
        { kind: 'batch', commands: [] },
      ),
      schema: IMAGES,
      code: 'cycle',
      place: 'node',
      fixable: true,
    },
    {
      name: 'no output',
      doc: run(CNN, { kind: 'removeNode', node: nodeId('out') }),
      schema: IMAGES,
      code: 'no-output',
      place: 'document',
      fixable: true,
    },
    {
      name: 'a negative number of filters',
      doc: run(CNN, { kind: 'setConfig', node: nodeId('conv'), config: { filters: -3 } }),
      schema: IMAGES,
      code: 'field-range',
      place: 'field',
      fixable: true,
    },
    {
      name: 'scores for the wrong number of classes',
      doc: run(CNN, { kind: 'setConfig', node: nodeId('out'), config: { projection: false } }),
      schema: IMAGES,
      code: 'classes-mismatch',
      place: 'port',
      fixable: true,
    },
    {
      name: 'addition of different shapes',
      doc: draw({
        nodes: [
          { id: 'image', type: 'image-input', at: [0, 0] },
          { id: 'a', type: 'conv-2d', config: { filters: 4, padding: 'same' }, at: [1, 0] },
          { id: 'b', type: 'conv-2d', config: { filters: 6, padding: 'same' }, at: [1, 1] },
          { id: 'sum', type: 'add', at: [2, 0] },
          { id: 'flat', type: 'flatten', at: [3, 0] },
          { id: 'out', type: 'classification-output', at: [4, 0] },
        ],
        wires: ['image > a', 'image > b', 'a > sum.inputs', 'b > sum.inputs', 'sum > flat', 'flat > out'],
      }),
      schema: IMAGES,
      code: 'shape-mismatch',
      place: 'port',
      fixable: true,
    },
    {
      name: 'data without images',
      doc: CNN,
      schema: TABLE,
      code: 'no-column',
      place: 'field',
      fixable: false,
    },
    {
      name: 'an input that holds the answer',
      doc: draw({
        nodes: [
          { id: 'x', type: 'numbers-input', config: { columns: ['x', 'y', 'label'] }, at: [0, 0] },
          { id: 'out', type: 'classification-output', at: [1, 0] },
        ],
        wires: ['x > out'],
      }),
      schema: TABLE,
      code: 'target-leak',
      place: 'node',
      fixable: true,
    },
    {
      name: 'a negative learning rate',
      doc: run(CNN, {
        kind: 'setTraining',
        training: { optimizer: { type: 'adam', config: { learningRate: -1 } } },
      }),
      schema: IMAGES,
      code: 'field-range',
      place: 'training',
      fixable: false,
    },
    {
      name: 'words into a dense layer',
      doc: draw({
        nodes: [
          { id: 'words', type: 'tokens-input', at: [0, 0] },
          { id: 'dense', type: 'dense', at: [1, 0] },
          { id: 'out', type: 'classification-output', at: [2, 0] },
        ],
        wires: ['words > dense', 'dense > out'],
      }),
      schema: TEXTS,
      code: 'wrong-flow',
      place: 'port',
      fixable: true,
    },
    {
      name: 'an unknown node type',
      doc: run(CNN, {
        kind: 'batch',
        commands: [
          {
            kind: 'addNode',
            node: { id: nodeId('odd'), type: 'from-the-future', typeVersion: 1, title: '', config: {} },
            position: { x: 0, y: 0 },
          },
        ],
      }),
      schema: IMAGES,
      code: 'unknown-node-type',
      place: 'node',
      fixable: true,
    },
  ];

  for (const { name, doc, schema, code, place, fixable } of broken) {
    it(`${name}: ${code} at the ${place}`, () => {
      const { diagnostics } = compile(doc, schema);
      const found = diagnostics.find((d) => d.code === code);
      expect(codes(diagnostics)).toContain(code);
      expect(found!.where.kind).toBe(place);
      for (const locale of ['en', 'zh'] as const) {
        expect(describeDiagnostic(found!, { locale, nodes: doc.meaning.nodes })).not.toMatch(/\{\w+\}/);
      }
      if (fixable) expect(found!.fixes.length).toBeGreaterThan(0);
    });

    it(`${name}: every offered fix makes it go away, as one undoable step`, () => {
      const key = (d: Diagnostic) => `${d.code} ${JSON.stringify(d.where)}`;
      for (const diagnostic of compile(doc, schema).diagnostics) {
        for (const fix of diagnostic.fixes) {
          const { doc: fixed, inverse } = apply(doc, fixCommand(doc, fix));
          expect(compile(fixed, schema).diagnostics.map(key)).not.toContain(key(diagnostic));
          expect(apply(fixed, inverse).doc).toEqual(doc);
        }
      }
    });
  }

  it('a circle before the only head leaves nothing to train', () => {
    const doc = draw({
      nodes: [
        { id: 'a', type: 'dense', at: [0, 0] },
        { id: 'b', type: 'dense', at: [1, 0] },
        { id: 'out', type: 'classification-output', at: [2, 0] },
      ],
      wires: ['a > b', 'b > a', 'b > out'],
    });
    const { plan, training, diagnostics } = compile(doc, IMAGES);
    expect(codes(diagnostics)).toContain('cycle');
    expect([plan, training]).toEqual([null, null]);
  });

  it('an unfinished corner does not stop the rest', () => {
    const doc = run(CNN, {
      kind: 'addNode',
      node: { id: nodeId('loose'), type: 'dense', typeVersion: 1, title: '', config: { units: 4 } },
      position: { x: 0, y: 300 },
    });
    const result = compile(doc, IMAGES);
    expect(result.plan).not.toBeNull();
    expect(result.diagnostics.every((d) => d.severity === 'warning')).toBe(true);
  });
});

describe('names of heads', () => {
  it('are those on the canvas, whatever the layers are called, and differ from each other', () => {
    const doc = draw({
      nodes: [
        { id: 'x', type: 'numbers-input', at: [0, 0] },
        { id: 'layer', type: 'dense', title: 'Species', at: [1, 0] },
        { id: 'a', type: 'classification-output', title: 'Species', at: [2, 0] },
        { id: 'b', type: 'classification-output', title: 'Species', at: [2, 1] },
      ],
      wires: ['x > layer', 'layer > a', 'layer > b'],
    });
    const { plan } = compile(doc, TABLE);
    expect(plan!.heads.map(({ name }) => name)).toEqual(['species', 'species_1']);
  });
});

describe('bypass', () => {
  it('passes the input on and leaves the node out of the plan', () => {
    const result = compile(run(CNN, { kind: 'setBypassed', node: nodeId('conv'), bypassed: true }), IMAGES);
    expect(result.diagnostics).toEqual([]);
    expect(formatShape(result.shapes.get('conv:output')!.shape)).toBe('28×28×1');
    expect(result.plan!.nodes.find((node) => node.id === 'flat')!.inputs['input']).toEqual([
      { node: 'image', port: 'output' },
    ]);
  });
});

describe('replicas of an ensemble', () => {
  const doc = draw({
    nodes: [
      { id: 'x', type: 'numbers-input', at: [0, 0] },
      { id: 'trunk', type: 'dense', config: { units: 5 }, at: [1, 0] },
      { id: 'branch', type: 'dense', config: { units: 4 }, at: [2, 0] },
      { id: 'scores', type: 'dense', config: { units: 3 }, at: [3, 0] },
      { id: 'many', type: 'ensemble', config: { replicas: 3 }, at: [4, 0] },
      { id: 'out', type: 'classification-output', config: { projection: false }, at: [5, 0] },
      { id: 'other', type: 'classification-output', at: [5, 1] },
    ],
    wires: [
      'x > trunk',
      'trunk > branch',
      'branch > scores',
      'scores > many.members',
      'many > out',
      'trunk > other',
    ],
  });
  const { plan, costs, diagnostics } = compile(doc, TABLE);

  it('copies the branch that only the ensemble uses, and shares the rest', () => {
    expect(diagnostics).toEqual([]);
    const ids = plan!.nodes.map((node) => node.id);
    expect(ids.filter((id) => id.startsWith('branch'))).toEqual(['branch#1', 'branch#2', 'branch#3']);
    expect(ids.filter((id) => id.startsWith('trunk'))).toEqual(['trunk']);
    const many = plan!.nodes.find((node) => node.id === 'many')!;
    expect(many.inputs['members']!.map((ref) => ref.node)).toEqual(['scores#1', 'scores#2', 'scores#3']);
    expect(plan!.nodes.find((node) => node.id === 'branch#2')!.inputs['input']).toEqual([
      { node: 'trunk', port: 'output' },
    ]);
    expect(new Set(plan!.nodes.map((node) => node.name)).size).toBe(plan!.nodes.length);
  });
  it('counts each copy', () => {
    expect(costs.get('branch')!.parameters).toBe(3 * (5 * 4 + 4));
    expect(costs.get('trunk')!.parameters).toBe(2 * 5 + 5);
  });
});

describe('masks', () => {
  it('lead the token ids to every layer that skips padding', () => {
    const doc = draw({
      nodes: [
        { id: 'words', type: 'tokens-input', config: { length: 12 }, at: [0, 0] },
        { id: 'embedding', type: 'embedding', config: { dimension: 6 }, at: [1, 0] },
        { id: 'encoder', type: 'transformer-encoder', config: { heads: 2 }, at: [2, 0] },
        { id: 'pool', type: 'global-average-pooling', at: [3, 0] },
        { id: 'out', type: 'binary-output', at: [4, 0] },
      ],
      wires: ['words > embedding', 'embedding > encoder', 'encoder > pool', 'pool > out'],
    });
    const { plan, diagnostics } = compile(doc, TEXTS);
    expect(diagnostics).toEqual([]);
    const attention = plan!.nodes.find((node) => node.type === 'multi-head-attention')!;
    expect(attention.mask).toEqual({ node: 'words', port: 'output' });
    expect(plan!.nodes.find((node) => node.id === 'pool')!.mask).toEqual({ node: 'words', port: 'output' });
  });
});

describe('canConnect', () => {
  const result = compile(CNN, IMAGES);
  const at = (node: string, port: string) => ({ node: nodeId(node), port });
  it('refuses circles, wrong flows and what is not there, and says why', () => {
    expect(canConnect(CNN, result, at('flat', 'output'), at('conv', 'input'))?.code).toBe('cycle');
    expect(canConnect(CNN, result, at('conv', 'output'), at('conv', 'input'))?.code).toBe('cycle');
    expect(canConnect(CNN, result, at('image', 'output'), at('out', 'input'))?.code).toBe('wrong-flow');
    expect(canConnect(CNN, result, at('image', 'nothing'), at('out', 'input'))?.code).toBe('unknown-port');
    expect(canConnect(CNN, result, at('image', 'output'), at('flat', 'input'))).toBeNull();
  });
});
