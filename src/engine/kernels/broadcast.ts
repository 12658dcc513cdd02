// Arithmetic and comparisons of float32 where one operand is a row (a bias, a scale per channel), a row for each block (a scale per
// image and channel) or a column (a statistic per position) of the other; for extremes and comparisons also equal shapes and scalars. tfjs's wasm kernels compute an index array
// per element as soon as shapes differ, about 5 times slower, and extremes and comparisons value by value, 10 to 50 times
// slower. What is not covered, and backends without the native module: the stock kernel.
import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import { BYTES } from './copies';
import { offsetOf, sizeOf, type WasmKernel } from './kernel';
import type { Native } from './native';

interface Operation {
  /** Its number in the native module, as it is and with the operands exchanged. */
  readonly numbers: readonly [straight: number, exchanged: number];
  readonly row: 'broadcastRow' | 'compareRow';
  readonly column: 'broadcastColumn' | 'compareColumn';
  readonly dtype: DataType;
  /** Whether the stock kernel is fast for equal shapes and scalars. */
  readonly isGoodPlain: boolean;
}

const arithmetic = (straight: number, exchanged: number, isGoodPlain: boolean): Operation => ({
  numbers: [straight, exchanged],
  row: 'broadcastRow',
  column: 'broadcastColumn',
  dtype: 'float32',
  isGoodPlain,
});
const comparison = (straight: number, exchanged: number): Operation => ({
  numbers: [straight, exchanged],
  row: 'compareRow',
  column: 'compareColumn',
  dtype: 'bool',
  isGoodPlain: false,
});

const OPERATIONS: Record<string, Operation> = {
  Add: arithmetic(0, 0, true),
  Sub: arithmetic(1, 4, true),
  Multiply: arithmetic(2, 2, true),
  RealDiv: arithmetic(3, 5, true),
  Maximum: arithmetic(6, 6, false),
  Minimum: arithmetic(7, 7, false),
  Greater: comparison(0, 2),
  GreaterEqual: comparison(1, 3),
  Less: comparison(2, 0),
  LessEqual: comparison(3, 1),
  Equal: comparison(4, 4),
  NotEqual: comparison(5, 5),
};

/** `blocks`: for each of them a row of its own; 1 for columns. */
type Pattern = { kind: 'row' | 'column'; blocks: number; rows: number; cols: number };

export const broadcasting: readonly WasmKernel[] = Object.entries(OPERATIONS).map(([name, operation]) => ({
  name,
  reason: 'slow',
  create: (host) => {
    const stock = host.stock(name);
    const bytes = BYTES[operation.dtype]!;
    return (call) => {
      const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock(call);
      const sizes = [sizeOf(a.shape), sizeOf(b.shape)] as const;
      const smaller = Math.min(...sizes);
      if (smaller === 0 || (operation.isGoodPlain && (smaller === 1 || sizes[0] === sizes[1])))
        return stock(call);
      const isStraight = sizes[0] > sizes[1] || (sizes[0] === sizes[1] && a.shape.length >= b.shape.length);
      const [whole, part] = isStraight ? [a, b] : [b, a];
      const pattern = patternOf(whole.shape, part.shape);
      const native = pattern && host.native(call.backend);
      if (!native) return stock(call);
      const out = call.backend.makeOutput(whole.shape, operation.dtype);
      const at = (tensor: TensorInfo) => offsetOf(call.backend, tensor);
      const run: Native['broadcastRow'] = native[operation[pattern.kind]];
      const { blocks, rows, cols } = pattern;
      const block = rows * cols;
      for (let i = 0; i < blocks; i++) {
        const [x, y, to] = [at(whole) + i * block * 4, at(part) + i * cols * 4, at(out) + i * block * bytes];
        run(operation.numbers[isStraight ? 0 : 1], x, y, to, rows, cols);
      }
      return out;
    };
  },
}));

/**
 * row: part = [1, 1, ..., last axes of whole]. row of each block: part = [first axes of whole, 1, ..., last axes of whole].
 * column: part = [first axes of whole, ..., 1, 1], or one value.
 */
function patternOf(whole: readonly number[], part: readonly number[]): Pattern | null {
  const ahead = whole.length - part.length;
  if (ahead < 0) return null;
  const own = whole.map((_, axis) => (axis < ahead ? 1 : (part[axis - ahead] as number)));
  // Axes of 1 in both belong to either side.
  const repeated = own.flatMap((dim, axis) => (dim === 1 && whole[axis] !== 1 ? [axis] : []));
  const first = repeated[0] ?? 0;
  const last = (repeated.at(-1) ?? -1) + 1;
  if (own.some((dim, axis) => dim !== whole[axis] && !repeated.includes(axis))) return null;
  if (repeated.length > 0 && own.slice(first, last).some((dim) => dim !== 1)) return null;
  const [blocks, rows, cols] = [whole.slice(0, first), whole.slice(first, last), whole.slice(last)].map(
    sizeOf,
  ) as [number, number, number];
  if (cols > 1) return { kind: 'row', blocks, rows, cols };
  return { kind: 'column', blocks: 1, rows: blocks, cols: rows };
}
