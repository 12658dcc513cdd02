// Kernels of tfjs's wasm backend that answer wrongly for some inputs, against the cpu backend, with and without the native module:
// gather with batch axes, max pooling with positions, fused products, ReLU6, casts to bool.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  expectLikeCpu,
  loadTfjs,
  MODES,
  Random,
  switchToWasm,
  type Values,
  withGradients,
} from './against-cpu';
import type { Tfjs } from './kernel';

const SEED = 411;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

let compared = 0;
afterAll(() => console.info(`corrected kernels: ${compared} cases equal those of cpu`));

const row = (...data: number[]): Values => ({ shape: [data.length], dtype: 'float32', data });

describe.each(MODES)('%s', (mode) => {
  it(`gather with 0 to 3 batch axes, every type and axis, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 80 }, (_, i) => {
      const shape = Array.from({ length: random.int(1, 5) }, () => random.int(1, 4));
      const axis = random.int(0, shape.length - 1);
      const batchDims = random.int(0, Math.min(3, axis));
      const own = Array.from({ length: random.int(batchDims === 0 ? 1 : 0, 2) }, () => random.int(0, 4));
      const indices = random.ints([...shape.slice(0, batchDims), ...own], 0, shape[axis]! - 1);
      const x = random.pick([random.floats(shape), random.ints(shape, -9, 9)]);
      const isBool = random.int(0, 3) === 0;
      const given: Values = isBool ? { ...random.ints(shape, 0, 1), dtype: 'bool' } : x;
      return {
        what: `seed ${SEED} case ${i}: [${shape}] at [${indices.shape}] axis ${axis}, ${batchDims} batch axes`,
        inputs: [given, indices],
        compute: (t: Tensor, at: Tensor) => [tf.gather(t, at, axis, batchDims)],
      };
    });
    await expectLikeCpu(tf, mode, cases as never);
    compared += cases.length;
  });

  it('the gradient of gather with a batch axis, and a gather out of nothing', async () => {
    const random = new Random(SEED);
    const indices = random.ints([3, 4], 0, 4);
    const picks = (x: Tensor) => tf.gather(x, tf.tensor2d(indices.data, [3, 4], 'int32'), 1, 1);
    const none: Values = { shape: [0, 3], dtype: 'float32', data: [] };
    const ends = (x: Tensor) => [tf.gather(x, tf.tensor1d([2, 0], 'int32'), 1)];
    const cases = [
      { what: 'gradient', inputs: [random.floats([3, 5, 2])], compute: withGradients(tf, 1, picks) },
      { what: 'nothing', inputs: [none], compute: ends },
    ];
    await expectLikeCpu(tf, mode, cases as never);
    compared += cases.length;
  });

  it('gather with a batch axis refuses an index out of range', async () => {
    await switchToWasm(tf, mode);
    const run = () =>
      tf.tidy(() => tf.gather(tf.zeros([2, 3]), tf.tensor2d([[0], [3]], [2, 1], 'int32'), 1, 1));
    expect(run).toThrow('GatherV2: the index value 3 is not in [0, 2]');
  });

  it(`max pooling with positions, of negative numbers too, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 40 }, (_, i) => {
      const shape = [random.int(1, 2), random.int(3, 7), random.int(3, 7), random.int(1, 5)];
      const x = random.pick([random.floats(shape), random.ints(shape, -5, 5)]);
      const sign = random.pick([1, -1]);
      const data = sign === 1 ? x.data : x.data.map((value) => -Math.abs(value) - 1);
      const size = random.int(1, 3);
      const strides = random.int(1, 3);
      const pad = random.pick(['same', 'valid'] as const);
      const counts = random.int(0, 1) === 1;
      return {
        what: `seed ${SEED} case ${i}: [${shape}] ${size} by ${strides} ${pad}`,
        inputs: [{ ...x, data }],
        compute: (t: Tensor4D) => {
          const { result, indexes } = tf.maxPoolWithArgmax(t, size, strides, pad, counts);
          return [result, indexes];
        },
      };
    });
    await expectLikeCpu(tf, mode, cases as never);
    compared += cases.length;
  });

  it('a NaN shows in the value of its window, and nothing above -Infinity has no position', async () => {
    await switchToWasm(tf, mode);
    const data = [Number.NaN, -2, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const [values, positions] = evaluate(tf, [{ shape: [1, 1, 4, 1], dtype: 'float32', data }], (x) => {
      const { result, indexes } = tf.maxPoolWithArgmax(x as Tensor4D, [1, 2], [1, 2], 'valid');
      return [result!, indexes!];
    }) as [Values, Values];
    expect(values.data).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    expect(positions.data).toEqual([1, -1]);
  });

  it(`fused products with bias and every activation, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
    const cases = Array.from({ length: 70 }, (_, i) => {
      const [m, k, n] = [random.int(1, 9), random.int(0, 9), random.int(1, 9)];
      const [transposeA, transposeB] = [random.int(0, 2) === 0, random.int(0, 2) === 0];
      const batch = random.pick([[], [1], [3]]);
      const activation = activations[i % activations.length]!;
      const scaled = random.floats([...batch, ...(transposeA ? [k, m] : [m, k])]);
      const a = { ...scaled, data: scaled.data.map((value) => 10 * value) };
      if (i % 5 === 0 && a.data.length > 1) a.data[1] = Number.NaN;
      const b = random.floats([...batch, ...(transposeB ? [n, k] : [k, n])]);
      const bias = random.pick([null, random.floats([n])]);
      return {
        what: `seed ${SEED} case ${i}: ${batch} ${m} x ${k} x ${n} ${transposeA} ${transposeB} ${activation}`,
        inputs: [a, b, random.floats([n]), ...(bias ? [bias] : [])],
        compute: (x: Tensor, y: Tensor, slopes: Tensor, c?: Tensor) => [
          tf.fused.matMul({
            a: x as never,
            b: y as never,
            transposeA,
            transposeB,
            activation,
            leakyreluAlpha: 0.3,
            ...(c ? { bias: c } : {}),
            ...(activation === 'prelu' ? { preluActivationWeights: slopes } : {}),
          }) as Tensor,
        ],
      };
    });
    await expectLikeCpu(tf, mode, cases as never);
    compared += cases.length;
  });

  it('ReLU6 keeps NaN', async () => {
    const x = row(Number.NaN, Infinity, -Infinity, -1, -0, 0, 2, 6, 7);
    await expectLikeCpu(tf, mode, [{ what: 'relu6', inputs: [x], compute: (t) => [tf.relu6(t as Tensor)] }]);
    compared++;
  });

  it('a cast to bool is true where there is anything, and one to the same type shares the values', async () => {
    const casts = (t: Tensor) => (['bool', 'int32', 'float32'] as const).map((dtype) => tf.cast(t, dtype));
    const cases = [
      row(0, -0, 0.5, -0.5, 256, 1e-30, 3),
      { ...row(0, 256, -1, 65536, 7), dtype: 'int32' as const },
    ];
    const bools: Values = { ...row(0, 1, 1, 0), dtype: 'bool' };
    await expectLikeCpu(
      tf,
      mode,
      [...cases, bools].map((x) => ({ what: x.dtype, inputs: [x], compute: casts })) as never,
    );
    compared += 3;
    const ids = tf.engine().backend.numDataIds();
    const [x] = [tf.ones([3])];
    const same = tf.cast(x, 'float32');
    expect(tf.engine().backend.numDataIds()).toBe(ids + 1);
    x.dispose();
    expect([...same.dataSync()]).toEqual([1, 1, 1]);
    same.dispose();
    expect(tf.engine().backend.numDataIds()).toBe(ids);
  });
});
