/**
 * `npm run bench -- loop`. Training speed in Node: samples per second on each backend, and what our loop costs over a bare tfjs loop that does the same
 * steps with the same layers and the same optimizer. The loops take turns in one process. Their cost is compared in processor
 * time, turn by turn, which other programs on the machine disturb least; speeds are by the clock.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { type ChosenBackend, chooseBackend } from '../src/engine/backend';
import { type BuiltModel, buildModel } from '../src/engine/build-model';
import { Breather, nextTurn } from '../src/engine/event-loop';
import {
  accelerateOptimizer,
  registerWasmKernels,
  unregisterWasmKernels,
} from '../src/engine/kernels/register';
import { type BatchTensors, batchTensors } from '../src/engine/objective';
import { nodeBackendEnv, tf } from '../src/engine/tf-node';
import { lossType, optimizerType } from '../src/nodes/training-index';
import { type BenchModel, type BenchRun, benchRun, MODELS } from './models';
import { median, type Row, report } from './report';
import { engineLoop, type Loop } from './training-engine';

/** Length of one turn: short, so that all loops see the same moments of a busy machine. */
const TURN_MS = 120;
const TURNS = 15;
const FEW_TURNS = 5;
/** Steps per epoch of our loop: epochs end inside the measurement, as they do for users. */
const EPOCH_STEPS = 100;

interface Turn {
  readonly clockMs: number;
  readonly processorMs: number;
}

interface Measured {
  readonly samplesPerSecond: number;
  /** Processor time of each turn per step. */
  readonly turns: readonly number[];
}

export async function benchLoop(): Promise<void> {
  // tfjs greets on the console otherwise.
  tf.env().set('PROD', true);
  const wasm = await chooseBackend(tf, 'wasm', nodeBackendEnv);
  if (wasm.name !== 'wasm') throw new Error('The wasm backend does not start');
  const kernels = registerWasmKernels(tf).native;
  if (kernels.state !== 'on')
    throw new Error(`The native kernels are not in use: ${JSON.stringify(kernels)}`);
  const rows: Row[] = [];
  for (const model of MODELS) for (const batch of [32, 128]) rows.push(await wasmRow(model, batch, wasm));
  report('Training in Node on wasm, samples per second', rows);

  const cpu = await chooseBackend(tf, 'cpu', nodeBackendEnv);
  const slow: Row[] = [];
  for (const model of MODELS) {
    const job = benchRun(model, 32, EPOCH_STEPS);
    const [ours] = await measure(job, [engineLoop(tf, job, cpu)], FEW_TURNS);
    const wasmSpeed = rows.find((row) => row['model'] === model.name)!['ours'] as number;
    slow.push({
      model: model.name,
      batch: 32,
      cpu: ours!.samplesPerSecond,
      'wasm / cpu': wasmSpeed / ours!.samplesPerSecond,
    });
  }
  report('The same on the cpu backend, samples per second', slow);
}

async function wasmRow(model: BenchModel, batch: number, backend: ChosenBackend): Promise<Row> {
  const job = benchRun(model, batch, EPOCH_STEPS);
  registerWasmKernels(tf, { native: true });
  const [ours, fixed, fed] = await measure(
    job,
    [engineLoop(tf, job, backend), bareLoop(job, 'one batch'), bareLoop(job, 'every batch')],
    TURNS,
  );
  registerWasmKernels(tf, { native: false });
  const [script] = await measure(job, [engineLoop(tf, job, backend)], FEW_TURNS);
  unregisterWasmKernels(tf);
  const stock = await measure(job, [engineLoop(tf, job, backend)], FEW_TURNS).catch(() => null);
  registerWasmKernels(tf, { native: true });
  const speed = (measured: Measured): number => Math.round(measured.samplesPerSecond);
  return {
    model: model.name,
    batch,
    parameters: job.parameters,
    ours: speed(ours!),
    'bare, one fixed batch': speed(fixed!),
    'bare, makes each batch': speed(fed!),
    'ours over fixed, %': overhead(ours!, fixed!),
    'ours over made, %': overhead(ours!, fed!),
    'ours, JS kernels': speed(script!),
    'ours, stock kernels': stock ? speed(stock[0]!) : 'does not train',
  };
}

const overhead = (ours: Measured, bare: Measured): number =>
  100 * (median(ours.turns.map((turn, index) => turn / bare.turns[index]!)) - 1);

async function measure(job: BenchRun, loops: readonly Loop[], turns: number): Promise<Measured[]> {
  try {
    // The first steps compile code and fill memory pools; the last of them says how many steps make a turn.
    let stepMs = 0;
    for (const loop of loops) {
      await loop.steps(1);
      stepMs = Math.max(stepMs, (await timed(loop, 1)).clockMs);
    }
    const count = Math.max(1, Math.round(TURN_MS / stepMs));
    if (count > 1) for (const loop of loops) await loop.steps(count);
    const taken: Turn[][] = loops.map(() => []);
    for (let turn = 0; turn < turns; turn++) {
      for (let at = 0; at < loops.length; at++) {
        // Another loop begins each turn: none is always the one after the garbage of the same other.
        const index = (turn + at) % loops.length;
        taken[index]!.push(await timed(loops[index]!, count));
      }
    }
    return taken.map((each) => ({
      samplesPerSecond: (count * job.training.batchSize * 1000) / median(each.map(({ clockMs }) => clockMs)),
      turns: each.map(({ processorMs }) => processorMs / count),
    }));
  } finally {
    for (const loop of loops) await loop.end();
  }
}

async function timed(loop: Loop, count: number): Promise<Turn> {
  await nextTurn();
  const cpu = process.cpuUsage();
  const started = performance.now();
  await loop.steps(count);
  const clockMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { clockMs, processorMs: (user + system) / 1000 };
}

/** Forward, loss, gradients, update: what remains when everything that a user sees is left out. */
function bareLoop({ plan, training, data }: BenchRun, feed: 'one batch' | 'every batch'): Loop {
  const model = buildModel(tf, plan, training.seed);
  const [phase] = training.phases;
  const { type, config } = phase!.optimizer;
  const optimizer = accelerateOptimizer(tf, optimizerType(type)!.build(tf, config as never));
  const variables = model.trainableVariables();
  const { batchSize } = training;
  const { train } = data.rows;
  const fixed = batchTensors(tf, data.batch(train.subarray(0, batchSize)));
  const breather = new Breather();
  let at = 0;
  const nextBatch = (): BatchTensors => {
    const batch = data.batch(train.subarray(at, at + batchSize));
    at = (at + batchSize) % train.length;
    return batchTensors(tf, batch);
  };
  const step = (): void => {
    tf.tidy(() => {
      const batch = feed === 'one batch' ? fixed : nextBatch();
      const { grads } = tf.variableGrads(() => lossOf(model, batch), variables);
      optimizer.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name]! })));
    });
  };
  return {
    async steps(count) {
      for (let done = 0; done < count; done++) {
        // As ours does. Without it the work that the runtime puts off (garbage, compiling) would be done in the other loop's time.
        if (breather.isDue) await breather.breathe();
        step();
      }
    },
    end() {
      model.dispose();
      optimizer.dispose();
      tf.dispose([...fixed.inputs, ...fixed.targets]);
    },
  };
}

function lossOf(model: BuiltModel, { inputs, targets }: BatchTensors): tfjs.Scalar {
  const { values, masks } = model.forward(inputs, true);
  const { compute } = lossType(model.plan.heads[0]!.loss)!;
  return tf.mean<tfjs.Scalar>(compute(tf, values[0]!, targets[0]!, masks[0]!));
}
