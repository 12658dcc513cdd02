// Dropout drawn inside the module: the very masks that nodes/core/dropout-layer.ts draws in JavaScript, bit for bit.
import type { Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropoutLayer, dropoutMask, dropoutMaskTensor } from '../../nodes/core/dropout-layer';
import { evaluate, loadTfjs, MODES, Random, switchToWasm, toTensor, type Values } from './against-cpu';
import { sizeOf, type Tfjs } from './kernel';

const SEED = 77;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

let compared = 0;
afterAll(() => console.info(`dropout: ${compared} masks, values and gradients equal bit for bit`));

const cases = () => {
  const random = new Random(SEED);
  const sizes = [[1], [2], [3], [4], [5], [31, 33], [2, 3, 5, 7], [0], [4, 0]];
  return Array.from({ length: 45 }, (_, i) => ({
    shape: sizes[i % sizes.length]!,
    seed: random.int(-2147483648, 2147483647),
    step: random.pick([0, 1, 2, 1000, 2147483647]),
    // The last is the least above 0 that drops anything, next to the largest that keeps.
    rate: random.pick([0.05, 0.25, 0.5, 1 / 3, 0.95, 2 ** -32, 0.999999]),
  }));
};

/** Value and gradient of the layer in one step. */
const train = ({ shape, seed, step, rate }: ReturnType<typeof cases>[0]): Values[] => {
  const layer = new (dropoutLayer(tf))({ rate, seed });
  const random = new Random(step);
  const [x, dy] = [random.floats(shape), random.floats(shape)];
  return evaluate(tf, [x], (t) => {
    const apply = (input: Tensor) => {
      layer.step = step;
      return layer.call(input, { training: true }) as Tensor;
    };
    return [apply(t), tf.grad(apply)(t, toTensor(tf, dy))];
  });
};

describe.each(MODES)('%s', (mode) => {
  it(`draws the masks of the cpu backend, forward and backward, seed ${SEED}`, async () => {
    await tf.setBackend('cpu');
    const expected = cases().map(train);
    await switchToWasm(tf, mode);
    for (const [i, one] of cases().entries()) {
      const { shape, seed, step, rate } = one;
      const label = `seed ${SEED}, case ${i}: [${shape}] ${seed} ${step} ${rate}`;
      expect(train(one), label).toEqual(expected[i]);
      const [mask] = evaluate(tf, [], () => [dropoutMaskTensor(tf, seed, step, shape, rate)]) as [Values];
      expect(mask.data, label).toEqual([...dropoutMask(seed, step, sizeOf(shape), rate)]);
      expect(mask.shape, label).toEqual(shape);
      compared++;
    }
  });
});

it('NaN and infinities go through where they are kept, and a dropped one gives NaN, as in a product', async () => {
  const data = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1, 0];
  const one = { shape: [240], seed: 3, step: 4, rate: 0.5 };
  const run = () => {
    const layer = new (dropoutLayer(tf))({ rate: one.rate, seed: one.seed });
    const x: Values = {
      shape: [240],
      dtype: 'float32',
      data: Array.from({ length: 240 }, (_, i) => data[i % 6]!),
    };
    return evaluate(tf, [x], (t) => [layer.call(t, { training: true }) as Tensor]);
  };
  await tf.setBackend('cpu');
  const expected = run();
  await switchToWasm(tf, 'native');
  expect(run()).toEqual(expected);
});

it('takes one kernel each way and no mask', async () => {
  await switchToWasm(tf, 'native');
  const layer = new (dropoutLayer(tf))({ rate: 0.5, seed: 1 });
  const x = tf.ones([8]);
  const { kernels } = await tf.profile(() => tf.grad((t) => layer.call(t, { training: true }) as Tensor)(x));
  const names = kernels.map(({ name }) => name).filter((name) => !['Identity', 'Fill'].includes(name));
  expect(names).toEqual(['Weft>Dropout', 'Weft>Dropout']);
  x.dispose();
});

it('drops everything at a rate of 1 without the kernel, which refuses it', async () => {
  await switchToWasm(tf, 'native');
  const [mask] = evaluate(tf, [], () => [dropoutMaskTensor(tf, 1, 2, [5], 1)]) as [Values];
  expect(mask.data).toEqual([0, 0, 0, 0, 0]);
  const run = () =>
    tf.tidy(() => tf.engine().runKernel('Weft>DropoutMask', {}, { shape: [5], start: 1, rate: 1 }) as Tensor);
  expect(run).toThrow('a rate of 1 is not in [0, 1)');
});
