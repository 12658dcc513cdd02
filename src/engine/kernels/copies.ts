// Concat, GatherV2 and Reverse: kernels that only move rows. tfjs's wasm kernels copy run by run through JavaScript views
// (Concat) or compute an index array per element (GatherV2, Reverse). Ours copy whole rows of bytes, whatever they hold.
// Concat needs the native module; strings and what else is not covered go to the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { intsOf, offsetOf, sizeOf, type WasmKernel } from './kernel';
import type { Native } from './native';

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

/**
 * out[batch, outer, i, inner...] = x[batch, outer, indices[batch, i], inner...], where the first `batchDims` axes are the batch. An
 * index out of range throws. tfjs's kernel takes wrong rows of all but the first of a batch, and reads past the end with two batch axes.
 */
export const gatherV2: WasmKernel = {
  name: 'GatherV2',
  reason: 'wrong',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
    const bytes = BYTES[x.dtype];
    if (!bytes || indices.dtype !== 'int32') return host.stock('GatherV2')(call);
    const { backend_util, util } = host.tf;
    const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0] as number;
    const batchDims = (attrs.batchDims as number | undefined) ?? 0;
    const { collectGatherOpShapeInfo } = backend_util.segment_util;
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } = collectGatherOpShapeInfo(
      x as never,
      indices as never,
      axis,
      batchDims,
    );
    const out = backend.makeOutput(outputShape, x.dtype);
    const picks = intsOf(backend, indices);
    const wrong = picks.find((pick) => pick < 0 || pick >= dimSize);
    if (wrong !== undefined) {
      backend.disposeData(out.dataId);
      throw new Error(`GatherV2: the index value ${wrong} is not in [0, ${dimSize - 1}]`);
    }
    if (sizeOf(outputShape) === 0) return out;
    const row = sliceSize * bytes;
    const count = picks.length / batchSize;
    const copyRows = host.native(backend)?.copyRows ?? copierOn(backend.wasm.HEAPU8);
    for (let batch = 0; batch < batchSize; batch++) {
      const from = offsetOf(backend, x) + batch * outerSize * dimSize * row;
      const to = offsetOf(backend, out) + batch * outerSize * count * row;
      for (let i = 0; i < count; i++) {
        const pick = picks[batch * count + i] as number;
        copyRows(from + pick * row, to + i * row, outerSize, row, dimSize * row, count * row);
      }
    }
    return out;
  },
};

/** The native module's `copyRows` in JavaScript. */
const copierOn =
  (heap: Uint8Array): Native['copyRows'] =>
  (from, to, rows, width, fromStride, toStride) => {
    for (let r = 0; r < rows; r++)
      heap.copyWithin(to + r * toStride, from + r * fromStride, from + r * fromStride + width);
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
