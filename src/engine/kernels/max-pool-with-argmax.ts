// MaxPoolWithArgmax: the largest value of each window and where it lies. tfjs's wasm kernel looks for something above the smallest
// positive number, and answers that number and position 0 where a window has nothing above it. Here the values are those of MaxPool
// (max-pool.ts: a NaN shows), and the positions those of tfjs's cpu backend: the first largest cell, counted in [batch,] height,
// width and channels, and -1 where nothing is above -Infinity.
import type { TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, intsOf, type WasmKernel } from './kernel';
import { poolGeometry } from './max-pool';

export const maxPoolWithArgmax: WasmKernel = {
  name: 'MaxPoolWithArgmax',
  reason: 'wrong',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    const isFloat = x.dtype === 'float32';
    if (!isFloat && x.dtype !== 'int32') return host.stock('MaxPoolWithArgmax')(call);
    const g = poolGeometry(host.tf, x.shape, attrs);
    const pooled = backend.makeOutput(g.outShape, x.dtype);
    const positions = backend.makeOutput(g.outShape, 'int32');
    const view = isFloat ? floatsOf : intsOf;
    const [from, values, places] = [view(backend, x), view(backend, pooled), intsOf(backend, positions)];
    const channels = g.inChannels;
    const image = g.inHeight * g.inWidth * channels;
    let to = 0;
    for (let b = 0; b < g.batchSize; b++) {
      const counted = attrs.includeBatchInIndex ? b * image : 0;
      for (let oh = 0; oh < g.outHeight; oh++) {
        const top = oh * g.strideHeight - g.padInfo.top;
        for (let ow = 0; ow < g.outWidth; ow++) {
          const left = ow * g.strideWidth - g.padInfo.left;
          for (let c = 0; c < channels; c++, to++) {
            let best = Number.NEGATIVE_INFINITY;
            let place = -1;
            let hasNaN = false;
            for (let h = Math.max(0, top); h < Math.min(g.inHeight, top + g.filterHeight); h++) {
              for (let w = Math.max(0, left); w < Math.min(g.inWidth, left + g.filterWidth); w++) {
                const at = (h * g.inWidth + w) * channels + c;
                const value = from[b * image + at] as number;
                hasNaN ||= Number.isNaN(value);
                if (value > best) {
                  best = value;
                  place = counted + at;
                }
              }
            }
            values[to] = hasNaN ? Number.NaN : best;
            places[to] = place;
          }
        }
      }
    }
    return [pooled, positions];
  },
};
