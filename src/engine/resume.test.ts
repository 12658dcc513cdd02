/** A run that goes on from any of its checkpoints is the run that was never interrupted: every number equal, not close. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelPlan, Phase } from '../compile/plan';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import type { RunCheckpoint } from './checkpoint';
import { run } from './run';
import { RunControl } from './run-control';
import type { RunEvent } from './run-event';
import { densePlan, planNode, trainingPlan, twoHeads, vectorFact, XOR, xorData } from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { extractWeights } from './trained-model';

const adam = { type: 'adam', config: { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } };
const CASES: readonly {
  readonly title: string;
  readonly phases: readonly Partial<Phase>[];
  readonly isDouble?: boolean;
}[] = [
  { title: 'Adam', phases: [{}] },
  {
    title: 'AdamW, cosine, clipped',
    phases: [
      {
        optimizer: {
          type: 'adamw',
          config: { learningRate: 0.02, weightDecay: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
        },
        schedule: { type: 'cosine', config: { warmUp: 0.3, final: 0.1 } },
        clipping: { kind: 'norm', limit: 0.1 },
      },
    ],
  },
  {
    title: 'momentum, accumulated, a rate per node',
    phases: [
      {
        optimizer: { type: 'sgd', config: { learningRate: 0.1, momentum: 0.9, nesterov: true } },
        accumulate: 3,
        rates: { logits: 0.1 },
        clipping: { kind: 'value', limit: 0.05 },
      },
    ],
  },
  {
    title: 'RMSprop with EMA and early stopping',
    phases: [
      {
        optimizer: {
          type: 'rmsprop',
          config: { learningRate: 0.01, rho: 0.9, momentum: 0.5, epsilon: 1e-7 },
        },
        averaging: { kind: 'ema', decay: 0.9 },
        earlyStopping: { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: true },
      },
    ],
  },
  {
    title: 'two phases, frozen and SWA',
    phases: [{ trainable: ['logits'], epochs: 2 }, { averaging: { kind: 'swa', fromEpoch: 2 } }],
  },
  {
    title: 'two heads with learned weights, balanced classes, reduced on a plateau',
    isDouble: true,
    phases: [
      {
        classWeights: 'balanced',
        lossWeighting: 'uncertainty',
        schedule: {
          type: 'reduce-on-plateau',
          // Nothing is ever a gain, so the rate falls in every epoch.
          config: {
            ...{ monitor: 'val_loss', gamma: 0.5, patience: 0, threshold: 0.5 },
            ...{ cooldown: 0, minimum: 0, warmUp: 0 },
          },
        },
      },
    ],
  },
];

/** Dense, batch normalisation and dropout: weights, running averages and random masks. */
function plan(): ModelPlan {
  const dense = densePlan(2, 8, 2, XOR);
  const vector = vectorFact(8);
  const norm = { momentum: 0.9, epsilon: 0.001 };
  const [hidden, logits, scores] = dense.nodes;
  return {
    ...dense,
    nodes: [
      hidden!,
      planNode('norm', 'batch-normalization', norm, 'hidden', vector, vector),
      planNode('drop', 'dropout', { rate: 0.3 }, 'norm', vector, vector),
      { ...logits!, inputs: { input: [{ node: 'drop', port: 'output' }] } },
      scores!,
    ],
  };
}

type Told = Extract<RunEvent, { kind: 'step' | 'epoch' | 'done' }>;
const isTold = (event: RunEvent): event is Told => ['step', 'epoch', 'done'].includes(event.kind);
/** All that may not differ; durations do. */
const facts = ({ durationMs: _, ...event }: Told) => event;

interface Trial {
  readonly phases: readonly Partial<Phase>[];
  readonly isDouble?: boolean;
}

async function train(
  { phases, isDouble = false }: Trial,
  resume: RunCheckpoint | null,
  every: number,
  until: number | null = null,
) {
  const { phases: base, ...rest } = trainingPlan({ seed: 11, batchSize: 16, optimizer: adam, epochs: 4 });
  const training = { ...rest, phases: phases.map((phase) => ({ ...base[0]!, ...phase })) };
  const double = isDouble ? twoHeads(200) : null;
  const model = buildModel(tf, double?.plan ?? plan(), training.seed);
  const told: Told[] = [];
  const checkpoints: RunCheckpoint[] = [];
  let asked = 0;
  const wantsCheckpoint = (atEpochEnd: boolean) => {
    asked += 1;
    return atEpochEnd || asked % every === 0;
  };
  const control = new RunControl();
  const backend = { name: tf.getBackend(), threads: 1 };
  const data = double?.data ?? xorData(200);
  const options = { tf, model, training, data, control, backend, resume, wantsCheckpoint, until };
  for await (const event of run(options)) {
    if (isTold(event)) told.push(event);
    // As storage does: nothing is shared with the run.
    else if (event.kind === 'checkpoint') checkpoints.push(structuredClone(event.checkpoint));
    else if (event.kind === 'failed') throw new Error(JSON.stringify(event.cause));
  }
  const weights = (await extractWeights(model)).map(({ name, values }) => [name, Array.from(values)]);
  model.dispose();
  return { told: told.map(facts), checkpoints, weights };
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await chooseBackend(tf, backend, nodeBackendEnv);
  });

  it.each(CASES)('$title', async (trial) => {
    await train(trial, null, 3);
    const tensors = tf.memory().numTensors;
    const whole = await train(trial, null, 3);
    expect(whole.checkpoints.length).toBeGreaterThan(8);
    expect(whole.checkpoints.some(({ step }) => step > 0)).toBe(true);
    for (const checkpoint of whole.checkpoints) {
      const rest = await train(trial, checkpoint, 3);
      const at = `from step ${checkpoint.globalStep}`;
      const later = whole.told.filter(
        (event) =>
          event.kind === 'done' ||
          (event.kind === 'step'
            ? event.globalStep > checkpoint.globalStep
            : event.epoch > checkpoint.epochs),
      );
      expect(rest.told, at).toEqual(later);
      expect(rest.weights, at).toEqual(whole.weights);
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

it.each(CASES)('$title: goes on from each end of a part of it', async (trial) => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
  const never = Number.POSITIVE_INFINITY;
  const whole = await train(trial, null, never);
  const last = whole.told.findLast(({ kind }) => kind === 'epoch')!;
  const epochs = last.kind === 'epoch' ? last.epoch : 0;
  let resume: RunCheckpoint | null = null;
  const told: object[] = [];
  for (let until = 1; until < epochs; until += 1) {
    const part: Awaited<ReturnType<typeof train>> = await train(trial, resume, never, until);
    const done = part.told.at(-1)!;
    expect(done).toMatchObject({ kind: 'done', reason: 'epochs', epochs: until });
    told.push(...part.told.slice(0, -1));
    resume = part.checkpoints.at(-1)!;
    expect([resume.epochs, resume.step]).toEqual([until, 0]);
  }
  const end = await train(trial, resume, never);
  expect([...told, ...end.told]).toEqual(whole.told);
  expect(end.weights).toEqual(whole.weights);
});

it('differs when a part of the checkpoint is missing', async () => {
  await chooseBackend(tf, 'cpu', nodeBackendEnv);
  const trial: Trial = {
    isDouble: true,
    phases: [{ averaging: { kind: 'ema', decay: 0.9 }, lossWeighting: 'uncertainty' }],
  };
  const whole = await train(trial, null, 5);
  const checkpoint = whole.checkpoints.find(({ step }) => step > 0)!;
  const { numbers, arrays } = checkpoint.updater;
  const without = (part: string) => ({
    numbers,
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => [
        name,
        name.includes(part) ? values.slice().fill(0) : values,
      ]),
    ),
  });
  for (const part of ['accumulatedFirstMoment.0', 'accBeta1', 'averaged:0', 'other:0']) {
    const rest = await train(trial, { ...checkpoint, updater: without(part) }, 5);
    expect(rest.weights, part).not.toEqual(whole.weights);
  }
});
