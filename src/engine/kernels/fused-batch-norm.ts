// FusedBatchNorm: normalisation with given statistics, the forward pass of batch normalisation in training and use. tfjs's wasm
// kernel is a plain loop with four index computations per element.
//
//   y[..., c] = (x[..., c] - mean[c]) * scale[c] / sqrt(variance[c] + epsilon) + offset[c]
//
// Statistics of one value per channel (the last axis), float32, with the native module; anything else is stock.
import type { TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, offsetOf, sizeOf, type WasmKernel } from './kernel';

/** Operation numbers of wasm/rows.ts. */
const ADD = 0;
const SUB = 1;
const MULTIPLY = 2;

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
    const factor = backend.makeOutput([channels], 'float32');
    const factors = floatsOf(backend, factor);
    const variances = floatsOf(backend, variance);
    const scales = scale ? floatsOf(backend, scale) : null;
    for (let c = 0; c < channels; c++) {
      factors[c] =
        (scales ? (scales[c] as number) : 1) /
        Math.sqrt((variances[c] as number) + (attrs.varianceEpsilon as number));
    }
    const rows = sizeOf(x.shape) / channels;
    const to = offsetOf(backend, out);
    native.broadcastRow(SUB, offsetOf(backend, x), offsetOf(backend, mean), to, rows, channels);
    native.broadcastRow(MULTIPLY, to, offsetOf(backend, factor), to, rows, channels);
    if (offset) native.broadcastRow(ADD, to, offsetOf(backend, offset), to, rows, channels);
    backend.disposeData(factor.dataId);
    return out;
  },
};
