// What a kernel file of this folder exports and what it receives. Types only, plus the two lines that read a tensor's
// place on the heap; never any arithmetic, never a value import of tfjs (it is handed in as a parameter).
import type { DataType, NamedAttrMap, NamedTensorInfoMap, Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { Native } from './native';

export type Tfjs = typeof import('@tensorflow/tfjs');

/** The part of tfjs's wasm backend (4.22.0, pinned) that these kernels rely on. */
export interface WasmBackend {
  wasm: {
    /** Emscripten replaces this view when the heap grows: read it again after every allocation. */
    HEAPU8: Uint8Array<ArrayBuffer>;
    /** Exports of the unthreaded binaries, with their memory. */
    asm?: { memory?: WebAssembly.Memory };
    /** Present in the threaded binary only, which imports its memory. */
    wasmMemory?: WebAssembly.Memory;
    _malloc?(bytes: number): number;
    _free?(address: number): void;
    tfjs: { registerTensor(id: number, size: number, offset: number): void; disposeData(id: number): void };
  };
  dataIdNextNumber: number;
  dataIdMap: {
    get(dataId: object): { id: number; memoryOffset: number };
    set(dataId: object, value: object): void;
    delete(dataId: object): boolean;
  };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
  refCount(dataId: object): number;
}

export interface KernelCall {
  inputs: NamedTensorInfoMap;
  attrs: NamedAttrMap;
  backend: WasmBackend;
}

export type KernelBody = (call: KernelCall) => TensorInfo | TensorInfo[];

export interface KernelHost {
  tf: Tfjs;
  /** Our SIMD module on this backend's memory, or null: then a kernel takes its JavaScript path. */
  native(backend: WasmBackend): Native | null;
  /** The kernel as tfjs ships it, for the cases where it is already good. */
  stock(name: string): KernelBody;
  /** Any kernel as registered now (ours where we have one). */
  run(name: string, call: KernelCall): TensorInfo;
}

export interface WasmKernel {
  /** Kernel name in tfjs's registry. */
  name: string;
  /** Why it exists: tfjs has none on this backend, or a slow one, or one that is wrong for some inputs. */
  reason: 'missing' | 'slow' | 'wrong';
  create(host: KernelHost): KernelBody;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function offsetOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** The tensor's values on the heap, in place. Valid only until the next allocation: growth detaches the buffer. */
export function floatsOf(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer, offsetOf(backend, tensor), sizeOf(tensor.shape));
}

/** As `floatsOf`, for int32 tensors. */
export function intsOf(backend: WasmBackend, tensor: TensorInfo): Int32Array {
  return new Int32Array(backend.wasm.HEAPU8.buffer, offsetOf(backend, tensor), sizeOf(tensor.shape));
}

/**
 * A tensor over part of another's memory, for handing one matrix of a batch to a stock kernel.
 * It owns nothing: release it with `releaseView`, never with `disposeData`, which would free the memory.
 */
export function viewOf(backend: WasmBackend, whole: TensorInfo, start: number, shape: number[]): TensorInfo {
  const id = backend.dataIdNextNumber++;
  const dataId = { id };
  const memoryOffset = offsetOf(backend, whole) + start * 4;
  backend.dataIdMap.set(dataId, { id, memoryOffset, shape, dtype: whole.dtype, refCount: 1 });
  backend.wasm.tfjs.registerTensor(id, sizeOf(shape), memoryOffset);
  return { dataId, shape, dtype: whole.dtype };
}

export function releaseView(backend: WasmBackend, view: TensorInfo): void {
  backend.wasm.tfjs.disposeData(backend.dataIdMap.get(view.dataId).id);
  backend.dataIdMap.delete(view.dataId);
}

/** A kernel of ours for a whole layer, step or loss. `name` begins with `Weft>`. */
export interface OwnKernel {
  name: string;
  create(host: { tf: Tfjs; native(backend: WasmBackend): Native }): KernelBody;
  /** As in tfjs's gradient registry; it usually calls a second own kernel for the backward pass. */
  gradient?(tf: Tfjs): {
    inputsToSave?: string[];
    outputsToSave?: boolean[];
    gradFunc(
      dy: Tensor | Tensor[],
      saved: Tensor[],
      attrs: NamedAttrMap,
    ): { [inputName: string]: () => Tensor };
  };
}
