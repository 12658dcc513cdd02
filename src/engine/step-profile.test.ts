/** The parts of a profile make up the step, in the place where the work is. */
import { beforeAll, describe, expect, it } from 'vitest';
import { benchRun, MODELS } from '../../bench/models';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { watchMemory } from './memory-watch';
import { Objective } from './objective';
import { profileSteps } from './step-profile';
import { nodeBackendEnv, tf } from './tf-node';
import { trainStep } from './train-step';
import { Updater } from './updater';

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
});

function profiled(name: string, batchSize = 32) {
  const { plan, training, data } = benchRun(MODELS.find((model) => model.name === name)!, batchSize, 8);
  const watch = watchMemory(tf);
  const model = buildModel(tf, plan, training.seed);
  const updater = new Updater({ tf, model, phase: training.phases[0]!, stepsPerEpoch: 8, others: [] });
  const context = {
    tf,
    model,
    updater,
    objective: new Objective(tf, plan),
    history: [],
    metered: () => true,
  };
  const batches = Array.from({ length: 8 }, (_, i) =>
    data.batch(data.rows.train.subarray(i * batchSize, (i + 1) * batchSize)),
  );
  for (const batch of batches) void trainStep(context, batch);
  const tensors = tf.memory().numTensors;
  const losses = batches.map((batch) => (trainStep(context, batch) as readonly ArrayLike<number>[])[0]![0]!);
  const profile = profileSteps(context, batches, watch)!;
  expect(tf.memory().numTensors).toBe(tensors);
  updater.dispose();
  model.dispose();
  watch.stop();
  return { plan, profile, losses };
}

describe.each(MODELS.map(({ name }) => name))('%s', (name) => {
  it('accounts for the whole step', () => {
    const { plan, profile } = profiled(name);
    expect(profile.nodes.map(({ node }) => node)).toEqual(plan.nodes.map(({ id }) => id));
    const ofNodes = profile.nodes.reduce((sum, { forwardMs, backwardMs }) => sum + forwardMs + backwardMs, 0);
    const sum = ofNodes + profile.batchMs + profile.lossMs + profile.updateMs;
    expect(sum).toBeLessThanOrEqual(profile.totalMs);
    // What is left is freeing tensors at the end.
    expect(sum / profile.totalMs).toBeGreaterThan(0.8);
    const isPrediction = (node: string) => plan.heads.some(({ prediction }) => prediction.node === node);
    for (const { node, forwardMs, backwardMs } of profile.nodes) {
      // A step of training ends at the logits.
      if (isPrediction(node)) expect(forwardMs).toBe(0);
      else expect(forwardMs).toBeGreaterThan(0);
      expect(backwardMs).toBeGreaterThanOrEqual(0);
    }
  });
});

it('finds time and memory where they are', () => {
  const { plan, profile } = profiled('CNN', 64);
  const of = (type: string) =>
    profile.nodes.filter(({ node }) => plan.nodes.find(({ id }) => id === node)!.type === type);
  const convs = of('conv-2d');
  const [flatten] = of('flatten');
  // 28 × 28 × 16 floats for each row, at least the output.
  expect(convs[0]!.bytes).toBeGreaterThanOrEqual(64 * 28 * 28 * 16 * 4);
  // The same memory under another shape.
  expect(flatten!.bytes).toBe(0);
  const time = convs.reduce((sum, { forwardMs, backwardMs }) => sum + forwardMs + backwardMs, 0);
  expect(time).toBeGreaterThan(profile.totalMs / 3);
  expect(convs[1]!.backwardMs).toBeGreaterThan(flatten!.backwardMs);
});

it('does not change what the step computes', () => {
  // The same weights, the same batches: with the profile in between or not.
  const { losses } = profiled('MLP');
  expect(profiled('MLP').losses).toEqual(losses);
});
