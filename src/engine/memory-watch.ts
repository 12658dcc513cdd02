/**
 * Counts the bytes that tensors take, allocation by allocation, while it watches. On wasm it stands at the heap's own `malloc`, so
 * that scratch space of kernels counts too; elsewhere it stands where tfjs notes its data. It must begin before what is to be
 * counted is made, because what is freed without having been seen counts nothing.
 */
import type { Tfjs } from '../nodes/define-node';

export interface MemoryWatch {
  /** Bytes in use that were taken since the watch began. */
  readonly bytes: number;
  /** Bytes in use after each allocation and each release during `work`. */
  during<T>(work: () => T): { readonly value: T; readonly timeline: readonly number[] };
  stop(): void;
}

/** Watches the backend that is in use now. */
export function watchMemory(tf: Tfjs): MemoryWatch {
  const count = new Count();
  const stop = tf.getBackend() === 'wasm' ? watchHeap(tf, count) : watchData(tf, count);
  return {
    get bytes() {
      return count.bytes;
    },
    during(work) {
      const timeline: number[] = [];
      count.timeline = timeline;
      try {
        return { value: work(), timeline };
      } finally {
        count.timeline = null;
      }
    },
    stop,
  };
}

class Count {
  bytes = 0;
  timeline: number[] | null = null;
  change(by: number): void {
    this.bytes += by;
    this.timeline?.push(this.bytes);
  }
}

interface WasmHeap {
  _malloc: (bytes: number) => number;
  _free: (address: number) => void;
}

function watchHeap(tf: Tfjs, count: Count): () => void {
  const { wasm } = tf.backend() as unknown as { wasm: WasmHeap };
  // Emscripten's functions begin as stubs that put the real one in their own place, and ours with it, when they are first called.
  wasm._free(wasm._malloc(8));
  const { _malloc: malloc, _free: free } = wasm;
  const sizes = new Map<number, number>();
  wasm._malloc = (bytes) => {
    const address = malloc(bytes);
    sizes.set(address, bytes);
    count.change(bytes);
    return address;
  };
  wasm._free = (address) => {
    free(address);
    const bytes = sizes.get(address);
    if (bytes === undefined) return;
    sizes.delete(address);
    count.change(-bytes);
  };
  return () => {
    wasm._malloc = malloc;
    wasm._free = free;
  };
}

interface TensorRecord {
  readonly bytes: number;
}
/** The part of a WeakMap that tfjs's engine uses. */
interface Records {
  has(key: object): boolean;
  get(key: object): TensorRecord | undefined;
  set(key: object, value: TensorRecord): unknown;
  delete(key: object): boolean;
}

function watchData(tf: Tfjs, count: Count): () => void {
  const { state } = tf.engine() as unknown as { state: { tensorInfo: Records } };
  const records = state.tensorInfo;
  const seen = new WeakSet();
  state.tensorInfo = {
    has: (key) => records.has(key),
    get: (key) => records.get(key),
    set(key, value) {
      records.set(key, value);
      seen.add(key);
      count.change(value.bytes);
    },
    delete(key) {
      if (seen.has(key)) count.change(-(records.get(key)?.bytes ?? 0));
      return records.delete(key);
    },
  };
  return () => {
    state.tensorInfo = records;
  };
}
