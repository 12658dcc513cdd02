// A convolutional layer, ordinary or depthwise, in one kernel, y = f(x * W + b) with f = ReLU or nothing, and its backward pass without passes over the
// data beside the convolutions. tfjs runs the three steps one by one while it trains, and ReLU's gradient as three more.
//
//   dz = dy where y > 0, else 0      dx, dW: the convolution's own gradients of dz (conv-native.ts)      db = sum of dz
//
// Attributes as those of tfjs's Conv2D, and `activation`: 'linear' or 'relu'. Unlike tfjs's it has a gradient for every dilation.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { convGeometry } from './conv-geometry';
import { addFilterGradient, convolve } from './conv-native';
import { inputGradient } from './conv-native-input';
import { isEmpty } from './conv-source';
import { floatsOf, type OwnKernel, offsetOf, sizeOf, type Tfjs, type WasmBackend } from './kernel';

type Attributes = Parameters<typeof convGeometry>[4];

/** dy or, where a ReLU follows, dy and its output. */
interface Given {
  dy: TensorInfo;
  y?: TensorInfo;
}

const gateOf = (backend: WasmBackend, { y }: Given): number => (y ? offsetOf(backend, y) : 0);

/** The layer and its gradients for ordinary convolution or for depthwise. */
function layerKernels(name: 'Conv2D' | 'DepthwiseConv2D'): OwnKernel[] {
  const geometryOf = (tf: Tfjs, x: readonly number[], filter: readonly number[], attrs: Attributes) => {
    if (filter[2] !== x[3])
      throw new Error(`${name}: a filter of [${filter}] does not fit an input of [${x}]`);
    return convGeometry(tf, `Weft>${name}`, x, filter, attrs, name === 'DepthwiseConv2D');
  };

  const layer: OwnKernel = {
    name: `Weft>${name}`,
    create:
      ({ tf, native }) =>
      ({ inputs, attrs, backend }) => {
        const { x, filter, bias } = inputs as { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
        const g = geometryOf(tf, x.shape, filter.shape, attrs);
        const y = backend.makeOutput([g.batch, g.outHeight, g.outWidth, g.outChannels], 'float32');
        const isRelu = attrs.activation === 'relu';
        const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
        if (isEmpty(g)) biasAlone(floatsOf(backend, y), bias ? floatsOf(backend, bias) : null, isRelu);
        else convolve(native(backend), backend, g, at(x), at(filter), bias ? at(bias) : 0, isRelu, at(y));
        return y;
      },
    gradient: (tf) => ({
      inputsToSave: ['x', 'filter'],
      outputsToSave: [true],
      gradFunc: (dy, [x, filter, y], attrs) => {
        const given = { dy: dy as Tensor, ...(attrs.activation === 'relu' ? { y: y! } : {}) };
        const run = (kernel: string, inputs: { [input: string]: Tensor }, own: object) =>
          tf.engine().runKernel(kernel, inputs, { ...attrs, ...own }) as Tensor;
        return {
          x: () => run(`Weft>${name}InputGrad`, { ...given, filter: filter! }, { inputShape: x!.shape }),
          filter: () => run(`Weft>${name}FilterGrad`, { ...given, x: x! }, { filterShape: filter!.shape }),
          bias: () => run('Weft>ConvBiasGrad', given, {}),
        };
      },
    }),
  };

  const inputGrad: OwnKernel = {
    name: `Weft>${name}InputGrad`,
    create:
      ({ tf, native }) =>
      ({ inputs, attrs, backend }) => {
        const { dy, filter } = inputs as unknown as Given & { filter: TensorInfo };
        const shape = attrs.inputShape as number[];
        const dx = backend.makeOutput(shape, 'float32');
        const gate = gateOf(backend, inputs as unknown as Given);
        const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
        const g = geometryOf(tf, shape, filter.shape, attrs);
        inputGradient(native(backend), backend, g, at(dy), gate, at(filter), at(dx));
        return dx;
      },
  };

  const filterGrad: OwnKernel = {
    name: `Weft>${name}FilterGrad`,
    create:
      ({ tf, native }) =>
      ({ inputs, attrs, backend }) => {
        const { dy, x } = inputs as unknown as Given & { x: TensorInfo };
        const shape = attrs.filterShape as number[];
        const dW = backend.makeOutput(shape, 'float32');
        floatsOf(backend, dW).fill(0);
        const gate = gateOf(backend, inputs as unknown as Given);
        const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
        const g = geometryOf(tf, x.shape, shape, attrs);
        addFilterGradient(native(backend), backend, g, at(x), at(dy), gate, at(dW));
        return dW;
      },
  };
  return [layer, inputGrad, filterGrad];
}

/** What is left where no window has a cell. */
function biasAlone(y: Float32Array, bias: Float32Array | null, isRelu: boolean): void {
  for (let i = 0; i < y.length; i++) {
    const value = bias ? bias[i % bias.length]! : 0;
    y[i] = isRelu && value < 0 ? 0 : value;
  }
}

/** For every layer whose bias is one number per channel, the last axis. */
const convBiasGrad: OwnKernel = {
  name: 'Weft>ConvBiasGrad',
  create:
    ({ native }) =>
    ({ inputs, backend }) => {
      const { dy } = inputs as unknown as Given;
      const channels = dy.shape.at(-1)!;
      const db = backend.makeOutput([channels], 'float32');
      const rows = sizeOf(dy.shape.slice(0, -1));
      const gate = gateOf(backend, inputs as unknown as Given);
      native(backend).gatedColumnSums(offsetOf(backend, dy), gate, offsetOf(backend, db), rows, channels);
      return db;
    },
};

export const convLayerKernels: readonly OwnKernel[] = [
  ...layerKernels('Conv2D'),
  ...layerKernels('DepthwiseConv2D'),
  convBiasGrad,
];
