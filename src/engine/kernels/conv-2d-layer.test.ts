// The convolutional layer's own kernels against the same layer by tfjs's operations on cpu, over random shapes, and the layers that
// use them.
import type { layers, SymbolicTensor, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { conv1dLayer, conv2dLayer } from '../../nodes/convolution/conv-layer';
import {
  fastConv1d,
  fastConv2d,
  fastDepthwiseConv2d,
  fastSeparableConv2d,
} from '../../nodes/convolution/fast-conv-layer';
import {
  evaluate,
  expectClose,
  expectLikeCpu,
  loadTfjs,
  MODES,
  Random,
  switchToWasm,
  toTensor,
  toValues,
  type Values,
  withGradients,
} from './against-cpu';
import type { Tfjs } from './kernel';

const SEED = 20_261_124;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

type Kind = 'Conv2D' | 'DepthwiseConv2D';
interface Layer {
  kind: Kind;
  strides: [number, number];
  dilations: [number, number];
  pad: 'same' | 'valid' | [number, number][];
  activation: 'relu' | 'linear';
}

/** By the own kernel where the backend has it, by tfjs's operations elsewhere. */
function layer(
  { kind, strides, dilations, pad, activation }: Layer,
  x: Tensor,
  filter: Tensor,
  bias?: Tensor,
): Tensor {
  if (tf.getBackend() === 'wasm') {
    const inputs = bias ? { x, filter, bias } : { x, filter };
    const attrs = { strides, dilations, pad, activation } as never;
    return tf.engine().runKernel(`Weft>${kind}`, inputs, attrs) as Tensor;
  }
  const padded = typeof pad === 'string' ? x : tf.pad(x, pad);
  const convolve = kind === 'Conv2D' ? tf.conv2d : tf.depthwiseConv2d;
  const rule = typeof pad === 'string' ? pad : 'valid';
  let y: Tensor = convolve(padded as Tensor4D, filter as Tensor4D, strides, rule, 'NHWC', dilations);
  if (bias) y = tf.add(y, bias);
  return activation === 'relu' ? tf.relu(y) : y;
}

/** Filters up to 5, strides up to 3, dilations, explicit padding; channels on both sides of the vector widths. */
function randomCase(random: Random, i: number) {
  const kind = random.pick<Kind>(['Conv2D', 'Conv2D', 'DepthwiseConv2D']);
  const kernel: [number, number] = [random.int(1, 5), random.int(1, 5)];
  const isDilated = random.int(0, 3) === 0;
  const dilations: [number, number] = isDilated ? [random.int(1, 3), random.int(2, 3)] : [1, 1];
  const strides: [number, number] = isDilated
    ? [1, 1]
    : kind === 'Conv2D'
      ? [random.int(1, 3), random.int(1, 3)]
      : [2, 2];
  const span = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1) as [number, number];
  const channels = random.pick([1, 2, 3, 4, 5, 8, 17, 20]);
  const out = kind === 'Conv2D' ? random.pick([1, 2, 3, 4, 5, 8, 12, 15, 16, 21]) : random.int(1, 3);
  const pad = random.pick<Layer['pad']>([
    'same',
    'valid',
    [
      [0, 0],
      [random.int(0, 3), random.int(0, 2)],
      [random.int(0, 2), random.int(0, 4)],
      [0, 0],
    ],
  ]);
  const shape = [random.int(1, 3), span[0] + random.int(0, 9), span[1] + random.int(0, 9), channels];
  const activation = random.pick(['relu', 'linear'] as const);
  const hasBias = random.int(0, 3) > 0;
  const what = { kind, shape, kernel, out, strides, dilations, pad, activation, hasBias };
  const units = kind === 'Conv2D' ? out : channels * out;
  return {
    what: `seed ${SEED}, case ${i}: ${JSON.stringify(what)}`,
    inputs: [
      random.floats(shape),
      random.floats([...kernel, channels, out]),
      ...(hasBias ? [random.floats([units])] : []),
    ],
    compute: withGradients(tf, i, (x, filter, bias) =>
      layer({ kind, strides, dilations, pad, activation }, x as Tensor, filter as Tensor, bias),
    ),
  };
}

describe('Weft>Conv2D and Weft>DepthwiseConv2D', () => {
  it(`equal cpu, value and all gradients, seed ${SEED}`, async () => {
    await switchToWasm(tf, 'native'); // registers the gradients of dilated convolutions
    const random = new Random(SEED);
    const cases = Array.from({ length: 220 }, (_, i) => randomCase(random, i));
    await expectLikeCpu(tf, 'native', cases);
    console.info(`convolutional layers: ${cases.length}, value and gradients`);
  });

  it('equal cpu where an image takes several blocks of rows', async () => {
    const random = new Random(SEED);
    const big = (strides: [number, number], kind: Kind, channels: number, out: number) => ({
      what: `${kind} ${channels} to ${out}, strides ${strides}`,
      inputs: [random.floats([2, 50, 40, channels]), random.floats([3, 3, channels, out])],
      compute: withGradients(tf, 1, (x, filter) =>
        layer(
          { kind, strides, dilations: [1, 1], pad: 'same', activation: 'relu' },
          x as Tensor,
          filter as Tensor,
        ),
      ),
    });
    await expectLikeCpu(tf, 'native', [
      big([1, 1], 'Conv2D', 40, 6),
      big([2, 2], 'Conv2D', 40, 6),
      big([2, 2], 'DepthwiseConv2D', 40, 2),
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    '%s in the input shows in every output that sees it',
    async (value) => {
      const random = new Random(SEED);
      for (const kind of ['Conv2D', 'DepthwiseConv2D'] as const) {
        const x = random.floats([1, 6, 6, 5]);
        x.data[(2 * 6 + 3) * 5 + 1] = value;
        await expectLikeCpu(tf, 'native', [
          {
            what: kind,
            inputs: [x, random.floats([3, 3, 5, 2]), random.floats([kind === 'Conv2D' ? 2 : 10])],
            compute: withGradients(tf, 2, (input, filter, bias) =>
              layer(
                { kind, strides: [1, 1], dilations: [1, 1], pad: 'same', activation: 'relu' },
                input as Tensor,
                filter as Tensor,
                bias,
              ),
            ),
          },
        ]);
      }
    },
  );

  it('takes no images, no channels and no filters', async () => {
    await switchToWasm(tf, 'native');
    const none = (shape: number[]): Values => ({ shape, dtype: 'float32', data: [] });
    const at = {
      kind: 'Conv2D',
      strides: [1, 1],
      dilations: [1, 1],
      pad: 'same',
      activation: 'relu',
    } as const;
    const run = (inputs: Values[]) =>
      evaluate(
        tf,
        inputs,
        withGradients(tf, 1, (x, filter, bias) => layer(at as never, x as Tensor, filter as Tensor, bias)),
      );
    const bias: Values = { shape: [2], dtype: 'float32', data: [-1, 3] };
    const filter = new Random(1).floats([3, 3, 4, 2]);
    const [y, dx, dW, db] = run([none([0, 5, 5, 4]), filter, bias]) as [Values, Values, Values, Values];
    expect([y.shape, dx.shape]).toEqual([
      [0, 5, 5, 2],
      [0, 5, 5, 4],
    ]);
    expect([dW.data, db.data]).toEqual([new Array(72).fill(0), [0, 0]]);
    const [fromBias] = run([none([1, 1, 2, 0]), none([3, 3, 0, 2]), bias]) as [Values];
    expect(fromBias.data).toEqual([0, 3, 0, 3]);
    const [, ofNothing] = run([new Random(2).floats([1, 2, 2, 3]), none([1, 1, 3, 0])]) as [Values, Values];
    expect(ofNothing.data).toEqual(new Array(12).fill(0));
  });

  it('gives the same bits every time', async () => {
    await switchToWasm(tf, 'native');
    const { inputs, compute } = randomCase(new Random(5), 5);
    const [first, second] = [evaluate(tf, inputs, compute), evaluate(tf, inputs, compute)];
    expect(second).toEqual(first);
  });

  it('says what does not fit', async () => {
    await switchToWasm(tf, 'native');
    const at: Layer = {
      kind: 'Conv2D',
      strides: [1, 1],
      dilations: [1, 1],
      pad: 'same',
      activation: 'linear',
    };
    expect(() => tf.tidy(() => layer(at, tf.zeros([1, 4, 4, 3]), tf.zeros([3, 3, 2, 5])))).toThrow(
      'a filter of [3,3,2,5] does not fit an input of [1,4,4,3]',
    );
  });
});

const shared = { filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' } as const;
const LAYERS: Record<string, { shape: number[]; stock: string; build(): object }> = {
  conv1d: {
    shape: [9, 4],
    stock: 'Conv1D',
    build: () => new (fastConv1d(tf))({ ...shared, strides: 2, activation: 'tanh' }),
  },
  'conv1d, causal and dilated': {
    shape: [9, 4],
    stock: 'Weft>Conv1D',
    build: () => new (conv1dLayer(tf))({ ...shared, padding: 'causal', dilationRate: 2, name: 'causal' }),
  },
  conv2d: {
    shape: [7, 6, 3],
    stock: 'Conv2D',
    build: () => new (fastConv2d(tf))({ ...shared, strides: [2, 2] }),
  },
  'conv2d, linear without bias': {
    shape: [7, 6, 3],
    stock: 'Conv2D',
    build: () => new (fastConv2d(tf))({ ...shared, activation: 'linear', useBias: false, padding: 'valid' }),
  },
  'conv2d, dilated': {
    shape: [9, 8, 3],
    stock: 'Weft>Conv2D',
    build: () => new (conv2dLayer(tf))({ ...shared, dilationRate: [2, 2], name: 'dilated' }),
  },
  depthwiseConv2d: {
    shape: [7, 6, 5],
    stock: 'DepthwiseConv2D',
    build: () =>
      new (fastDepthwiseConv2d(tf))({ kernelSize: [3, 2], depthMultiplier: 2, activation: 'relu' } as never),
  },
  separableConv2d: {
    shape: [7, 6, 5],
    stock: 'SeparableConv2D',
    build: () => new (fastSeparableConv2d(tf))({ ...shared, depthMultiplier: 2, strides: [2, 2] }),
  },
};

/** Value and gradients of a layer with fixed weights. */
function ofLayer(name: string): Values[] {
  const { shape, build } = LAYERS[name]!;
  const random = new Random(SEED);
  const input = tf.input({ shape });
  const output = (build() as layers.Layer).apply(input) as SymbolicTensor;
  const whole = tf.model({ inputs: input, outputs: output });
  const values = whole.getWeights().map((weight) => toTensor(tf, random.floats(weight.shape)));
  whole.setWeights(values);
  const x = toTensor(tf, random.floats([3, ...shape]));
  const results = tf.tidy(() => {
    const y = whole.apply(x, { training: true }) as Tensor;
    const weights = whole.trainableWeights.map((weight) => weight.read() as Variable);
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.square(whole.apply(x, { training: true }) as Tensor)) as never,
      weights,
    );
    return [y, ...weights.map(({ name: weight }) => grads[weight]!)].map(toValues) as never;
  }) as Values[];
  tf.dispose([x, ...values]);
  tf.disposeVariables();
  return results;
}

describe.each(MODES)('layers on wasm (%s kernels)', (mode) => {
  it.each(Object.keys(LAYERS))('%s equals cpu', async (name) => {
    await switchToWasm(tf, mode);
    await tf.setBackend('cpu');
    const expected = ofLayer(name);
    await switchToWasm(tf, mode);
    expectClose(ofLayer(name), expected, name);
  });
});

it.each(Object.entries(LAYERS))(
  '%s keeps the class name, and its file is read as the fast class',
  (_, { build, stock }) => {
    const made = build() as { getClassName(): string; getConfig(): object; constructor: unknown };
    expect(made.getClassName()).toBe(stock);
    const registered = tf.serialization.SerializationMap.getMap().classNameMap[stock]!;
    expect(registered[0]).toBe(made.constructor);
  },
);
