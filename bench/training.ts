/**
 * Training speed in Node: samples per second on each backend, and what our loop costs over a bare tfjs loop that does the same
 * steps with the same layers and the same optimizer on one fixed batch. Both take turns in one process; the overhead is the
 * median over the turns, so that a busy machine slows both.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { type ChosenBackend, chooseBackend } from '../src/engine/backend';
import { type BuiltModel, buildModel } from '../src/engine/build-model';
import { registerWasmKernels, unregisterWasmKernels } from '../src/engine/kernels/register';
import { batchTensors } from '../src/engine/objective';
import { run } from '../src/engine/run';
import { RunControl } from '../src/engine/run-control';
import type { RunEvent } from '../src/engine/run-event';
import { nodeBackendEnv, tf } from '../src/engine/tf-node';
import { lossType, optimizerType } from '../src/nodes/training-index';
import { type BenchModel, type BenchRun, benchRun, MODELS } from './models';
import { median, type Row, report } from './report';

/** Length of one turn. Shorter turns catch less of what the machine does besides. */
const TURN_MS = 250;
const TURNS = 9;
/** Steps per epoch of our loop: epochs end inside the measurement, as they do for users. */
const EPOCH_STEPS = 100;

interface Turn {
  readonly oursMs: number;
  readonly bareMs: number;
}

interface Measured {
  readonly ours: number;
  readonly bare: number;
  readonly overhead: number;
}

export async function benchTraining(): Promise<void> {
  tf.env().set('PROD', true);
  const speed: Row[] = [];
  const wasm = await chooseBackend(tf, 'wasm', nodeBackendEnv);
  if (wasm.name !== 'wasm') throw new Error('The wasm backend does not start');
  const kernels = registerWasmKernels(tf).native;
  if (kernels.state !== 'on') throw new Error(`The native kernels are not in use: ${JSON.stringify(kernels)}`);
  for (const model of MODELS) {
    for (const batch of [32, 128]) {
      registerWasmKernels(tf, { native: true });
      const { parameters } = benchRun(model, batch, 1);
      const native = await measure(model, batch, wasm, TURNS);
      registerWasmKernels(tf, { native: false });
      const script = await measure(model, batch, wasm, 5);
      unregisterWasmKernels(tf);
      const stock = await measure(model, batch, wasm, 5).catch(() => null);
      speed.push({
        model: model.name,
        batch,
        parameters,
        'wasm, our kernels': Math.round(native.ours),
        'bare tfjs loop': Math.round(native.bare),
        'our loop costs, %': native.overhead,
        'wasm, our JS kernels': Math.round(script.ours),
        'wasm, stock kernels': stock ? Math.round(stock.ours) : 'does not train',
      });
    }
  }
  report('Training in Node, samples per second', speed);

  const cpu = await chooseBackend(tf, 'cpu', nodeBackendEnv);
  const slow: Row[] = [];
  for (const model of MODELS) {
    const { ours, bare } = await measure(model, 32, cpu, 5);
    const best = speed.find((row) => row['model'] === model.name)!['wasm, our kernels'] as number;
    slow.push({ model: model.name, batch: 32, cpu: ours, 'bare tfjs loop': bare, 'wasm / cpu': best / ours });
  }
  report('The same on the cpu backend', slow);
}

async function measure(
  model: BenchModel,
  batch: number,
  backend: ChosenBackend,
  turns: number,
): Promise<Measured> {
  await tf.setBackend(backend.name);
  const job = benchRun(model, batch, EPOCH_STEPS);
  const bare = bareLoop(job);
  const ours = ourLoop(job, backend);
  try {
    // The first steps compile code and fill the memory pools; they also say how many steps make a turn.
    await ours.steps(2);
    bare.steps(2);
    const stepMs = Math.min(await ours.steps(1), bare.steps(1));
    const steps = Math.max(1, Math.min(2000, Math.round(TURN_MS / stepMs)));
    if (steps > 1) {
      await ours.steps(steps);
      bare.steps(steps);
    }
    const taken: Turn[] = [];
    for (let turn = 0; turn < turns; turn++) {
      if (turn % 2 === 0) taken.push({ oursMs: await ours.steps(steps), bareMs: bare.steps(steps) });
      else {
        const bareMs = bare.steps(steps);
        taken.push({ oursMs: await ours.steps(steps), bareMs });
      }
    }
    const perSecond = (ms: number): number => (steps * batch * 1000) / ms;
    return {
      ours: perSecond(median(taken.map(({ oursMs }) => oursMs))),
      bare: perSecond(median(taken.map(({ bareMs }) => bareMs))),
      overhead: 100 * (median(taken.map(({ oursMs, bareMs }) => oursMs / bareMs)) - 1),
    };
  } finally {
    await ours.end();
    bare.end();
  }
}

/** `steps(n)` gives the milliseconds that the engine's own loop takes for n steps, its events included. */
function ourLoop(job: BenchRun, backend: ChosenBackend) {
  const model = buildModel(tf, job.plan, job.training.seed);
  const control = new RunControl();
  const events = run({ tf, model, training: job.training, data: job.data, control, backend });
  const next = async (): Promise<RunEvent> => {
    const { value, done } = await events.next();
    if (done || value.kind === 'failed') throw new Error(`The run ended: ${JSON.stringify(value)}`);
    return value;
  };
  return {
    async steps(count: number): Promise<number> {
      const started = performance.now();
      for (let step = 0; step < count; ) if ((await next()).kind === 'step') step += 1;
      return performance.now() - started;
    },
    async end(): Promise<void> {
      await events.return();
      model.dispose();
    },
  };
}

/** Forward, loss, gradients, update: what remains when everything that a user sees is left out. */
function bareLoop({ plan, training, data }: BenchRun) {
  const model = buildModel(tf, plan, training.seed);
  const [phase] = training.phases;
  const type = optimizerType(phase!.optimizer.type)!;
  const optimizer: tfjs.Optimizer = type.build(tf, phase!.optimizer.config as never);
  const { inputs, targets } = batchTensors(tf, data.batch(data.rows.train.slice(0, training.batchSize)));
  const variables = model.trainableVariables();
  const step = (): void => {
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => lossOf(model, inputs, targets), variables);
      optimizer.applyGradients(grads);
    });
  };
  return {
    steps(count: number): number {
      const started = performance.now();
      for (let at = 0; at < count; at++) step();
      return performance.now() - started;
    },
    end(): void {
      model.dispose();
      optimizer.dispose();
      tf.dispose([...inputs, ...targets]);
    },
  };
}

function lossOf(
  model: BuiltModel,
  inputs: readonly tfjs.Tensor[],
  targets: readonly tfjs.Tensor[],
): tfjs.Scalar {
  const { values, masks } = model.forward(inputs, true);
  const { compute } = lossType(model.plan.heads[0]!.loss)!;
  return tf.mean<tfjs.Scalar>(compute(tf, values[0]!, targets[0]!, masks[0]!));
}
