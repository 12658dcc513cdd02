// _FusedMatMul: product, bias and activation of a dense layer that predicts. tfjs's wasm kernel (XNNPACK) clamps for ReLU and ReLU6,
// which makes 0 of NaN and hides where a model went wrong; and it knows only a bias of rank 1. Here the product is ours, the bias
// any that broadcasts, and the activation keeps NaN.
import type { TensorInfo } from '@tensorflow/tfjs';
import { activationOf } from './activation';
import { type KernelCall, type KernelHost, offsetOf, sizeOf, type WasmKernel } from './kernel';

/** tfjs's names of the activations that it fuses, and the kernels that compute them. */
const KERNELS: { readonly [activation: string]: string } = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

export const fusedMatMul: WasmKernel = {
  name: '_FusedMatMul',
  reason: 'wrong',
  create: (host) => (call) => {
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const activation = (call.attrs.activation as string | undefined) ?? 'linear';
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || (activation !== 'linear' && !KERNELS[activation]))
      return host.stock('_FusedMatMul')(call); // which says what it does not support
    return inOne(host, call, activation) ?? stepByStep(host, call, activation);
  },
};

/** A plain product with a bias per column, as a dense layer; null where it is anything else. */
function inOne(
  host: KernelHost,
  { inputs, attrs, backend }: KernelCall,
  activation: string,
): TensorInfo | null {
  const native = host.native(backend);
  const { a, b, bias } = inputs as { a: TensorInfo; b: TensorInfo; bias?: TensorInfo };
  const [k, n] = b.shape.slice(-2) as [number, number];
  const isCovered =
    !attrs.transposeA &&
    !attrs.transposeB &&
    sizeOf(b.shape) === k * n &&
    a.shape.length === b.shape.length &&
    a.shape.at(-1) === k &&
    sizeOf(a.shape) * n > 0 &&
    (!bias || (bias.dtype === 'float32' && bias.shape.at(-1) === n && sizeOf(bias.shape) === n)) &&
    ['linear', 'relu', 'relu6', 'elu', 'sigmoid'].includes(activation);
  if (!native || !isCovered) return null;
  const out = backend.makeOutput([...a.shape.slice(0, -1), n], 'float32');
  const { pack } = native.scratch(0);
  const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
  const rows = sizeOf(a.shape) / k;
  native.denseForward(at(a), at(b), bias ? at(bias) : 0, at(out), rows, n, k, activationOf(activation), pack);
  return out;
}

function stepByStep(
  host: KernelHost,
  { inputs, attrs, backend }: KernelCall,
  activation: string,
): TensorInfo {
  const { a, b, bias, preluActivationWeights } = inputs as { [name: string]: TensorInfo };
  let result = host.run('BatchMatMul', { inputs: { a: a!, b: b! }, attrs, backend });
  const then = (name: string, call: Pick<KernelCall, 'inputs' | 'attrs'>): void => {
    const next = host.run(name, { ...call, backend });
    backend.disposeData(result.dataId);
    result = next;
  };
  if (bias) then('Add', { inputs: { a: result, b: bias }, attrs: {} });
  if (activation === 'prelu')
    then('Prelu', { inputs: { x: result, alpha: preluActivationWeights! }, attrs: {} });
  else if (activation !== 'linear')
    then(KERNELS[activation]!, { inputs: { x: result }, attrs: { alpha: attrs.leakyreluAlpha as number } });
  return result;
}
