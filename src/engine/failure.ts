/** Turns what tfjs and the browser throw into a cause that can be shown and acted upon. */
import type { FailureCause } from './run-event';

/** wasm and cpu say it in a RangeError or an abort, WebGL and WebGPU in the words of their drivers. */
const OUT_OF_MEMORY =
  /out of memory|\boom\b|allocation failed|invalid (typed )?array length|array buffer allocation|memory access out of bounds|OUT_OF_MEMORY|enlarge memory/i;
const BACKEND_LOST =
  /context[ _]?lost|lost.*(context|device)|device (was|is) lost|GL_|WebGL|GPUDevice|backend '.*' (has not|failed)/i;

export function failureOf(error: unknown): FailureCause {
  const message = error instanceof Error ? error.message : String(error);
  if (OUT_OF_MEMORY.test(message)) return { kind: 'out-of-memory' };
  if (BACKEND_LOST.test(message)) return { kind: 'backend', message };
  return { kind: 'internal', message };
}
