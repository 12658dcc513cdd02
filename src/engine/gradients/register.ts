/**
 * Gradients that tfjs 4.22.0 lacks or gets wrong on every backend, out of tfjs's own operations, so that they hold on all of them.
 * The only door to this folder. Convolutions are in kernels/conv-gradients.ts.
 */
import type { Tfjs } from '../../nodes/define-node';
import { einsumGradient } from '../kernels/einsum';
import { broadcastGradients } from './broadcast';
import { cumulativeGradients } from './cumulative';
import { depthToSpaceGradients } from './depth-to-space';
import { diagGradients } from './diag';
import { gatherGradients } from './gather';
import type { GradConfig, Gradients } from './gradient';
import { imageGradients } from './images';
import { mirrorPadGradients } from './mirror-pad';
import { piecewiseConstantGradients } from './piecewise-constant';
import { poolingGradients } from './pooling';
import { scatterGradients } from './scatter';
import { stridedSliceGradients } from './strided-slice';
import { topKGradients } from './top-k';

const GRADIENTS: readonly Gradients[] = [
  broadcastGradients,
  cumulativeGradients,
  depthToSpaceGradients,
  diagGradients,
  (tf) => [einsumGradient(tf)],
  gatherGradients,
  imageGradients,
  mirrorPadGradients,
  piecewiseConstantGradients,
  poolingGradients,
  scatterGradients,
  stridedSliceGradients,
  topKGradients,
];

interface Registered {
  readonly names: readonly string[];
  readonly stock: ReadonlyMap<string, GradConfig | undefined>;
}

/** tfjs keeps one registry per global scope: what is registered is remembered per registry function, not per import. */
const registered = new WeakMap<object, Registered>();

/** Idempotent. Returns the names of the kernels whose gradients are ours. */
export function registerGradients(tf: Tfjs): readonly string[] {
  const known = registered.get(tf.registerGradient);
  if (known) return known.names;
  const all = GRADIENTS.flatMap((gradients) => gradients(tf));
  const names = all.map(({ kernelName }) => kernelName);
  registered.set(tf.registerGradient, {
    names,
    stock: new Map(names.map((name) => [name, tf.getGradient(name)])),
  });
  for (const gradient of all) tf.registerGradient(gradient);
  return names;
}

/** Puts tfjs's own back, to measure and compare with; after `unregisterWasmKernels`, which also puts back what it found. */
export function unregisterGradients(tf: Tfjs): void {
  for (const [name, stock] of registered.get(tf.registerGradient)?.stock ?? []) {
    if (stock) tf.registerGradient(stock);
    else if (tf.getGradient(name)) tf.unregisterGradient(name);
  }
  registered.delete(tf.registerGradient);
}
