/**
 * tfjs as the browser's worker uses it, and the only place where the app imports it as a value: core with gradients and method
 * chains, layers, and the two backends that need no GPU. WebGL and WebGPU are loaded when a device is worth it
 * (`browser-backends.ts`). Node has its own door, `tf-node.ts`: these packages resolve to CommonJS there, and the module of the
 * method chains does not exist in that form.
 */
import * as core from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as layers from '@tensorflow/tfjs-layers';
import type { Tfjs } from '../nodes/define-node';

/** Without `tf.data` and the graph-model converter, which nothing here uses. */
export const tf = { ...core, ...layers } as unknown as Tfjs;
