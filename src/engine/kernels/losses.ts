// Cross-entropies from logits in one kernel, forward and backward, in place of the dozen small ones that tfjs has for each.
//
//   Weft>SoftmaxCrossEntropy   loss = ln Σ e^z − z_y        dz = dy · (softmax(z) − onehot(y))    [..., classes], int32 [...]
//   Weft>SigmoidCrossEntropy   loss = ln(1 + e^z) − y z     dz = dy · (σ(z) − y)                  [...], float32 [...]
//
// The loss is per row: [...]. A label outside the classes counts 0, as its one-hot row of zeros does.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { type OwnKernel, offsetOf, sizeOf } from './kernel';

interface Loss {
  z: TensorInfo;
  y: TensorInfo;
  dy?: TensorInfo;
}

const gradientOf = (name: string): NonNullable<OwnKernel['gradient']> => {
  return (tf) => ({
    inputsToSave: ['z', 'y'],
    gradFunc: (dy, [z, y]) => ({
      z: () => tf.engine().runKernel(name, { dy: dy as Tensor, z: z!, y: y! }) as Tensor,
      y: () => {
        throw new Error(`${name}: no gradient by the targets`);
      },
    }),
  });
};

const softmaxCrossEntropy: OwnKernel = {
  name: 'Weft>SoftmaxCrossEntropy',
  create:
    ({ native }) =>
    ({ inputs, backend }) => {
      const { z, y } = inputs as unknown as Loss;
      const [rows, classes] = rowsOf(z, y);
      const out = backend.makeOutput(y.shape, 'float32');
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      native(backend).softmaxCrossEntropy(at(z), at(y), at(out), rows, classes);
      return out;
    },
  gradient: gradientOf('Weft>SoftmaxCrossEntropyGrad'),
};

const softmaxCrossEntropyGrad: OwnKernel = {
  name: 'Weft>SoftmaxCrossEntropyGrad',
  create:
    ({ native }) =>
    ({ inputs, backend }) => {
      const { z, y, dy } = inputs as unknown as Required<Loss>;
      const [rows, classes] = rowsOf(z, y);
      const out = backend.makeOutput(z.shape, 'float32');
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      native(backend).softmaxCrossEntropyGradient(at(dy), at(z), at(y), at(out), rows, classes);
      return out;
    },
};

const sigmoidCrossEntropy: OwnKernel = {
  name: 'Weft>SigmoidCrossEntropy',
  create:
    ({ native }) =>
    ({ inputs, backend }) => {
      const { z, y } = inputs as unknown as Loss;
      const out = backend.makeOutput(z.shape, 'float32');
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      native(backend).sigmoidCrossEntropy(at(z), at(y), at(out), sizeOf(z.shape));
      return out;
    },
  gradient: gradientOf('Weft>SigmoidCrossEntropyGrad'),
};

const sigmoidCrossEntropyGrad: OwnKernel = {
  name: 'Weft>SigmoidCrossEntropyGrad',
  create:
    ({ native }) =>
    ({ inputs, backend }) => {
      const { z, y, dy } = inputs as unknown as Required<Loss>;
      const out = backend.makeOutput(z.shape, 'float32');
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      native(backend).sigmoidCrossEntropyGradient(at(dy), at(z), at(y), at(out), sizeOf(z.shape));
      return out;
    },
};

export const lossKernels: readonly OwnKernel[] = [
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  sigmoidCrossEntropy,
  sigmoidCrossEntropyGrad,
];

function rowsOf(z: TensorInfo, y: TensorInfo): [rows: number, classes: number] {
  const classes = z.shape.at(-1)!;
  const rows = sizeOf(y.shape);
  if (y.dtype !== 'int32' || rows * classes !== sizeOf(z.shape)) {
    throw new Error(
      `SoftmaxCrossEntropy: expected int32 labels, one per row. Received: [${z.shape}], ${y.dtype} [${y.shape}]`,
    );
  }
  return [rows, classes];
}
