/** tfjs for Node: command line and tests. One instance of tfjs-core, shared by the layers and the wasm backend. */
import * as tfjs from '@tensorflow/tfjs';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import type { Tfjs } from '../nodes/define-node';
import type { BackendEnv } from './backend';

export const tf: Tfjs = tfjs;

/** No GPU, and the `.wasm` files lie in the package. */
export const nodeBackendEnv: BackendEnv = {
  wasmPaths: null,
  wasm,
  webgpu: null,
  webgl: null,
  adapterOf: async () => null,
};
