/** What a browser worker offers as backends: URLs of the wasm files, GPU backends on demand, and what is behind a GPU. */
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { BackendEnv } from './backend';

const absolute = (url: string): string => new URL(url, self.location.href).href;

export const browserBackendEnv: BackendEnv = {
  wasmPaths: {
    'tfjs-backend-wasm.wasm': absolute(plainUrl),
    'tfjs-backend-wasm-simd.wasm': absolute(simdUrl),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(threadedUrl),
  },
  wasm,
  webgpu: 'gpu' in navigator ? () => import('@tensorflow/tfjs-backend-webgpu') : null,
  webgl: typeof OffscreenCanvas === 'undefined' ? null : () => import('@tensorflow/tfjs-backend-webgl'),
  adapterOf: (backend) => (backend === 'webgpu' ? webgpuAdapter() : webglAdapter()),
};

interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly [name: string]: unknown } } | null>;
}

async function webgpuAdapter(): Promise<string | null> {
  const { gpu } = navigator as unknown as { gpu?: Gpu };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  return [vendor, architecture, device, description, isFallbackAdapter ? 'software' : '']
    .filter(Boolean)
    .join(' ');
}

async function webglAdapter(): Promise<string | null> {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return null;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  // Browsers allow few contexts at a time.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return renderer;
}
