// Extremes, comparisons, element functions and `where` against tfjs's cpu backend and against their formulas.
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
import { sizeOf, type Tfjs } from './kernel';

const SEED = 60_601;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

function values(shape: number[], data: number[]): Values {
  return { shape, dtype: 'float32', data };
}

describe.each(MODES)('on wasm (%s kernels)', (mode) => {
  it(`extremes and comparisons over every kind of broadcast equal cpu, NaN and ties included, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const names = [
      'maximum',
      'minimum',
      'greater',
      'greaterEqual',
      'less',
      'lessEqual',
      'equal',
      'notEqual',
    ] as const;
    const pairs: [number[], number[]][] = [
      [[37], [37]],
      [
        [3, 5],
        [3, 5],
      ],
      [[3, 21], [21]],
      [[21], [3, 21]],
      [
        [2, 3, 9],
        [2, 3, 1],
      ],
      [
        [2, 3, 1],
        [2, 3, 9],
      ],
      [
        [2, 3, 4],
        [2, 1, 4],
      ],
      [
        [3, 1, 11],
        [3, 5, 11],
      ],
      [[2, 3, 17], []],
      [[], [19]],
      [[], []],
      [[1], [2, 5]],
      [[1, 7], [7]],
      [[7], [1, 7]],
      [[0, 4], [4]],
    ];
    // Few values, so that there are ties.
    const few = (shape: number[], odd: boolean): Values => {
      const numbers = [
        -1,
        0,
        0.5,
        2,
        ...(odd ? [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] : []),
      ];
      return values(
        shape,
        Array.from({ length: sizeOf(shape) }, () => random.pick(numbers)),
      );
    };
    const cases = pairs.flatMap(([a, b]) =>
      names.flatMap((name, i) => {
        const isExtreme = name === 'maximum' || name === 'minimum';
        const what = `${name} [${a}] [${b}]`;
        const run = (x: Tensor, y: Tensor) => [tf[name](x, y)];
        // Comparisons with NaN only: for extremes tfjs's cpu kernel and its gradients answer otherwise.
        const plain = { what, inputs: [few(a, !isExtreme), few(b, !isExtreme)], compute: run };
        if (!isExtreme || String(a) !== String(b) || sizeOf(a) < 2) return [plain];
        const gradients = withGradients(tf, i, (x, y) => tf[name](x, y));
        return [
          plain,
          { what: `${what}, gradients`, inputs: [few(a, false), few(b, false)], compute: gradients },
        ];
      }),
    );
    await expectLikeCpu(tf, mode, cases as never);
    console.info(`extremes and comparisons (${mode}): ${cases.length} cases`);
  });

  it('log, softplus, sqrt, rsqrt, SELU and leaky ReLU by their formulas to 1e-6 of their value', async () => {
    await switchToWasm(tf, mode);
    const formulas = {
      log: Math.log,
      softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
      sqrt: Math.sqrt,
      rsqrt: (x: number) => 1 / Math.sqrt(x),
      selu: (x: number) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x),
      leakyRelu: (x: number) => (x < 0 ? x * Math.fround(0.2) : x),
    };
    const any = Array.from({ length: 2003 }, (_, i) => Math.fround((i - 1001) / 40));
    const positive = Array.from({ length: 2003 }, (_, i) => Math.fround(2 ** ((i - 1001) / 8)));
    let compared = 0;
    for (const [name, formula] of Object.entries(formulas)) {
      const xs = name === 'log' || name === 'sqrt' || name === 'rsqrt' ? positive : any;
      const [y] = evaluate(tf, [values([xs.length], xs)], (t) => [
        (tf[name as keyof typeof formulas] as (x: Tensor) => Tensor)(t as Tensor),
      ]) as [Values];
      for (const [i, x] of xs.entries()) {
        const want = formula(x);
        // e^x − 1 cancels near 0: as exact as 1 is. tfjs's own softplus is 0 below −13.
        const slack = name === 'selu' || (name === 'softplus' && mode === 'js') ? 3e-7 : 0;
        expect(
          Math.abs(y.data[i]! - want),
          `${name}(${x}) = ${y.data[i]}, expected ${want}`,
        ).toBeLessThanOrEqual(
          1e-6 * Math.abs(want) + slack + (mode === 'js' && name === 'softplus' ? 2.5e-6 : 0),
        );
        compared += 1;
      }
    }
    console.info(`element functions (${mode}): ${compared} values`);
  });

  it('log, softplus, sqrt, rsqrt, SELU and leaky ReLU of NaN, infinities, zeros and subnormal numbers', async () => {
    await switchToWasm(tf, mode);
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
    const xs = [nan, inf, -inf, 0, -1, 1e-40];
    const [log, softplus, sqrt, rsqrt, selu, leaky] = evaluate(tf, [values([6], xs)], (t) => {
      const x = t as Tensor;
      return [tf.log(x), tf.softplus(x), tf.sqrt(x), tf.rsqrt(x), tf.selu(x), tf.leakyRelu(x)];
    }).map(({ data }) => data) as [number[], number[], number[], number[], number[], number[]];
    expect(log).toEqual([nan, inf, nan, -inf, nan, expect.closeTo(-92.1034, 3)]);
    expect(softplus.slice(0, 4)).toEqual([nan, inf, 0, expect.closeTo(Math.LN2, 6)]);
    expect(sqrt.slice(0, 5)).toEqual([nan, inf, nan, 0, nan]);
    expect(sqrt[5]).toBeCloseTo(1e-20, 24);
    expect(rsqrt.slice(0, 5)).toEqual([nan, 0, nan, inf, nan]);
    expect(selu.slice(0, 4)).toEqual([nan, inf, expect.closeTo(-1.7580993, 6), 0]);
    expect(leaky.slice(0, 5)).toEqual([nan, inf, -inf, 0, expect.closeTo(-0.2, 6)]);
  });

  it(`gradients of the activations and of where equal cpu, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const inputs = [random.floats([5, 7])];
    const isChosen = random.ints([5, 7], 0, 1).data;
    const functions: Record<string, (x: Tensor) => Tensor> = {
      softplus: (x) => tf.softplus(x),
      selu: (x) => tf.selu(x),
      leakyRelu: (x) => tf.leakyRelu(x, 0.3),
      relu: (x) => tf.relu(x),
      log: (x) => tf.log(tf.add(x, 2)),
      sqrt: (x) => tf.sqrt(tf.add(x, 2)),
      rsqrt: (x) => tf.rsqrt(tf.add(x, 2)),
      where: (x) => tf.where(tf.tensor(isChosen, [5, 7], 'bool'), tf.square(x), tf.neg(x)),
    };
    await expectLikeCpu(
      tf,
      mode,
      Object.entries(functions).map(([what, f], i) => ({ what, inputs, compute: withGradients(tf, i, f) })),
    );
  });

  it('where picks numbers and integers, by a condition of the same shape or one per row', async () => {
    const random = new Random(SEED);
    const condition = (shape: number[]): Values => ({ ...random.ints(shape, 0, 1), dtype: 'bool' });
    const cases = [[1], [3], [4], [19], [3, 6], [2, 0]].flatMap((shape) =>
      [random.floats(shape), random.ints(shape, -9, 9)].map((t) => ({
        what: `[${shape}] ${t.dtype}`,
        inputs: [condition(shape), t, t.dtype === 'int32' ? random.ints(shape, -9, 9) : random.floats(shape)],
        compute: (c: Tensor, x: Tensor, y: Tensor) => [tf.where(c, x, y)],
      })),
    );
    cases.push({
      what: 'per row',
      inputs: [condition([3]), random.floats([3, 6]), random.floats([3, 6])],
      compute: (c: Tensor, x: Tensor, y: Tensor) => [
        tf.engine().runKernel('Select', { condition: c, t: x, e: y }) as Tensor,
      ],
    });
    await expectLikeCpu(tf, mode, cases as never);
  });
});
