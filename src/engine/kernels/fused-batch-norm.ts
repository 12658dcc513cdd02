// FusedBatchNorm: normalisation with given statistics, the forward pass of batch normalisation in training and use. tfjs's wasm
// kernel is a plain loop with four index computations per element.
//
//   y[..., c] = (x[..., c] - mean[c]) * scale[c] / sqrt(variance[c] + epsilon) + offset[c]
//
// Statistics of one value per channel (the last axis), float32, with the native module; anything else is stock.
import type { TensorInfo } from '@tensorflow/tfjs';
import { offsetOf, sizeOf, type WasmKernel } from './kernel';

export const fusedBatchNorm: WasmKernel = {
  name: 'FusedBatchNorm',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x, mean, variance, offset, scale } = inputs as {
      [name in 'x' | 'mean' | 'variance']: TensorInfo;
    } & { offset?: TensorInfo; scale?: TensorInfo };
    const native = host.native(backend);
    const channels = x.shape[x.shape.length - 1] as number;
    const given = [mean, variance, ...(offset ? [offset] : []), ...(scale ? [scale] : [])];
    const perChannel = given.every(
      ({ shape, dtype }) => shape.length === 1 && shape[0] === channels && dtype === 'float32',
    );
    if (!native || !perChannel || x.dtype !== 'float32' || sizeOf(x.shape) === 0) {
      return host.stock('FusedBatchNorm')(call);
    }
    const out = backend.makeOutput(x.shape, 'float32');
    const at = (tensor?: TensorInfo) => (tensor ? offsetOf(backend, tensor) : 0);
    native.batchNormalize(
      at(x),
      at(mean),
      at(variance),
      at(scale),
      at(offset),
      at(out),
      sizeOf(x.shape) / channels,
      channels,
      attrs.varianceEpsilon as number,
    );
    return out;
  },
};
