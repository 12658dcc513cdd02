// Our own SIMD modules (wasm/*.module.ts, built into binaries/), instantiated on the memory of tfjs's wasm backend so that
// they compute on tensors where they lie. Everything here may fail on some device, and then the answer is a reason, never an
// exception: the kernels have a JavaScript path for that case.
import attention from './binaries/attention';
import base from './binaries/base';
import convolution from './binaries/convolution';
import recurrent from './binaries/recurrent';
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
export const BINARIES: readonly Binary[] = [attention, base, convolution, recurrent];

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
  /** `count` products; steps between the matrices in elements, then the arguments of `gemm`. */
  gemmBatch(count: number, stepA: number, stepB: number, stepC: number, ...ofGemm: number[]): void;
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
  compareRow(op: number, x: Address, y: Address, out: Address, rows: number, cols: number): void;
  compareColumn(op: number, x: Address, y: Address, out: Address, rows: number, cols: number): void;
  broadcastColumn(op: number, x: Address, y: Address, out: Address, rows: number, cols: number): void;
  exp(x: Address, out: Address, count: number): void;
  tanh(x: Address, out: Address, count: number): void;
  erf(x: Address, out: Address, count: number): void;
  log(x: Address, out: Address, count: number): void;
  softplus(x: Address, out: Address, count: number): void;
  selu(x: Address, out: Address, count: number): void;
  sqrt(x: Address, out: Address, count: number): void;
  rsqrt(x: Address, out: Address, count: number): void;
  leakyRelu(x: Address, out: Address, count: number, alpha: number): void;
  select(condition: Address, t: Address, e: Address, out: Address, count: number): void;
  softmaxCrossEntropy(z: Address, labels: Address, out: Address, rows: number, classes: number): void;
  softmaxCrossEntropyGradient(
    dy: Address,
    z: Address,
    labels: Address,
    dz: Address,
    rows: number,
    classes: number,
  ): void;
  sigmoidCrossEntropy(z: Address, y: Address, out: Address, count: number): void;
  sigmoidCrossEntropyGradient(dy: Address, z: Address, y: Address, dz: Address, count: number): void;
  denseForward(x: Address, w: Address, bias: Address, y: Address, ...mnkActivationScratch: number[]): void;
  /** `activation`: wasm/activation.ts; y may be x. */
  activate(activation: number, x: Address, y: Address, count: number): void;
  activationGradient(activation: number, dy: Address, y: Address, dz: Address, count: number): void;
  /** x 0: the mask itself; see wasm/dropout.ts. */
  dropout(x: Address, out: Address, count: number, start: number, threshold: number, scale: number): void;
  /** Optimizers: addresses of weights, gradient, accumulators and new weights, the count, then the settings. */
  sgd(w: Address, gradient: Address, out: Address, count: number, rate: number): void;
  momentum(
    w: Address,
    gradient: Address,
    v: Address,
    out: Address,
    count: number,
    ...settings: number[]
  ): void;
  rmsprop(w: Address, gradient: Address, v: Address, u: Address, out: Address, ...rest: number[]): void;
  adagrad(
    w: Address,
    gradient: Address,
    v: Address,
    out: Address,
    count: number,
    ...settings: number[]
  ): void;
  adam(w: Address, gradient: Address, m: Address, v: Address, out: Address, ...rest: number[]): void;
  segmentSum(x: Address, ids: Address, out: Address, rows: number, width: number, segments: number): void;
}

interface RecurrentExports {
  recurrentForwardScratch(
    cell: number,
    batch: number,
    features: number,
    units: number,
    record: 0 | 1,
  ): number;
  recurrentBackwardScratch(
    cell: number,
    batch: number,
    time: number,
    features: number,
    units: number,
  ): number;
  /** Numbers first, then addresses; see wasm/recurrent-sequence.ts for both. */
  recurrentForward(...sizesThenAddresses: number[]): void;
  recurrentBackward(...sizesThenAddresses: number[]): void;
}

interface AttentionExports {
  /** Floats of scratch that both passes of attention need. */
  attentionScratch(time: number, source: number, size: number): number;
  /** Order and meaning of the arguments: wasm/attention.ts; address 0 for no mask and no dropout. */
  attentionForward(
    q: Address,
    strideQ: number,
    k: Address,
    v: Address,
    strideKV: number,
    ...rest: number[]
  ): void;
  attentionBackward(
    q: Address,
    strideQ: number,
    k: Address,
    v: Address,
    strideKV: number,
    ...rest: number[]
  ): void;
  layerNorm(
    x: Address,
    gamma: Address,
    beta: Address,
    out: Address,
    rows: number,
    cols: number,
    epsilon: number,
  ): void;
  layerNormGradient(
    x: Address,
    gamma: Address,
    dy: Address,
    dx: Address,
    dGamma: Address,
    dBeta: Address,
    rows: number,
    cols: number,
    epsilon: number,
    scratch: Address,
  ): void;
  /** `kind`: wasm/pointwise.ts; slopes may be 0. */
  pointwise(kind: number, x: Address, out: Address, slopes: Address, count: number): void;
  softmaxRows(x: Address, out: Address, rows: number, cols: number): void;
  softmaxGradient(y: Address, dy: Address, dx: Address, rows: number, cols: number): void;
}

interface ConvolutionExports {
  /** Meaning of the arguments: wasm/convolve.ts. Steps are in bytes. */
  padImage(image: Address, gate: Address, to: Address, ...sizes: number[]): void;
  packFilter(from: Address, rowStep: number, colStep: number, ...sizes: number[]): void;
  convolve(image: Address, rowStep: number, cellStep: number, ...rest: number[]): void;
  convolveFilterGradient(image: Address, rowStep: number, cellStep: number, ...rest: number[]): void;
  gatedColumnSums(x: Address, gate: Address, out: Address, rows: number, cols: number): void;
  depthwise(image: Address, rowStep: number, cellStep: number, ...rest: number[]): void;
  depthwiseFilterSums(image: Address, rowStep: number, cellStep: number, ...rest: number[]): void;
  repeatChannels(x: Address, to: Address, count: number, repeats: number): void;
  sumChannels(x: Address, to: Address, count: number, repeats: number): void;
  maxPool(x: Address, y: Address, ...geometry: number[]): void;
  avgPool(x: Address, y: Address, ...geometry: number[]): void;
  maxPoolGradient(x: Address, dy: Address, dx: Address, ...geometryThenAdd: number[]): void;
  avgPoolGradient(dy: Address, dx: Address, ...geometryThenScale: number[]): void;
  batchMoments(x: Address, mean: Address, variance: Address, rows: number, channels: number): void;
  batchNormalize(
    x: Address,
    mean: Address,
    variance: Address,
    gamma: Address,
    beta: Address,
    y: Address,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
  batchNormSums(
    x: Address,
    dy: Address,
    mean: Address,
    variance: Address,
    dGamma: Address,
    ...rest: number[]
  ): void;
  batchNormGradient(
    x: Address,
    dy: Address,
    mean: Address,
    variance: Address,
    gamma: Address,
    ...rest: number[]
  ): void;
}

/** Of all modules together; a new module adds its interface here. */
export type NativeExports = BaseExports & RecurrentExports & AttentionExports & ConvolutionExports;

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
  const { wasm } = backend;
  if (typeof wasm._malloc !== 'function' || typeof wasm._free !== 'function')
    return { reason: 'the wasm backend has no malloc' };
  // Not taken out once: Emscripten's are stubs that put the real function in their own place whenever they are called, which
  // would undo the guard against a full heap (`guardMemory`).
  const malloc = (bytes: number) => wasm._malloc!(bytes);
  const free = (address: Address) => wasm._free!(address);
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
