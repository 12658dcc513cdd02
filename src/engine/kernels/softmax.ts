// Softmax over the last axis, and its gradient in one pass. tfjs's wasm kernel calls the C library for each exponential, and its
// gradient is two products, a sum and a difference.
import type { GradConfig, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { type OwnKernel, offsetOf, sizeOf, type Tfjs, type WasmKernel } from './kernel';

const GRADIENT = 'Weft>SoftmaxGrad';

export const softmax: WasmKernel = {
  name: 'Softmax',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { logits } = inputs as { logits: TensorInfo };
    const native = host.native(backend);
    const last = logits.shape.length - 1;
    const axis = attrs.dim as number;
    const size = sizeOf(logits.shape);
    if (!native || logits.dtype !== 'float32' || size === 0 || (axis !== last && axis !== -1))
      return host.stock('Softmax')(call);
    const out = backend.makeOutput(logits.shape, 'float32');
    const width = logits.shape[last] ?? 1;
    native.softmaxRows(offsetOf(backend, logits), offsetOf(backend, out), size / width, width);
    return out;
  },
};

export const softmaxGrad: OwnKernel = {
  name: GRADIENT,
  create:
    (host) =>
    ({ inputs, backend }) => {
      const { y, dy } = inputs as { y: TensorInfo; dy: TensorInfo };
      const native = host.native(backend);
      const out = backend.makeOutput(y.shape, 'float32');
      const size = sizeOf(y.shape);
      const width = y.shape[y.shape.length - 1] ?? 1;
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      if (size > 0) native.softmaxGradient(at(y), at(dy), at(out), size / width, width);
      return out;
    },
};

/** The stock gradient on backends without `softmaxGrad`. */
export function softmaxGradient(tf: Tfjs): GradConfig | null {
  const stock = tf.getGradient('Softmax');
  if (!stock) return null;
  return {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [y] = saved as [Tensor];
      if (!tf.getKernel(GRADIENT, tf.getBackend())) return stock.gradFunc(dy, saved, attrs);
      return { logits: () => tf.engine().runKernel(GRADIENT, { y, dy: dy as Tensor }) as Tensor };
    },
  };
}
