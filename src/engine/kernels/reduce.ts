// Sum and Mean of float32 over leading axes, trailing axes, or all but an outer and an inner block of axes. tfjs's wasm kernel
// transposes the reduced axes to the end first, which costs several times the sum itself (bias gradients and batch
// normalisation reduce the leading axes), and adds in one long chain. Ours adds 128 terms in single and the rest in double
// precision, so long sums stay exact to about six digits. Without the native module, and for other types and patterns: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, offsetOf, sizeOf, type WasmKernel } from './kernel';

export const sum: WasmKernel = reduction('Sum', () => 1);
export const mean: WasmKernel = reduction('Mean', (count) => 1 / count);

function reduction(name: string, scaleFor: (count: number) => number): WasmKernel {
  return {
    name,
    reason: 'slow',
    create: (host) => (call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs as { x: TensorInfo };
      const native = host.native(backend);
      const axes = new Set(host.tf.util.parseAxisParam(attrs.axis as number | number[], x.shape));
      const isEmpty = sizeOf(x.shape) === 0 && x.dtype === 'float32';
      const blocks = native && x.dtype === 'float32' ? asBlocks(x.shape, axes) : null;
      if (!isEmpty && !(native && blocks)) return host.stock(name)(call);
      const kept = x.shape.flatMap((dim, axis) => (axes.has(axis) ? (attrs.keepDims ? [1] : []) : [dim]));
      const out = backend.makeOutput(kept, 'float32');
      if (!native || !blocks) {
        // Nothing to add: the stock kernel would answer whatever lay on the heap.
        floatsOf(backend, out).fill(0 * scaleFor(0));
        return out;
      }
      const [outer, reduced, inner] = blocks;
      const from = offsetOf(backend, x);
      const to = offsetOf(backend, out);
      const scale = scaleFor(reduced);
      if (inner === 1) native.rowSums(from, to, outer, reduced, scale);
      else {
        for (let i = 0; i < outer; i++) {
          native.columnSums(from + i * reduced * inner * 4, to + i * inner * 4, reduced, inner, scale);
        }
      }
      return out;
    },
  };
}

/** The shape as [kept, reduced, kept] sizes, or null where the reduced axes are not one block, or where nothing is there. */
function asBlocks(shape: readonly number[], axes: ReadonlySet<number>): [number, number, number] | null {
  const real = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  const reduced = real.filter((axis) => axes.has(axis));
  if (sizeOf(shape) === 0 || reduced.length === 0) return null;
  const first = reduced[0] as number;
  const last = reduced[reduced.length - 1] as number;
  if (real.some((axis) => axis > first && axis < last && !axes.has(axis))) return null;
  return [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first, last + 1)), sizeOf(shape.slice(last + 1))];
}
