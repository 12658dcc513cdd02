// Segment sums, slices, splits, tiles and pooling against tfjs's cpu backend.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
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

const SEED = 4_711;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

function bools(random: Random, shape: number[]): Values {
  return { ...random.ints(shape, 0, 1), dtype: 'bool' };
}

describe.each(MODES)('on wasm (%s kernels)', (mode) => {
  it(`unsortedSegmentSum equals cpu, with ids out of range and empty segments, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 40 }, (_, i) => {
      const rows = random.int(1, 12);
      const inner = random.pick([[], [1], [3], [4], [7], [2, 9]]);
      const segments = random.int(1, 9);
      const x = i % 4 === 3 ? random.ints([rows, ...inner], -5, 5) : random.floats([rows, ...inner]);
      return {
        what: `seed ${SEED} case ${i}: [${x.shape}] ${x.dtype} into ${segments}`,
        inputs: [x, random.ints([rows], -2, segments + 1)],
        compute: (values?: Tensor, ids?: Tensor) => [
          // The cpu backend answers float32 for int32 rows: compared as float32.
          tf.cast(tf.unsortedSegmentSum(values as Tensor, ids as never, segments), 'float32'),
        ],
      };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it('unsortedSegmentSum keeps int32, takes no rows, refuses bad shapes and types', async () => {
    await switchToWasm(tf, mode);
    const [sum] = evaluate(tf, [], () => [
      tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([0, 0, 1], 'int32'), 2),
    ]);
    expect(sum).toEqual({ shape: [2], dtype: 'int32', data: [3, 3] });
    const [none] = evaluate(tf, [], () => [
      tf.unsortedSegmentSum(tf.zeros([0, 2]), tf.zeros([0], 'int32') as never, 2),
    ]);
    expect(none).toEqual({ shape: [2, 2], dtype: 'float32', data: [0, 0, 0, 0] });
    const call = (x: Tensor, ids: Tensor) => tf.unsortedSegmentSum(x, ids as never, 2);
    expect(() => tf.tidy(() => call(tf.zeros([3, 2]), tf.zeros([2], 'int32')))).toThrow(
      'segmentIds=[2], x=[3,2]',
    );
    expect(() => tf.tidy(() => call(tf.zeros([2], 'bool'), tf.zeros([2], 'int32')))).toThrow('dtype=bool');
  });

  it('the gradient of gather (an embedding) equals cpu, with repeated indices', async () => {
    const random = new Random(SEED);
    await expectLikeCpu(
      tf,
      mode,
      [0, 1, 2].map((axis) => {
        const indices = random.ints([2, 5], 0, 3).data;
        return {
          what: `axis ${axis}`,
          inputs: [random.floats([4, 5, 6])],
          compute: withGradients(tf, axis, (x) => tf.gather(x, tf.tensor2d(indices, [2, 5], 'int32'), axis)),
        };
      }),
    );
  });

  it(`slice and split equal cpu at ranks 1 to 6 and every type, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 120 }, (_, i) => {
      const rank = random.int(1, 6);
      const shape = Array.from({ length: rank }, () => random.int(1, rank > 4 ? 4 : 20));
      const make = random.pick([
        () => random.floats(shape),
        () => random.ints(shape, -9, 9),
        () => bools(random, shape),
      ]);
      const begin = shape.map((dim) => random.int(0, dim - 1));
      const size = shape.map((dim, axis) => random.int(1, dim - begin[axis]!));
      if (i % 3 === 0) {
        begin.fill(0, 1); // a contiguous slice
        size.splice(1, rank, ...shape.slice(1));
      }
      const axis = random.int(0, rank - 1);
      const cut = random.int(0, shape[axis]!);
      const x = make();
      return {
        what: `seed ${SEED} case ${i}: ${x.dtype} [${shape}] at [${begin}] take [${size}], split axis ${axis} at ${cut}`,
        inputs: [x],
        compute: (t?: Tensor) => [
          tf.slice(t as Tensor, begin, size),
          ...tf.split(t as Tensor, [cut, shape[axis]! - cut], axis),
        ],
      };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it('slices strings', async () => {
    await switchToWasm(tf, mode);
    const words = tf.tensor2d(['a', 'b', 'c', 'd'], [2, 2], 'string');
    const column = tf.slice(words, [0, 1], [2, 1]);
    expect(Array.from(column.dataSync() as unknown as string[])).toEqual(['b', 'd']);
    tf.dispose([words, column]);
  });

  it('gradients of slice, split and tile equal cpu', async () => {
    const random = new Random(SEED);
    await expectLikeCpu(tf, mode, [
      {
        what: 'slice',
        inputs: [random.floats([3, 4, 5])],
        compute: withGradients(tf, 1, (x) => tf.slice(x, [1, 0, 2], [2, 3, 2])),
      },
      {
        what: 'split at rank 5',
        inputs: [random.floats([2, 3, 3, 2, 4])],
        compute: withGradients(tf, 2, (x) => {
          const [q, k, v] = tf.split(x, 3, 2) as [Tensor, Tensor, Tensor];
          return q.mul(k).add(v);
        }),
      },
      {
        what: 'tile',
        inputs: [random.floats([2, 1, 3])],
        compute: withGradients(tf, 3, (x) => tf.tile(x, [2, 4, 3])),
      },
    ]);
  });

  it(`tile equals cpu at ranks 1 to 5 and every type, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 80 }, (_, i) => {
      const rank = random.int(1, 5);
      const shape = Array.from({ length: rank }, () => random.int(1, 4));
      const reps = shape.map(() => random.int(i % 10 === 0 ? 0 : 1, 4));
      const x = random.pick([
        () => random.floats(shape),
        () => random.ints(shape, -9, 9),
        () => bools(random, shape),
      ])();
      return {
        what: `seed ${SEED} case ${i}: ${x.dtype} [${shape}] x [${reps}]`,
        inputs: [x],
        compute: (t?: Tensor) => [tf.tile(t as Tensor, reps)],
      };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it(`the max-pool gradient equals cpu, with ties, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 80 }, (_, i) => {
      const [kh, kw] = [random.int(1, 4), random.int(1, 4)];
      const shape = [
        random.int(1, 2),
        random.int(kh, 8),
        random.int(kw, 8),
        random.pick([1, 2, 3, 4, 5, 8, 9]),
      ];
      const strides: [number, number] = [random.int(1, 3), random.int(1, 3)];
      const pad = random.pick(['same', 'valid'] as const);
      // Half of the cases draw from {-1, 0, 1}: nearly every window has a tie, and padding would win as a zero.
      const x = i % 2 ? random.floats(shape) : { ...random.ints(shape, -1, 1), dtype: 'float32' as const };
      return {
        what: `seed ${SEED} case ${i}: [${shape}] window ${kh}x${kw} strides ${strides} ${pad}`,
        inputs: [x],
        compute: withGradients(tf, i, (t) => tf.maxPool(t as Tensor4D, [kh, kw], strides, pad)),
      };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it(`max and mean pooling equal cpu, value and gradient, seed ${SEED}`, async () => {
    const random = new Random(SEED + 1);
    const cases = Array.from({ length: 80 }, (_, i) => {
      const [kh, kw] = [random.int(1, 4), random.int(1, 4)];
      // Windows side by side, which is the common case, and others; images that they do not fill.
      const strides: [number, number] = i % 2 ? [kh, kw] : [random.int(1, 3), random.int(1, 3)];
      const shape = [
        random.int(1, 3),
        random.int(kh, 9),
        random.int(kw, 9),
        random.pick([1, 3, 4, 7, 8, 18]),
      ];
      const pad = random.pick(['same', 'valid'] as const);
      const pool = random.pick(['maxPool', 'avgPool'] as const);
      return {
        what: `seed ${SEED} case ${i}: ${pool} [${shape}] window ${kh}x${kw} strides ${strides} ${pad}`,
        inputs: [random.floats(shape)],
        compute: withGradients(tf, i, (t) => tf[pool](t as Tensor4D, [kh, kw], strides, pad)),
      };
    });
    await expectLikeCpu(tf, mode, cases);
  });

  it('a NaN shows in every pooled window that has it, wherever it lies, and infinities stay', async () => {
    await switchToWasm(tf, mode);
    for (const channels of [1, 3, 4, 9]) {
      for (let cell = 0; cell < 4; cell++) {
        const pooled = (value: number) => {
          const data = Array.from({ length: 8 * channels }, (_, i) =>
            Math.floor((i % (4 * channels)) / (2 * channels)) * 2 + (Math.floor(i / channels) % 2) === cell &&
            i < 4 * channels
              ? value
              : 1,
          );
          const x: Values = { shape: [2, 2, 2, channels], dtype: 'float32', data };
          return evaluate(tf, [x], (t) => [
            tf.maxPool(t as Tensor4D, 2, 2, 'valid'),
            tf.avgPool(t as Tensor4D, 2, 2, 'valid'),
          ]).map((values) => values.data);
        };
        const ones = new Array(channels).fill(1);
        const all = (value: number) => [...new Array(channels).fill(value), ...ones];
        expect(pooled(Number.NaN)).toEqual([all(Number.NaN), all(Number.NaN)]);
        expect(pooled(Number.POSITIVE_INFINITY)).toEqual([all(Infinity), all(Infinity)]);
        expect(pooled(Number.NEGATIVE_INFINITY)).toEqual([all(1), all(-Infinity)]);
      }
    }
  });

  it('a max-pool window of NaN or -Infinity gives its gradient to nobody, as on cpu', async () => {
    const at = (value: number, channels: number): Values => ({
      shape: [1, 2, 2, channels],
      dtype: 'float32',
      data: Array.from({ length: 4 * channels }, (_, i) =>
        i < 2 * channels ? value : Number.NEGATIVE_INFINITY,
      ),
    });
    const gradient = (x?: Tensor) => [
      tf
        .engine()
        .runKernel(
          'MaxPoolGrad',
          { dy: tf.ones([1, 1, 1, x!.shape[3]!]), input: x!, output: tf.ones([1, 1, 1, x!.shape[3]!]) },
          { filterSize: [2, 2], strides: [2, 2], pad: 'valid' },
        ) as Tensor,
    ];
    await expectLikeCpu(
      tf,
      mode,
      [Number.NaN, Number.NEGATIVE_INFINITY].flatMap((value) =>
        [1, 4].map((channels) => ({
          what: `${value} x${channels}`,
          inputs: [at(value, channels)],
          compute: gradient,
        })),
      ),
    );
  });
});
