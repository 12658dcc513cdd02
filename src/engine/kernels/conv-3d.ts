// Conv3D and its two gradients. tfjs's wasm kernels are plain loops, and those of the gradients were seen to give zeros
// with strides and sums on top of whatever lay in the memory: here they are native, or loops in JavaScript that are right. The gradient
// kernels take `dilations` beyond tfjs's attributes, as those of two dimensions do.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type ConvGeometry, convGeometry3D } from './conv-geometry';
import { addFilterGradient, convolve } from './conv-native';
import { inputGradient } from './conv-native-input';
import { isEmpty } from './conv-source';
import { floatsOf, type KernelCall, offsetOf, type WasmBackend, type WasmKernel } from './kernel';
import type { Native } from './native';

interface Work {
  native: Native | null;
  backend: WasmBackend;
  g: ConvGeometry;
  at: (tensor: TensorInfo) => number;
}

/** What a kernel says about its convolution: shape of the input and of the filter, and the tensors involved. */
function kernel3D(
  name: string,
  shapesOf: (call: KernelCall) => [x: readonly number[], filter: readonly number[]],
  run: (call: KernelCall, work: Work) => TensorInfo | null,
): WasmKernel {
  return {
    name,
    reason: name === 'Conv3D' ? 'slow' : 'wrong',
    create: (host) => (call) => {
      const native = host.native(call.backend);
      const [x, filter] = shapesOf(call);
      const g = convGeometry3D(host.tf, name, x, filter, call.attrs);
      const at = (tensor: TensorInfo) => offsetOf(call.backend, tensor);
      return run(call, { native, backend: call.backend, g, at }) ?? host.stock(name)(call);
    },
  };
}

type Inputs = { [name in 'x' | 'filter' | 'dy']: TensorInfo };

const conv3D = kernel3D(
  'Conv3D',
  ({ inputs }) => [(inputs as Inputs).x.shape, (inputs as Inputs).filter.shape],
  ({ inputs }, { native, backend, g, at }) => {
    const { x, filter } = inputs as Inputs;
    if (!native || x.dtype !== 'float32' || filter.dtype !== 'float32') return null;
    const out = backend.makeOutput([g.batch, g.outDepth, g.outHeight, g.outWidth, g.outChannels], 'float32');
    if (isEmpty(g)) floatsOf(backend, out).fill(0);
    else convolve(native, backend, g, at(x), at(filter), 0, false, at(out));
    return out;
  },
);

const conv3DBackpropFilter = kernel3D(
  'Conv3DBackpropFilterV2',
  ({ inputs, attrs }) => [(inputs as Inputs).x.shape, attrs.filterShape as number[]],
  ({ inputs, attrs }, { native, backend, g, at }) => {
    const { x, dy } = inputs as Inputs;
    const dW = backend.makeOutput(attrs.filterShape as number[], 'float32');
    floatsOf(backend, dW).fill(0);
    if (native) addFilterGradient(native, backend, g, at(x), at(dy), 0, at(dW));
    else {
      const [xs, dys, sums] = [floatsOf(backend, x), floatsOf(backend, dy), floatsOf(backend, dW)];
      forEachProduct(g, (cell, from, window) => {
        for (let c = 0, k = cell * g.inChannels * g.outChannels; c < g.inChannels; c++) {
          const value = xs[from + c]!;
          for (let d = 0; d < g.outChannels; d++, k++) sums[k] = sums[k]! + value * dys[window + d]!;
        }
      });
    }
    return dW;
  },
);

const conv3DBackpropInput = kernel3D(
  'Conv3DBackpropInputV2',
  ({ inputs, attrs }) => [attrs.inputShape as number[], (inputs as Inputs).filter.shape],
  ({ inputs, attrs }, { native, backend, g, at }) => {
    const { dy, filter } = inputs as Inputs;
    const dx = backend.makeOutput(attrs.inputShape as number[], 'float32');
    if (native) inputGradient(native, backend, g, at(dy), 0, at(filter), at(dx));
    else {
      const [dys, weights] = [floatsOf(backend, dy), floatsOf(backend, filter)];
      const sums = floatsOf(backend, dx).fill(0);
      forEachProduct(g, (cell, to, window) => {
        for (let c = 0, k = cell * g.inChannels * g.outChannels; c < g.inChannels; c++) {
          let sum = 0;
          for (let d = 0; d < g.outChannels; d++, k++) sum += dys[window + d]! * weights[k]!;
          sums[to + c] = sums[to + c]! + sum;
        }
      });
    }
    return dx;
  },
);

/**
 * Calls `visit` for every cell of every window that lies inside the volume: the cell's number, and where its input and the
 * window's output begin.
 */
function forEachProduct(g: ConvGeometry, visit: (cell: number, input: number, output: number) => void): void {
  let output = 0;
  for (let b = 0; b < g.batch; b++) {
    for (let od = 0; od < g.outDepth; od++) {
      for (let oh = 0; oh < g.outHeight; oh++) {
        for (let ow = 0; ow < g.outWidth; ow++, output += g.outChannels) {
          let cell = 0;
          for (let kd = 0; kd < g.filterDepth; kd++) {
            const id = od * g.strideDepth + kd * g.dilationDepth - g.padFront;
            for (let kh = 0; kh < g.filterHeight; kh++) {
              const ih = oh * g.strideHeight + kh * g.dilationHeight - g.padTop;
              for (let kw = 0; kw < g.filterWidth; kw++, cell++) {
                const iw = ow * g.strideWidth + kw * g.dilationWidth - g.padLeft;
                if (id < 0 || id >= g.inDepth || ih < 0 || ih >= g.inHeight || iw < 0 || iw >= g.inWidth)
                  continue;
                visit(
                  cell,
                  (((b * g.inDepth + id) * g.inHeight + ih) * g.inWidth + iw) * g.inChannels,
                  output,
                );
              }
            }
          }
        }
      }
    }
  }
}

export const convs3D: readonly WasmKernel[] = [conv3D, conv3DBackpropFilter, conv3DBackpropInput];
