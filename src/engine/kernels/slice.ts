// Slice, SplitV and Unpack: cutting a box, or consecutive pieces along one axis, out of a tensor. tfjs's wasm kernel first copies
// the whole input for every slice, and from rank 5 on visits element by element through index arrays (attention splits its
// projections at rank 5; a recurrent layer unpacks its input into one slice per step).
//
//   out[i...] = x[begin + i...]
//
// Here: one copy per longest contiguous run, within the heap. Works for every numeric type; strings go to the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { BYTES } from './copies';
import { type KernelHost, offsetOf, sizeOf, type WasmBackend, type WasmKernel } from './kernel';

export const slice: WasmKernel = {
  name: 'Slice',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    if (!(x.dtype in BYTES)) return host.stock('Slice')(call);
    const wanted = [attrs.begin as number[], attrs.size as number[]] as const;
    const [begin, size] = host.tf.slice_util.parseSliceParams(x, ...wanted) as [number[], number[]];
    const out = backend.makeOutput(size, x.dtype);
    copyBox(host, backend, x, begin, out, size);
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
      copyBox(host, backend, x, begin, piece, piece.shape);
      begin[axis] = (begin[axis] as number) + pieceSize;
      return piece;
    });
  },
};

export const unpack: WasmKernel = {
  name: 'Unpack',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { value } = inputs as { value: TensorInfo };
    if (!(value.dtype in BYTES)) return host.stock('Unpack')(call);
    const axis = host.tf.util.parseAxisParam(attrs.axis as number, value.shape)[0] as number;
    const begin = value.shape.map(() => 0);
    const box = value.shape.with(axis, 1);
    return Array.from({ length: value.shape[axis] as number }, (_, i) => {
      const piece = backend.makeOutput(value.shape.toSpliced(axis, 1), value.dtype);
      begin[axis] = i;
      copyBox(host, backend, value, begin, piece, box);
      return piece;
    });
  },
};

/** `size` is the box in the rank of x; `out` may have fewer axes. */
function copyBox(
  host: KernelHost,
  backend: WasmBackend,
  x: TensorInfo,
  begin: readonly number[],
  out: TensorInfo,
  size: readonly number[],
): void {
  if (sizeOf(size) === 0) return;
  // Axes after `last` are taken whole, so one run covers them and the box's extent along `last`.
  let last = Math.max(0, x.shape.length - 1);
  while (last > 0 && size[last] === x.shape[last]) last--;
  const bytes = BYTES[out.dtype] as number;
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)) * bytes);
  const run = sizeOf(size.slice(last)) * bytes;
  // Runs at equal distances, along the axis before `last`, are one call.
  const rows = last > 0 ? (size[last - 1] as number) : 1;
  const stride = last > 0 ? (strides[last - 1] as number) : run;
  const native = host.native(backend);
  const heap = backend.wasm.HEAPU8; // after the allocation of `out`
  let to = offsetOf(backend, out);
  const walk = (axis: number, from: number): void => {
    if (axis >= last - 1) {
      if (native) native.copyRows(from, to, rows, run, stride, run);
      else
        for (let i = 0; i < rows; i++)
          heap.copyWithin(to + i * run, from + i * stride, from + i * stride + run);
      to += rows * run;
      return;
    }
    for (let i = 0, n = size[axis] as number; i < n; i++)
      walk(axis + 1, from + i * (strides[axis] as number));
  };
  walk(
    0,
    begin.reduce((at, start, axis) => at + start * (strides[axis] as number), offsetOf(backend, x)),
  );
}
