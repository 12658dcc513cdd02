// Batch normalization's own kernels against the layer that tfjs ships, on cpu; against their definition in double precision; and the
// layer that uses them.
import type { layers, SymbolicTensor, Tensor, Variable } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fastBatchNormalization } from '../../nodes/normalization/batch-normalization-layer';
import {
  evaluate,
  expectClose,
  expectLikeCpu,
  loadTfjs,
  MODES,
  Random,
  switchToWasm,
  toTensor,
  toValues,
  type Values,
  withGradients,
} from './against-cpu';
import { sizeOf, type Tfjs } from './kernel';

const SEED = 815;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

function normalize(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): [Tensor, Tensor, Tensor] {
  if (tf.getBackend() === 'wasm') {
    const inputs = { x, gamma, beta };
    return tf.engine().runKernel('Weft>BatchNormTrain', inputs, { epsilon }) as [Tensor, Tensor, Tensor];
  }
  const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const { mean, variance } = tf.moments(x, axes);
  const y = tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), gamma), beta);
  return [y, mean, variance];
}

describe('Weft>BatchNormTrain', () => {
  it(`equals cpu, value, moments and gradients, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 120 }, (_, i) => {
      const channels = random.pick([1, 2, 3, 4, 5, 6, 7, 8, 16, 19]);
      // On both sides of a block of 64 rows.
      const lead = random.pick([[1], [2], [7], [64], [65], [200], [3, 5], [2, 9, 8], [4, 6, 7]]);
      const epsilon = random.pick([1e-3, 1e-5, 0.1]);
      return {
        what: `seed ${SEED}, case ${i}: [${lead},${channels}], epsilon ${epsilon}`,
        inputs: [random.floats([...lead, channels]), random.floats([channels]), random.floats([channels])],
        compute: (...inputs: Tensor[]) => {
          const [x, gamma, beta] = inputs as [Tensor, Tensor, Tensor];
          const [, mean, variance] = normalize(x, gamma, beta, epsilon);
          // A single row has no spread: its gradient is the difference of what cancels, times 1/sqrt(epsilon) of 300.
          const gradients = withGradients(
            tf,
            i,
            (a, b, c) => normalize(a as Tensor, b as Tensor, c as Tensor, epsilon)[0],
          );
          return [mean, variance, ...gradients(...inputs)];
        },
      };
    });
    await expectLikeCpu(tf, 'native', cases);
    console.info(`batch normalization: ${cases.length} shapes, value, moments and gradients`);
  });

  it('keeps its digits for a mean far from zero', async () => {
    await switchToWasm(tf, 'native');
    const random = new Random(SEED);
    const [rows, channels] = [5000, 5];
    const x = random.floats([rows, channels]);
    x.data = x.data.map((value) => Math.fround(value + 1000));
    const ones: Values = { shape: [channels], dtype: 'float32', data: [1, 1, 1, 1, 1] };
    const [mean, variance] = evaluate(tf, [x, ones, ones], (a, b, c) =>
      normalize(a as Tensor, b as Tensor, c as Tensor, 1e-3).slice(1),
    ) as [Values, Values];
    for (let c = 0; c < channels; c++) {
      const column = x.data.filter((_, i) => i % channels === c);
      const average = column.reduce((sum, value) => sum + value, 0) / rows;
      const spread = column.reduce((sum, value) => sum + (value - average) ** 2, 0) / rows;
      // float32 near 1000 has steps of 6e-5. E[x²] − E[x]² would be off by 0.1.
      expect(Math.abs(mean.data[c]! - average)).toBeLessThan(1e-4);
      expect(Math.abs(variance.data[c]! - spread)).toBeLessThan(1e-5);
    }
  });

  it('its gradients agree with central differences', async () => {
    await switchToWasm(tf, 'native');
    const random = new Random(SEED);
    const inputs = [random.floats([6, 3]), random.floats([3]), random.floats([3])];
    const weights = toTensor(tf, random.floats([6, 3]));
    const loss = (x?: Tensor, gamma?: Tensor, beta?: Tensor) =>
      tf.sum(tf.mul(normalize(x!, gamma!, beta!, 1e-3)[0], weights));
    const tensors = inputs.map((values) => toTensor(tf, values));
    const gradients = tf.grads(loss as never)(tensors);
    const step = 1e-2;
    inputs.forEach((values, which) => {
      values.data.forEach((_, at) => {
        const moved = (by: number) =>
          tf.tidy(() => {
            const shifted = tensors.map((tensor, i) => {
              if (i !== which) return tensor;
              return toTensor(tf, { ...values, data: values.data.map((v, k) => (k === at ? v + by : v)) });
            });
            return loss(...shifted).dataSync()[0]! as never;
          }) as number;
        const slope = (moved(step) - moved(-step)) / (2 * step);
        // Central differences of float32 values: step² of curvature and 1e-7 / step of rounding.
        expect(Math.abs(gradients[which]!.dataSync()[at]! - slope)).toBeLessThan(5e-3);
      });
    });
    tf.dispose([...tensors, ...gradients, weights]);
  });

  it('shows a NaN and an infinity in their channel, and only there', async () => {
    await switchToWasm(tf, 'native');
    const x = new Random(SEED).floats([70, 6]);
    x.data[6 * 66 + 2] = Number.NaN;
    x.data[6 * 3 + 4] = Number.POSITIVE_INFINITY;
    const ones: Values = { shape: [6], dtype: 'float32', data: new Array(6).fill(1) };
    const [y, mean] = evaluate(tf, [x, ones, ones], (a, b, c) =>
      normalize(a as Tensor, b as Tensor, c as Tensor, 1e-3),
    ) as [Values, Values];
    const spoilt = [0, 1, 2, 3, 4, 5].map((c) => y.data.some((v, i) => i % 6 === c && !Number.isFinite(v)));
    expect(spoilt).toEqual([false, false, true, false, true, false]);
    expect(mean.data.map(Number.isFinite)).toEqual([true, true, false, true, false, true]);
  });

  it('gives the same bits every time, and takes no rows', async () => {
    await switchToWasm(tf, 'native');
    const random = new Random(1);
    const inputs = [random.floats([9, 7, 5]), random.floats([5]), random.floats([5])];
    const run = () =>
      evaluate(
        tf,
        inputs,
        withGradients(tf, 3, (a, b, c) => normalize(a as Tensor, b as Tensor, c as Tensor, 1e-3)[0]),
      );
    expect(run()).toEqual(run());
    const none: Values = { shape: [0, 2], dtype: 'float32', data: [] };
    const [y, ...gradients] = evaluate(
      tf,
      [none, random.floats([2]), random.floats([2])],
      withGradients(tf, 3, (a, b, c) => normalize(a as Tensor, b as Tensor, c as Tensor, 1e-3)[0]),
    );
    expect(y!.shape).toEqual([0, 2]);
    expect(gradients.map(({ data }) => data)).toEqual([[], [0, 0], [0, 0]]);
  });
});

/** Two training steps' worth of outputs, gradients and running averages of a layer with fixed weights. */
function ofLayer(shape: number[], axis: number, build: (config: object) => unknown): Values[] {
  const random = new Random(SEED);
  const input = tf.input({ shape: shape.slice(1) });
  const layer = build({ axis, momentum: 0.9, epsilon: 1e-3 }) as layers.Layer;
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as SymbolicTensor });
  const initial = model.getWeights().map((weight) => {
    const values = random.floats(weight.shape);
    return toTensor(tf, { ...values, data: values.data.map((v) => 1 + v / 2) });
  });
  model.setWeights(initial);
  const x = toTensor(tf, random.floats(shape));
  const results = tf.tidy(() => {
    const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
    const loss = () => tf.mean(tf.pow(model.apply(x, { training: true }) as Tensor, 3)) as never;
    const { value, grads } = tf.variableGrads(loss, weights);
    const trained = model.apply(x, { training: true }) as Tensor;
    const used = model.apply(x) as Tensor;
    return [value, trained, used, ...Object.values(grads), ...model.getWeights()].map(toValues) as never;
  }) as Values[];
  tf.dispose([x, ...initial]);
  tf.disposeVariables();
  return results;
}

describe.each(MODES)('the layer on wasm (%s kernels)', (mode) => {
  it.each([
    [[20, 6], -1],
    [[4, 5, 3], 2],
    [[3, 4, 5, 8], -1],
  ] as [number[], number][])(
    '[%s], axis %i: as the stock layer on cpu, running averages included',
    async (shape, axis) => {
      await switchToWasm(tf, mode);
      await tf.setBackend('cpu');
      const Stock = Object.getPrototypeOf(fastBatchNormalization(tf)) as new (config: object) => unknown;
      const expected = ofLayer(shape, axis, (config) => new Stock(config));
      await switchToWasm(tf, mode);
      const before = tf.memory().numTensors;
      expectClose(
        ofLayer(shape, axis, (config) => new (fastBatchNormalization(tf))(config as never)),
        expected,
        `[${shape}]`,
      );
      expect(tf.memory().numTensors).toBe(before);
      expect(expected.length).toBe(3 + 2 + 4);
      expect(sizeOf(shape)).toBe(expected[1]!.data.length);
    },
  );
});

it('keeps the class name, and its file is read as the fast class', () => {
  const Fast = fastBatchNormalization(tf);
  expect(new Fast({}).getClassName()).toBe('BatchNormalization');
  expect(tf.serialization.SerializationMap.getMap().classNameMap['BatchNormalization']![0]).toBe(Fast);
});
