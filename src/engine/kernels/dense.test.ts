// The dense kernels against tfjs's cpu backend and against their formulas, over random shapes, and the layer that uses them.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { denseLayer } from '../../nodes/core/dense-layer';
import {
  evaluate,
  expectClose,
  expectLikeCpu,
  loadTfjs,
  Random,
  switchToWasm,
  toTensor,
  type Values,
  withGradients,
} from './against-cpu';
import { sizeOf, type Tfjs } from './kernel';

const SEED = 4_711;
const ACTIVATIONS = ['linear', 'relu', 'sigmoid', 'tanh', 'elu', 'selu'] as const;
type Activation = (typeof ACTIVATIONS)[number];

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

/** By tfjs's operations. */
function reference(x: Tensor, kernel: Tensor, bias: Tensor | undefined, activation: Activation): Tensor {
  const [k, n] = kernel.shape as [number, number];
  let y: Tensor = tf.matMul(tf.reshape(x, [sizeOf(x.shape.slice(0, -1)), k]) as Tensor2D, kernel as Tensor2D);
  if (bias) y = tf.add(y, bias);
  if (activation !== 'linear') y = tf[activation](y);
  return tf.reshape(y, [...x.shape.slice(0, -1), n]);
}

function dense(x: Tensor, kernel: Tensor, bias: Tensor | undefined, activation: Activation): Tensor {
  if (tf.getBackend() !== 'wasm') return reference(x, kernel, bias, activation);
  const inputs = bias ? { x, kernel, bias } : { x, kernel };
  return tf.engine().runKernel('Weft>Dense', inputs, { activation }) as Tensor;
}

describe('Weft>Dense', () => {
  it(`equals cpu, value and all gradients, seed ${SEED}`, async () => {
    const random = new Random(SEED);
    const cases = Array.from({ length: 150 }, (_, i) => {
      const k = random.pick([1, 2, 3, 8, 17, 64, 257]);
      const n = random.pick([1, 2, 4, 5, 8, 10, 16, 33]);
      const lead = random.pick([[1], [2], [5], [6], [7], [32], [3, 4], [2, 1, 3], [251]]);
      const hasBias = random.int(0, 3) > 0;
      const activation = random.pick(ACTIVATIONS);
      const inputs = [
        random.floats([...lead, k]),
        random.floats([k, n]),
        ...(hasBias ? [random.floats([n])] : []),
      ];
      const compute = withGradients(tf, i, (x, kernel, bias) => dense(x, kernel, bias, activation));
      return { what: `seed ${SEED}, case ${i}: [${lead},${k}] x [${k},${n}] ${activation}`, inputs, compute };
    });
    await expectLikeCpu(tf, 'native', cases as never);
    console.info(`dense: ${cases.length} layers, value and gradients`);
  });

  it('takes no rows, no inputs and no units', async () => {
    await switchToWasm(tf, 'native');
    const none = (shape: number[]): Values => ({ shape, dtype: 'float32', data: [] });
    const bias = new Random(1).floats([3]);
    const run = (inputs: Values[]) =>
      evaluate(tf, inputs, (x, kernel, b) => [
        dense(x as Tensor, kernel as Tensor, b, 'linear'),
      ])[0] as Values;
    expect(run([none([0, 4]), new Random(2).floats([4, 3]), bias]).shape).toEqual([0, 3]);
    expect(run([none([2, 0]), none([0, 3])]).data).toEqual([0, 0, 0, 0, 0, 0]);
    const fromBias = run([none([2, 0]), none([0, 3]), bias]).data;
    expect(fromBias).toEqual([...bias.data, ...bias.data].map(Math.fround));
    expect(run([new Random(3).floats([2, 4]), none([4, 0])]).shape).toEqual([2, 0]);
  });

  it('gradients of no rows are zero', async () => {
    await switchToWasm(tf, 'native');
    const inputs: Values[] = [
      { shape: [0, 4], dtype: 'float32', data: [] },
      new Random(2).floats([4, 3]),
      new Random(3).floats([3]),
    ];
    const [, , kernel, bias] = evaluate(
      tf,
      inputs,
      withGradients(tf, 1, (x, w, b) => dense(x, w, b, 'relu')),
    );
    expect(kernel!.data).toEqual(new Array(12).fill(0));
    expect(bias!.data).toEqual([0, 0, 0]);
  });

  it.each(ACTIVATIONS)(
    '%s keeps NaN, and infinities go where the function sends them',
    async (activation) => {
      await switchToWasm(tf, 'native');
      const x = {
        shape: [3, 1],
        dtype: 'float32' as const,
        data: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      };
      const [y, dx] = evaluate(
        tf,
        [x, { shape: [1, 1], dtype: 'float32', data: [1] }],
        withGradients(tf, 1, (t, w) => dense(t, w, undefined, activation)),
      ) as [Values, Values];
      const selu = Math.fround(-1.7580993408473766);
      const ends = {
        linear: [Infinity, -Infinity],
        relu: [Infinity, 0],
        sigmoid: [1, 0],
        tanh: [1, -1],
        elu: [Infinity, -1],
        selu: [Infinity, selu],
      };
      expect(y.data[0]).toBeNaN();
      expect(y.data.slice(1)).toEqual(ends[activation]);
      if (activation !== 'linear') expect(dx.data[0]).toBeNaN();
    },
  );

  it('gives the same bits every time', async () => {
    await switchToWasm(tf, 'native');
    const random = new Random(SEED);
    const inputs = [random.floats([37, 50]), random.floats([50, 21]), random.floats([21])];
    const run = () =>
      evaluate(
        tf,
        inputs,
        withGradients(tf, 1, (x, w, b) => dense(x, w, b, 'tanh')),
      );
    const first = run();
    for (let i = 0; i < 3; i++) expect(run()).toEqual(first);
  });

  it('says what does not fit', async () => {
    await switchToWasm(tf, 'native');
    const run = (x: number[], activation: string) => () =>
      tf.tidy(
        () =>
          tf
            .engine()
            .runKernel('Weft>Dense', { x: tf.ones(x), kernel: tf.ones([3, 2]) }, { activation }) as Tensor,
      );
    expect(run([2, 4], 'relu')).toThrow('[2,4] does not fit a kernel of [3,2]');
    expect(run([2, 3], 'gelu')).toThrow('no such activation here: gelu');
  });
});

describe('the dense layer', () => {
  it.each(['linear', 'relu', 'elu', 'softmax', 'gelu', 'softplus', 'relu6'] as const)(
    'with %s is tfjs’s own on any backend, with its gradients',
    async (activation) => {
      const random = new Random(SEED);
      const [x, kernel, bias] = [
        random.floats([2, 5, 6]),
        random.floats([6, 7]),
        random.floats([7]),
      ] as const;
      const train = (own: boolean): Values[] => {
        const config = { units: 7, activation, inputShape: [5, 6] } as const;
        const layer = own ? new (denseLayer(tf))(config as never) : tf.layers.dense(config as never);
        layer.build([null, 5, 6]);
        layer.setWeights([toTensor(tf, kernel), toTensor(tf, bias)]);
        const results = evaluate(
          tf,
          [x],
          withGradients(tf, 3, (t) => layer.apply(t) as Tensor),
        );
        const weights = layer.trainableWeights.map((weight) => weight.read() as never);
        const dy = toTensor(tf, new Random(3).floats(results[0]!.shape));
        const { grads } = tf.tidy(() =>
          tf.variableGrads(
            () => tf.sum(tf.mul(layer.apply(toTensor(tf, x)) as Tensor, dy)) as never,
            weights,
          ),
        );
        for (const gradient of Object.values(grads))
          results.push({ shape: gradient.shape, dtype: 'float32', data: Array.from(gradient.dataSync()) });
        tf.dispose([dy, ...Object.values(grads)]);
        for (const weight of layer.weights) weight.dispose();
        return results;
      };
      await switchToWasm(tf, 'native');
      await tf.setBackend('cpu');
      const expected = train(false);
      expectClose(train(true), expected, 'cpu');
      await switchToWasm(tf, 'native');
      expectClose(train(true), expected, 'native');
      await switchToWasm(tf, 'js');
      expectClose(train(true), expected, 'without the module');
    },
  );

  it('saves as the stock layer and is what a file with a stock layer becomes', () => {
    const ours = new (denseLayer(tf))({ units: 3, activation: 'relu' });
    expect(ours.getClassName()).toBe('Dense');
    const stock = tf.layers.dense({ units: 3, activation: 'relu' });
    const nameless = ({ name: _, ...config }: { [key: string]: unknown }) => config;
    expect(nameless(ours.getConfig())).toEqual(nameless(stock.getConfig()));
    const { classNameMap } = tf.serialization.SerializationMap.getMap() as unknown as {
      classNameMap: Record<string, [unknown, unknown]>;
    };
    expect(classNameMap['Dense']![0]).toBe(denseLayer(tf));
  });

  it('has one kernel forward, and frozen weights cost none on the way back', async () => {
    await switchToWasm(tf, 'native');
    const layer = new (denseLayer(tf))({ units: 4, activation: 'relu', inputShape: [6] } as never);
    layer.build([null, 6]);
    const x = tf.ones([2, 6]);
    const names = async (f: () => Tensor) =>
      (await tf.profile(f)).kernels.map(({ name }) => name).filter((name) => name.startsWith('Weft>'));
    const byInput = await names(() => tf.grad((t) => layer.apply(t) as Tensor)(x));
    expect(byInput).toEqual(['Weft>Dense', 'Weft>ActivationGrad', 'Weft>DenseInputGrad']);
    x.dispose();
    for (const weight of layer.weights) weight.dispose();
  });
});

it('an example by hand: x W + b with ReLU, and its gradients', async () => {
  await switchToWasm(tf, 'native');
  const [y, dx, dw, db] = evaluate(tf, [], () => {
    const x = tf.tensor2d([[1, 2]]);
    const w = tf.tensor2d([
      [1, -1],
      [1, -1],
    ]);
    const b = tf.tensor1d([0.5, 0.5]);
    const f = (...[t, k, c]: Tensor[]) => dense(t as Tensor, k as Tensor, c as Tensor1D, 'relu');
    return [f(x, w, b), ...tf.grads(f)([x, w, b], tf.tensor2d([[2, 3]]))];
  }) as [Values, Values, Values, Values];
  expect([y.data, dx.data, dw.data, db.data]).toEqual([
    [3.5, 0],
    [2, 2],
    [2, 0, 4, 0],
    [2, 0],
  ]);
});
