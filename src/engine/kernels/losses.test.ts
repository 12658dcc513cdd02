// The cross-entropy kernels against the losses by tfjs's operations on cpu, and against their formulas in double precision.
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import binary from '../../nodes/losses/binary-crossentropy';
import categorical from '../../nodes/losses/categorical-crossentropy';
import {
  evaluate,
  expectLikeCpu,
  loadTfjs,
  Random,
  switchToWasm,
  type Values,
  withGradients,
} from './against-cpu';
import type { Tfjs } from './kernel';

const SEED = 90_210;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

const floats = (shape: number[], data: number[]): Values => ({ shape, dtype: 'float32', data });
const ints = (shape: number[], data: number[]): Values => ({ shape, dtype: 'int32', data });

describe('categorical cross-entropy', () => {
  it(`equals cpu over random shapes, masks and sizes of the logits, value and gradient, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 120 }, (_, i) => {
      const classes = random.pick([2, 3, 4, 5, 7, 8, 10, 33, 100]);
      const lead = random.pick([[1], [3], [32], [2, 5], [3, 1]]);
      const size = random.pick([1, 10, 200]);
      const z = random.floats([...lead, classes]);
      const isMasked = lead.length === 2 && random.int(0, 1) === 1;
      const inputs = [{ ...z, data: z.data.map((value) => value * size) }];
      const labels = random.ints(lead, 0, classes - 1).data;
      const steps = random.ints(lead, 0, 1).data;
      const compute = withGradients(tf, i, (logits) =>
        categorical.compute(
          tf,
          logits,
          tf.tensor(labels, lead, 'int32'),
          isMasked ? tf.tensor(steps, lead, 'float32') : null,
        ),
      );
      return { what: `seed ${SEED}, case ${i}: [${z.shape}], masked ${isMasked}`, inputs, compute };
    });
    await expectLikeCpu(tf, 'native', cases as never);
    console.info(`categorical cross-entropy: ${cases.length} batches, value and gradient`);
  });

  it('is ln Σe^z − z_y and softmax − onehot, for huge logits as well', async () => {
    await switchToWasm(tf, 'native');
    const z = [
      [1e4, 0, -1e4],
      [-3e38, 3e38, 0],
      [80, 81, 82],
      [1e-6, -1e-6, 0],
      [-1e30, -1e30, -1e30],
    ];
    const y = [1, 1, 0, 2, 1];
    const [loss, gradient] = evaluate(tf, [floats([5, 3], z.flat())], (logits) => {
      const f = (t: Tensor) => categorical.compute(tf, t, tf.tensor1d(y, 'int32'), null);
      return [f(logits as Tensor), tf.grad(f)(logits as Tensor)];
    }) as [Values, Values];
    z.forEach((row, r) => {
      const most = Math.max(...row);
      const sum = row.reduce((s, value) => s + Math.exp(value - most), 0);
      const want = Math.log(sum) - (row[y[r]!]! - most);
      expect(Math.abs(loss.data[r]! - want), `loss of row ${r}`).toBeLessThanOrEqual(
        1e-6 * Math.max(1, want),
      );
      row.forEach((value, c) => {
        const slope = Math.exp(value - most) / sum - (c === y[r] ? 1 : 0);
        expect(gradient.data[r * 3 + c], `slope ${r}, ${c}`).toBeCloseTo(slope, 6);
      });
    });
  });

  it('shows a NaN in its own row only; an infinite logit as well; minus infinity is a class that cannot be', async () => {
    await switchToWasm(tf, 'native');
    const z = [
      Number.NaN,
      0,
      1,
      2,
      Number.POSITIVE_INFINITY,
      0,
      1,
      2,
      Number.NEGATIVE_INFINITY,
      0,
      0,
      0,
      1,
      2,
      3,
      4,
    ];
    const [loss, gradient] = evaluate(tf, [floats([4, 4], z)], (logits) => {
      const f = (t: Tensor) => categorical.compute(tf, t, tf.tensor1d([1, 1, 1, 1], 'int32'), null);
      return [f(logits as Tensor), tf.grad(f)(logits as Tensor)];
    }) as [Values, Values];
    expect(loss.data.slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
    expect(loss.data[2]).toBeCloseTo(Math.log(3), 6);
    expect(loss.data[3]).toBeCloseTo(Math.log(1 + Math.E + Math.E ** 2 + Math.E ** 3) - 1, 5);
    expect(gradient.data.slice(0, 8).every(Number.isNaN)).toBe(true);
    expect(gradient.data.slice(8).every(Number.isFinite)).toBe(true);
  });

  it('counts a label outside the classes as 0, as a one-hot row of zeros does', async () => {
    const random = new Random(SEED);
    await expectLikeCpu(tf, 'native', [
      {
        what: 'labels -1 and 5 of 5',
        inputs: [random.floats([3, 5])],
        compute: withGradients(tf, 1, (z) =>
          categorical.compute(tf, z, tf.tensor1d([-1, 5, 2], 'int32'), null),
        ),
      },
    ]);
  });

  it('takes no rows', async () => {
    await switchToWasm(tf, 'native');
    const [loss] = evaluate(tf, [floats([0, 4], []), ints([0], [])], (z, y) => [
      categorical.compute(tf, z as Tensor, y as Tensor, null),
    ]);
    expect(loss).toEqual(floats([0], []));
  });

  it('refuses labels that do not fit', async () => {
    await switchToWasm(tf, 'native');
    expect(() =>
      tf.tidy(() => categorical.compute(tf, tf.zeros([2, 3]), tf.zeros([3], 'int32'), null)),
    ).toThrow('SoftmaxCrossEntropy: expected int32 labels, one per row. Received: [2,3], int32 [3]');
  });
});

describe('binary cross-entropy', () => {
  it(`equals cpu over random shapes, masks and sizes of the logits, value and gradient, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 80 }, (_, i) => {
      const lead = random.pick([[1], [2], [3], [5], [32], [2, 5], [3, 1], [7, 3]]);
      const size = random.pick([1, 10, 60]);
      const z = random.floats([...lead, 1]);
      const isMasked = lead.length === 2 && random.int(0, 1) === 1;
      const inputs = [{ ...z, data: z.data.map((value) => value * size) }];
      const labels = random.ints(lead, 0, 1).data;
      const steps = random.ints(lead, 0, 1).data;
      const compute = withGradients(tf, i, (logits) =>
        binary.compute(
          tf,
          logits,
          tf.tensor(labels, lead, 'int32'),
          isMasked ? tf.tensor(steps, lead, 'float32') : null,
        ),
      );
      return { what: `seed ${SEED}, case ${i}: [${lead}], masked ${isMasked}`, inputs, compute };
    });
    await expectLikeCpu(tf, 'native', cases as never);
    console.info(`binary cross-entropy: ${cases.length} batches, value and gradient`);
  });

  it('is ln(1 + e^z) − y z and σ(z) − y to six digits, from −500 to 500', async () => {
    await switchToWasm(tf, 'native');
    const z = [-500, -100, -20, -15, -1, -1e-4, 0, 1e-4, 1, 15, 20, 100, 500].flatMap((value) => [
      value,
      value,
    ]);
    const y = z.map((_, i) => i % 2);
    const [loss, gradient] = evaluate(tf, [floats([z.length, 1], z)], (logits) => {
      const f = (t: Tensor) => binary.compute(tf, t, tf.tensor1d(y, 'int32'), null);
      return [f(logits as Tensor), tf.grad(f)(logits as Tensor)];
    }) as [Values, Values];
    z.forEach((value, i) => {
      const want = Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))) - y[i]! * value;
      expect(Math.abs(loss.data[i]! - want), `loss at ${value}`).toBeLessThanOrEqual(
        2e-6 * Math.max(1, Math.abs(value)),
      );
      // A loss that is small is so to its own digits: no cancellation where y = 0.
      if (y[i] === 0 && want > 1e-37)
        expect(Math.abs(loss.data[i]! / want - 1), `small loss at ${value}`).toBeLessThan(2e-6);
      expect(gradient.data[i], `slope at ${value}`).toBeCloseTo(1 / (1 + Math.exp(-value)) - y[i]!, 6);
    });
  });

  it('shows NaN and an infinite logit', async () => {
    await switchToWasm(tf, 'native');
    const z = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1];
    const [loss] = evaluate(tf, [floats([4, 1], z)], (logits) => [
      binary.compute(tf, logits as Tensor, tf.tensor1d([0, 0, 1, 1], 'int32'), null),
    ]) as [Values];
    // ∞ · 0 in y z, as by tfjs's operations: what matters is that it is not finite.
    expect(loss.data.slice(0, 3)).toEqual([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(loss.data[3]).toBeCloseTo(Math.log1p(Math.exp(-1)), 6);
  });
});

it('one kernel each way', async () => {
  await switchToWasm(tf, 'native');
  for (const [{ compute }, shape] of [
    [categorical, [4, 3]],
    [binary, [4, 1]],
  ] as const) {
    const z = tf.ones([...shape]);
    const labels = tf.zeros([4], 'int32');
    const { kernels } = await tf.profile(() => tf.grad((t) => compute(tf, t, labels, null))(z));
    const own = kernels.map(({ name }) => name).filter((name) => name.startsWith('Weft>'));
    expect(own).toHaveLength(2);
    expect(kernels.some(({ name }) => name === 'Exp' || name === 'Softplus' || name === 'Sigmoid')).toBe(
      false,
    );
    tf.dispose([z, labels]);
  }
});

it('the same bits every time', async () => {
  await switchToWasm(tf, 'native');
  const z = new Random(SEED).floats([13, 11]);
  const run = () =>
    evaluate(
      tf,
      [z],
      withGradients(tf, 1, (t) => categorical.compute(tf, t, tf.zeros([13], 'int32'), null)),
    );
  const first = run();
  for (let i = 0; i < 3; i++) expect(run()).toEqual(first);
});
