/** Of a loss that is not a number, the first thing that was not finite: each made so on purpose. */
import { beforeAll, expect, it } from 'vitest';
import type { ModelPlan } from '../compile/plan';
import type { PreparedData } from '../data/dataset';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { run } from './run';
import { RunControl } from './run-control';
import type { FailureCause } from './run-event';
import { densePlan, LINE, lineData, memoryData, trainingPlan, XOR, xorData } from './testing';
import { nodeBackendEnv, tf } from './tf-node';

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
});

interface Case {
  readonly plan?: ModelPlan;
  readonly data?: PreparedData;
  readonly rate?: number;
  /** Of the last layer's kernel. */
  readonly kernel?: number;
}

async function causeOf({ plan = densePlan(2, 8, 2, XOR), data = xorData(100), rate = 0.01, kernel }: Case) {
  const config = { learningRate: rate, momentum: 0, nesterov: false };
  const training = trainingPlan({ epochs: 20, optimizer: { type: 'sgd', config } });
  const model = buildModel(tf, plan, 3);
  if (kernel !== undefined) {
    const layer = model.layers.get('logits')!;
    const [old, bias] = layer.getWeights();
    layer.setWeights([tf.fill(old!.shape, kernel), bias!]);
  }
  let cause: FailureCause | null = null;
  const options = { tf, model, training, data, control: new RunControl(), watchesHealth: true };
  for await (const event of run({ ...options, backend: { name: 'wasm', threads: 1 } }))
    if (event.kind === 'failed') cause = event.cause;
  model.dispose();
  return cause;
}

const rows = (values: readonly number[]) => Array.from({ length: 20 }, () => values);

it('is the data', async () => {
  const inputs = memoryData(rows([Number.NaN, 1]), rows([1]), XOR);
  expect(await causeOf({ data: inputs })).toMatchObject({ kind: 'non-finite', node: 'x', part: 'data' });
  const targets = memoryData(rows([0.5, 1]), rows([Number.POSITIVE_INFINITY]), LINE);
  expect(await causeOf({ plan: densePlan(2, 8, 1, LINE), data: targets })).toMatchObject({
    ...{ kind: 'non-finite', node: 'head', part: 'data' },
  });
});

it('is the weights that the run started with', async () => {
  expect(await causeOf({ kernel: Number.NaN })).toMatchObject({ step: 1, node: 'logits', part: 'weights' });
});

it('is the activations', async () => {
  // Finite weights whose sums are not.
  expect(await causeOf({ kernel: 3e38 })).toMatchObject({ step: 1, node: 'logits', part: 'activations' });
});

it('is the loss', async () => {
  // The square of an error of 1e30.
  const plan = densePlan(2, 8, 1, LINE);
  expect(await causeOf({ plan, data: lineData(100), kernel: 1e30 })).toMatchObject({
    ...{ step: 1, node: 'logits', part: 'loss' },
  });
});

it('is the gradients', async () => {
  // An error of 1e18 has a finite square; its gradient times the rate has no finite step.
  const plan = densePlan(2, 8, 1, LINE);
  const cause = await causeOf({ plan, data: lineData(100), kernel: 1e18, rate: 1e25 });
  expect(cause).toMatchObject({ kind: 'non-finite', part: 'gradients' });
});
