// UnsortedSegmentSum: adds rows that carry the same segment number. tfjs has none on wasm; it is the gradient of gather,
// so embeddings need it to train.
//
//   out[s, ...] = sum over r with segmentIds[r] = s of  x[r, ...]
//
// Conventions as in TensorFlow: rows with an id below 0 or at least numSegments are dropped; empty segments are zero.
// Cost: one pass over x, whatever the number of segments (the cpu backend's own takes numSegments passes).
import type { TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, intsOf, offsetOf, sizeOf, type WasmKernel } from './kernel';

export const unsortedSegmentSum: WasmKernel = {
  name: 'UnsortedSegmentSum',
  reason: 'missing',
  create: (host) => {
    return ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
      const numSegments = attrs.numSegments as number;
      const rank = segmentIds.shape.length;
      if (String(x.shape.slice(0, rank)) !== String(segmentIds.shape)) {
        throw new Error(
          'UnsortedSegmentSum: the shape of segmentIds must be a prefix of the shape of x. ' +
            `Received: segmentIds=[${segmentIds.shape}], x=[${x.shape}]`,
        );
      }
      if (x.dtype !== 'float32' && x.dtype !== 'int32') {
        throw new Error(`UnsortedSegmentSum: expected float32 or int32. Received: dtype=${x.dtype}`);
      }
      const inner = x.shape.slice(rank);
      const rows = sizeOf(segmentIds.shape);
      const width = sizeOf(inner);
      const out = backend.makeOutput([numSegments, ...inner], x.dtype);
      const view = x.dtype === 'int32' ? intsOf : floatsOf;
      const sums = view(backend, out).fill(0);
      const native = host.native(backend);
      if (native && x.dtype === 'float32') {
        native.segmentSum(
          offsetOf(backend, x),
          offsetOf(backend, segmentIds),
          offsetOf(backend, out),
          rows,
          width,
          numSegments,
        );
        return out;
      }
      const ids = intsOf(backend, segmentIds);
      const values = view(backend, x);
      for (let row = 0; row < rows; row++) {
        const id = ids[row] as number;
        if (id < 0 || id >= numSegments) continue;
        const to = id * width;
        const from = row * width;
        for (let i = 0; i < width; i++)
          sums[to + i] = (sums[to + i] as number) + (values[from + i] as number);
      }
      return out;
    };
  },
};
