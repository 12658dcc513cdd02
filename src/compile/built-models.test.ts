/**
 * The compiler's arithmetic against what tfjs really builds and runs: parameters, shapes, masks and frozen weights of random graphs,
 * whole ones, so that composites, replicas and several heads are met in company. Single types are the battery's business.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltModel, buildModel } from '../engine/build-model';
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import { nodeId } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import type { Dim, Shape, TensorFact } from '../graph/shape';
import { type ProjectNode, project } from '../lessons/project';
import { NODE_TYPES } from '../nodes/index';
import { integer, type Random, seededRandom } from '../nodes/random-config';
import { compile } from './index';
import type { ModelPlan } from './plan';
import { grow, type Move, SCHEMAS, schemaAt } from './random-graphs';

const SEED = 77;
const GRAPHS = 96;
const BATCH = 2;

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

const sized = (shape: Shape): number[] => shape.map((dim: Dim) => (typeof dim === 'number' ? dim : BATCH));

/** Numbers, or ids with padding at the end as the tokenizer leaves it. */
function someTensor({ shape, dtype, cardinality = 3, masked }: TensorFact, random: Random): tf.Tensor {
  const full = sized(shape);
  const size = full.reduce((a, b) => a * b, 1);
  const steps = full[1] ?? 1;
  const values = Array.from({ length: size }, (_, i) => {
    if (dtype === 'float32') return random() * 2 - 1;
    return masked && i % steps >= Math.ceil(steps / 2) ? 0 : integer(random, 1, cardinality - 1);
  });
  return tf.tensor(values, full, dtype);
}

/** Every value that the plan names, from one forward pass over the layers as they were wired. */
function executedShapes(model: BuiltModel, plan: ModelPlan, inputs: tf.Tensor[]): Map<string, number[]> {
  const symbols = new Map<string, tf.SymbolicTensor>();
  for (const { id } of plan.nodes) symbols.set(id, model.layers.get(id)!.output as tf.SymbolicTensor);
  if (symbols.size === 0) return new Map();
  const all = tf.model({ inputs: model.predictModel.inputs, outputs: [...symbols.values()] });
  const results = all.predict(inputs, { batchSize: BATCH }) as tf.Tensor | tf.Tensor[];
  const list = Array.isArray(results) ? results : [results];
  return new Map([...symbols.keys()].map((id, k) => [id, list[k]!.shape]));
}

function checkModel(doc: GraphDoc, schema: DatasetSchema, random: Random): void {
  const { plan, total, costs, shapes, diagnostics } = compile(doc, schema);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const before = tf.memory().numTensors;
  const model = buildModel(tf, plan!, 1);
  try {
    tf.tidy(() => {
      const sizeOfAll = (weights: readonly { readonly shape: readonly (number | null)[] }[]) =>
        weights.reduce((sum, { shape }) => sum + shape.reduce((a: number, b) => a * b!, 1), 0);
      expect(model.parameters, 'parameters').toBe(total.parameters);
      expect(sizeOfAll(model.trainableVariables()), 'trainable parameters').toBe(total.trainableParameters);
      // A node of the canvas owns the weights of all its primitives, in all their copies.
      for (const [id, cost] of costs) {
        const parts = plan!.nodes.filter(({ source }) => source === id);
        if (parts.length === 0) continue;
        const own = parts.reduce((sum, part) => sum + sizeOfAll(model.layers.get(part.id)!.weights), 0);
        expect(own, `parameters of ${id}`).toBe(cost.parameters);
      }

      const inputs = plan!.inputs.map(({ fact }) => someTensor(fact, random));
      const executed = executedShapes(model, plan!, inputs);
      const facts = new Map<string, TensorFact>();
      for (const { id, fact } of plan!.inputs) facts.set(`${id}:output`, fact);
      for (const node of plan!.nodes) {
        for (const [port, refs] of Object.entries(node.inputs)) {
          const made = refs.map((ref) => facts.get(`${ref.node}:${ref.port}`)!.shape);
          expect(
            node.inputFacts[port]!.map(({ shape }) => shape),
            `${node.id} is told what it gets`,
          ).toEqual(made);
        }
        for (const [port, fact] of Object.entries(node.outputs)) facts.set(`${node.id}:${port}`, fact);
        expect(executed.get(node.id), `shape of ${node.id} (${node.type})`).toEqual(
          sized(node.outputs['output']!.shape),
        );
        // A plain layer is the node on the canvas, and the wire shows its shape.
        if (node.id === node.source) expect(shapes.get(`${node.id}:output`)).toEqual(node.outputs['output']);
      }

      const { values } = model.forward(inputs, false);
      for (const [h, head] of plan!.heads.entries()) {
        const { target } = head;
        const width =
          target.kind === 'numbers'
            ? target.columns.length
            : head.loss === 'binary-crossentropy'
              ? 1
              : target.classes.length;
        const wanted = target.kind === 'tags' ? [BATCH, target.length, width] : [BATCH, width];
        expect(values[h]!.shape, `logits of ${head.id}`).toEqual(wanted);
      }
    });
  } finally {
    model.dispose();
  }
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
}

/** Freezes a node here and there. */
function someFrozen(doc: GraphDoc, random: Random): GraphDoc {
  const frozen = Object.keys(doc.meaning.nodes).filter(() => random() < 0.2);
  const commands = frozen.map(
    (id) => ({ kind: 'setTrainable', node: nodeId(id), trainable: false }) as const,
  );
  return apply(doc, { kind: 'batch', commands }).doc;
}

describe(`${GRAPHS} random graphs of seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const pick = (): number => integer(random, 0, 1 << 20);
  const cases = Array.from({ length: GRAPHS }, (_, k) => {
    const moves: Move[] = Array.from({ length: 2 + (k % 7) }, () => ({
      type: pick(),
      config: pick(),
      wires: [pick(), pick(), pick()],
    }));
    const schema = schemaAt(k);
    return { k, schema, doc: someFrozen(grow(schema, moves, 1 + (k % 2)), random) };
  });

  for (const { k, schema, doc } of cases) {
    const types = Object.values(doc.meaning.nodes).map(({ type }) => type);
    it(`${k}: ${types.join(', ')}`, () => checkModel(doc, schema, seededRandom(k)));
  }

  it('hold every node type, masks, replicas, frozen nodes and two heads', () => {
    const built = new Set(
      cases.flatMap(({ doc }) => Object.values(doc.meaning.nodes).map(({ type }) => type)),
    );
    expect(NODE_TYPES.map(({ type }) => type).filter((type) => !built.has(type))).toEqual([]);
    const plans = cases.map(({ doc, schema }) => compile(doc, schema).plan!);
    const some = (holds: (plan: ModelPlan) => boolean): number => plans.filter(holds).length;
    expect(some(({ nodes }) => nodes.some(({ mask }) => mask !== null))).toBeGreaterThan(3);
    expect(some(({ nodes }) => nodes.some(({ id }) => id.includes('#2')))).toBeGreaterThan(1);
    expect(some(({ nodes }) => nodes.some(({ trainable }) => !trainable))).toBeGreaterThan(10);
    expect(some(({ heads }) => heads.length > 1)).toBeGreaterThan(10);
    expect(some(({ heads }) => heads.some(({ mask }) => mask !== null))).toBeGreaterThan(0);
  });
});

describe('drawn by hand', () => {
  const [images, texts, table] = SCHEMAS;
  const drawn: readonly {
    readonly name: string;
    readonly schema: DatasetSchema;
    readonly nodes: readonly (Omit<ProjectNode, 'at'> & { readonly bypassed?: true })[];
    readonly wires: readonly string[];
  }[] = [
    {
      name: 'an ensemble of copies inside an ensemble of copies',
      schema: table!,
      nodes: [
        { id: 'x', type: 'numbers-input' },
        { id: 'trunk', type: 'dense', config: { units: 4 } },
        { id: 'leaf', type: 'dense', config: { units: 4 } },
        { id: 'inner', type: 'ensemble', config: { replicas: 2, rule: 'weighted', learned: true } },
        { id: 'outer', type: 'ensemble', config: { replicas: 3 } },
        { id: 'out', type: 'classification-output', config: { projection: false } },
      ],
      wires: ['x > trunk', 'trunk > leaf', 'leaf > inner.members', 'inner > outer.members', 'outer > out'],
    },
    {
      name: 'copies of a composite over padded words',
      schema: texts!,
      nodes: [
        { id: 'words', type: 'tokens-input', config: { length: 6 } },
        { id: 'embedding', type: 'embedding', config: { dimension: 4 } },
        { id: 'encoder', type: 'transformer-encoder', config: { heads: 2 } },
        { id: 'pool', type: 'global-average-pooling' },
        { id: 'many', type: 'ensemble', config: { replicas: 2 } },
        { id: 'out', type: 'binary-output' },
        { id: 'tags', type: 'tagging-output' },
      ],
      wires: [
        'words > embedding',
        'embedding > encoder',
        'encoder > pool',
        'pool > many.members',
        'many > out',
        'embedding > tags',
      ],
    },
    {
      name: 'attention and sum that read one wire twice, beside another reader',
      schema: texts!,
      nodes: [
        { id: 'words', type: 'tokens-input', config: { length: 6 } },
        { id: 'embedding', type: 'embedding', config: { dimension: 4 } },
        { id: 'attention', type: 'multi-head-attention', config: { heads: 2 } },
        { id: 'skipped', type: 'dropout', bypassed: true },
        { id: 'twice', type: 'add' },
        { id: 'sum', type: 'add' },
        { id: 'tags', type: 'tagging-output' },
      ],
      wires: [
        'words > embedding',
        'embedding > attention.query',
        'embedding > attention.value',
        'embedding > skipped',
        'embedding > twice.inputs',
        'skipped > twice.inputs',
        'attention > sum.inputs',
        'twice > sum.inputs',
        'embedding > sum.inputs',
        'sum > tags',
      ],
    },
    {
      name: 'a vector that is flattened',
      schema: table!,
      nodes: [
        { id: 'x', type: 'numbers-input' },
        { id: 'flat', type: 'flatten' },
        { id: 'out', type: 'classification-output' },
      ],
      wires: ['x > flat', 'flat > out'],
    },
    {
      name: 'one vector for two heads that add no layer',
      schema: images!,
      nodes: [
        { id: 'image', type: 'image-input' },
        { id: 'flat', type: 'flatten' },
        { id: 'scores', type: 'dense', config: { units: 3, activation: 'linear' } },
        { id: 'a', type: 'classification-output', config: { projection: false } },
        { id: 'b', type: 'classification-output', config: { projection: false, weight: 0.5 } },
      ],
      wires: ['image > flat', 'flat > scores', 'scores > a', 'scores > b'],
    },
    {
      name: 'an input that is its own prediction',
      schema: table!,
      nodes: [
        { id: 'x', type: 'numbers-input', config: { columns: ['x'] } },
        { id: 'y', type: 'regression-output', config: { projection: false, columns: ['y'] } },
      ],
      wires: ['x > y'],
    },
  ];
  for (const { name, schema, nodes, wires } of drawn) {
    it(name, () => {
      const doc = project({
        name,
        dataset: schema.id,
        training: {},
        nodes: nodes.map((node, k) => ({ ...node, at: [k, 0] })),
        wires,
      });
      const bypassed = nodes.filter((node) => node.bypassed).map(({ id }) => nodeId(id));
      const commands = bypassed.map((node) => ({ kind: 'setBypassed', node, bypassed: true }) as const);
      checkModel(apply(doc, { kind: 'batch', commands }).doc, schema, seededRandom(3));
    });
  }

  it('token ids are not averaged', () => {
    const doc = project({
      name: 'ids',
      dataset: texts!.id,
      training: {},
      nodes: [
        { id: 'words', type: 'tokens-input', at: [0, 0] },
        { id: 'many', type: 'ensemble', at: [1, 0] },
      ],
      wires: ['words > many.members'],
    });
    expect(compile(doc, texts!).diagnostics.map(({ code }) => code)).toContain('wrong-flow');
  });
});
