// A dense layer in one kernel, y = f(x W + b) over the last axis of x, and its backward pass without passes over the data
// beside the products:
//
//   dz = dy · f'(y)      dx = dz Wᵀ      dW = xᵀ dz      db = Σ rows of dz
//
// f is one of those whose slope can be had from y; the others follow as a kernel of their own.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { activationOf } from './activation';
import { floatsOf, type KernelBody, type OwnKernel, offsetOf, sizeOf, type WasmBackend } from './kernel';
import type { Native } from './native';

const dense: OwnKernel = {
  name: 'Weft>Dense',
  create:
    ({ native }) =>
    ({ inputs, attrs, backend }) => {
      const { x, kernel, bias } = inputs as { x: TensorInfo; kernel: TensorInfo; bias?: TensorInfo };
      const [k, n] = kernel.shape as [number, number];
      if (x.shape.at(-1) !== k)
        throw new Error(`Dense: [${x.shape}] does not fit a kernel of [${kernel.shape}]`);
      const activation = activationOf(attrs.activation);
      const out = backend.makeOutput([...x.shape.slice(0, -1), n], 'float32');
      const rows = sizeOf(x.shape.slice(0, -1));
      if (rows * n === 0) return out;
      const { pack } = native(backend).scratch(0);
      if (k === 0 && !bias) floatsOf(backend, out).fill(0);
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      const from = bias ? at(bias) : 0;
      native(backend).denseForward(at(x), at(kernel), from, at(out), rows, n, k, activation, pack);
      return out;
    },
  gradient: (tf) => ({
    inputsToSave: ['x', 'kernel'],
    outputsToSave: [true],
    gradFunc: (dy, [x, kernel, y], attrs) => {
      const run = (name: string, inputs: { [name: string]: Tensor }) =>
        tf.engine().runKernel(name, inputs, attrs) as Tensor;
      const dz =
        activationOf(attrs.activation) === 0
          ? (dy as Tensor)
          : run('Weft>ActivationGrad', { dy: dy as Tensor, y: y! });
      return {
        x: () => run('Weft>DenseInputGrad', { dz, kernel: kernel! }),
        kernel: () => run('Weft>DenseKernelGrad', { x: x!, dz }),
        bias: () => run('Weft>DenseBiasGrad', { dz }),
      };
    },
  }),
};

const denseInputGrad: OwnKernel = {
  name: 'Weft>DenseInputGrad',
  create: product(({ dz, kernel }) => {
    const [k, n] = kernel!.shape as [number, number];
    const rows = sizeOf(dz!.shape.slice(0, -1));
    return {
      a: dz!,
      rowA: n,
      colA: 1,
      b: kernel!,
      rowB: 1,
      colB: n,
      m: rows,
      n: k,
      k: n,
      shape: [...dz!.shape.slice(0, -1), k],
    };
  }),
};

const denseKernelGrad: OwnKernel = {
  name: 'Weft>DenseKernelGrad',
  create: product(({ x, dz }) => {
    const k = x!.shape.at(-1)!;
    const n = dz!.shape.at(-1)!;
    const rows = sizeOf(x!.shape.slice(0, -1));
    return { a: x!, rowA: 1, colA: k, b: dz!, rowB: n, colB: 1, m: k, n, k: rows, shape: [k, n] };
  }),
};

const denseBiasGrad: OwnKernel = {
  name: 'Weft>DenseBiasGrad',
  create:
    ({ native }) =>
    ({ inputs, backend }) => {
      const { dz } = inputs as { dz: TensorInfo };
      const n = dz.shape.at(-1)!;
      const out = backend.makeOutput([n], 'float32');
      const rows = sizeOf(dz.shape.slice(0, -1));
      native(backend).columnSums(offsetOf(backend, dz), offsetOf(backend, out), rows, n, 1);
      return out;
    },
};

export const denseKernels: readonly OwnKernel[] = [dense, denseInputGrad, denseKernelGrad, denseBiasGrad];

interface Product {
  a: TensorInfo;
  rowA: number;
  colA: number;
  b: TensorInfo;
  rowB: number;
  colB: number;
  m: number;
  n: number;
  k: number;
  shape: number[];
}

function product(of: (inputs: { [name: string]: TensorInfo }) => Product): OwnKernel['create'] {
  return ({ native }): KernelBody =>
    ({ inputs, backend }) => {
      const p = of(inputs as { [name: string]: TensorInfo });
      const out = backend.makeOutput(p.shape, 'float32');
      multiply(native(backend), backend, p, out);
      return out;
    };
}

function multiply(native: Native, backend: WasmBackend, p: Product, out: TensorInfo): void {
  const { a, rowA, colA, b, rowB, colB, m, n, k } = p;
  if (m * n === 0) return;
  if (k === 0) {
    floatsOf(backend, out).fill(0);
    return;
  }
  const { pack } = native.scratch(0);
  const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
  native.gemm(m, n, k, at(a), rowA, colA, at(b), rowB, colB, at(out), n, 0, pack);
}
