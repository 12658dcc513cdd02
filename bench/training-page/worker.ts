/** One contender of the training bench: the real engine on one backend, in a real worker, trained a turn at a time. */
import { availableBackends, type ChosenBackend, chooseBackend } from '../../src/engine/backend';
import { browserBackendEnv } from '../../src/engine/browser-backends';
import { unregisterGradients } from '../../src/engine/gradients/register';
import { registerWasmKernels, unregisterWasmKernels } from '../../src/engine/kernels/register';
import { tf } from '../../src/engine/tf';
import { type BenchRun, benchRun, IMAGE_FILES, MODELS, parseImages } from '../models';
import { engineLoop, type Loop } from '../training-engine';
import type { Ask, AskKind, Asks, Contender, Product } from './protocol';

/** Steps per epoch: epochs end inside the measurement, as they do for users. */
const EPOCH_STEPS = 100;
/** The built worker lies in `assets/`. */
const DATASETS = new URL('../datasets/', self.location.href);

let backend: ChosenBackend;
let loop: Loop | null = null;

const handlers: { readonly [K in AskKind]: (args: Asks[K]['args']) => Promise<Asks[K]['answer']> } = {
  start: async ({ contender }) => {
    const wish = contender === 'ours' || contender === 'stock' ? 'wasm' : contender;
    backend = await chooseBackend(tf, wish, browserBackendEnv);
    if (backend.name !== wish) throw new Error(JSON.stringify(backend.reason));
    const available = await availableBackends(browserBackendEnv);
    return {
      backend: `${backend.name}${kernelsOf(contender)}, ${backend.threads} thread${backend.threads === 1 ? '' : 's'}`,
      gpus: available.filter((name) => name !== 'wasm' && name !== 'cpu'),
    };
  },
  open: async ({ model, batch, warmupMs }) => {
    const job = await prepare(model, batch);
    loop = engineLoop(tf, job, backend);
    await turn(loop, warmupMs);
    return { parameters: job.parameters };
  },
  turn: ({ ms }) => turn(loop!, ms),
  close: async () => {
    await loop?.end();
    loop = null;
    return null;
  },
  product: async ({ product, ms }) => ({ gflops: await gflops(product, ms) }),
};

/** `stock` and `cpu` are tfjs as it ships, without our kernels and without our gradients. */
function kernelsOf(contender: Contender): string {
  if (contender === 'stock') unregisterWasmKernels(tf);
  if (contender === 'stock' || contender === 'cpu') unregisterGradients(tf);
  if (contender !== 'ours') return '';
  const { native } = registerWasmKernels(tf);
  if (native.state !== 'on') throw new Error(`The native kernels are not in use: ${JSON.stringify(native)}`);
  return ' with our kernels';
}

async function prepare(name: string, batch: number): Promise<BenchRun> {
  const model = MODELS.find((each) => each.name === name)!;
  if (model.data === 'text') return benchRun(model, batch, EPOCH_STEPS);
  const files = await Promise.all(
    IMAGE_FILES.map(async (file) => {
      const response = await fetch(new URL(file, DATASETS));
      if (!response.ok) throw new Error(`${response.status} ${file}`);
      return new Uint8Array(await response.arrayBuffer());
    }),
  );
  return benchRun(model, batch, EPOCH_STEPS, parseImages(files));
}

async function turn(work: Pick<Loop, 'steps'>, ms: number): Promise<Asks['turn']['answer']> {
  const started = performance.now();
  let steps = 0;
  let passed = 0;
  do {
    await work.steps(1);
    steps += 1;
    passed = performance.now() - started;
  } while (passed < ms);
  return { steps, seconds: passed / 1000 };
}

const SIZE = 512;
const BATCH = 8;

async function gflops(product: Product, ms: number): Promise<number> {
  const batch = product === 'batch of 8' ? BATCH : 1;
  const shape = batch > 1 ? [batch, SIZE, SIZE] : [SIZE, SIZE];
  const a = tf.randomUniform(shape, -1, 1, 'float32', 1);
  const b = tf.randomUniform(shape, -1, 1, 'float32', 2);
  const steps = async (): Promise<void> => {
    const out = tf.matMul(a, b, product === 'Aᵀ', product === 'Bᵀ');
    // Waits for a GPU, and costs nothing on the heap: one number of the result.
    const probe = tf.slice(tf.reshape(out, [-1]), 0, 1);
    await probe.data();
    tf.dispose([out, probe]);
  };
  await turn({ steps }, ms / 2);
  const taken = await turn({ steps }, ms);
  tf.dispose([a, b]);
  return (taken.steps * batch * 2 * SIZE ** 3) / taken.seconds / 1e9;
}

self.onmessage = async ({ data }: MessageEvent<Ask>) => {
  try {
    const handle = handlers[data.kind] as (args: unknown) => Promise<unknown>;
    self.postMessage({ ok: true, value: await handle(data.args) });
  } catch (error) {
    self.postMessage({ ok: false, error: error instanceof Error ? error.message : String(error) });
  }
};
