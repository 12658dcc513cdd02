// The attention kernels inside their layer against the same layer made of tfjs's operations on the cpu backend, which the tests of
// the layer compare with plain loops: values, gradients of every input and weight, masks, dropout, odd sizes.
import type { layers, Tensor, Variable } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MultiHeadAttentionLayer,
  multiHeadAttentionLayer,
} from '../../nodes/attention/multi-head-attention-layer';
import { expectClose, loadTfjs, Random, switchToWasm, toTensor, toValues, type Values } from './against-cpu';
import type { Tfjs } from './kernel';

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

interface Case {
  readonly batch: number;
  readonly time: number;
  readonly width: number;
  /** Steps and width of the sequence attended to; null for self-attention. */
  readonly source: readonly [steps: number, width: number] | null;
  readonly heads: number;
  readonly size: number;
  readonly causal: boolean;
  readonly useBias: boolean;
  readonly dropout: number;
  readonly mask: readonly (readonly number[])[] | null;
  readonly seed: number;
}

const small: Case = {
  batch: 2,
  time: 5,
  width: 6,
  source: null,
  heads: 2,
  size: 3,
  causal: false,
  useBias: true,
  dropout: 0,
  mask: null,
  seed: 1,
};

function randomCase(random: Random, seed: number): Case {
  const batch = random.int(1, 4);
  const time = random.pick([1, 2, 3, 4, 5, 8, 13, 32, 67, 130]);
  const isCross = random.next() < 0.4;
  const steps = isCross ? random.pick([1, 2, 7, 8, 9, 16, 33]) : time;
  const masked = random.next() < 0.5;
  return {
    batch,
    time,
    width: random.pick([1, 3, 8, 20]),
    source: isCross ? [steps, random.pick([1, 5, 8])] : null,
    heads: random.int(1, 4),
    size: random.pick([1, 2, 3, 4, 5, 8, 12, 18]),
    causal: random.next() < 0.4,
    useBias: random.next() < 0.7,
    dropout: random.next() < 0.3 ? 0.4 : 0,
    // The first step is real: a row that sees nothing has its own test.
    mask: masked
      ? Array.from({ length: batch }, () =>
          Array.from({ length: steps }, (_, step) => (step === 0 || random.next() < 0.6 ? 1 : 0)),
        )
      : null,
    seed,
  };
}

function inputsOf({ batch, time, width, source, seed }: Case): Values[] {
  const random = new Random(seed);
  const query = random.floats([batch, time, width]);
  return source ? [query, random.floats([batch, ...source])] : [query];
}

function layerOf({ source, width, heads, size, causal, useBias, dropout, seed }: Case): layers.Layer {
  const layer = new (multiHeadAttentionLayer(tf))({
    numHeads: heads,
    keyDim: size,
    causal,
    useBias,
    dropout,
    seed,
  });
  const random = new Random(seed + 1000);
  layer.build([[null, null, width], ...(source ? [[null, null, source[1]]] : [])]);
  const fresh = layer.weights.map(({ shape }) => toTensor(tf, random.floats(shape as number[])));
  layer.setWeights(fresh);
  tf.dispose(fresh);
  return layer;
}

/** Value of the layer, then the gradients of sum(value * dy) by its inputs and its weights. */
function results(given: Case, inputs: readonly Values[] = inputsOf(given)): Values[] {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const layer = layerOf(given);
  const variables = inputs.map((values) => tf.tidy(() => tf.variable(toTensor(tf, values))));
  const weights = layer.trainableWeights.map((weight) => weight.read() as Variable);
  const made = tf.tidy(() => {
    const mask = given.mask ? [tf.tensor2d(given.mask as number[][])] : [];
    const dy = toTensor(tf, new Random(given.seed + 2000).floats(inputs[0]!.shape));
    let value: Tensor | undefined;
    const { grads } = tf.variableGrads(() => {
      value = tf.keep(
        layer.call([...variables, ...mask], { training: given.dropout > 0 } as never) as Tensor,
      );
      return tf.sum(tf.mul(value, dy));
    }, [...variables, ...weights]);
    const all = [value!, ...[...variables, ...weights].map(({ name }) => grads[name]!)].map(toValues);
    value!.dispose();
    return all as never;
  }) as Values[];
  tf.dispose(variables);
  for (const weight of layer.weights) weight.dispose();
  expect([tf.memory().numTensors, tf.engine().backend.numDataIds()], 'tensors left').toEqual(before);
  return made;
}

async function onBoth(cases: readonly Case[]): Promise<{ cpu: Values[][]; wasm: Values[][] }> {
  await switchToWasm(tf, 'native');
  await tf.setBackend('cpu');
  const cpu = cases.map((given) => results(given));
  await switchToWasm(tf, 'native');
  return { cpu, wasm: cases.map((given) => results(given)) };
}

/** Where the gradient of the key's bias is among the results; 0 where there is none. */
const keyBiasOf = ({ source, useBias }: Case): number => (useBias ? 1 + (source ? 2 : 1) + 3 : 0);
const without = (results: readonly Values[], at: number): Values[] =>
  results.filter((_, i) => at === 0 || i !== at);
const largest = ({ data }: Values): number => Math.max(...data.map(Math.abs));

let compared = 0;
afterAll(() => console.info(`attention: ${compared} outputs and gradients equal those of cpu`));

describe('attention', () => {
  it('gives the values and gradients of its operations, over random shapes, masks and dropout', async () => {
    const random = new Random(42);
    const cases = Array.from({ length: 70 }, (_, i) => randomCase(random, i));
    const { cpu, wasm } = await onBoth(cases);
    for (const [i, given] of cases.entries()) {
      const what = JSON.stringify({ ...given, mask: Boolean(given.mask) });
      const at = keyBiasOf(given);
      expectClose(without(wasm[i]!, at), without(cpu[i]!, at), what);
      // A key's bias adds the same to all scores of a row: its gradient is 0, and what is left is rounding of the terms, which are
      // as large as those of the kernel.
      if (at)
        expect(largest(wasm[i]![at]!), what).toBeLessThan(1e-5 * Math.max(1, largest(wasm[i]![at - 1]!)));
      compared += cpu[i]!.length;
    }
  });

  it('runs as one kernel forward and one backward', async () => {
    await switchToWasm(tf, 'native');
    const { kernelNames } = await tf.profile(() => {
      results({ ...small, causal: true, dropout: 0.2 });
      return undefined as never;
    });
    expect(kernelNames).toContain('Weft>MultiHeadAttention');
    expect(kernelNames).toContain('Weft>MultiHeadAttentionGrad');
    expect(kernelNames).not.toContain('Softmax');
  });

  it('looks at padding as if it were real where there is nothing else', async () => {
    for (const causal of [false, true]) {
      const padded = { ...small, causal, mask: [Array(5).fill(0), [0, 0, 1, 1, 0]] };
      const bare = { ...small, causal };
      const { wasm, cpu } = await onBoth([padded, bare]);
      const half = 5 * 6;
      // The first row of the batch is as without a mask; causal, the first two steps of the second row too.
      expect(wasm[0]![0]!.data.slice(0, half)).toEqual(wasm[1]![0]!.data.slice(0, half));
      if (causal)
        expect(wasm[0]![0]!.data.slice(half, half + 12)).toEqual(wasm[1]![0]!.data.slice(half, half + 12));
      // The operations add -30,000 to every score, which rounds it to 1/512 at worst: hence the wide tolerance, here only.
      for (const [i, expected] of cpu[0]!.entries()) {
        const worst = Math.max(...expected.data.map((x, k) => Math.abs(x - wasm[0]![i]!.data[k]!)));
        expect(worst).toBeLessThan(0.02);
      }
    }
  });

  it('has the slopes of finite differences', async () => {
    await switchToWasm(tf, 'native');
    const given = { ...small, causal: true, mask: [[1, 1, 1, 1, 0], Array(5).fill(1)] };
    const [query] = inputsOf(given) as [Values];
    const dy = new Random(given.seed + 2000).floats(query.shape);
    const loss = (x: Values): number =>
      results(given, [x])[0]!.data.reduce((sum, y, i) => sum + y * dy.data[i]!, 0);
    const slopes = results(given)[1]!.data;
    const h = 1e-2;
    for (let i = 0; i < query.data.length; i += 7) {
      const moved = (by: number): Values => ({
        ...query,
        data: query.data.map((x, k) => (k === i ? x + by : x)),
      });
      const slope = (loss(moved(h)) - loss(moved(-h))) / (2 * h);
      // Float32 values of size 10 give the quotient an error of about 10 * 1e-7 / h; the third derivative adds h squared.
      expect(Math.abs(slope - slopes[i]!)).toBeLessThan(2e-3);
    }
  });

  it('passes on NaN and infinities as its operations do', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const spoilt = inputsOf(small);
      spoilt[0]!.data[3] = bad;
      await switchToWasm(tf, 'native');
      const wasm = results(small, spoilt);
      await tf.setBackend('cpu');
      const cpu = results(small, spoilt);
      for (const [i, { data }] of cpu.entries()) {
        expect(wasm[i]!.data.map(Number.isFinite)).toEqual(data.map(Number.isFinite));
      }
    }
  });

  it('shows on request what each step looked at, beside the same output', async () => {
    await switchToWasm(tf, 'native');
    const given = { ...small, causal: true };
    const layer = layerOf(given) as unknown as MultiHeadAttentionLayer;
    const [query] = inputsOf(given).map((values) => toTensor(tf, values)) as [Tensor];
    const { output, scores } = layer.attend([query], false);
    const called = layer.call(query, {}) as Tensor;
    expectClose([toValues(output)], [toValues(called)], 'output');
    expect(scores.shape).toEqual([2, 2, 5, 5]);
    const sums = scores.sum(-1);
    for (const sum of toValues(sums).data) expect(sum).toBeCloseTo(1, 5);
    tf.dispose([query, output, scores, called, sums]);
    for (const weight of layer.weights) weight.dispose();
  });

  it('gives the same bits again', async () => {
    await switchToWasm(tf, 'native');
    const given = { ...small, time: 70, dropout: 0.3, causal: true };
    expect(results(given)).toEqual(results(given));
  });

  it('stands empty batches and sequences', async () => {
    await switchToWasm(tf, 'native');
    const empty = [
      { ...small, batch: 0 },
      { ...small, time: 0 },
      { ...small, source: [0, 4] as const },
    ];
    for (const given of empty) {
      const [value, ...gradients] = results(given);
      expect(value!.shape).toEqual([given.batch, given.time, given.width]);
      expect(gradients.flatMap(({ data }) => data).every(Number.isFinite)).toBe(true);
      const [, , dQueryKernel] = results(given);
      expect(dQueryKernel!.data.every((x) => x === 0)).toBe(true);
    }
  });
});
