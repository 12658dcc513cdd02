// The gradients of Tile, Sum and Mean against tfjs's own on the cpu backend where tfjs has them, and against their definition.
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  expectClose,
  loadTfjs,
  Random,
  switchToWasm,
  type Values,
  withGradients,
} from './against-cpu';
import { sizeOf, type Tfjs } from './kernel';
import { registerWasmKernels, unregisterWasmKernels } from './register';

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

type Compute = (...inputs: Tensor[]) => Tensor[];
interface Case {
  readonly what: string;
  readonly input: Values;
  readonly compute: Compute;
}

/** tfjs's own gradients on cpu, then ours on cpu and on wasm. */
async function expectLikeStock(cases: readonly Case[]): Promise<void> {
  unregisterWasmKernels(tf);
  await tf.setBackend('cpu');
  const run = () => cases.map(({ input, compute }) => evaluate(tf, [input], compute));
  const expected = run();
  registerWasmKernels(tf);
  const check = (got: Values[][], where: string) => {
    for (const [i, { what }] of cases.entries()) expectClose(got[i]!, expected[i]!, `${what} on ${where}`);
  };
  check(run(), 'cpu');
  for (const mode of ['native', 'js'] as const) {
    await switchToWasm(tf, mode);
    check(run(), `wasm, ${mode}`);
  }
  console.info(
    `${cases[0]?.what.split(' ')[0]}: ${cases.length} gradients equal those of tfjs, on cpu and twice on wasm`,
  );
}

const shapeOf = (random: Random, rank: number) => Array.from({ length: rank }, () => random.int(1, 4));

describe('the gradient of tile', () => {
  it('equals tfjs’s own up to rank 4', async () => {
    const random = new Random(1);
    const cases = Array.from({ length: 40 }, (_, i): Case => {
      const shape = shapeOf(random, random.int(1, 4));
      const reps = shape.map(() => random.pick([1, 1, 2, 3]));
      const compute = withGradients(tf, i, (x) => tf.tile(x, reps));
      return { what: `tile [${shape}] by [${reps}]`, input: random.floats(shape), compute };
    });
    await expectLikeStock(cases);
  });

  it.each([5, 6])('is the sum over the copies at rank %i, which tfjs refuses', async (rank) => {
    const random = new Random(rank);
    const shape = shapeOf(random, rank);
    const reps = shape.map((_, axis) => 1 + (axis % 3));
    const x = random.floats(shape);
    for (const backend of ['cpu', 'wasm'] as const) {
      await switchToWasm(tf, 'native');
      await tf.setBackend(backend);
      const [, got] = evaluate(tf, [x], (input) => {
        const dy = tf.ones(shape.map((dim, axis) => dim * reps[axis]!));
        return [input, tf.grad((y) => tf.tile(y, reps))(input, dy)];
      });
      expect(got!.shape).toEqual(shape);
      expect(new Set(got!.data)).toEqual(new Set([sizeOf(reps)]));
    }
  });

  it('is zero where nothing was copied', async () => {
    await switchToWasm(tf, 'native');
    const x = new Random(3).floats([2, 3]);
    const [got] = evaluate(tf, [x], (input) => [tf.grad((y) => tf.sum(tf.tile(y, [0, 2])))(input)]);
    expect(got!.data).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('adds no slice one by one', async () => {
    await switchToWasm(tf, 'native');
    const { kernelNames } = await tf.profile(() => {
      evaluate(
        tf,
        [new Random(3).floats([1, 2])],
        withGradients(tf, 1, (x) => tf.tile(x, [50, 1])),
      );
      return undefined as never;
    });
    expect(kernelNames).not.toContain('Slice');
  });
});

describe.each(['sum', 'mean'] as const)('the gradient of %s', (name) => {
  it('equals tfjs’s own', async () => {
    const random = new Random(9);
    const cases = Array.from({ length: 40 }, (_, i): Case => {
      const shape = shapeOf(random, random.int(0, 6));
      const axes = shape.flatMap((_, axis) => (random.next() < 0.5 ? [axis] : []));
      const keepDims = random.next() < 0.5;
      const some =
        axes.length > 0 ? axes.map((axis) => (random.next() < 0.3 ? axis - shape.length : axis)) : undefined;
      const compute = withGradients(tf, i, (x) => tf[name](x, some, keepDims));
      return { what: `${name} [${shape}] over [${some}]`, input: random.floats(shape), compute };
    });
    await expectLikeStock(cases);
  });

  it('is that of an empty tensor where there is nothing', async () => {
    await switchToWasm(tf, 'native');
    const empty: Values = { shape: [0, 3], dtype: 'float32', data: [] };
    const [got] = evaluate(tf, [empty], (x) => [tf.grad((y) => tf.sum(tf[name](y, 0)))(x)]);
    expect(got!.shape).toEqual([0, 3]);
  });
});
