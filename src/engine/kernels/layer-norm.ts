// Layer normalization over the last axis, one pass forward and one backward. tfjs composes it of moments, tiles and a batch
// normalization of activations by tensors of their own size: about twenty kernels forward and eighty backward.
//
//   y = gamma (x - mean) / sqrt(variance + epsilon) + beta
//
// The gradient computes mean and variance again: a row of x is read for it anyway.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type OwnKernel, offsetOf, sizeOf } from './kernel';

const layerNorm: OwnKernel = {
  name: 'Weft>LayerNorm',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const { x, gamma, beta } = inputs as { x: TensorInfo; gamma: TensorInfo; beta: TensorInfo };
      const native = host.native(backend);
      const out = backend.makeOutput(x.shape, 'float32');
      const width = sizeOf(gamma.shape);
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      const rows = rowsOf(x, width);
      if (rows > 0)
        native.layerNorm(at(x), at(gamma), at(beta), at(out), rows, width, attrs.epsilon as number);
      return out;
    },
  gradient: (tf) => ({
    inputsToSave: ['x', 'gamma'],
    gradFunc: (dy, saved, attrs) => {
      const [x, gamma] = saved as [Tensor, Tensor];
      const inputs = { x, gamma, dy: dy as Tensor };
      const gradients = tf.engine().runKernel('Weft>LayerNormGrad', inputs, attrs);
      const [dX, dGamma, dBeta] = gradients as Tensor[] as [Tensor, Tensor, Tensor];
      return { x: () => dX, gamma: () => dGamma, beta: () => dBeta };
    },
  }),
};

const layerNormGrad: OwnKernel = {
  name: 'Weft>LayerNormGrad',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const { x, gamma, dy } = inputs as { x: TensorInfo; gamma: TensorInfo; dy: TensorInfo };
      const native = host.native(backend);
      const dX = backend.makeOutput(x.shape, 'float32');
      const dGamma = backend.makeOutput(gamma.shape, 'float32');
      const dBeta = backend.makeOutput(gamma.shape, 'float32');
      const width = sizeOf(gamma.shape);
      const rows = rowsOf(x, width);
      if (rows === 0) {
        for (const gradient of [dGamma, dBeta]) floatsOf(backend, gradient).fill(0);
        return [dX, dGamma, dBeta];
      }
      const { col } = native.scratch(6 * width);
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      const epsilon = attrs.epsilon as number;
      native.layerNormGradient(
        at(x),
        at(gamma),
        at(dy),
        at(dX),
        at(dGamma),
        at(dBeta),
        rows,
        width,
        epsilon,
        col,
      );
      return [dX, dGamma, dBeta];
    },
};

const rowsOf = (x: TensorInfo, width: number): number => (width === 0 ? 0 : sizeOf(x.shape) / width);

export const layerNormKernels: readonly OwnKernel[] = [layerNorm, layerNormGrad];
