// Softmax and its gradient against the cpu backend.
import type { Tensor } from '@tensorflow/tfjs';
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

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

const row = (...data: number[]): Values => ({ shape: [1, data.length], dtype: 'float32', data });
const softmax = (x: Tensor): Tensor => tf.softmax(x);

describe.each(MODES)('softmax (%s kernels)', (mode) => {
  it('equals cpu in values and gradients over random shapes', async () => {
    const random = new Random(11);
    const cases = Array.from({ length: 60 }, (_, i) => {
      const rank = random.int(1, 4);
      const shape = Array.from({ length: rank }, (_, axis) =>
        axis === rank - 1 ? random.pick([1, 2, 3, 4, 5, 10, 32, 65]) : random.int(1, 6),
      );
      const x = random.floats(shape);
      const inputs = [{ ...x, data: x.data.map((value) => value * random.pick([1, 10, 60])) }];
      return { what: `[${shape}], seed ${i}`, inputs, compute: withGradients(tf, i, softmax) };
    });
    await expectLikeCpu(tf, mode, cases);
    console.info(`softmax (${mode}): ${cases.length} values and as many gradients equal those of cpu`);
  });

  it('stands large, infinite and absent numbers', async () => {
    const cases = [
      row(1e30, 1e30, -1e30),
      row(Number.NEGATIVE_INFINITY, 0, 1, 2, Number.NEGATIVE_INFINITY),
      row(Number.NaN, 0, 1, 2, 3),
      row(0, 1, 2, 3, 4, Number.NaN),
      row(Number.POSITIVE_INFINITY, 0, 1, 2),
      row(0, 1, 2, 3, Number.NEGATIVE_INFINITY),
    ].map((x, i) => ({ what: `special ${i}`, inputs: [x], compute: (y: Tensor) => [softmax(y)] }));
    await expectLikeCpu(tf, mode, cases);
  });
});

describe('softmax', () => {
  it('is exactly one alone, exactly zero far below, and sums to one', async () => {
    await switchToWasm(tf, 'native');
    expect(evaluate(tf, [row(3)], (x) => [softmax(x)])[0]!.data).toEqual([1]);
    expect(evaluate(tf, [row(0, -200)], (x) => [softmax(x)])[0]!.data).toEqual([1, 0]);
    const [{ data }] = evaluate(tf, [new Random(4).floats([1, 1000])], (x) => [softmax(x)]) as [Values];
    expect(data.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('takes one kernel for its gradient', async () => {
    await switchToWasm(tf, 'native');
    const { kernelNames } = await tf.profile(() => {
      evaluate(tf, [row(1, 2, 3)], withGradients(tf, 1, softmax));
      return undefined as never;
    });
    expect(kernelNames).toContain('Weft>SoftmaxGrad');
  });
});
