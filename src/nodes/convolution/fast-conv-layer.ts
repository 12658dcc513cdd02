/**
 * Conv1D, Conv2D, DepthwiseConv2D and SeparableConv2D of tfjs on our own convolution kernels, which add the bias and apply ReLU in the
 * same pass, forward and backward. They keep tfjs's class names and configs, so their files are those of the stock layers, and take
 * the stock layers' place in the registry. Where the backend lacks the kernels they run as in tfjs.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { ownKernel } from '../own-kernel';

/** The parts of tfjs's convolution layers that are used here; its own types hide them. */
interface StockConv extends tfjs.layers.Layer {
  readonly kernel: { read(): tfjs.Tensor };
  readonly depthwiseKernel: { read(): tfjs.Tensor };
  readonly pointwiseKernel: { read(): tfjs.Tensor };
  readonly bias: { read(): tfjs.Tensor } | null;
  readonly activation: { apply(x: tfjs.Tensor): tfjs.Tensor; getClassName(): string };
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: 'same' | 'valid' | 'causal';
  readonly dataFormat: string;
}
interface LayerClass<C> {
  new (config: C): StockConv;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

export interface Convolution {
  readonly kind: 'Conv2D' | 'DepthwiseConv2D';
  readonly x: tfjs.Tensor;
  readonly filter: tfjs.Tensor;
  readonly bias?: tfjs.Tensor | null | undefined;
  readonly activation?: StockConv['activation'];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pad: 'same' | 'valid' | readonly (readonly [number, number])[];
}

/** f(x * filter + bias) by our kernel for images, and for sequences as images of height 1; null where the backend lacks it. */
export function convolution(
  tf: Tfjs,
  { kind, x, filter, bias, activation, ...rest }: Convolution,
): tfjs.Tensor | null {
  const isSequence = x.rank === 3;
  const image = isSequence ? tf.expandDims(x, 1) : x;
  const tall = <T>(values: readonly T[], one: T): T[] => (isSequence ? [one, ...values] : [...values]);
  const pad = typeof rest.pad === 'string' ? rest.pad : tall<readonly [number, number]>(rest.pad, [0, 0]);
  const isRelu = activation?.getClassName() === 'relu';
  const y = ownKernel(
    tf,
    `Weft>${kind}`,
    { x: image, filter: isSequence ? tf.expandDims(filter, 0) : filter, ...(bias ? { bias } : {}) },
    {
      strides: tall(rest.strides, 1),
      dilations: tall(rest.dilations, 1),
      pad: (typeof pad === 'string' ? pad : [[0, 0], ...pad, [0, 0]]) as never,
      activation: isRelu ? 'relu' : 'linear',
    },
  ) as tfjs.Tensor | null;
  if (!y) return null;
  const z = isSequence ? tf.squeeze(y, [1]) : y;
  return isRelu || !activation ? z : activation.apply(z);
}

const lone = (inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor =>
  Array.isArray(inputs) ? inputs[0]! : inputs;

/** The convolution of this layer, or null when tfjs has to do it. */
type Compute = (layer: StockConv, x: tfjs.Tensor, pad: 'same' | 'valid') => tfjs.Tensor | null;

function fastClass<C>(tf: Tfjs, stock: tfjs.layers.Layer, compute: Compute): LayerClass<C> {
  const Stock = stock.constructor as unknown as LayerClass<C>;
  return class extends Stock {
    static override readonly className = Stock.className;

    override call(
      inputs: tfjs.Tensor | tfjs.Tensor[],
      kwargs: { [name: string]: unknown },
    ): tfjs.Tensor | tfjs.Tensor[] {
      const { padding } = this;
      if (this.dataFormat !== 'channelsLast' || padding === 'causal') return super.call(inputs, kwargs);
      return tf.tidy(() => compute(this, lone(inputs), padding) ?? super.call(inputs, kwargs));
    }
  };
}

const ordinary =
  (tf: Tfjs): Compute =>
  ({ kernel, bias, activation, strides, dilationRate }, x, pad) =>
    convolution(tf, {
      kind: 'Conv2D',
      x,
      filter: kernel.read(),
      bias: bias?.read(),
      activation,
      strides,
      dilations: dilationRate,
      pad,
    });

const depthwise =
  (tf: Tfjs): Compute =>
  ({ depthwiseKernel, bias, activation, strides }, x, pad) =>
    convolution(tf, {
      kind: 'DepthwiseConv2D',
      x,
      filter: depthwiseKernel.read(),
      bias: bias?.read(),
      activation,
      strides,
      dilations: [1, 1], // tfjs's layer does not dilate, whatever its config says
      pad,
    });

const separable =
  (tf: Tfjs): Compute =>
  ({ depthwiseKernel, pointwiseKernel, bias, activation, strides, dilationRate }, x, pad) => {
    const channels = convolution(tf, {
      kind: 'DepthwiseConv2D',
      x,
      filter: depthwiseKernel.read(),
      strides,
      dilations: dilationRate,
      pad,
    });
    if (!channels) return null;
    return convolution(tf, {
      kind: 'Conv2D',
      x: channels,
      filter: pointwiseKernel.read(),
      bias: bias?.read(),
      activation,
      strides: [1, 1],
      dilations: [1, 1],
      pad: 'valid',
    });
  };

type Layers = typeof tfjs.layers;
const one = { filters: 1, kernelSize: 1 };

export const fastConv1d: (tf: Tfjs) => LayerClass<Parameters<Layers['conv1d']>[0]> = customLayer((tf) =>
  fastClass(tf, tf.layers.conv1d(one), ordinary(tf)),
);
export const fastConv2d: (tf: Tfjs) => LayerClass<Parameters<Layers['conv2d']>[0]> = customLayer((tf) =>
  fastClass(tf, tf.layers.conv2d(one), ordinary(tf)),
);
export const fastDepthwiseConv2d: (tf: Tfjs) => LayerClass<Parameters<Layers['depthwiseConv2d']>[0]> =
  customLayer((tf) => fastClass(tf, tf.layers.depthwiseConv2d({ kernelSize: 1 }), depthwise(tf)));
export const fastSeparableConv2d: (tf: Tfjs) => LayerClass<Parameters<Layers['separableConv2d']>[0]> =
  customLayer((tf) => fastClass(tf, tf.layers.separableConv2d(one), separable(tf)));
