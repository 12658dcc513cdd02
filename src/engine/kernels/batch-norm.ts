// Batch normalization while it trains, in three kernels: tfjs puts it together out of a dozen operations, and its gradient out of
// thirty.
//
//   mean, variance of each channel (the last axis) over all else      y = (x − mean) · gamma / √(variance + epsilon) + beta
//
// The gradient goes through the batch's own mean and variance (wasm/batch-norm.ts). The variance is the biased one, as Keras's and
// tfjs's. The gradient with respect to the statistics that are given out is none: layers put them into running averages only.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type KernelCall, type OwnKernel, offsetOf, sizeOf } from './kernel';

/** Rows and channels of x. */
function sizesOf({ shape }: TensorInfo): [number, number] {
  return [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
}

const addressesIn =
  ({ backend }: KernelCall) =>
  (tensor: TensorInfo): number =>
    offsetOf(backend, tensor);

const train: OwnKernel = {
  name: 'Weft>BatchNormTrain',
  create:
    ({ native }) =>
    (call) => {
      const { inputs, attrs, backend } = call;
      const { x, gamma, beta } = inputs as { [name in 'x' | 'gamma' | 'beta']: TensorInfo };
      const [rows, channels] = sizesOf(x);
      const make = (shape: number[]) => backend.makeOutput(shape, 'float32');
      const [y, mean, variance] = [make(x.shape), make([channels]), make([channels])];
      if (rows * channels === 0) {
        // The mean of nothing.
        for (const statistic of [mean, variance]) floatsOf(backend, statistic).fill(Number.NaN);
        return [y, mean, variance];
      }
      const at = addressesIn(call);
      const { batchMoments, batchNormalize } = native(backend);
      batchMoments(at(x), at(mean), at(variance), rows, channels);
      const epsilon = attrs.epsilon as number;
      batchNormalize(at(x), at(mean), at(variance), at(gamma), at(beta), at(y), rows, channels, epsilon);
      return [y, mean, variance];
    },
  gradient: (tf) => ({
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, [x, gamma, mean, variance], attrs) => {
      const dy = (dys as Tensor[])[0] ?? tf.zerosLike(x!);
      const given = { x: x!, dy, mean: mean!, variance: variance! };
      // Made here and not in a function below, so that it outlives the first of them.
      const [dGamma, dBeta] = tf.engine().runKernel('Weft>BatchNormSums', given, attrs) as [Tensor, Tensor];
      return {
        x: () =>
          tf
            .engine()
            .runKernel('Weft>BatchNormGrad', { ...given, gamma: gamma!, dGamma, dBeta }, attrs) as Tensor,
        gamma: () => dGamma,
        beta: () => dBeta,
      };
    },
  }),
};

type Given = { [name in 'x' | 'dy' | 'mean' | 'variance']: TensorInfo };

const sums: OwnKernel = {
  name: 'Weft>BatchNormSums',
  create:
    ({ native }) =>
    (call) => {
      const { inputs, attrs, backend } = call;
      const { x, dy, mean, variance } = inputs as Given;
      const [rows, channels] = sizesOf(x);
      const at = addressesIn(call);
      const dGamma = backend.makeOutput([channels], 'float32');
      const dBeta = backend.makeOutput([channels], 'float32');
      if (rows === 0) for (const sum of [dGamma, dBeta]) floatsOf(backend, sum).fill(0);
      const { batchNormSums } = native(backend);
      const epsilon = attrs.epsilon as number;
      batchNormSums(at(x), at(dy), at(mean), at(variance), at(dGamma), at(dBeta), rows, channels, epsilon);
      return [dGamma, dBeta];
    },
};

const grad: OwnKernel = {
  name: 'Weft>BatchNormGrad',
  create:
    ({ native }) =>
    (call) => {
      const { inputs, attrs, backend } = call;
      const given = inputs as Given & { [name in 'gamma' | 'dGamma' | 'dBeta']: TensorInfo };
      const { x, dy, mean, variance, gamma, dGamma, dBeta } = given;
      const [rows, channels] = sizesOf(x);
      const at = addressesIn(call);
      const dx = backend.makeOutput(x.shape, 'float32');
      const { batchNormGradient } = native(backend);
      batchNormGradient(
        at(x),
        at(dy),
        at(mean),
        at(variance),
        at(gamma),
        at(dGamma),
        at(dBeta),
        at(dx),
        rows,
        channels,
        attrs.epsilon as number,
      );
      return dx;
    },
};

export const batchNormKernels: readonly OwnKernel[] = [train, sums, grad];
