// The activations that are kernels of ours, inside tfjs's own layers, against tfjs's operations on the cpu backend.
import type { Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  expectClose,
  loadTfjs,
  Random,
  switchToWasm,
  type Values,
  withGradients,
} from './against-cpu';
import type { Tfjs } from './kernel';
import { registerWasmKernels, unregisterWasmKernels } from './register';

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

const COMPOSED = ['gelu', 'gelu_new', 'swish', 'softsign'];
const FROM_VALUE = ['relu', 'sigmoid', 'tanh', 'elu', 'selu', 'softplus', 'relu6'];
const NAMES = [...FROM_VALUE, ...COMPOSED];
/** Made anew each time: a layer keeps the activation that it found when it was made. */
const apply = (name: string) => {
  const layer = tf.layers.activation({ activation: name as 'gelu' });
  return (x: Tensor): Tensor => layer.call(x, {}) as Tensor;
};
const row = (...data: number[]): Values => ({ shape: [data.length], dtype: 'float32', data });

/** On cpu with tfjs's own classes, then on wasm with ours. */
async function both(
  inputs: readonly Values[],
  name: string,
  seed: number,
): Promise<[Values[][], Values[][]]> {
  unregisterWasmKernels(tf);
  await tf.setBackend('cpu');
  const run = () => inputs.map((x) => evaluate(tf, [x], withGradients(tf, seed, apply(name))));
  const expected = run();
  await switchToWasm(tf, 'native');
  return [run(), expected];
}

let compared = 0;
afterAll(() => console.info(`activations: ${compared} values and as many gradients equal those of cpu`));

describe.each(NAMES)('%s', (name) => {
  it('equals cpu in values and gradients', async () => {
    const random = new Random(31);
    const inputs = Array.from({ length: 25 }, () => {
      const x = random.floats(Array.from({ length: random.int(1, 4) }, () => random.int(1, 7)));
      const scale = random.pick([0.1, 1, 5, 20]);
      return { ...x, data: x.data.map((value) => value * scale) };
    });
    inputs.push({ shape: [0], dtype: 'float32', data: [] }, row(0, -0, 1e-30, -1e-30));
    const [got, expected] = await both(inputs, name, 5);
    for (const [i, { shape }] of inputs.entries()) expectClose(got[i]!, expected[i]!, `${name} [${shape}]`);
    compared += inputs.length;
  });

  it('stays where it must at the ends', async () => {
    const ends = [row(Number.NaN, 90, -90, 1e10)];
    // What tfjs composes has no value there, or none that is right.
    if (FROM_VALUE.includes(name)) ends.push(row(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
    const [got, expected] = await both(ends, name, 5);
    for (const i of ends.keys()) expectClose([got[i]![0]!], [expected[i]![0]!], name);
    expect(got[0]![1]!.data.map(Number.isNaN)).toEqual([true, false, false, false]);
    expect(got.slice(1).some((values) => values[1]!.data.some(Number.isNaN))).toBe(false);
  });

  it('takes one kernel each way, in any layer, and leaves with the kernels', async () => {
    const names = async (): Promise<readonly string[]> =>
      (
        await tf.profile(() => {
          evaluate(tf, [row(1, 2)], withGradients(tf, 1, apply(name)));
          return undefined as never;
        })
      ).kernelNames;
    await switchToWasm(tf, 'native');
    const used = await names();
    const ours = FROM_VALUE.includes(name)
      ? ['Weft>Activation', 'Weft>ActivationGrad']
      : ['Weft>Pointwise', 'Multiply'];
    // Of a customGrad, tfjs's profile counts the scope as a kernel.
    const passes = ['Identity', 'Reshape', 'unnamed scope'];
    expect(used.filter((kernel) => !passes.includes(kernel))).toEqual(ours);
    const kept = apply(name);
    const [before] = evaluate(tf, [row(1, 2)], (x) => [kept(x)]);
    unregisterWasmKernels(tf);
    expect((await names()).filter((kernel) => kernel.startsWith('Weft>'))).toEqual([]);
    // A layer made before goes on, by tfjs's operations.
    expectClose(
      evaluate(tf, [row(1, 2)], (x) => [kept(x)]),
      [before!],
      name,
    );
    registerWasmKernels(tf);
    expect(tf.layers.dense({ units: 1, activation: name as 'gelu' }).getConfig()['activation']).toBe(name);
  });
});

describe('slopes', () => {
  it.each(NAMES)('%s has the slope of its differences', async (name) => {
    await switchToWasm(tf, 'native');
    // Not 0 or 6, where some have a kink.
    const points = [-6, -2, -0.7, -0.1, 0.3, 1, 2.5, 7];
    const h = 1 / 128;
    const f = apply(name);
    const value = (by: number) => evaluate(tf, [row(...points.map((x) => x + by))], (x) => [f(x)])[0]!.data;
    const slopes = evaluate(tf, [row(...points)], (x) => [tf.grad(f)(x)])[0]!.data;
    const [up, down] = [value(h), value(-h)];
    // Rounding 1e-7 * 7 / h, the error function 1.5e-7 * 7 / h, curvature h squared.
    for (const [i, slope] of slopes.entries())
      expect(Math.abs((up[i]! - down[i]!) / (2 * h) - slope)).toBeLessThan(3e-4);
  });
});
