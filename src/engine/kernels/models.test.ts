// One training gradient of whole models, every weight, equal to tfjs's cpu backend; and a short training run.
import type { LayersModel, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  expectClose,
  loadTfjs,
  MODES,
  Random,
  switchToWasm,
  toTensor,
  toValues,
  type Values,
} from './against-cpu';
import type { Tfjs } from './kernel';

const SEED = 99;
const BATCH = 4;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

interface Example {
  build(): { weights: Variable[]; loss: (x: Tensor, y: Tensor) => Tensor };
  x: Values;
  y: Values;
}

function fromLayers(model: LayersModel): ReturnType<Example['build']> {
  const random = new Random(SEED);
  // Initialisers draw from the backend they run on, so the weights are set here.
  model.setWeights(
    model.getWeights().map((weight) => {
      const values = random.floats(weight.shape);
      return toTensor(tf, {
        ...values,
        data: values.data.map((v) => (weight.shape.length === 1 ? 0.5 + v / 4 : v / 2)),
      });
    }),
  );
  return {
    weights: model.trainableWeights.map((weight) => weight.read() as Variable),
    loss: (x, y) => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as Tensor),
  };
}

const examples: Record<string, () => Example> = {
  CNN: () => ({
    build: () =>
      fromLayers(
        tf.sequential({
          layers: [
            tf.layers.conv2d({
              filters: 8,
              kernelSize: 3,
              padding: 'same',
              activation: 'relu',
              inputShape: [12, 12, 2],
            }),
            tf.layers.maxPooling2d({ poolSize: 2 }),
            tf.layers.conv2d({ filters: 18, kernelSize: 3, strides: 2, activation: 'relu' }),
            tf.layers.flatten(),
            tf.layers.dense({ units: 5 }),
          ],
        }),
      ),
    x: new Random(SEED).floats([BATCH, 12, 12, 2]),
    y: oneHot([0, 1, 2, 4], 5),
  }),
  'separable CNN with batch normalisation': () => ({
    build: () =>
      fromLayers(
        tf.sequential({
          layers: [
            tf.layers.separableConv2d({
              filters: 6,
              kernelSize: 3,
              padding: 'same',
              depthMultiplier: 2,
              useBias: false,
              inputShape: [9, 9, 3],
            }),
            tf.layers.batchNormalization(),
            tf.layers.activation({ activation: 'relu' }),
            tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2 } as never),
            tf.layers.globalAveragePooling2d({} as never),
            tf.layers.dense({ units: 5 }),
          ],
        }),
      ),
    x: new Random(SEED).floats([BATCH, 9, 9, 3]),
    y: oneHot([0, 1, 2, 4], 5),
  }),
  'embedding and LSTM': () => ({
    build: () =>
      fromLayers(
        tf.sequential({
          layers: [
            tf.layers.embedding({ inputDim: 11, outputDim: 6, inputLength: 7 }),
            tf.layers.lstm({ units: 9 }),
            tf.layers.dense({ units: 5 }),
          ],
        }),
      ),
    x: new Random(SEED).ints([BATCH, 7], 0, 10),
    y: oneHot([0, 1, 2, 4], 5),
  }),
  attention: () => ({
    build: () => attention(4, 6, 8, 2, 11),
    x: new Random(SEED).ints([BATCH, 6], 0, 10),
    y: oneHot(new Random(SEED).ints([BATCH * 6], 0, 10).data, 11),
  }),
};

function oneHot(labels: number[], classes: number): Values {
  const data = labels.flatMap((label) => Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0)));
  return { shape: [labels.length, classes], dtype: 'float32', data };
}

/** One transformer block from primitive ops: split at rank 5, batched products with and without transposes. */
function attention(
  batch: number,
  steps: number,
  width: number,
  heads: number,
  vocabulary: number,
): ReturnType<Example['build']> {
  const random = new Random(SEED);
  const variable = (...shape: number[]) => tf.variable(toTensor(tf, random.floats(shape)));
  const weights = [
    variable(vocabulary, width),
    variable(width, 3 * width),
    variable(width, width),
    variable(width, vocabulary),
  ];
  const [table, project, mix, classify] = weights as unknown as [Tensor, Tensor2D, Tensor2D, Tensor2D];
  return {
    weights,
    loss: (ids, y) => {
      const x = tf.gather(table, ids as never).reshape([batch * steps, width]);
      const qkv = tf.matMul(x, project).reshape([batch, steps, 3, heads, width / heads]);
      const [q, k, v] = tf
        .split(qkv, 3, 2)
        .map((part) => part.reshape([batch, steps, heads, width / heads]).transpose([0, 2, 1, 3])) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const scores = tf.softmax(tf.matMul(q, k, false, true));
      const seen = tf
        .matMul(scores, v)
        .transpose([0, 2, 1, 3])
        .reshape([batch * steps, width]);
      return tf.losses.softmaxCrossEntropy(y, seen.matMul(mix).add(x).matMul(classify));
    },
  };
}

function gradients({ build, x, y }: Example): Values[] {
  const { weights, loss } = build();
  const built = tf.memory().numTensors;
  const values = tf.tidy(() => {
    const [input, target] = [toTensor(tf, x), toTensor(tf, y)];
    const { value, grads } = tf.variableGrads(() => loss(input, target) as never, weights);
    return [value, ...weights.map((weight) => grads[weight.name] as Tensor)].map(toValues) as never;
  }) as Values[];
  expect(tf.memory().numTensors, 'tensors left behind by one step').toBe(built);
  tf.disposeVariables();
  return values;
}

describe.each(MODES)('training on wasm (%s kernels)', (mode) => {
  it.each(Object.keys(examples))(`%s: loss and every gradient equal cpu, seed ${SEED}`, async (name) => {
    const example = (examples[name] as () => Example)();
    await switchToWasm(tf, mode); // registers the gradients
    await tf.setBackend('cpu');
    const expected = gradients(example);
    await switchToWasm(tf, mode);
    expectClose(gradients(example), expected, name);
    expect(expected.slice(1).every(({ data }) => data.some((value) => Math.abs(value) > 1e-6))).toBe(true);
  });

  it('a CNN learns and leaves no tensor behind', async () => {
    await switchToWasm(tf, mode);
    const { build, x, y } = (examples.CNN as () => Example)();
    const { weights, loss } = build();
    const optimizer = tf.train.adam(0.01);
    const [input, target] = [toTensor(tf, x), toTensor(tf, y)];
    const losses: number[] = [];
    let tensors = 0;
    for (let step = 0; step < 25; step++) {
      losses.push(
        tf.tidy(
          () =>
            (optimizer.minimize(() => loss(input, target) as never, true, weights) as Tensor).dataSync()[0]!,
        ) as never,
      );
      if (step === 0) tensors = tf.memory().numTensors;
    }
    expect(tf.memory().numTensors).toBe(tensors);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4);
    optimizer.dispose();
    tf.dispose([input, target]);
    tf.disposeVariables();
  });
});
