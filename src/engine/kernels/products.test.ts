// BatchMatMul and Einsum against their definitions, in plain loops with double precision: tfjs's cpu backend cannot serve as
// judge here, as it broadcasts batches wrongly and has no gradient for einsum.
import type { Tensor } from '@tensorflow/tfjs';
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

const SEED = 7_391;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

/** einsum by visiting every combination of letters; with `dy`, also both gradients. */
function naiveEinsum(equation: string, operands: Values[], dy?: Values): Values[] {
  const [left = '', output = ''] = equation.split('->');
  const terms = left.split(',');
  const dims = new Map<string, number>();
  terms.forEach((term, i) => {
    [...term].forEach((letter, axis) => {
      dims.set(letter, (operands[i] as Values).shape[axis] as number);
    });
  });
  const letters = [...dims.keys()];
  const shape = [...output].map((letter) => dims.get(letter) as number);
  const zeros = (like: number[]): Values => ({
    shape: like,
    dtype: 'float32',
    data: new Array(sizeOf(like)).fill(0),
  });
  const out = zeros(shape);
  const gradients = operands.map((operand) => zeros(operand.shape));
  const at = new Map<string, number>(letters.map((letter) => [letter, 0]));
  const index = (term: string) =>
    [...term].reduce((i, letter) => i * (dims.get(letter) as number) + (at.get(letter) as number), 0);
  const visit = (depth: number): void => {
    const letter = letters[depth];
    if (letter === undefined) {
      const places = terms.map(index);
      const o = index(output);
      const values = operands.map((operand, i) => operand.data[places[i] as number] as number);
      out.data[o]! += values.reduce((a, b) => a * b, 1);
      if (!dy) return;
      gradients.forEach((gradient, i) => {
        const others = values.reduce((a, b, j) => (j === i ? a : a * b), 1);
        gradient.data[places[i] as number]! += (dy.data[o] as number) * others;
      });
      return;
    }
    for (let i = 0; i < (dims.get(letter) as number); i++) {
      at.set(letter, i);
      visit(depth + 1);
    }
  };
  visit(0);
  return dy ? [out, ...gradients] : [out];
}

const EQUATIONS = [
  'ij,jk->ik',
  'ij,jk->ki',
  'ji,jk->ik',
  'ij,kj->ik',
  'bij,bjk->bik',
  'bqhd,bkhd->bhqk', // attention scores
  'bhqk,bkhd->bqhd', // attention values
  'aecd,abcd->acbe', // Keras MultiHeadAttention
  'acbe,aecd->abcd',
  'abc,cde->abde', // Keras EinsumDense
  'i,i->',
  'i,j->ij',
  'ij,ij->ij',
  'ij,ij->ji',
  'ij,jk->i', // k only in the second operand
  'ijl,jk->ik', // l only in the first
  'ij->ji',
  'ij->i',
  'ij->',
  'ijk->kij',
  'ij->ij',
  ',ij->ji', // a scalar
];

describe.each(MODES)('products on wasm (%s kernels)', (mode) => {
  it('matMul over transposes, batches, edges of the register blocks and of the 256-deep passes', async () => {
    await switchToWasm(tf, mode);
    const random = new Random(SEED);
    const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33, 48];
    for (let i = 0; i < 150; i++) {
      const [m, n] = [random.pick(sizes), random.pick(sizes)];
      const k = random.pick([...sizes, 255, 256, 257, 600]);
      const batches: [number[], number[]] = random.pick([
        [[], []],
        [[1], [1]],
        [[3], [3]],
        [[2], [1]],
        [[1], [2]],
        [
          [2, 1],
          [1, 3],
        ],
        [
          [2, 3],
          [1, 3],
        ],
        [
          [2, 1],
          [2, 3],
        ],
        [[2, 3], [3]],
      ]);
      const [transposeA, transposeB] = [random.int(0, 1) === 1, random.int(0, 1) === 1];
      const a = random.floats([...batches[0], ...(transposeA ? [k, m] : [m, k])]);
      const b = random.floats([...batches[1], ...(transposeB ? [n, k] : [k, n])]);
      const actual = evaluate(tf, [a, b], (x, y) => [
        tf
          .engine()
          .runKernel('BatchMatMul', { a: x as Tensor, b: y as Tensor }, { transposeA, transposeB }) as Tensor,
      ]);
      const what = `seed ${SEED}, case ${i}: [${a.shape}]${transposeA ? 'T' : ''} x [${b.shape}]${transposeB ? 'T' : ''}`;
      expectClose(actual, [naiveMatMul(a, b, transposeA, transposeB)], what);
    }
  });

  it('matMul larger than one strip of rows, one block of columns and one pass in depth', async () => {
    await switchToWasm(tf, mode);
    const random = new Random(SEED);
    for (let flags = 0; flags < 4; flags++) {
      const [ta, tb] = [(flags & 1) === 1, (flags & 2) === 2];
      const [m, k, n] = [131, 270, 146];
      const [a, b] = [random.floats(ta ? [k, m] : [m, k]), random.floats(tb ? [n, k] : [k, n])];
      const actual = evaluate(tf, [a, b], (x, y) => [tf.matMul(x as Tensor, y as Tensor, ta, tb)]);
      expectClose(actual, [naiveMatMul(a, b, ta, tb)], `transposes ${ta}, ${tb}`);
    }
  });

  it('matMul of every number of rows and columns up to the edges of the register tiles', async () => {
    await switchToWasm(tf, mode);
    const random = new Random(SEED);
    for (let m = 1; m <= 13; m++) {
      for (let n = 1; n <= 18; n++) {
        const [ta, tb] = [random.int(0, 1) === 1, random.int(0, 1) === 1];
        const k = random.int(1, 9);
        const [a, b] = [random.floats(ta ? [k, m] : [m, k]), random.floats(tb ? [n, k] : [k, n])];
        const actual = evaluate(tf, [a, b], (x, y) => [tf.matMul(x as Tensor, y as Tensor, ta, tb)]);
        expectClose(actual, [naiveMatMul(a, b, ta, tb)], `[${a.shape}] x [${b.shape}], ${ta}, ${tb}`);
      }
    }
  });

  it('matMul with more than 256 rows of a transposed first operand, whose strips are copied first', async () => {
    await switchToWasm(tf, mode);
    const random = new Random(SEED);
    for (const [m, k, n] of [
      [301, 5, 17],
      [259, 300, 33],
      [784, 32, 128],
    ] as const) {
      const [a, b] = [random.floats([k, m]), random.floats([k, n])];
      const actual = evaluate(tf, [a, b], (x, y) => [tf.matMul(x as Tensor, y as Tensor, true, false)]);
      expectClose(actual, [naiveMatMul(a, b, true, false)], `[${k}, ${m}]T x [${k}, ${n}]`);
    }
  });

  it('a NaN or an infinity reaches its own row and column only', async () => {
    await switchToWasm(tf, mode);
    const random = new Random(SEED);
    const [a, b] = [random.floats([9, 11]), random.floats([11, 13])];
    a.data[4 * 11 + 3] = Number.NaN;
    b.data[5 * 13 + 12] = Number.POSITIVE_INFINITY;
    const [out] = evaluate(tf, [a, b], (x, y) => [tf.matMul(x as Tensor, y as Tensor)]) as [Values];
    out.data.forEach((value, i) => {
      const isSick = Math.floor(i / 13) === 4 || i % 13 === 12;
      expect(Number.isFinite(value), `cell ${i}`).toBe(!isSick);
    });
  });

  it('gives the same bits every time, and for one matrix the same alone as in a batch', async () => {
    await switchToWasm(tf, mode);
    const random = new Random(SEED);
    const [a, b] = [random.floats([5, 40, 70]), random.floats([5, 70, 50])];
    const run = () => evaluate(tf, [a, b], (x, y) => [tf.matMul(x as Tensor, y as Tensor)])[0] as Values;
    const first = run();
    expect(run()).toEqual(first);
    const one = (values: Values, i: number): Values => {
      const size = values.data.length / 5;
      return { ...values, shape: values.shape.slice(1), data: values.data.slice(i * size, (i + 1) * size) };
    };
    const alone = evaluate(tf, [one(a, 3), one(b, 3)], (x, y) => [tf.matMul(x as Tensor, y as Tensor)])[0];
    expect(alone).toEqual(one(first, 3));
  });

  it('gradients of matMul for all four transposes equal cpu', async () => {
    const random = new Random(SEED);
    const cases = [0, 1, 2, 3].flatMap((flags) =>
      [[], [4]].map((batch) => {
        const [ta, tb] = [(flags & 1) === 1, (flags & 2) === 2];
        return {
          what: `flags ${flags}, batch [${batch}]`,
          inputs: [
            random.floats([...batch, ...(ta ? [33, 18] : [18, 33])]),
            random.floats([...batch, ...(tb ? [21, 33] : [33, 21])]),
          ],
          compute: withGradients(tf, flags, (a, b) => tf.matMul(a, b, ta, tb)),
        };
      }),
    );
    await expectLikeCpu(tf, mode, cases);
  });

  it('empty products', async () => {
    await switchToWasm(tf, mode);
    const empty = (shape: number[]): Values => ({ shape, dtype: 'float32', data: [] });
    const [noDepth] = evaluate(tf, [empty([2, 0]), empty([0, 3])], (a, b) => [
      tf.matMul(a as Tensor, b as Tensor),
    ]);
    expect(noDepth).toEqual({ shape: [2, 3], dtype: 'float32', data: [0, 0, 0, 0, 0, 0] });
    const [noRows] = evaluate(tf, [empty([0, 2]), new Random(1).floats([2, 3])], (a, b) => [
      tf.matMul(a as Tensor, b as Tensor),
    ]);
    expect(noRows?.shape).toEqual([0, 3]);
  });

  it('int32 products are exact, and confusionMatrix works', async () => {
    const random = new Random(SEED);
    await expectLikeCpu(tf, mode, [
      {
        what: 'int32 matMul',
        inputs: [random.ints([3, 4, 5], -1000, 1000), random.ints([3, 6, 5], -1000, 1000)],
        compute: (a, b) => [tf.matMul(a as Tensor, b as Tensor, false, true)],
      },
      {
        what: 'confusionMatrix',
        inputs: [random.ints([40], 0, 4), random.ints([40], 0, 4)],
        compute: (a, b) => [tf.math.confusionMatrix(a as never, b as never, 5)],
      },
    ]);
  });

  it('refuses inner dimensions that differ', async () => {
    await switchToWasm(tf, mode);
    expect(() =>
      tf.tidy(
        () =>
          tf.engine().runKernel('BatchMatMul', { a: tf.zeros([2, 3]), b: tf.zeros([4, 2]) }, {}) as Tensor,
      ),
    ).toThrow('Received: a=[2,3], b=[4,2]');
  });

  it.each(EQUATIONS)('einsum %s, value and gradients', async (equation) => {
    await switchToWasm(tf, mode);
    for (let seed = 0; seed < 4; seed++) {
      const { inputs, dy } = einsumCase(equation, seed);
      const actual = evaluate(
        tf,
        inputs,
        withGradients(tf, seed, (...xs) => tf.einsum(equation, ...xs)),
      );
      expectClose(actual, naiveEinsum(equation, inputs, dy), `${equation} seed ${seed}`);
    }
  });

  it('einsum on int32', async () => {
    const random = new Random(SEED);
    const inputs = [random.ints([3, 4], -9, 9), random.ints([4, 5], -9, 9)];
    await expectLikeCpu(tf, mode, [
      { what: 'int32', inputs, compute: (a, b) => [tf.einsum('ij,jk->ki', a as Tensor, b as Tensor)] },
    ]);
  });
});

describe('einsum on cpu', () => {
  // Without 'ij->ij': tfjs's cpu kernel then answers its input itself, whose gradient tfjs counts twice.
  it.each(EQUATIONS.filter((equation) => equation !== 'ij->ij'))('%s has a gradient', async (equation) => {
    await switchToWasm(tf, 'native');
    await tf.setBackend('cpu');
    const { inputs, dy } = einsumCase(equation, 5);
    const actual = evaluate(
      tf,
      inputs,
      withGradients(tf, 5, (...xs) => tf.einsum(equation, ...xs)),
    );
    expectClose(actual, naiveEinsum(equation, inputs, dy), equation);
  });
});

function einsumCase(equation: string, seed: number): { inputs: Values[]; dy: Values } {
  const random = new Random(seed * 1000 + 1);
  const dims = new Map<string, number>();
  const dim = (letter: string) => {
    if (!dims.has(letter)) dims.set(letter, random.int(1, 5));
    return dims.get(letter) as number;
  };
  const [left = '', output = ''] = equation.split('->');
  const inputs = left.split(',').map((term) => random.floats([...term].map(dim)));
  return { inputs, dy: new Random(seed).floats([...output].map(dim)) };
}

function naiveMatMul(a: Values, b: Values, transposeA: boolean, transposeB: boolean): Values {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const rank = Math.max(batchA.length, batchB.length);
  const full = (batch: number[]) => [...new Array(rank - batch.length).fill(1), ...batch] as number[];
  const [fa, fb] = [full(batchA), full(batchB)];
  const batch = fa.map((dim, axis) => Math.max(dim, fb[axis] as number));
  const [m, k] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
  const n = transposeB ? b.shape.at(-2)! : b.shape.at(-1)!;
  const data: number[] = [];
  for (let at = 0; at < sizeOf(batch); at++) {
    const place = batch.map((dim, axis) => Math.floor(at / sizeOf(batch.slice(axis + 1))) % dim);
    const flat = (dims: number[]) =>
      dims.reduce((i, dim, axis) => i * dim + (dim === 1 ? 0 : place[axis]!), 0);
    const [ia, ib] = [flat(fa) * m * k, flat(fb) * k * n];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          const av = a.data[ia + (transposeA ? l * m + i : i * k + l)]!;
          sum += av * b.data[ib + (transposeB ? j * k + l : l * n + j)]!;
        }
        data.push(sum);
      }
  }
  return { shape: [...batch, m, n], dtype: 'float32', data };
}
