// MaxPool and AvgPool. tfjs's wasm kernels (XNNPACK) clamp what they compute, which turns a NaN into -Infinity or hides it, and with
// it the step at which a training run went wrong. Here a window with a NaN gives NaN, as in PyTorch and XLA; tfjs's cpu backend
// agrees for means and skips NaNs in maxima.
//
// Conventions: NHWC, padding as TensorFlow; a mean is over the cells inside the image.
import type { backend_util, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type KernelCall, offsetOf, type Tfjs, type WasmKernel } from './kernel';

/** The windows of a pooling kernel, from its attributes. */
export function poolGeometry(
  tf: Tfjs,
  shape: readonly number[],
  attrs: KernelCall['attrs'],
): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: Parameters<Tfjs['backend_util']['computePool2DInfo']>[4];
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  const inShape = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(inShape, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Sizes, strides and padding in the order that the native module takes them. */
export const poolSizes = (g: backend_util.Conv2DInfo): number[] => [
  g.batchSize,
  g.inHeight,
  g.inWidth,
  g.inChannels,
  g.outHeight,
  g.outWidth,
  g.filterHeight,
  g.filterWidth,
  g.strideHeight,
  g.strideWidth,
  g.padInfo.top,
  g.padInfo.left,
];

const pooling = (name: 'MaxPool' | 'AvgPool'): WasmKernel => ({
  name,
  reason: 'wrong',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    if (x.dtype !== 'float32') return host.stock(name)(call);
    const g = poolGeometry(host.tf, x.shape, attrs);
    const out = backend.makeOutput(g.outShape, 'float32');
    const native = host.native(backend);
    if (native) {
      const run = name === 'MaxPool' ? native.maxPool : native.avgPool;
      run(offsetOf(backend, x), offsetOf(backend, out), ...poolSizes(g));
    } else pool(g, name === 'MaxPool', floatsOf(backend, x), floatsOf(backend, out));
    return out;
  },
});

function pool(g: backend_util.Conv2DInfo, isMax: boolean, x: Float32Array, y: Float32Array): void {
  const C = g.inChannels;
  let to = 0;
  for (let b = 0; b < g.batchSize; b++) {
    for (let oh = 0; oh < g.outHeight; oh++) {
      const top = oh * g.strideHeight - g.padInfo.top;
      const h0 = Math.max(0, top);
      const h1 = Math.min(g.inHeight, top + g.filterHeight);
      for (let ow = 0; ow < g.outWidth; ow++) {
        const left = ow * g.strideWidth - g.padInfo.left;
        const w0 = Math.max(0, left);
        const w1 = Math.min(g.inWidth, left + g.filterWidth);
        for (let c = 0; c < C; c++, to++) {
          let result = isMax ? Number.NEGATIVE_INFINITY : 0;
          for (let h = h0; h < h1; h++) {
            for (let w = w0; w < w1; w++) {
              const value = x[((b * g.inHeight + h) * g.inWidth + w) * C + c] as number;
              result = isMax ? Math.max(result, value) : result + value;
            }
          }
          y[to] = isMax ? result : result / ((h1 - h0) * (w1 - w0));
        }
      }
    }
  }
}

export const pools: readonly WasmKernel[] = [pooling('MaxPool'), pooling('AvgPool')];
