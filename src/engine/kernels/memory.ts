// Finds the memory that tfjs's wasm backend computes in, so that a module of our own can work on tensors in place. The
// unthreaded binaries export it (Emscripten keeps the exports on the module as `asm`), the threaded one imports it (kept as
// `wasmMemory`). Both names are quoted properties in tfjs's source, so minifiers leave them alone; tfjs is pinned to 4.22.0.
import type { WasmBackend } from './kernel';

/** The backend's memory, or null where this build of tfjs hides it (then the JavaScript kernels serve). */
export function wasmMemoryOf(backend: WasmBackend): WebAssembly.Memory | null {
  const memory = backend.wasm?.asm?.memory ?? backend.wasm?.wasmMemory;
  if (typeof WebAssembly === 'undefined' || !(memory instanceof WebAssembly.Memory)) return null;
  // The view that the backend reads through must be on the same buffer, or we would compute beside the tensors.
  return memory.buffer === backend.wasm.HEAPU8.buffer ? memory : null;
}
