// Our own SIMD modules (wasm/*.module.ts, built into binaries/), instantiated on the memory of tfjs's wasm backend so that
// they compute on tensors where they lie. Everything here may fail on some device, and then the answer is a reason, never an
// exception: the kernels have a JavaScript path for that case.
import base from './binaries/base';
import type { WasmBackend } from './kernel';
import { wasmMemoryOf } from './memory';

/** One module in base64, by what the memory and the browser allow. */
export interface Binary {
  /** For a backend whose memory is its own. */
  readonly plain: string;
  /** The same with fused multiply-add, where the browser has relaxed SIMD. */
  readonly relaxed: string;
  /** For the threaded backend, whose memory is shared. */
  readonly shared: string;
}

/** Every module there is; the names of their exports differ. */
export const BINARIES: readonly Binary[] = [base];

/** Byte addresses on the heap are plain numbers; above 2 GiB they wrap to the same 32 bits in the call. */
export type Address = number;

interface BaseExports {
  /** Floats of scratch that `gemm` needs. */
  gemmScratch(): number;
  gemm(
    m: number,
    n: number,
    k: number,
    a: Address,
    rowA: number,
    colA: number,
    b: Address,
    rowB: number,
    colB: number,
    c: Address,
    rowC: number,
    accumulate: 0 | 1,
    scratch: Address,
  ): void;
  im2col(x: Address, col: Address, images: number, ...geometry: number[]): void;
  col2im(col: Address, x: Address, images: number, ...geometry: number[]): void;
  depthwiseFilterGradient(x: Address, dy: Address, dW: Address, ...geometry: number[]): void;
  depthwiseInputGradient(dy: Address, filter: Address, dx: Address, ...geometry: number[]): void;
  maxPoolGradient(x: Address, dy: Address, dx: Address, ...geometry: number[]): void;
  avgPoolGradient(dy: Address, dx: Address, ...geometryThenScale: number[]): void;
  columnSums(x: Address, out: Address, rows: number, cols: number, scale: number): void;
  rowSums(x: Address, out: Address, rows: number, cols: number, scale: number): void;
  /** Width and strides in bytes. */
  copyRows(
    from: Address,
    to: Address,
    rows: number,
    width: number,
    fromStride: number,
    toStride: number,
  ): void;
  broadcastRow(op: number, x: Address, y: Address, out: Address, rows: number, cols: number): void;
  broadcastColumn(op: number, x: Address, y: Address, out: Address, rows: number, cols: number): void;
  exp(x: Address, out: Address, count: number): void;
  tanh(x: Address, out: Address, count: number): void;
  erf(x: Address, out: Address, count: number): void;
  adam(
    w: Address,
    gradient: Address,
    m: Address,
    v: Address,
    out: Address,
    count: number,
    ...settings: number[]
  ): void;
  segmentSum(x: Address, ids: Address, out: Address, rows: number, width: number, segments: number): void;
}

/** Of all modules together; a new module adds its interface here. */
export type NativeExports = BaseExports;

export interface Native extends NativeExports {
  /** Whether multiply-adds are fused (relaxed SIMD): sums then differ in their last bits from those of plain SIMD. */
  readonly fusesMultiplyAdd: boolean;
  /**
   * Scratch space that lives with the backend: `col` has room for `floats` values, `pack` is what `gemm` wants as its last
   * argument. Both are valid until the next call. May grow the heap: take views of tensors afterwards.
   */
  scratch(floats: number): { col: Address; pack: Address };
}

export type NativeResult = { native: Native } | { reason: string };

/** Instantiates the modules on this backend's memory and checks one product. Never throws. */
export function loadNative(backend: WasmBackend): NativeResult {
  const memory = wasmMemoryOf(backend);
  if (!memory) return { reason: 'the memory of the wasm backend was not found' };
  const { _malloc: malloc, _free: free } = backend.wasm;
  if (typeof malloc !== 'function' || typeof free !== 'function')
    return { reason: 'the wasm backend has no malloc' };
  try {
    const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    const relaxed = !shared && WebAssembly.validate(bytesOf(base.relaxed));
    const variant = shared ? 'shared' : relaxed ? 'relaxed' : 'plain';
    const instances = BINARIES.map((binary) => {
      const module = new WebAssembly.Module(bytesOf(binary[variant]));
      return new WebAssembly.Instance(module, { env: { memory } }).exports;
    });
    const calls = Object.assign({}, ...instances) as NativeExports;
    const packFloats = calls.gemmScratch();
    let block = 0;
    let capacity = -1;
    const native: Native = {
      ...calls,
      fusesMultiplyAdd: relaxed,
      scratch: (floats) => {
        if (floats > capacity) {
          if (block) free(block);
          capacity = Math.max(floats, 2 * capacity);
          block = malloc((capacity + packFloats) * 4) >>> 0;
          if (!block) throw new Error(`out of memory: no ${capacity * 4} bytes of scratch on the wasm heap`);
        }
        return { pack: block, col: block + packFloats * 4 };
      },
    };
    return works(native, memory) ? { native } : { reason: 'the self-test of the module failed' };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** [1 2; 3 4] * [5 6; 7 8] = [19 22; 43 50], which all are exact in float32. */
function works(native: Native, memory: WebAssembly.Memory): boolean {
  const { col, pack } = native.scratch(12);
  const cells = new Float32Array(memory.buffer, col, 12);
  cells.set([1, 2, 3, 4, 5, 6, 7, 8]);
  native.gemm(2, 2, 2, col, 2, 1, col + 16, 2, 1, col + 32, 2, 0, pack);
  return String(cells.slice(8)) === '19,22,43,50';
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
