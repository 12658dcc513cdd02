// Concat, GatherV2 and Reverse: kernels that only move rows. tfjs's wasm kernels copy run by run through JavaScript views
// (Concat) or compute an index array per element (GatherV2, Reverse). Ours copy whole rows of bytes, whatever they hold.
// Concat and GatherV2 need the native module; strings and what else is not covered go to the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { intsOf, offsetOf, sizeOf, type WasmKernel } from './kernel';

export const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1 };

/** out = the inputs one after the other along `axis`: for each index before the axis, one run from each input. */
export const concat: WasmKernel = {
  name: 'Concat',
  reason: 'slow',
  create: (host) => (call) => {
    const { attrs, backend } = call;
    const inputs = Object.values(call.inputs) as TensorInfo[];
    const [first] = inputs as [TensorInfo];
    const bytes = BYTES[first.dtype];
    const native = host.native(backend);
    const filled = inputs.filter((input) => sizeOf(input.shape) > 0);
    if (!native || !bytes || filled.length < 2 || filled.some((input) => input.dtype !== first.dtype)) {
      return host.stock('Concat')(call);
    }
    const { backend_util, util } = host.tf;
    const axis = util.parseAxisParam(attrs.axis as number, first.shape)[0] as number;
    const shapes = inputs.map((input) => input.shape);
    backend_util.assertParamsConsistent(shapes, axis);
    const out = backend.makeOutput(backend_util.computeOutShape(shapes, axis), first.dtype);
    const rows = sizeOf(out.shape.slice(0, axis));
    const outRow = sizeOf(out.shape.slice(axis)) * bytes;
    let to = offsetOf(backend, out);
    for (const input of filled) {
      const row = sizeOf(input.shape.slice(axis)) * bytes;
      native.copyRows(offsetOf(backend, input), to, rows, row, row, outRow);
      to += row;
    }
    return out;
  },
};

/** out[outer, i, inner...] = x[outer, indices[i], inner...] (batchDims 0; the rest is stock). An index out of range throws. */
export const gatherV2: WasmKernel = {
  name: 'GatherV2',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
    const bytes = BYTES[x.dtype];
    const native = host.native(backend);
    if (!native || !bytes || indices.dtype !== 'int32' || attrs.batchDims || sizeOf(x.shape) === 0) {
      return host.stock('GatherV2')(call);
    }
    const axis = host.tf.util.parseAxisParam(attrs.axis as number, x.shape)[0] as number;
    const dim = x.shape[axis] as number;
    const out = backend.makeOutput(
      [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      x.dtype,
    );
    const outer = sizeOf(x.shape.slice(0, axis));
    const row = sizeOf(x.shape.slice(axis + 1)) * bytes;
    const picks = intsOf(backend, indices);
    const from = offsetOf(backend, x);
    const to = offsetOf(backend, out);
    for (let i = 0; i < picks.length; i++) {
      const pick = picks[i] as number;
      if (pick < 0 || pick >= dim) {
        backend.disposeData(out.dataId);
        throw new Error(`GatherV2: the index value ${pick} is not in [0, ${dim - 1}]`);
      }
      native.copyRows(from + pick * row, to + i * row, outer, row, dim * row, picks.length * row);
    }
    return out;
  },
};

/** out[..., i, ...] = x[..., n - 1 - i, ...] along each axis of `dims`. */
export const reverse: WasmKernel = {
  name: 'Reverse',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    const bytes = BYTES[x.dtype];
    if (!bytes || sizeOf(x.shape) === 0 || x.shape.length === 0) return host.stock('Reverse')(call);
    const turned = new Set(host.tf.util.parseAxisParam(attrs.dims as number[], x.shape));
    const out = backend.makeOutput(x.shape, x.dtype);
    const Unit = bytes === 4 ? Uint32Array : Uint8Array;
    const heap = new Unit(backend.wasm.HEAPU8.buffer); // after the allocation of `out`
    // Axes from `tail` on keep their order: they form one contiguous run.
    let tail = x.shape.length;
    while (tail > 0 && !turned.has(tail - 1)) tail--;
    const run = sizeOf(x.shape.slice(tail));
    let to = offsetOf(backend, out) / bytes;
    const walk = (axis: number, from: number): void => {
      if (axis === tail) {
        if (run === 1) heap[to] = heap[from] as number;
        else heap.copyWithin(to, from, from + run);
        to += run;
        return;
      }
      const n = x.shape[axis] as number;
      const stride = sizeOf(x.shape.slice(axis + 1));
      for (let i = 0; i < n; i++) walk(axis + 1, from + (turned.has(axis) ? n - 1 - i : i) * stride);
    };
    walk(0, offsetOf(backend, x) / bytes);
    return out;
  },
};
