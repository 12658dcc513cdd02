// Conv2D, DepthwiseConv2dNative and their fused forms with the native module. tfjs's wasm kernels (XNNPACK) pack the filter anew at every training step and
// were measured at 25 GFLOP/s where wasm/convolve.ts does 38 to 50.
import type { TensorInfo } from '@tensorflow/tfjs';
import { convGeometry } from './conv-geometry';
import { convolve } from './conv-native';
import { isEmpty } from './conv-source';
import { type KernelCall, type KernelHost, offsetOf, sizeOf } from './kernel';

/** The result, or null for what tfjs has to do: other types, layouts and activations, and no native module. */
export function nativeConvolution(
  host: KernelHost,
  name: string,
  call: KernelCall,
  depthwise: boolean,
): TensorInfo | null {
  const { inputs, attrs, backend } = call;
  const { x, filter, bias, preluActivationWeights } = inputs as { x: TensorInfo; filter: TensorInfo } & {
    [name in 'bias' | 'preluActivationWeights']?: TensorInfo;
  };
  const native = host.native(backend);
  const activation = attrs.activation ?? 'linear';
  // tfjs's threaded binary spreads a convolution over its threads; ours runs on one.
  const isThreaded =
    typeof SharedArrayBuffer !== 'undefined' &&
    (backend.wasm.HEAPU8.buffer as object) instanceof SharedArrayBuffer;
  if (
    !native ||
    isThreaded ||
    attrs.dataFormat === 'NCHW' ||
    [x, filter, ...(bias ? [bias] : [])].some(({ dtype }) => dtype !== 'float32') ||
    preluActivationWeights ||
    (activation !== 'linear' && activation !== 'relu')
  ) {
    return null;
  }
  const g = convGeometry(host.tf, name, x.shape, filter.shape, attrs, depthwise);
  // Grouped convolution: the filter sees only a part of the channels.
  if (isEmpty(g) || filter.shape[2] !== g.inChannels) return null;
  if (bias && sizeOf(bias.shape) !== g.outChannels) return null;
  const out = backend.makeOutput([g.batch, g.outHeight, g.outWidth, g.outChannels], 'float32');
  const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
  convolve(native, backend, g, at(x), at(filter), bias ? at(bias) : 0, activation === 'relu', at(out));
  return out;
}
