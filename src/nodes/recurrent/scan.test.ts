/** The written-out gradient of the recurrent layers against tfjs's own differentiation of its stock layers, in every mode. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { difference } from './layer-under-test';
import { gruLayer, lstmLayer, simpleRnnLayer } from './recurrent-layers';
import { normals } from './seeds';

const [BATCH, TIME, FEATURES, UNITS] = [3, 5, 4, 6];
const settings = (rest: object) => ({ units: UNITS, ...rest });

type Make = (rest: object) => tf.layers.Layer;
const pairs: readonly (readonly [string, Make, Make])[] = [
  [
    'simple-rnn tanh',
    (rest) => new (simpleRnnLayer(tf))(settings(rest)),
    (rest) => tf.layers.simpleRNN(settings(rest)),
  ],
  [
    'simple-rnn relu',
    (rest) => new (simpleRnnLayer(tf))(settings({ activation: 'relu', ...rest })),
    (rest) => tf.layers.simpleRNN(settings({ activation: 'relu', ...rest })),
  ],
  [
    'lstm',
    (rest) => new (lstmLayer(tf))(settings({ recurrentActivation: 'sigmoid', ...rest })),
    (rest) => tf.layers.lstm(settings({ recurrentActivation: 'sigmoid', ...rest })),
  ],
  [
    'gru',
    (rest) => new (gruLayer(tf))(settings({ recurrentActivation: 'sigmoid', ...rest })),
    (rest) => tf.layers.gru(settings({ recurrentActivation: 'sigmoid', ...rest })),
  ],
];
const plain = { recurrentInitializer: 'glorotUniform' };

const draw = normals(31);
const random = (shape: number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.7 * draw()),
    shape,
  );

/** Values, and gradients of Σ y·r for the input and all weights, with fixed random r. */
function measure(layer: tf.layers.Layer, x: tf.Tensor, mask: tf.Tensor | null, r: tf.Tensor): Float32Array[] {
  const call = (input: tf.Tensor): tf.Tensor => layer.call(input, mask ? { mask } : {}) as tf.Tensor;
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => tf.sum(tf.mul(call(x), r)) as tf.Scalar, variables);
  const dx = tf.grad((input: tf.Tensor) => tf.sum(tf.mul(call(input), r)))(x);
  return [call(x), dx, ...variables.map((variable) => grads[variable.name]!)].map((tensor) =>
    tensor.dataSync<'float32'>(),
  );
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

const modes = [false, true].flatMap((returnSequences) =>
  [false, true].flatMap((goBackwards) =>
    [false, true].flatMap((useBias) =>
      [false, true].map((masked) => ({ returnSequences, goBackwards, useBias, masked })),
    ),
  ),
);

describe.each(pairs)('%s', (_name, fast, stock) => {
  it.each(modes)('equals tfjs, gradients too: %o', ({ masked, ...mode }) => {
    const [ours, theirs] = [fast({ ...plain, ...mode }), stock({ ...plain, ...mode })];
    for (const layer of [ours, theirs]) {
      layer.build([null, TIME, FEATURES]);
    }
    const weights = ours.getWeights().map((weight) => random(weight.shape));
    ours.setWeights(weights);
    theirs.setWeights(weights);
    const x = random([BATCH, TIME, FEATURES]);
    const mask = masked
      ? tf.tensor2d([
          [1, 1, 1, 1, 1],
          [1, 1, 0, 0, 0],
          [0, 1, 0, 1, 1],
        ])
      : null;
    const r = random(mode.returnSequences ? [BATCH, TIME, UNITS] : [BATCH, UNITS]);
    const [a, b] = [measure(ours, x, mask, r), measure(theirs, x, mask, r)];
    expect(a).toHaveLength(mode.useBias ? 5 : 4);
    for (const [i, values] of a.entries()) expect(difference(values, b[i]!)).toBeLessThan(5e-6);
  });

  it('runs fewer operations than tfjs does', () => {
    const count = (layer: tf.layers.Layer): number => {
      layer.build([null, 20, FEATURES]);
      const x = random([BATCH, 20, FEATURES]);
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const before = tf.engine().state.numDataBuffers;
      let kernels = 0;
      const engine = tf.engine();
      const original = engine.runKernel.bind(engine);
      engine.runKernel = <T extends tf.Tensor | tf.Tensor[]>(...args: Parameters<typeof original>): T => {
        kernels++;
        return original<T>(...args);
      };
      try {
        const { value, grads } = tf.variableGrads(() => tf.sum(layer.call(x, {}) as tf.Tensor), variables);
        tf.dispose([value, ...Object.values(grads)]);
      } finally {
        engine.runKernel = original;
      }
      expect(tf.engine().state.numDataBuffers).toBe(before);
      return kernels;
    };
    expect(count(fast(plain))).toBeLessThan(0.8 * count(stock(plain)));
  });
});

describe('place in the registry', () => {
  const roundTrip = async (layer: tf.layers.Layer): Promise<tf.layers.Layer> => {
    const model = tf.sequential({ layers: [layer] });
    const json = JSON.parse(model.toJSON() as string) as Parameters<typeof tf.models.modelFromJSON>[0];
    return (await tf.models.modelFromJSON(json)).layers[0]!;
  };

  it('files keep the stock class name, and come back as the fast class, in both directions', async () => {
    const Fast = lstmLayer(tf);
    const one = new Fast(
      settings({ ...plain, recurrentActivation: 'sigmoid', inputShape: [TIME, FEATURES] }),
    );
    expect(one.getClassName()).toBe('LSTM');
    expect(await roundTrip(one)).toBeInstanceOf(Fast);
    const stock = tf.layers.lstm(settings({ ...plain, recurrentActivation: 'sigmoid' })) as tf.RNN;
    const both = tf.layers.bidirectional({ layer: stock, mergeMode: 'concat' });
    const { forwardLayer, backwardLayer } = both as unknown as Record<
      'forwardLayer' | 'backwardLayer',
      unknown
    >;
    expect(forwardLayer).toBeInstanceOf(Fast);
    expect(backwardLayer).toBeInstanceOf(Fast);
  });

  it.each([
    { recurrentActivation: 'hardSigmoid' },
    { recurrentActivation: 'sigmoid', activation: 'relu' },
    { recurrentActivation: 'sigmoid', returnState: true },
  ])('leaves to tfjs what the scan does not cover: %o', (rest) => {
    const [ours, theirs] = [
      new (lstmLayer(tf))(settings({ ...plain, ...rest })),
      tf.layers.lstm(settings({ ...plain, ...rest })),
    ];
    for (const layer of [ours, theirs]) layer.build([null, TIME, FEATURES]);
    theirs.setWeights(ours.getWeights());
    const x = random([BATCH, TIME, FEATURES]);
    const numbers = (layer: tf.layers.Layer): number[] =>
      [layer.call(x, {})].flat().flatMap((tensor) => [...(tensor as tf.Tensor).dataSync()]);
    expect(numbers(ours)).toEqual(numbers(theirs));
  });
});
