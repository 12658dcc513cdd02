// Cast. tfjs's wasm kernel copies the values even where the type stays, as it does in every gradient of a product; ours shares them,
// as identity.ts does. And to bool it stores the lowest byte of the whole part, so that 0.5 and 256 become false: here what is not 0
// is true, as on tfjs's cpu backend.
import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, intsOf, offsetOf, sizeOf, type WasmKernel } from './kernel';

export const cast: WasmKernel = {
  name: 'Cast',
  reason: 'wrong',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    const dtype = attrs.dtype as DataType;
    if (dtype === x.dtype) {
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype };
    }
    if (dtype !== 'bool' || (x.dtype !== 'float32' && x.dtype !== 'int32')) return host.stock('Cast')(call);
    const out = backend.makeOutput(x.shape, dtype);
    const from = x.dtype === 'float32' ? floatsOf(backend, x) : intsOf(backend, x);
    const to = new Uint8Array(backend.wasm.HEAPU8.buffer, offsetOf(backend, out), sizeOf(x.shape));
    for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
    return out;
  },
};
