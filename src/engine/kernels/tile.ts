// Tile: repeats a tensor along each axis. tfjs's wasm kernel computes an index array per element; the batch-normalisation
// gradient tiles its scale to the size of the activations, which made it the slowest call of a training step.
//
//   out[i...] = x[i mod shape...]
//
// Here: each block is written once and then doubled by copies inside the heap. Strings and complex go to the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { BYTES } from './copies';
import { offsetOf, sizeOf, type WasmKernel } from './kernel';

export const tile: WasmKernel = {
  name: 'Tile',
  reason: 'slow',
  create: (host) => (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs as { x: TensorInfo };
    if (!(x.dtype in BYTES)) return host.stock('Tile')(call);
    const reps = attrs.reps as number[];
    const out = backend.makeOutput(
      x.shape.map((dim, axis) => dim * (reps[axis] as number)),
      x.dtype,
    );
    if (sizeOf(out.shape) === 0) return out;
    const wide = BYTES[x.dtype] === 4;
    const Unit = wide ? Uint32Array : Uint8Array;
    const bytes = wide ? 4 : 1;
    const heap = new Unit(backend.wasm.HEAPU8.buffer); // after the allocation of `out`
    const source = offsetOf(backend, x) / bytes;
    // Axes from `tail` on are not repeated: they form one contiguous block.
    let tail = x.shape.length;
    while (tail > 0 && reps[tail - 1] === 1) tail--;
    const block = sizeOf(x.shape.slice(tail));
    const write = (axis: number, from: number, to: number): number => {
      if (axis === tail) {
        heap.copyWithin(to, from, from + block);
        return block;
      }
      const inner = sizeOf(x.shape.slice(axis + 1));
      let written = 0;
      for (let i = 0, n = x.shape[axis] as number; i < n; i++) {
        written += write(axis + 1, from + i * inner, to + written);
      }
      const total = written * (reps[axis] as number);
      if (written === 1) heap.fill(heap[to] as number, to, to + total);
      else {
        for (let done = written; done < total; ) {
          const next = Math.min(done, total - done);
          heap.copyWithin(to + done, to, to + next);
          done += next;
        }
      }
      return total;
    };
    write(0, source, offsetOf(backend, out) / bytes);
    return out;
  },
};
