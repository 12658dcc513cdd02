// The layer-normalization kernels inside their layer against tfjs's own layer on the cpu backend, and against the formula.
import type { layers, Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layerNormalizationLayer } from '../../nodes/normalization/layer-normalization-layer';
import { expectClose, loadTfjs, Random, switchToWasm, toTensor, toValues, type Values } from './against-cpu';
import type { Tfjs } from './kernel';

let tf: Tfjs;
let stock: typeof layers.layerNormalization;
beforeAll(async () => {
  tf = await loadTfjs();
  stock = tf.layers.layerNormalization;
});

type Config = Parameters<typeof layers.layerNormalization>[0];
type Make = (config: Config) => layers.Layer;
const ours: Make = (config) => new (layerNormalizationLayer(tf))(config) as unknown as layers.Layer;

/** Value, then the gradients by x and the weights. */
function results(make: Make, x: Values, config: Config = {}): Values[] {
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const layer = make(config);
  layer.build(x.shape);
  const random = new Random(7);
  const fresh = layer.weights.map(({ shape }) => toTensor(tf, random.floats(shape as number[])));
  layer.setWeights(fresh);
  tf.dispose(fresh);
  const made = tf.tidy(() => {
    const input = tf.variable(toTensor(tf, x));
    const weights = layer.trainableWeights.map((weight) => weight.read() as typeof input);
    const dy = toTensor(tf, new Random(8).floats(x.shape));
    const value = layer.call(input, {}) as Tensor;
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(layer.call(input, {}) as Tensor, dy)),
      [input, ...weights],
    );
    const all = [value, ...[input, ...weights].map(({ name }) => grads[name]!)].map(toValues);
    input.dispose();
    return all as never;
  }) as Values[];
  for (const weight of layer.weights) weight.dispose();
  expect([tf.memory().numTensors, tf.engine().backend.numDataIds()], 'tensors left').toEqual(before);
  return made;
}

async function expectLikeStock(cases: readonly [Values, Config?][]): Promise<void> {
  await switchToWasm(tf, 'native');
  await tf.setBackend('cpu');
  const expected = cases.map(([x, config]) => results(stock, x, config));
  await switchToWasm(tf, 'native');
  for (const [i, [x, config]] of cases.entries()) {
    expectClose(results(ours, x, config), expected[i]!, `[${x.shape}] ${JSON.stringify(config)}`);
    compared += expected[i]!.length;
  }
}

let compared = 0;
afterAll(() => console.info(`layer normalization: ${compared} outputs and gradients equal those of cpu`));

describe('layer normalization', () => {
  it('gives the values and gradients of the stock layer, over random shapes', async () => {
    const random = new Random(5);
    const cases = Array.from({ length: 40 }, (): [Values, Config] => {
      const rank = random.int(2, 4);
      const shape = Array.from({ length: rank }, (_, axis) =>
        axis === rank - 1 ? random.pick([1, 2, 3, 4, 7, 8, 32, 33]) : random.int(1, 9),
      );
      return [random.floats(shape), { epsilon: random.pick([1e-3, 1e-5, 0.1]) }];
    });
    cases.push([random.floats([3, 100, 12]), {}], [random.floats([2, 2100]), {}]);
    await expectLikeStock(cases);
  });

  it('leaves other axes to tfjs', async () => {
    const x = new Random(3).floats([3, 4, 5]);
    await expectLikeStock([
      [x, { axis: 1 }],
      [x, { axis: [1, 2] }],
    ]);
  });

  it.each([{ center: false }, { scale: false }])('predicts as tfjs does with %o', async (config) => {
    const x = new Random(3).floats([4, 5]);
    const value = (make: Make): Values =>
      tf.tidy(() => toValues(make(config).apply(toTensor(tf, x)) as Tensor) as never) as Values;
    await tf.setBackend('cpu');
    const expected = value(stock);
    await switchToWasm(tf, 'native');
    expectClose([value(ours)], [expected], JSON.stringify(config));
  });

  it('takes the stock layer’s place in one kernel each way', async () => {
    await switchToWasm(tf, 'native');
    const { kernelNames } = await tf.profile(() => {
      results(ours, new Random(1).floats([4, 6]));
      return undefined as never;
    });
    expect(kernelNames).toContain('Weft>LayerNorm');
    expect(kernelNames).toContain('Weft>LayerNormGrad');
    expect(kernelNames).not.toContain('FusedBatchNorm');
    const model = tf.sequential({ layers: [ours({ name: 'norm', inputShape: [6] } as Config)] });
    const { layers: configs } = model.getConfig() as unknown as { layers: { className: string }[] };
    expect(configs[0]!.className).toBe('LayerNormalization');
    model.dispose();
  });

  it('is exact about rows with a large mean, where the mean of squares would not be', async () => {
    await switchToWasm(tf, 'native');
    const x = {
      shape: [1, 8],
      dtype: 'float32' as const,
      data: [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 4096 + i),
    };
    const layer = ours({ epsilon: 1e-7 });
    const out = layer.apply(toTensor(tf, x)) as Tensor;
    const values = toValues(out).data;
    for (const [i, y] of values.entries()) expect(y).toBeCloseTo((i - 3.5) / Math.sqrt(5.25), 5);
    tf.dispose([out]);
    for (const weight of layer.weights) weight.dispose();
  });

  it('keeps NaN and infinities in their rows', async () => {
    await switchToWasm(tf, 'native');
    const x = new Random(2).floats([3, 5]);
    x.data[7] = Number.NaN;
    x.data[12] = Number.POSITIVE_INFINITY;
    const [value, dX] = results(ours, x) as [Values, Values];
    for (const { data } of [value, dX]) {
      expect(data.map(Number.isFinite)).toEqual(data.map((_, i) => i < 5));
    }
  });

  it('has nothing to say about empty batches', async () => {
    await switchToWasm(tf, 'native');
    const [value, , dGamma, dBeta] = results(ours, new Random(2).floats([0, 3])) as Values[];
    expect(value!.shape).toEqual([0, 3]);
    expect([...dGamma!.data, ...dBeta!.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('gives the same bits again', async () => {
    await switchToWasm(tf, 'native');
    const x = new Random(9).floats([200, 30]);
    expect(results(ours, x)).toEqual(results(ours, x));
  });
});
