import { beforeAll, expect, it } from 'vitest';
import { chooseBackend } from './backend';
import { type BuiltModel, buildModel } from './build-model';
import { densePlan, planNode, vectorFact, XOR } from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { extractWeights, fitWeights, loadWeights } from './trained-model';

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
});

const plan = densePlan(2, 4, 2, XOR);
const answers = (model: BuiltModel): number[] => {
  const out = tf.tidy(() => model.predict([tf.tensor2d([0.3, -0.8, 1, 1], [2, 2])]).values[0]!);
  const values = Array.from(out.dataSync());
  out.dispose();
  return values;
};

it('carries weights into a model that was built later and with another seed', async () => {
  const before = tf.memory().numTensors;
  const first = buildModel(tf, plan, 1);
  const second = buildModel(tf, plan, 2);
  expect(answers(second)).not.toEqual(answers(first));
  const weights = await extractWeights(first);
  expect(weights.map(({ name }) => name)).toEqual([
    'hidden/kernel',
    'hidden/bias',
    'logits/kernel',
    'logits/bias',
  ]);
  expect(loadWeights(tf, second, weights)).toEqual([]);
  expect(answers(second)).toEqual(answers(first));
  // The arrays may be transferred to another thread afterwards.
  for (const { values } of weights) values.fill(Number.NaN);
  expect(answers(second)).toEqual(answers(first));
  first.dispose();
  second.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('refuses weights that do not fit, says which, and changes nothing', async () => {
  const model = buildModel(tf, plan, 1);
  const before = answers(model);
  const [kernel, , ...rest] = await extractWeights(model);
  const wrong = [
    { ...kernel!, shape: [4, 2] },
    ...rest.map((weight) => ({ ...weight, values: weight.values.map(() => 0) })),
    { name: 'gone/kernel', shape: [1], values: new Float32Array(1) },
  ];
  expect(loadWeights(tf, model, wrong)).toEqual([
    { name: 'hidden/kernel', expected: [2, 4], received: [4, 2] },
    { name: 'hidden/bias', expected: [4], received: null },
    { name: 'gone/kernel', expected: null, received: [1] },
  ]);
  expect(answers(model)).toEqual(before);
  model.dispose();
});

it('sets the weights that fit, leaves the others, and counts', async () => {
  const tensors = tf.memory().numTensors;
  const source = buildModel(tf, plan, 1);
  const model = buildModel(tf, plan, 2);
  const [kernel, bias, logits] = await extractWeights(source);
  const fresh = await extractWeights(model);
  const given = [
    kernel!,
    { ...bias!, shape: [2, 2] },
    { ...logits!, values: logits!.values.subarray(1) },
    { name: 'gone/kernel', shape: [1], values: new Float32Array(1) },
  ];
  expect(fitWeights(tf, model, given)).toEqual({ kept: 1, total: 4 });
  expect(await extractWeights(model)).toEqual([kernel, ...fresh.slice(1)]);
  expect(kernel).not.toEqual(fresh[0]);
  source.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});

it('keeps non-trainable weights: the averages of a batch normalisation', async () => {
  const vector = vectorFact(4);
  const [hidden, logits, scores] = plan.nodes;
  const nodes = [
    hidden!,
    planNode('norm', 'batch-normalization', { momentum: 0.9, epsilon: 0.001 }, 'hidden', vector, vector),
    { ...logits!, inputs: { input: [{ node: 'norm', port: 'output' }] } },
    scores!,
  ];
  const model = buildModel(tf, { ...plan, nodes }, 1);
  const names = (await extractWeights(model)).map(({ name }) => name);
  expect(names).toContain('norm/moving_mean');
  expect(names).toContain('norm/moving_variance');
  model.dispose();
});
