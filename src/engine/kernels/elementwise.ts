// Functions of single float32 elements, four values at a time. tfjs's wasm kernels call the C library per value, 3 to 50 times
// slower; every softmax loss, recurrent layer and GELU waits for one of them. Accuracy: 2 ulp, tanh 3 ulp, erf 1.5e-7 absolute
// (the formula of tfjs's other backends). Without the native module: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { offsetOf, sizeOf, type WasmKernel } from './kernel';

const FUNCTIONS = {
  Erf: 'erf',
  Exp: 'exp',
  Log: 'log',
  Rsqrt: 'rsqrt',
  Selu: 'selu',
  Softplus: 'softplus',
  Sqrt: 'sqrt',
  Tanh: 'tanh',
} as const;

const functions: readonly WasmKernel[] = Object.entries(FUNCTIONS).map(([name, call]) => ({
  name,
  reason: 'slow',
  create: (host) => (kernelCall) => {
    const { inputs, backend } = kernelCall;
    const { x } = inputs as { x: TensorInfo };
    const native = host.native(backend);
    if (!native || x.dtype !== 'float32') return host.stock(name)(kernelCall);
    const out = backend.makeOutput(x.shape, 'float32');
    native[call](offsetOf(backend, x), offsetOf(backend, out), sizeOf(x.shape));
    return out;
  },
}));

const leakyRelu: WasmKernel = {
  name: 'LeakyRelu',
  reason: 'slow',
  create: (host) => (call) => {
    const { attrs, backend } = call;
    const { x } = call.inputs as { x: TensorInfo };
    const native = host.native(backend);
    if (!native || x.dtype !== 'float32') return host.stock('LeakyRelu')(call);
    const out = backend.makeOutput(x.shape, 'float32');
    native.leakyRelu(offsetOf(backend, x), offsetOf(backend, out), sizeOf(x.shape), attrs.alpha as number);
    return out;
  },
};

/** out = condition ? t : e, for a condition of the same shape; a condition per row is stock. */
const select: WasmKernel = {
  name: 'Select',
  reason: 'slow',
  create: (host) => (call) => {
    const { backend } = call;
    const { condition, t, e } = call.inputs as { condition: TensorInfo; t: TensorInfo; e: TensorInfo };
    const native = host.native(backend);
    const isPlain = t.dtype === e.dtype && (t.dtype === 'float32' || t.dtype === 'int32');
    if (!native || !isPlain || condition.dtype !== 'bool' || condition.shape.length !== t.shape.length)
      return host.stock('Select')(call);
    const out = backend.makeOutput(t.shape, t.dtype);
    const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
    native.select(at(condition), at(t), at(e), at(out), sizeOf(t.shape));
    return out;
  },
};

export const elementwise: readonly WasmKernel[] = [...functions, leakyRelu, select];
