/**
 * Kernels of ours for what tfjs can only put together out of many small ones (a recurrent layer over its whole sequence, attention,
 * a fused loss). The engine registers them in tfjs's own registry, under names that begin with `Weft>`, on the backends that have
 * them; a layer asks here and does the same with tfjs's operations where the answer is null. Both ways give the same numbers up to
 * rounding, and the tests of the kernel compare them.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from './define-node';

export type OwnKernelName = `Weft>${string}`;

/** Outputs of the kernel, differentiable where a gradient is registered with it; null where the current backend lacks it. */
export function ownKernel(
  tf: Tfjs,
  name: OwnKernelName,
  inputs: tfjs.NamedTensorMap,
  attributes: tfjs.NamedAttrMap = {},
): tfjs.Tensor | tfjs.Tensor[] | null {
  if (!tf.getKernel(name, tf.getBackend())) return null;
  return tf.engine().runKernel(name, inputs, attributes) as tfjs.Tensor | tfjs.Tensor[];
}
