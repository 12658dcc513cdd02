// Slice and SplitV: cutting a box, or consecutive pieces along one axis, out of a tensor. tfjs's wasm kernel first copies
// the whole input for every slice, and from rank 5 on visits element by element through index arrays (attention splits its
// projections at rank 5; every step of a recurrent layer slices its input).
//
//   out[i...] = x[begin + i...]
//
// Here: one copy per longest contiguous run, within the heap. Works for every numeric type; strings go to the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { offsetOf, sizeOf, type WasmBackend, type WasmKernel } from './kernel';

const BYTES: Record<string, number> = { float32: 4, int32: 4, bool: 1 };

export const slice: WasmKernel = {
  name: 'Slice',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    if (!(x.dtype in BYTES)) return host.stock('Slice')(call);
    const [begin, size] = host.tf.slice_util.parseSliceParams(
      x,
      attrs.begin as number[],
      attrs.size as number[],
    );
    const out = backend.makeOutput(size, x.dtype);
    copyBox(backend, x, begin, out);
    return out;
  },
};

export const splitV: WasmKernel = {
  name: 'SplitV',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    if (!(x.dtype in BYTES)) return host.stock('SplitV')(call);
    const axis = host.tf.util.parseAxisParam(attrs.axis as number, x.shape)[0] as number;
    const sizes = host.tf.backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits as number[], axis);
    const begin = x.shape.map(() => 0);
    return sizes.map((pieceSize) => {
      const piece = backend.makeOutput(x.shape.with(axis, pieceSize), x.dtype);
      copyBox(backend, x, begin, piece);
      begin[axis] = (begin[axis] as number) + pieceSize;
      return piece;
    });
  },
};

function copyBox(backend: WasmBackend, x: TensorInfo, begin: readonly number[], out: TensorInfo): void {
  if (sizeOf(out.shape) === 0) return;
  // Axes after `last` are taken whole, so one run covers them and the box's extent along `last`.
  let last = x.shape.length - 1;
  while (last > 0 && out.shape[last] === x.shape[last]) last--;
  const wide = BYTES[out.dtype] === 4;
  const Unit = wide ? Uint32Array : Uint8Array;
  const bytes = wide ? 4 : 1;
  const heap = new Unit(backend.wasm.HEAPU8.buffer); // after the allocation of `out`
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const run = sizeOf(out.shape.slice(last));
  let from = offsetOf(backend, x) / bytes;
  for (let axis = 0; axis < begin.length; axis++) from += (begin[axis] as number) * (strides[axis] as number);
  let to = offsetOf(backend, out) / bytes;
  // Below about 16 elements a loop beats the call of copyWithin.
  const copy =
    run > 16
      ? (at: number) => heap.copyWithin(to, at, at + run)
      : (at: number) => {
          for (let i = 0; i < run; i++) heap[to + i] = heap[at + i] as number;
        };
  const walk = (axis: number, at: number): void => {
    if (axis >= last) {
      copy(at);
      to += run;
      return;
    }
    const stride = strides[axis] as number;
    for (let i = 0, n = out.shape[axis] as number; i < n; i++) walk(axis + 1, at + i * stride);
  };
  walk(0, from);
}
