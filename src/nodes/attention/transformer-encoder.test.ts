/** Transformer encoder: the expansion wired together is the formula, block by block; padding has no effect. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorFact } from '../../graph/shape';
import type { CompositeNodeType, SubGraph } from '../define-node';
import { nodeType } from '../index';
import { completed, difference } from '../recurrent/layer-under-test';
import transformerEncoder from './transformer-encoder';

const WIDTH = 4;
const TIME = 5;
const fact = (masked: boolean): TensorFact => ({
  shape: ['batch', TIME, WIDTH],
  dtype: 'float32',
  flow: 'sequence',
  masked,
});
const context = (config: object, masked = false) => ({
  config: completed(transformerEncoder, config as never) as never,
  inputs: { input: [fact(masked)] },
  schema: null,
});
const expand = (config: object, masked = false): SubGraph =>
  (transformerEncoder as CompositeNodeType).expand(context(config, masked));

interface Wired {
  readonly model: tf.LayersModel;
  readonly layer: (id: string) => tf.layers.Layer;
}

/** Builds the primitives in the order given, which is topological, with the mask where a primitive asks for it. */
function wire(graph: SubGraph, masked: boolean): Wired {
  const symbols = new Map<string, tf.SymbolicTensor>();
  const facts = new Map<string, TensorFact>();
  const layers = new Map<string, tf.layers.Layer>();
  const input = tf.input({ shape: [TIME, WIDTH] });
  const mask = tf.input({ shape: [TIME] });
  symbols.set('in.input', input);
  facts.set('in.input', fact(masked));
  for (const [index, node] of graph.nodes.entries()) {
    const type = nodeType(node.type)!;
    if (type.kind !== 'layer') throw new Error(`${node.type} is not a primitive`);
    const from = (port: string) =>
      graph.edges.filter(([, to]) => to === `${node.id}.${port}`).map(([source]) => source);
    const inputs = Object.fromEntries(
      type.inputs.map(({ name }) => [name, from(name).map((end) => facts.get(end)!)]),
    );
    const config = completed(type, node.config) as never;
    const inferred = type.inferShapes({ config, inputs, schema: null });
    if (!inferred.ok) throw new Error(JSON.stringify(inferred.problems));
    const layer = type.build({
      tf,
      config,
      name: node.id,
      seed: index + 1,
      inputs,
      outputs: inferred.outputs,
    });
    const values = type.inputs.flatMap(({ name }) => from(name).map((end) => symbols.get(end)!));
    if (type.usesMask && masked) values.push(mask);
    layers.set(node.id, layer);
    symbols.set(
      `${node.id}.output`,
      layer.apply(values.length === 1 ? values[0]! : values) as tf.SymbolicTensor,
    );
    facts.set(`${node.id}.output`, inferred.outputs['output']!);
  }
  const end = graph.edges.find(([, to]) => to === 'out.output')![0];
  expect(facts.get(end)).toEqual(fact(masked));
  const model = tf.model({ inputs: masked ? [input, mask] : input, outputs: symbols.get(end)! });
  return { model, layer: (id) => layers.get(id)! };
}

const apply = (layer: tf.layers.Layer, ...x: tf.Tensor[]): tf.Tensor =>
  layer.apply(x.length === 1 ? x[0]! : x) as tf.Tensor;
const numbers = (x: tf.Tensor | tf.Tensor[]): Float32Array => (x as tf.Tensor).dataSync<'float32'>();

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe('transformer encoder', () => {
  const base = { heads: 2, feedForward: 6, dropout: 0 };
  const x = () => tf.randomNormal([2, TIME, WIDTH], 0, 1, 'float32', 3);

  it('normalises first: h = x + MHA(LN(x)), y = h + FF(LN(h))', () => {
    const { model, layer } = wire(expand({ ...base, normFirst: true }), false);
    const input = x();
    const attended = apply(layer('block1_attention'), apply(layer('block1_attention_norm'), input));
    const h = tf.add(input, attended);
    const hidden = apply(layer('block1_network_1'), apply(layer('block1_network_norm'), h));
    const expected = tf.add(h, apply(layer('block1_network_2'), hidden));
    expect(difference(numbers(model.apply(input) as tf.Tensor), numbers(expected))).toBeLessThan(1e-6);
    expect(hidden.shape).toEqual([2, TIME, 6]);
  });

  it('normalises last: h = LN(x + MHA(x)), y = LN(h + FF(h)), in each of two blocks with their own weights', () => {
    const { model, layer } = wire(expand({ ...base, normFirst: false, repeat: 2 }), false);
    const input = x();
    let value: tf.Tensor = input;
    for (const block of ['block1', 'block2']) {
      const attended = apply(layer(`${block}_attention`), value);
      const h = apply(layer(`${block}_attention_norm`), tf.add(value, attended));
      const made = apply(layer(`${block}_network_2`), apply(layer(`${block}_network_1`), h));
      value = apply(layer(`${block}_network_norm`), tf.add(h, made));
    }
    expect(difference(numbers(model.apply(input) as tf.Tensor), numbers(value))).toBeLessThan(1e-6);
    const kernel = (id: string) => numbers(layer(id).getWeights()[0]!);
    expect(difference(kernel('block1_attention'), kernel('block2_attention'))).toBeGreaterThan(1e-2);
  });

  it('lets padding change nothing', () => {
    const { model } = wire(expand(base, true), true);
    const real = x();
    const mask = tf.tensor2d([
      [1, 1, 1, 0, 0],
      [1, 1, 1, 1, 1],
    ]);
    const noise = tf.mul(tf.sub(1, mask).expandDims(-1), 50);
    const a = numbers(model.apply([real, mask]) as tf.Tensor);
    const b = numbers(model.apply([tf.add(real, noise), mask]) as tf.Tensor);
    expect(difference(a.slice(0, 3 * WIDTH), b.slice(0, 3 * WIDTH))).toBe(0);
    expect(difference(a.slice(TIME * WIDTH), b.slice(TIME * WIDTH))).toBe(0);
  });

  it('passes its settings on', () => {
    const graph = expand({
      ...base,
      feedForward: 0,
      dropout: 0.2,
      causal: true,
      activation: 'relu',
      repeat: 3,
    });
    const of = (type: string) => graph.nodes.filter((node) => node.type === type).map((node) => node.config);
    expect(of('multi-head-attention')).toEqual(
      [1, 2, 3].map(() => ({ heads: 2, dropout: 0.2, causal: true })),
    );
    expect(of('dense').slice(0, 2)).toEqual([
      { units: 4 * WIDTH, activation: 'relu' },
      { units: WIDTH, activation: 'linear' },
    ]);
    expect(of('dropout')).toEqual(Array.from({ length: 6 }, () => ({ rate: 0.2 })));
    expect(expand(base).nodes.some((node) => node.type === 'dropout')).toBe(false);
  });

  it('refuses heads that do not share the width, and proposes what fits', () => {
    expect(transformerEncoder.inferShapes(context({ heads: 3 }))).toMatchObject({
      ok: false,
      problems: [
        { code: 'not-divisible', value: 3, by: 4, proposals: [{ kind: 'set', config: { heads: 2 } }] },
      ],
    });
  });
});
