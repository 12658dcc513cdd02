// Test support for this folder: the same computation on tfjs's cpu backend and on wasm with our kernels, compared. Only
// tests may import it. tfjs is loaded by a dynamic import, because this folder has no value import of it.
import type { DataType, Tensor } from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { sizeOf, type Tfjs } from './kernel';
import { registerWasmKernels } from './register';

export type Mode = 'js' | 'native';
export const MODES: readonly Mode[] = ['js', 'native'];

/**
 * Relative to the largest expected value. The cpu backend adds in double precision, ours in float32: a sum of n terms is
 * off by about sqrt(n) * 6e-8, and no sum in these tests has more than a few thousand terms.
 */
const TOLERANCE = 1e-5;

/** tfjs with both backends ready. */
export async function loadTfjs(): Promise<Tfjs> {
  const tf = (await import('@tensorflow/tfjs')) as unknown as Tfjs;
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(
    new URL('../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url).pathname,
  );
  await tf.setBackend('wasm');
  return tf;
}

export async function switchToWasm(tf: Tfjs, mode: Mode): Promise<void> {
  await tf.setBackend('wasm');
  const { native } = registerWasmKernels(tf, { native: mode === 'native' });
  expect(native.state).toBe(mode === 'native' ? 'on' : 'off');
}

/** Seeded random numbers (mulberry32). */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T;
  }

  floats(shape: readonly number[]): Values {
    return {
      shape: [...shape],
      dtype: 'float32',
      data: Array.from({ length: sizeOf(shape) }, () => this.next() * 2 - 1),
    };
  }

  ints(shape: readonly number[], low: number, high: number): Values {
    return {
      shape: [...shape],
      dtype: 'int32',
      data: Array.from({ length: sizeOf(shape) }, () => this.int(low, high)),
    };
  }
}

/** A tensor's contents, apart from any backend. */
export interface Values {
  shape: number[];
  dtype: DataType;
  data: number[];
}

export function toTensor(tf: Tfjs, { data, shape, dtype }: Values): Tensor {
  return tf.tensor(data, shape, dtype);
}

export function toValues(tensor: Tensor): Values {
  return { shape: [...tensor.shape], dtype: tensor.dtype, data: Array.from(tensor.dataSync()) };
}

/** Runs `compute` on fresh tensors of the current backend and checks that it leaves none behind. */
export function evaluate(
  tf: Tfjs,
  inputs: readonly Values[],
  compute: (...inputs: Tensor[]) => Tensor[],
): Values[] {
  const before = tf.memory().numTensors;
  const ids = tf.engine().backend.numDataIds();
  const results = tf.tidy(
    () => compute(...inputs.map((values) => toTensor(tf, values))).map(toValues) as never,
  ) as Values[];
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  expect(tf.engine().backend.numDataIds(), 'data left on the backend').toBe(ids);
  return results;
}

/** Gradients of sum(f(x...) * dy) for a fixed random dy, after the value of f itself. */
export function withGradients(
  tf: Tfjs,
  seed: number,
  f: (...inputs: Tensor[]) => Tensor,
): (...inputs: Tensor[]) => Tensor[] {
  return (...inputs) => {
    const value = f(...inputs);
    const dy = toTensor(tf, new Random(seed).floats(value.shape));
    return [value, ...tf.grads(f)(inputs, dy)];
  };
}

export function expectClose(actual: readonly Values[], expected: readonly Values[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((want, output) => {
    const got = actual[output] as Values;
    const label = `${what}, output ${output}`;
    expect(got.shape, label).toEqual(want.shape);
    expect(got.dtype, label).toBe(want.dtype);
    const scale = want.data.reduce(
      (most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0),
      1,
    );
    const wrong = want.data.findIndex((value, i) => {
      const own = got.data[i] as number;
      return !(Object.is(own, value) || Math.abs(own - value) <= TOLERANCE * scale);
    });
    if (wrong >= 0) {
      expect.fail(
        `${label}: [${wrong}] is ${got.data[wrong]}, expected ${want.data[wrong]} (largest value ${scale})`,
      );
    }
  });
}

/** The heart of most tests here: wasm with our kernels gives what cpu gives. */
export async function expectLikeCpu(
  tf: Tfjs,
  mode: Mode,
  cases: readonly { what: string; inputs: Values[]; compute: (...inputs: Tensor[]) => Tensor[] }[],
): Promise<void> {
  await tf.setBackend('cpu');
  const expected = cases.map(({ inputs, compute }) => evaluate(tf, inputs, compute));
  await switchToWasm(tf, mode);
  cases.forEach(({ what, inputs, compute }, i) => {
    expectClose(evaluate(tf, inputs, compute), expected[i] as Values[], what);
  });
}
