// Makes tfjs's stock wasm backend able to train convolution, embedding and attention models, and quickly: registers the
// kernels of this folder in tfjs's registry. The only door to this folder. tfjs comes in as a parameter.
import type { Optimizer } from '@tensorflow/tfjs';
import { activationKernels, relu6, replaceActivations, restoreActivations } from './activation';
import { attentionKernels } from './attention';
import { avgPoolGrad, avgPoolGradient } from './avg-pool-grad';
import { batchMatMul } from './batch-mat-mul';
import { batchNormKernels } from './batch-norm';
import { broadcasting } from './broadcast';
import { cast } from './cast';
import { conv2DBackpropFilter } from './conv-2d-backprop-filter';
import { conv2DBackpropInput } from './conv-2d-backprop-input';
import { convLayerKernels } from './conv-2d-layer';
import { convs3D } from './conv-3d';
import {
  conv2DGradient,
  conv3DGradient,
  conv3DTransposeGradient,
  depthwiseConv2dGradient,
} from './conv-gradients';
import { concat, gatherV2, reverse } from './copies';
import { denseKernels } from './dense';
import { depthwiseConv2dNativeBackpropFilter } from './depthwise-conv-2d-native-backprop-filter';
import { depthwiseConv2dNativeBackpropInput } from './depthwise-conv-2d-native-backprop-input';
import { dropoutKernels } from './dropout';
import { einsum, einsumGradient } from './einsum';
import { elementwise } from './elementwise';
import { fusedBatchNorm } from './fused-batch-norm';
import { fusedMatMul } from './fused-mat-mul';
import { identity } from './identity';
import type { KernelBody, KernelHost, OwnKernel, Tfjs, WasmBackend, WasmKernel } from './kernel';
import { layerNormKernels } from './layer-norm';
import { lossKernels } from './losses';
import { pools } from './max-pool';
import { maxPoolGrad } from './max-pool-grad';
import { maxPoolWithArgmax } from './max-pool-with-argmax';
import { loadNative, type Native, type NativeResult } from './native';
import { accelerate } from './optimizers';
import { recurrentKernels } from './recurrent';
import { mean, sum } from './reduce';
import { meanGradient, sumGradient, tileGradient } from './repeat-gradients';
import { samePadded } from './same-padding';
import { slice, splitV, unpack } from './slice';
import { softmax, softmaxGrad, softmaxGradient } from './softmax';
import { tile } from './tile';
import { unsortedSegmentSum } from './unsorted-segment-sum';

export type { Tfjs } from './kernel';

export interface KernelReport {
  /** Kernels that tfjs lacks on wasm. */
  added: string[];
  /** Slow kernels of tfjs that ours replace. */
  replaced: string[];
  /** Kernels of tfjs that answer wrongly for some inputs, which ours see to. */
  corrected: string[];
  /** Gradients registered for every backend. */
  gradients: string[];
  /** Kernels of whole layers, steps and losses, in use while the native modules are. */
  own: string[];
  /** See `Native`. */
  fusesMultiplyAdd: boolean;
  /**
   * Whether the SIMD module is in use. 'pending' when the backend does not exist yet: it is tried at the first kernel call.
   * 'off' says why the JavaScript kernels serve instead.
   */
  native: { state: 'on' } | { state: 'pending' } | { state: 'off'; reason: string };
}

export interface KernelOptions {
  /** false keeps to the JavaScript kernels: for tests, comparisons and suspicious results. Default true. */
  native?: boolean;
}

export const KERNELS: readonly WasmKernel[] = [
  avgPoolGrad,
  batchMatMul,
  ...broadcasting,
  cast,
  concat,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  ...convs3D,
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
  einsum,
  ...elementwise,
  fusedBatchNorm,
  fusedMatMul,
  gatherV2,
  identity,
  maxPoolGrad,
  maxPoolWithArgmax,
  mean,
  relu6,
  reverse,
  ...pools,
  ...samePadded,
  slice,
  softmax,
  splitV,
  sum,
  tile,
  unpack,
  unsortedSegmentSum,
];

/**
 * Kernels of whole layers and losses that tfjs has no name for (`Weft>…`); `ownKernel` of the nodes runs them where they are.
 * They have no JavaScript path and are registered only while the native modules are on.
 */
export const OWN_KERNELS: readonly OwnKernel[] = [
  ...batchNormKernels,
  ...convLayerKernels,
  ...attentionKernels,
  ...layerNormKernels,
  ...activationKernels,
  softmaxGrad,
  ...denseKernels,
  ...dropoutKernels,
  ...lossKernels,
  ...recurrentKernels,
];

type KernelConfig = Parameters<Tfjs['registerKernel']>[0];
type GradConfig = Parameters<Tfjs['registerGradient']>[0];

interface Installed {
  native: boolean;
  hasOwn: boolean;
  stockKernels: Map<string, KernelConfig | undefined>;
  stockGradients: Map<string, GradConfig | undefined>;
}

/** tfjs keeps one registry per global scope, so what is installed is remembered per registry function, not per import. */
const installed = new WeakMap<object, Installed>();
const natives = new WeakMap<WasmBackend, NativeResult>();

/**
 * Registers the kernels of this folder on the backend 'wasm', and the gradients that tfjs's core lacks on all backends.
 * Import '@tensorflow/tfjs-backend-wasm' first. Idempotent; calling again with other options switches between the native
 * and the JavaScript kernels. May be called before or after the backend is ready; the report of a later call knows more.
 */
export function registerWasmKernels(tf: Tfjs, { native = true }: KernelOptions = {}): KernelReport {
  if (!tf.getKernel('BatchMatMul', 'wasm')) {
    throw new Error(
      "registerWasmKernels: import '@tensorflow/tfjs-backend-wasm' before registering kernels on it",
    );
  }
  const before = installed.get(tf.registerKernel);
  if (before?.native !== native) {
    if (before) restore(tf, before);
    installed.set(tf.registerKernel, install(tf, native));
    replaceActivations(tf);
  }
  const stock = installed.get(tf.registerKernel) as Installed;
  const state = nativeState(tf, native);
  if (state.state === 'on' && !stock.hasOwn) installOwn(tf, stock);
  const names = (reason: WasmKernel['reason']) =>
    KERNELS.filter((kernel) => kernel.reason === reason).map((kernel) => kernel.name);
  return {
    added: names('missing'),
    replaced: names('slow'),
    corrected: names('wrong'),
    gradients: [...stock.stockGradients.keys()],
    own: stock.hasOwn ? OWN_KERNELS.map((kernel) => kernel.name) : [],
    fusesMultiplyAdd: state.state === 'on' && nativeOf(wasmOf(tf)!)!.fusesMultiplyAdd,
    native: state,
  };
}

/** Makes an optimizer of tfjs use one native call per weight while `registerWasmKernels` has the module on. Returns it. */
export function accelerateOptimizer<O extends Optimizer>(tf: Tfjs, optimizer: O): O {
  return accelerate(tf, optimizer, (backend) =>
    installed.get(tf.registerKernel)?.native ? nativeOf(backend) : null,
  );
}

/** Puts tfjs's own kernels and gradients back. */
export function unregisterWasmKernels(tf: Tfjs): void {
  const stock = installed.get(tf.registerKernel);
  if (stock) restore(tf, stock);
  restoreActivations(tf);
  installed.delete(tf.registerKernel);
}

function install(tf: Tfjs, native: boolean): Installed {
  const stockKernels = new Map<string, KernelConfig | undefined>();
  const stockGradients = new Map<string, GradConfig | undefined>();
  const host: KernelHost = {
    tf,
    native: (backend) => (native ? nativeOf(backend) : null),
    stock: (name) => stockKernels.get(name)?.kernelFunc as unknown as KernelBody,
    run: (name, call) => {
      const kernel = tf.getKernel(name, 'wasm');
      if (!kernel) throw new Error(`kernel not registered on wasm: ${name}`);
      return (kernel.kernelFunc as unknown as KernelBody)(call) as ReturnType<KernelHost['run']>;
    },
  };
  for (const kernel of KERNELS) {
    const stock = tf.getKernel(kernel.name, 'wasm');
    stockKernels.set(kernel.name, stock);
    if (stock) tf.unregisterKernel(kernel.name, 'wasm');
    // The stock set-up stays: it binds the binary's functions that `host.stock` calls.
    tf.registerKernel({
      ...stock,
      kernelName: kernel.name,
      backendName: 'wasm',
      kernelFunc: kernel.create(host) as unknown as KernelConfig['kernelFunc'],
    });
  }
  for (const gradient of [
    avgPoolGradient(tf),
    conv2DGradient(tf),
    conv3DGradient(tf),
    conv3DTransposeGradient(tf),
    depthwiseConv2dGradient(tf),
    einsumGradient(tf),
    meanGradient(tf),
    softmaxGradient(tf),
    sumGradient(tf),
    tileGradient(tf),
  ]) {
    if (!gradient) continue;
    stockGradients.set(gradient.kernelName, tf.getGradient(gradient.kernelName));
    tf.registerGradient(gradient);
  }
  return { native, hasOwn: false, stockKernels, stockGradients };
}

function installOwn(tf: Tfjs, stock: Installed): void {
  for (const { name, create, gradient } of OWN_KERNELS) {
    const kernelFunc = create({
      tf,
      native: (backend) => {
        const native = nativeOf(backend);
        if (!native) throw new Error(`${name} runs only while the native modules are on`);
        return native;
      },
    });
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      kernelFunc: kernelFunc as unknown as KernelConfig['kernelFunc'],
    });
    if (gradient) tf.registerGradient({ kernelName: name, ...gradient(tf) } as GradConfig);
  }
  stock.hasOwn = true;
}

function restore(tf: Tfjs, { hasOwn, stockKernels, stockGradients }: Installed): void {
  for (const { name, gradient } of hasOwn ? OWN_KERNELS : []) {
    tf.unregisterKernel(name, 'wasm');
    if (gradient) tf.unregisterGradient(name);
  }
  for (const [name, stock] of stockKernels) {
    tf.unregisterKernel(name, 'wasm');
    if (stock) tf.registerKernel(stock);
  }
  for (const [name, stock] of stockGradients) {
    tf.unregisterGradient(name);
    if (stock) tf.registerGradient(stock);
  }
}

function resultFor(backend: WasmBackend): NativeResult {
  let result = natives.get(backend);
  if (!result) {
    result = loadNative(backend);
    natives.set(backend, result);
  }
  return result;
}

function nativeOf(backend: WasmBackend): Native | null {
  const result = resultFor(backend);
  return 'native' in result ? result.native : null;
}

const wasmOf = (tf: Tfjs): WasmBackend | null => tf.findBackend('wasm') as unknown as WasmBackend | null;

function nativeState(tf: Tfjs, wanted: boolean): KernelReport['native'] {
  if (!wanted) return { state: 'off', reason: 'not wanted' };
  const backend = wasmOf(tf);
  if (!backend?.wasm) return { state: 'pending' };
  const result = resultFor(backend);
  return 'native' in result ? { state: 'on' } : { state: 'off', reason: result.reason };
}
