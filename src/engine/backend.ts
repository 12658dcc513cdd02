/**
 * Picks the tfjs backend. What `auto` means for a model is measured before it trains (`preflight.ts`); where nobody has measured, it
 * is a real GPU first, then wasm with our kernels, then plain JavaScript. Software adapters (SwiftShader, llvmpipe) are several
 * times slower than wasm, so they do not count as a GPU; only an explicit wish takes one.
 */
import type { Tfjs } from '../nodes/define-node';
import type { BackendWish } from './backend-wish';
import { registerGradients } from './gradients/register';
import { type KernelReport, registerWasmKernels } from './kernels/register';

export type BackendName = Exclude<BackendWish, 'auto'>;

/** What the surroundings (a browser worker, Node) have to offer. */
export interface BackendEnv {
  /** Where the three `.wasm` files lie: a folder ending in `/`, or file name → URL. Null: beside the package (Node). */
  readonly wasmPaths: string | { readonly [file: string]: string } | null;
  readonly wasm: WasmSettings;
  /** Load and register a backend; null where it cannot exist. */
  readonly webgpu: (() => Promise<unknown>) | null;
  readonly webgl: (() => Promise<unknown>) | null;
  /** Name of the adapter behind each GPU backend, or null when there is none. */
  readonly adapterOf: (backend: 'webgpu' | 'webgl') => Promise<string | null>;
}

/** The exports of `@tensorflow/tfjs-backend-wasm` that are needed. */
export interface WasmSettings {
  setWasmPaths(prefixOrFileMap: string | { readonly [file: string]: string }): void;
  getThreadsCount(): number;
}

export interface ChosenBackend {
  readonly name: BackendName;
  readonly threads: number;
  /** Why it is this one: what was tried before it and how that ended. */
  readonly reason: readonly Attempt[];
  /** Why the JavaScript kernels serve on wasm in place of the native ones; null where those are in use, and on other backends. */
  readonly nativeOff: string | null;
}
export interface Attempt {
  readonly backend: BackendName;
  readonly outcome: 'chosen' | 'no-adapter' | 'software-adapter' | 'failed';
  readonly detail: string;
}

export const AUTO_ORDER: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];
const SOFTWARE_ADAPTER = /swiftshader|llvmpipe|softpipe|software|basic render|lavapipe|\bwarp\b/i;

/** Makes the backend current. A wish that cannot be met falls back in the order of `auto`; `cpu` always works. */
export async function chooseBackend(tf: Tfjs, wish: BackendWish, env: BackendEnv): Promise<ChosenBackend> {
  const order =
    wish === 'auto' ? AUTO_ORDER : [wish, ...AUTO_ORDER.filter((name) => name !== wish && !isGpu(name))];
  const reason: Attempt[] = [];
  for (const name of order) {
    const attempt = await tryBackend(tf, name, env, name === wish);
    reason.push(attempt);
    if (attempt.outcome === 'chosen') {
      const threads = name === 'wasm' ? Math.max(1, env.wasm.getThreadsCount()) : 1;
      return {
        name,
        threads,
        reason,
        nativeOff: name === 'wasm' ? nativeOff(registerWasmKernels(tf)) : null,
      };
    }
  }
  throw new Error(
    `No backend works: ${reason.map(({ backend, detail }) => `${backend} (${detail})`).join(', ')}`,
  );
}

/** Those worth offering to the user; a software GPU is left out. */
export async function availableBackends(env: BackendEnv): Promise<BackendName[]> {
  const available: BackendName[] = [];
  for (const name of ['webgpu', 'webgl'] as const) {
    const adapter = env[name] && (await env.adapterOf(name));
    if (adapter && !SOFTWARE_ADAPTER.test(adapter)) available.push(name);
  }
  return [...available, 'wasm', 'cpu'];
}

/** Why the native kernels are not in use; null while they are. */
export const nativeOff = ({ native }: KernelReport): string | null =>
  native.state === 'off' ? native.reason : null;

/** Makes this one backend current if it can be. A software GPU only when it `isWished`. */
export async function tryBackend(
  tf: Tfjs,
  name: BackendName,
  env: BackendEnv,
  isWished: boolean,
): Promise<Attempt> {
  registerGradients(tf);
  try {
    if (isGpu(name)) {
      const load = env[name];
      const adapter = load && (await env.adapterOf(name));
      if (!load || adapter === null) return { backend: name, outcome: 'no-adapter', detail: '' };
      if (SOFTWARE_ADAPTER.test(adapter) && !isWished) {
        return { backend: name, outcome: 'software-adapter', detail: adapter };
      }
      await load();
    }
    if (name === 'wasm') prepareWasm(tf, env);
    if (!(await tf.setBackend(name))) return { backend: name, outcome: 'failed', detail: 'not initialised' };
    if (name === 'wasm') {
      registerWasmKernels(tf);
      guardMemory(tf);
    }
    return { backend: name, outcome: 'chosen', detail: '' };
  } catch (error) {
    const detail =
      error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error);
    return { backend: name, outcome: 'failed', detail };
  }
}

const isGpu = (name: BackendName): name is 'webgpu' | 'webgl' => name === 'webgpu' || name === 'webgl';

/** Paths and kernels must be known before the backend starts; once it runs tfjs takes no other paths. */
function prepareWasm(tf: Tfjs, env: BackendEnv): void {
  // Our kernels run on one thread, and beside them the threaded binary is slower for five of six measured models; it would
  // also need `blob:` scripts in the content-security policy.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (env.wasmPaths !== null && !tf.engine().registry['wasm']) env.wasm.setWasmPaths(env.wasmPaths);
}

interface WasmHeap {
  _malloc: ((bytes: number) => number) & { isGuarded?: boolean };
  _free(address: number): void;
}

/** The wasm heap has 32-bit addresses. */
const HEAP_LIMIT = 2 ** 32;

/**
 * tfjs does not look at what `malloc` says: a failed allocation is address 0, and the next tensor overwrites the bottom of the
 * heap. Here it becomes an exception, which the run reports as out of memory.
 */
function guardMemory(tf: Tfjs): void {
  const { wasm } = tf.backend() as unknown as { wasm: WasmHeap };
  if (wasm._malloc.isGuarded) return;
  // Emscripten's functions begin as stubs that put the real one in their own place, and the guard with it, when first called.
  wasm._free(wasm._malloc(8));
  const malloc = wasm._malloc;
  const guarded = (bytes: number): number => {
    const address = bytes < HEAP_LIMIT ? malloc(bytes) : 0;
    if (address === 0 && bytes > 0) throw new Error(`Out of memory: no ${bytes} bytes on the wasm heap`);
    return address;
  };
  wasm._malloc = Object.assign(guarded, { isGuarded: true });
}
