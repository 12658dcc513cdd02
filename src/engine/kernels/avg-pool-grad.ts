// AvgPoolGrad: spreads each output cell's gradient over its window. tfjs's own wasm kernel searches the windows once per input
// cell and is many times slower. And the gradient of AvgPool itself, which tfjs gets wrong at the border on every backend.
//
//   dx[b, h, w, c] = sum over the windows that contain (h, w) of  dy[b, oh, ow, c] / n(oh, ow)
//
// The forward pass divides by n = the cells of the window inside the image (padding does not count, as in TensorFlow), but
// tfjs's kernels for the gradient divide by the full KH*KW. The kernel here keeps that convention, to mean the same as on the
// other backends; `avgPoolGradient` scales dy by KH*KW / n beforehand, and so is right on all of them.
import type { GradConfig, Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, offsetOf, type Tfjs, type WasmKernel } from './kernel';
import { poolGeometry, poolSizes } from './max-pool';

export const avgPoolGrad: WasmKernel = {
  name: 'AvgPoolGrad',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const native = host.native(backend);
    if (!native) return host.stock('AvgPoolGrad')(call);
    const g = poolGeometry(host.tf, input.shape, attrs);
    const dx = backend.makeOutput(input.shape, 'float32');
    floatsOf(backend, dx).fill(0);
    native.avgPoolGradient(
      offsetOf(backend, dy),
      offsetOf(backend, dx),
      ...poolSizes(g),
      1 / (g.filterHeight * g.filterWidth),
    );
    return dx;
  },
};

/** Those made here, so that none is put on top of another: dy would be scaled twice. */
const corrected = new WeakSet<GradConfig['gradFunc']>();

export function avgPoolGradient(tf: Tfjs): GradConfig | null {
  const stock = tf.getGradient('AvgPool');
  if (!stock || corrected.has(stock.gradFunc)) return null;
  const gradient: GradConfig = {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as [Tensor4D];
      const g = poolGeometry(tf, x.shape, attrs);
      const inside = (out: number, stride: number, size: number, pad: number, limit: number) =>
        Array.from({ length: out }, (_, i) => {
          const start = i * stride - pad;
          return Math.min(limit, start + size) - Math.max(0, start);
        });
      const rows = inside(g.outHeight, g.strideHeight, g.filterHeight, g.padInfo.top, g.inHeight);
      const cols = inside(g.outWidth, g.strideWidth, g.filterWidth, g.padInfo.left, g.inWidth);
      const full = g.filterHeight * g.filterWidth;
      const scale = rows.flatMap((h) => cols.map((w) => full / (h * w)));
      if (scale.every((factor) => factor === 1)) return stock.gradFunc(dy, saved, attrs);
      const scaled = tf.mul(dy as Tensor, tf.tensor4d(scale, [1, g.outHeight, g.outWidth, 1]));
      return stock.gradFunc(scaled, saved, attrs);
    },
  };
  corrected.add(gradient.gradFunc);
  return gradient;
}
