/** Our convolutions against their definition, against stock tfjs where that can do it, and against central differences. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../random-config';
import { conv1dLayer, conv2dLayer, paddingOf } from './conv-layer';
import { type Padding, windowOutput } from './shared';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

const random = seededRandom(3);
const uniform = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 2 - 1),
    shape,
  );

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [a.dataSync() as Float32Array, b.dataSync() as Float32Array];
  return x.reduce((most, value, index) => Math.max(most, Math.abs(value - y[index]!)), 0);
}

interface Settings {
  filters: number;
  kernelSize: number;
  strides: number;
  dilationRate: number;
  padding: Padding;
}

/** y[t, f] = b[f] + Σ_i Σ_c W[i, c, f] · x[s·t + d·i − before, c], with zeros outside. */
function byDefinition(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, settings: Settings): tf.Tensor {
  const [batch, time, channels] = x.shape as [number, number, number];
  const { filters, kernelSize, strides, dilationRate, padding } = settings;
  const span = (kernelSize - 1) * dilationRate + 1;
  const before = padding === 'causal' ? span - 1 : 0;
  const steps = padding === 'causal' ? Math.ceil(time / strides) : Math.floor((time - span) / strides) + 1;
  const [X, W, B] = [x, kernel, bias].map((tensor) => tensor.dataSync()) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const y = new Float32Array(batch * steps * filters);
  for (let n = 0; n < batch; n++) {
    for (let u = 0; u < steps; u++) {
      for (let f = 0; f < filters; f++) {
        let sum = B[f]!;
        for (let i = 0; i < kernelSize; i++) {
          const at = u * strides + i * dilationRate - before;
          if (at < 0 || at >= time) continue;
          for (let c = 0; c < channels; c++)
            sum += W[(i * channels + c) * filters + f]! * X[(n * time + at) * channels + c]!;
        }
        y[(n * steps + u) * filters + f] = sum;
      }
    }
  }
  return tf.tensor(y, [batch, steps, filters]);
}

describe('Weft>Conv1D', () => {
  const cases: readonly Settings[] = [
    { filters: 3, kernelSize: 3, strides: 1, dilationRate: 1, padding: 'causal' },
    { filters: 2, kernelSize: 2, strides: 1, dilationRate: 4, padding: 'causal' },
    { filters: 2, kernelSize: 4, strides: 3, dilationRate: 1, padding: 'causal' },
    { filters: 2, kernelSize: 3, strides: 1, dilationRate: 2, padding: 'valid' },
  ];
  it.each(cases)('computes its definition: %j', (settings) => {
    const layer = new (conv1dLayer(tf))({ name: 'conv', ...settings, activation: 'linear' });
    const x = uniform([2, 11, 3]);
    const y = layer.apply(x) as tf.Tensor;
    const [kernel, bias] = [uniform([settings.kernelSize, 3, settings.filters]), uniform([settings.filters])];
    layer.setWeights([kernel, bias]);
    expect(
      largestDifference(layer.apply(x) as tf.Tensor, byDefinition(x, kernel, bias, settings)),
    ).toBeLessThan(1e-5);
    expect(y.shape[2]).toBe(settings.filters);
  });

  it.each([2, 3])(
    'with same padding and dilation %i agrees with the forward pass of stock tfjs',
    (dilationRate) => {
      const settings = { filters: 4, kernelSize: 3, padding: 'same', dilationRate, useBias: false } as const;
      const [mine, stock] = [
        new (conv1dLayer(tf))({ name: 'conv', ...settings }),
        tf.layers.conv1d(settings),
      ];
      const x = uniform([2, 10, 3]);
      mine.apply(x);
      stock.apply(x);
      mine.setWeights(stock.getWeights());
      expect(largestDifference(mine.apply(x) as tf.Tensor, stock.apply(x) as tf.Tensor)).toBeLessThan(1e-5);
    },
  );

  it('never looks ahead when causal', () => {
    const layer = new (conv1dLayer(tf))({
      name: 'conv',
      filters: 2,
      kernelSize: 3,
      padding: 'causal',
      dilationRate: 2,
    });
    const x = uniform([1, 12, 2]);
    const y = (layer.apply(x) as tf.Tensor).arraySync() as number[][][];
    const changed = tf.concat([x.slice([0, 0, 0], [1, 7, 2]), uniform([1, 5, 2])], 1);
    const z = (layer.apply(changed) as tf.Tensor).arraySync() as number[][][];
    expect(z[0]!.slice(0, 7)).toEqual(y[0]!.slice(0, 7));
    expect(z[0]!.slice(7)).not.toEqual(y[0]!.slice(7));
  });

  it('agrees with central differences, which stock tfjs cannot offer for a dilation', () => {
    const layer = new (conv1dLayer(tf))({
      name: 'conv',
      filters: 2,
      kernelSize: 2,
      padding: 'causal',
      dilationRate: 3,
      activation: 'tanh',
    });
    const x = uniform([2, 6, 2]);
    layer.apply(x);
    const kernel = layer.trainableWeights[0]!.read() as tf.Variable;
    const loss = () => tf.sum(tf.square(layer.apply(x) as tf.Tensor)) as tf.Scalar;
    const gradient = tf.variableGrads(loss, [kernel]).grads[kernel.name]!.dataSync();
    const values = kernel.dataSync().slice();
    const h = 1e-2;
    for (const index of values.keys()) {
      const at = (shift: number) => {
        const moved = values.slice();
        moved[index]! += shift;
        kernel.assign(tf.tensor(moved, kernel.shape));
        return loss().dataSync()[0]!;
      };
      expect(Math.abs((at(h) - at(-h)) / (2 * h) - gradient[index]!)).toBeLessThan(4e-3);
    }
  });
});

describe('Weft>Conv2D', () => {
  it.each(['same', 'valid'] as const)(
    'dilated with %s padding agrees with the forward pass of stock tfjs',
    (padding) => {
      const settings = {
        filters: 3,
        kernelSize: [3, 2],
        padding,
        dilationRate: [2, 3] as [number, number],
        activation: 'relu',
      } as const;
      const [mine, stock] = [
        new (conv2dLayer(tf))({ name: 'conv', ...settings, kernelSize: [3, 2] }),
        tf.layers.conv2d({ ...settings, kernelSize: [3, 2] }),
      ];
      const x = uniform([2, 9, 8, 2]);
      mine.apply(x);
      stock.apply(x);
      mine.setWeights(stock.getWeights());
      expect(largestDifference(mine.apply(x) as tf.Tensor, stock.apply(x) as tf.Tensor)).toBeLessThan(1e-5);
    },
  );

  it('has a gradient, and registers its class once', () => {
    expect(conv2dLayer(tf)).toBe(conv2dLayer(tf));
    const layer = new (conv2dLayer(tf))({
      name: 'conv',
      filters: 2,
      kernelSize: 3,
      dilationRate: 2,
      padding: 'same',
    });
    const x = uniform([1, 6, 6, 1]);
    const gradient = tf.grad((v) => tf.sum(tf.square(layer.apply(v) as tf.Tensor)))(x);
    expect(gradient.dataSync().some((value) => value !== 0)).toBe(true);
  });
});

describe('padding arithmetic', () => {
  it('is that of tfjs for every size, window and stride', () => {
    for (let size = 1; size <= 9; size++) {
      for (let span = 1; span <= 5; span++) {
        for (let stride = 1; stride <= 4; stride++) {
          const info = tf.backend_util.computePool2DInfo([1, size, 1, 1], [span, 1], [stride, 1], 1, 'same');
          expect(paddingOf(size, span, stride, 'same')).toEqual([info.padInfo.top, info.padInfo.bottom]);
          expect(windowOutput(size, span, stride, 'same')).toBe(info.outHeight);
          if (span > size) expect(windowOutput(size, span, stride, 'valid')).toBeLessThan(1);
          else {
            const valid = tf.backend_util.computePool2DInfo(
              [1, size, 1, 1],
              [span, 1],
              [stride, 1],
              1,
              'valid',
            );
            expect(windowOutput(size, span, stride, 'valid')).toBe(valid.outHeight);
          }
        }
      }
    }
  });

  it('keeps a named size named', () => {
    expect(windowOutput('time', 3, 1, 'same')).toBe('time');
    expect(windowOutput('time', 3, 2, 'causal')).toBe('⌈time/2⌉');
    expect(windowOutput('time', 1, 1, 'valid')).toBe('time');
    expect(windowOutput('time', 3, 1, 'valid')).toBe('(time−2)');
    expect(windowOutput('time', 3, 2, 'valid')).toBe('(⌊(time−3)/2⌋+1)');
  });
});
