// Element functions, broadcasts, reductions, row copies and pooling averages against tfjs's cpu backend.
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  expectClose,
  expectLikeCpu,
  loadTfjs,
  MODES,
  Random,
  switchToWasm,
  type Values,
  withGradients,
} from './against-cpu';
import { sizeOf, type Tfjs } from './kernel';

const SEED = 31_337;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

function values(shape: number[], data: number[]): Values {
  return { shape, dtype: 'float32', data };
}

describe.each(MODES)('on wasm (%s kernels)', (mode) => {
  it('exp, tanh and erf to 1e-6 of their value from -30 to 30, at the ends, and for tails of the vector', async () => {
    await switchToWasm(tf, mode);
    const x = Array.from({ length: 2403 }, (_, i) => Math.fround((i - 1201) / 40));
    const [e, t] = evaluate(tf, [values([2403], x)], (v) => [tf.exp(v as Tensor), tf.tanh(v as Tensor)]) as [
      Values,
      Values,
    ];
    x.forEach((value, i) => {
      expect(Math.abs(e.data[i]! / Math.exp(value) - 1), `exp(${value}) = ${e.data[i]}`).toBeLessThan(1e-6);
      const tanh = Math.tanh(value);
      expect(Math.abs(t.data[i]! - tanh), `tanh(${value}) = ${t.data[i]}`).toBeLessThanOrEqual(
        1e-6 * Math.abs(tanh),
      );
    });
    const ends = [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      0,
      88.7,
      89,
      -87.3,
      -200,
      1e-20,
    ];
    const [ee, et, ef] = evaluate(tf, [values([9], ends)], (v) => [
      tf.exp(v as Tensor),
      tf.tanh(v as Tensor),
      tf.erf(v as Tensor),
    ]) as [Values, Values, Values];
    expect(ee.data.map((value) => Number(value.toPrecision(4)))).toEqual([
      Number.POSITIVE_INFINITY,
      0,
      Number.NaN,
      1,
      3.326e38,
      Number.POSITIVE_INFINITY,
      expect.closeTo(1.218e-38, 40),
      0,
      1,
    ]);
    expect(et.data.slice(0, 8)).toEqual([1, -1, Number.NaN, 0, 1, 1, -1, -1]);
    expect(et.data[8]).toBeCloseTo(1e-20, 25);
    expect(ef.data.slice(0, 8)).toEqual([1, -1, Number.NaN, expect.closeTo(0, 6), 1, 1, -1, -1]);
  });

  it('gradients through exp, tanh, erf and softmax equal cpu', async () => {
    const random = new Random(SEED);
    const inputs = [random.floats([5, 7])];
    await expectLikeCpu(tf, mode, [
      { what: 'exp', inputs, compute: withGradients(tf, 1, (x) => tf.exp(x)) },
      { what: 'tanh', inputs, compute: withGradients(tf, 2, (x) => tf.tanh(x)) },
      { what: 'erf', inputs, compute: withGradients(tf, 3, (x) => tf.erf(x)) },
      { what: 'softmax', inputs, compute: withGradients(tf, 4, (x) => tf.softmax(x)) },
    ]);
  });

  it(`add, sub, mul and div over every kind of broadcast equal cpu, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const pairs: [number[], number[]][] = [
      [[3, 5], [5]],
      [[5], [3, 5]],
      [[2, 3, 4], [4]],
      [
        [2, 3, 8],
        [1, 1, 8],
      ],
      [
        [2, 3, 5],
        [3, 5],
      ],
      [
        [2, 3, 4],
        [2, 3, 1],
      ],
      [
        [2, 3, 1],
        [2, 3, 9],
      ],
      [
        [2, 3, 4],
        [2, 1, 1],
      ],
      [
        [2, 3, 4],
        [2, 1, 4],
      ],
      [
        [3, 2, 2, 5],
        [3, 1, 1, 5],
      ],
      [
        [2, 3, 1, 1, 4],
        [3, 2, 3, 1, 5, 4],
      ],
      [
        [2, 3, 4],
        [1, 3, 1],
      ],
      [
        [2, 1],
        [1, 3],
      ],
      [
        [4, 4],
        [4, 1],
      ],
      [
        [4, 4],
        [1, 4],
      ],
      [[3, 4], []],
      [[1], [3, 4]],
      [
        [3, 4],
        [3, 4],
      ],
      [[0, 4], [4]],
      [
        [1, 4],
        [3, 1, 1],
      ],
      [
        [3, 7],
        [1, 3, 7],
      ],
      [[2, 17], [17]],
    ];
    const ops = ['add', 'sub', 'mul', 'div'] as const;
    const cases = pairs.flatMap(([a, b]) =>
      ops.map((op, i) => {
        // Away from zero, so that quotients stay small.
        const away = ({ data, ...rest }: Values) => ({ ...rest, data: data.map((v) => v + Math.sign(v)) });
        const inputs = [away(random.floats(a)), away(random.floats(b))];
        const compute = withGradients(tf, i, (x, y) => tf[op](x, y));
        return {
          what: `${op} [${a}] [${b}]`,
          inputs,
          compute: sizeOf(a) ? compute : (x: Tensor, y: Tensor) => [tf[op](x, y)],
        };
      }),
    );
    await expectLikeCpu(tf, mode, cases as never);
  });

  it(`sum and mean over every set of axes equal cpu, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const shapes = [[7], [3, 17], [2, 5, 21], [4, 1, 6], [2, 3, 4, 5], [1, 300], [300, 3], [0, 3]];
    const cases = shapes.flatMap((shape) =>
      Array.from({ length: 2 ** shape.length - 1 }, (_, bits) => {
        const axes = shape.flatMap((_dim, axis) => ((bits + 1) & (1 << axis) ? [axis] : []));
        const x = random.floats(shape);
        return [true, false].map((keepDims) => ({
          what: `[${shape}] over [${axes}], keepDims ${keepDims}`,
          inputs: [x],
          compute: (t: Tensor) => [
            tf.sum(t, axes, keepDims),
            ...(sizeOf(shape) ? [tf.mean(t, axes, keepDims)] : []),
          ],
        }));
      }).flat(),
    );
    cases.push({
      what: 'int32',
      inputs: [random.ints([3, 4], -9, 9)],
      compute: (t: Tensor) => [tf.sum(t, [0], false), tf.mean(t, [0], false)],
    });
    await expectLikeCpu(tf, mode, cases as never);
  });

  it('a sum of nothing is zero, whatever lies on the heap', async () => {
    await switchToWasm(tf, mode);
    for (let i = 0; i < 5; i++) {
      const [sum] = evaluate(tf, [], () => {
        tf.fill([3], 7).dispose();
        return [tf.sum(tf.zeros([0, 3]), 0)];
      });
      expect(sum?.data).toEqual([0, 0, 0]);
    }
  });

  it('a sum of a million equal terms keeps six digits down a column, native or not at all', async () => {
    if (mode === 'js') return;
    await switchToWasm(tf, mode);
    const [column, all] = evaluate(tf, [], () => {
      const tenths = tf.fill([250_000, 4], 0.1);
      return [tf.sum(tenths, 0), tf.sum(tenths)];
    }) as [Values, Values];
    const tenth = Math.fround(0.1);
    for (const value of column.data) expect(value / (250_000 * tenth)).toBeCloseTo(1, 5);
    expect(all.data[0]! / (1_000_000 * tenth)).toBeCloseTo(1, 5);
  });

  it(`concat, gather, reverse and unstack equal cpu for every type, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 60 }, (_, i) => {
      const rank = random.int(1, 5);
      const shape = Array.from({ length: rank }, () => random.int(1, 7));
      const axis = random.int(0, rank - 1);
      const make = random.pick([
        (dims: number[]) => random.floats(dims),
        (dims: number[]) => random.ints(dims, -9, 9),
        (dims: number[]): Values => ({ ...random.ints(dims, 0, 1), dtype: 'bool' }),
      ]);
      const other = shape.with(axis, random.int(0, 5));
      const indices = random.ints([2, 3], 0, shape[axis]! - 1).data;
      const flipped = shape.flatMap((_dim, at) => (random.int(0, 1) ? [at] : []));
      return {
        what: `seed ${SEED} case ${i}: [${shape}] with [${other}] axis ${axis}, reverse [${flipped}]`,
        inputs: [make(shape), make(other)],
        compute: (x: Tensor, y: Tensor) => [
          tf.concat([x, y, x], axis),
          tf.gather(x, tf.tensor2d(indices, [2, 3], 'int32'), axis),
          ...(flipped.length ? [tf.reverse(x, flipped)] : []),
          ...tf.unstack(x, axis),
        ],
      };
    });
    await expectLikeCpu(tf, mode, cases as never);
  });

  it('gather refuses an index out of range and leaves nothing behind', async () => {
    await switchToWasm(tf, mode);
    const x = tf.zeros([3, 2]);
    const ids = tf.engine().backend.numDataIds();
    for (const index of [-1, 3]) {
      expect(() => tf.tidy(() => tf.gather(x, tf.tensor1d([0, index], 'int32') as Tensor1D))).toThrow(
        `GatherV2: the index value ${index} is not in [0, 2]`,
      );
    }
    if (mode === 'native') expect(tf.engine().backend.numDataIds()).toBe(ids);
    x.dispose();
  });

  it('batchNorm equals cpu, with and without scale and offset, and with full statistics', async () => {
    const random = new Random(SEED);
    const positive = (v: Values) => ({ ...v, data: v.data.map((n) => n * n + 0.1) });
    const x = random.floats([2, 3, 3, 6]);
    const [mean, offset, scale] = [random.floats([6]), random.floats([6]), random.floats([6])];
    const variance = positive(random.floats([6]));
    const bare = (t: Tensor, m: Tensor, v: Tensor) => tf.batchNorm(t, m as Tensor1D, v as Tensor1D);
    await expectLikeCpu(tf, mode, [
      {
        what: 'bare',
        inputs: [x, mean, variance],
        compute: ((t: Tensor, m: Tensor, v: Tensor) => [bare(t, m, v)]) as never,
      },
      {
        what: 'scale and offset',
        inputs: [x, mean, variance, offset, scale],
        compute: withGradients(tf, 2, ((t: Tensor, m: Tensor1D, v: Tensor1D, o: Tensor1D, s: Tensor1D) =>
          tf.batchNorm(t, m, v, o, s, 0.01)) as never),
      },
      {
        what: 'full statistics',
        inputs: [x, random.floats(x.shape), positive(random.floats(x.shape))],
        compute: ((t: Tensor, m: Tensor4D, v: Tensor4D) => [tf.batchNorm4d(t as Tensor4D, m, v)]) as never,
      },
    ]);
  });
});

describe.each(['cpu', ...MODES] as const)('the average-pool gradient (%s)', (where) => {
  it(`divides by the cells inside the image, as the forward pass does, seed ${SEED}`, async () => {
    await switchToWasm(tf, where === 'cpu' ? 'native' : where);
    if (where === 'cpu') await tf.setBackend('cpu');
    const random = new Random(SEED);
    for (let i = 0; i < 40; i++) {
      const [kh, kw, sh, sw] = [random.int(1, 4), random.int(1, 4), random.int(1, 3), random.int(1, 3)];
      const shape = [random.int(1, 2), random.int(kh, 7), random.int(kw, 7), random.pick([1, 3, 4, 6])];
      const pad = random.pick(['same', 'valid'] as const);
      const x = random.floats(shape);
      const pool = (t: Tensor) => tf.avgPool(t as Tensor4D, [kh, kw], [sh, sw], pad);
      const [value, gradient] = evaluate(tf, [x], withGradients(tf, i, pool)) as [Values, Values];
      const dy = new Random(i).floats(value.shape);
      const what = `seed ${SEED} case ${i}: [${shape}] window ${kh}x${kw} strides ${sh},${sw} ${pad}`;
      // The pool is linear: <pool(x), dy> = <x, gradient>, for any x; and its gradient does not depend on x.
      for (let probe = 0; probe < 3; probe++) {
        const other = random.floats(shape);
        const [pooled] = evaluate(tf, [other], (t) => [pool(t as Tensor)]) as [Values];
        expectClose([values([1], [dot(other, gradient)])], [values([1], [dot(pooled, dy)])], what);
      }
    }
  });
});

describe('the average-pool kernel', () => {
  it.each(MODES)('means the same as on cpu (%s)', async (mode) => {
    const random = new Random(SEED);
    await expectLikeCpu(tf, mode, [
      {
        what: 'AvgPoolGrad',
        inputs: [random.floats([2, 3, 3, 5]), random.floats([2, 5, 5, 5])],
        compute: ((dy: Tensor, input: Tensor) => [
          tf
            .engine()
            .runKernel(
              'AvgPoolGrad',
              { dy, input },
              { filterSize: [3, 3], strides: [2, 2], pad: 'same' },
            ) as Tensor,
        ]) as never,
      },
    ]);
  });
});

function dot(a: Values, b: Values): number {
  return a.data.reduce((total, value, i) => total + value * b.data[i]!, 0);
}
