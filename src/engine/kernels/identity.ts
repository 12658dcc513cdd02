// Identity: what tf.clone, and so every tensor kept for the backward pass, runs. tfjs's wasm kernel copies the values; ours
// shares them, as tfjs's cpu and GPU backends and its own Reshape do. Tensors are immutable, so nobody can tell; a recurrent
// layer clones thousands of small tensors per training step.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel';

export const identity: WasmKernel = {
  name: 'Identity',
  reason: 'slow',
  create:
    () =>
    ({ inputs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
};
