// Add, Sub, Multiply and RealDiv of float32 where one operand is a row (a bias, a scale per channel) or a column (a statistic
// per position) of the other. tfjs's wasm kernels compute an index array per element as soon as shapes differ, about 5 times
// slower. Equal shapes, scalars, other types and patterns, and backends without the native module: the stock kernel.
import type { TensorInfo } from '@tensorflow/tfjs';
import { offsetOf, sizeOf, type WasmKernel } from './kernel';

/** Operation numbers of the native module, as they are and with the operands exchanged. */
const OPERATIONS: Record<string, [straight: number, exchanged: number]> = {
  Add: [0, 0],
  Sub: [1, 4],
  Multiply: [2, 2],
  RealDiv: [3, 5],
};

type Pattern = { kind: 'row' | 'column'; rows: number; cols: number };

export const broadcasting: readonly WasmKernel[] = Object.entries(OPERATIONS).map(
  ([name, [straight, exchanged]]) => ({
    name,
    reason: 'slow',
    create: (host) => {
      const stock = host.stock(name);
      return (call) => {
        const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
        if (a.dtype !== 'float32' || b.dtype !== 'float32' || a.shape.length + b.shape.length === 0)
          return stock(call);
        const sizes = [sizeOf(a.shape), sizeOf(b.shape)] as const;
        const smaller = Math.min(...sizes);
        if (smaller <= 1 || sizes[0] === sizes[1]) return stock(call);
        const [whole, part] = sizes[0] > sizes[1] ? [a, b] : [b, a];
        const pattern = patternOf(whole.shape, part.shape);
        const native = pattern && host.native(call.backend);
        if (!native) return stock(call);
        const out = call.backend.makeOutput(whole.shape, 'float32');
        const op = whole === a ? straight : exchanged;
        const run = pattern.kind === 'row' ? native.broadcastRow : native.broadcastColumn;
        const at = (tensor: TensorInfo) => offsetOf(call.backend, tensor);
        run(op, at(whole), at(part), at(out), pattern.rows, pattern.cols);
        return out;
      };
    },
  }),
);

/** row: part = [1, 1, ..., last axes of whole]. column: part = [first axes of whole, ..., 1, 1]. */
function patternOf(whole: readonly number[], part: readonly number[]): Pattern | null {
  const ahead = whole.length - part.length;
  if (ahead < 0) return null;
  const own = whole.map((_, axis) => (axis < ahead ? 1 : (part[axis - ahead] as number)));
  let first = 0;
  while (first < own.length && own[first] === 1) first++;
  if (own.every((dim, axis) => axis < first || dim === whole[axis])) {
    const cols = sizeOf(whole.slice(first));
    return { kind: 'row', rows: sizeOf(whole) / cols, cols };
  }
  let last = own.length;
  while (last > 0 && own[last - 1] === 1) last--;
  if (own.every((dim, axis) => axis >= last || dim === whole[axis])) {
    const rows = sizeOf(whole.slice(0, last));
    return { kind: 'column', rows, cols: sizeOf(whole) / rows };
  }
  return null;
}
