import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelPlan } from '../compile/plan';
import { adaptWeights } from './adapt-weights';
import { chooseBackend } from './backend';
import { type BuiltModel, buildModel } from './build-model';
import { denseConfig, densePlan, planNode, vectorFact, XOR } from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { extractWeights } from './trained-model';

beforeAll(async () => {
  await chooseBackend(tf, 'cpu', nodeBackendEnv);
});

const plan = (hidden: number) => densePlan(2, hidden, 2, XOR);
const from = (id: string) => ({ input: [{ node: id, port: 'output' }] });
/** x → hidden → extra → logits */
function deeper(activation: string): ModelPlan {
  const base = plan(4);
  const [hidden, logits, scores] = base.nodes;
  const fact = vectorFact(4);
  const extra = planNode('extra', 'dense', denseConfig(4, activation), 'hidden', fact, fact);
  return { ...base, nodes: [hidden!, extra, { ...logits!, inputs: from('extra') }, scores!] };
}

const answers = (model: BuiltModel): number[] => {
  const out = tf.tidy(() => model.predict([tf.tensor2d([0.3, -0.8, 1, 1, -2, 0.1], [3, 2])]).values[0]!);
  const values = Array.from(out.dataSync());
  out.dispose();
  return values;
};

async function adapt(before: ModelPlan, after: ModelPlan) {
  const tensors = tf.memory().numTensors;
  const first = buildModel(tf, before, 1);
  const second = buildModel(tf, after, 2);
  const result = adaptWeights(tf, second, await extractWeights(first));
  const out = {
    result,
    before: answers(first),
    after: answers(second),
    weights: await extractWeights(second),
  };
  first.dispose();
  second.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  return out;
}

const expectClose = (a: readonly number[], b: readonly number[]) => {
  expect(a).toHaveLength(b.length);
  for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i]!, 6);
};

describe('an edited model', () => {
  it('that is the same keeps everything', async () => {
    const { result, before, after } = await adapt(plan(4), plan(4));
    expect(result).toEqual({ kept: 4, total: 4, nodes: { hidden: 'kept', logits: 'kept' } });
    expect(after).toEqual(before);
  });

  it('with more units gives the same outputs, and the new units can learn', async () => {
    const { result, before, after, weights } = await adapt(plan(4), plan(7));
    expect(result.nodes).toEqual({ hidden: 'widened', logits: 'widened' });
    expectClose(after, before);
    const kernel = weights.find(({ name }) => name === 'hidden/kernel')!.values;
    // Columns 4 to 6 of [2, 7] are freshly drawn, not zero: their outputs differ, so their outgoing rows get gradients.
    expect([4, 5, 6, 11, 12, 13].every((at) => kernel[at] !== 0)).toBe(true);
    expect(weights.find(({ name }) => name === 'logits/kernel')!.values.slice(8)).toEqual(
      new Float32Array(6),
    );
  });

  it('with a layer more between two gives the same outputs', async () => {
    const { result, before, after } = await adapt(plan(4), deeper('linear'));
    expect(result.nodes).toEqual({ hidden: 'kept', extra: 'identity', logits: 'kept' });
    expectClose(after, before);
  });

  it('with a bent layer more begins that one from scratch', async () => {
    const { result } = await adapt(plan(4), deeper('tanh'));
    expect(result.nodes).toMatchObject({ hidden: 'kept', extra: 'fresh', logits: 'kept' });
  });

  it('with fewer units begins those layers from scratch', async () => {
    const { result, before, after } = await adapt(plan(4), plan(3));
    expect(result).toEqual({ kept: 1, total: 4, nodes: { hidden: 'fresh', logits: 'fresh' } });
    expect(after).not.toEqual(before);
  });
});

it('puts the one of a convolution in the middle of its window', async () => {
  const fact = (channels: number) => ({
    shape: ['batch', 5, 4, channels] as const,
    dtype: 'float32' as const,
    flow: 'image' as const,
  });
  const conv = (id: string, input: string, filters: number, channels: number) =>
    planNode(
      id,
      'conv-2d',
      {
        ...{ filters, kernelSize: [3, 3], strides: [1, 1], dilationRate: [1, 1], padding: 'same', groups: 1 },
        ...{ activation: 'relu', useBias: true, kernelInitializer: 'glorotUniform' },
      },
      input,
      fact(channels) as never,
      fact(filters) as never,
    );
  const base = plan(4);
  const image = (nodes: ModelPlan['nodes']): ModelPlan => ({
    ...base,
    inputs: [{ ...base.inputs[0]!, fact: fact(1) as never }],
    nodes,
    heads: [
      {
        ...base.heads[0]!,
        logits: { node: nodes.at(-1)!.id, port: 'output' },
        prediction: { node: nodes.at(-1)!.id, port: 'output' },
      },
    ],
  });
  const first = buildModel(tf, image([conv('a', 'x', 3, 1)]), 1);
  const second = buildModel(tf, image([conv('a', 'x', 3, 1), conv('b', 'a', 3, 3)]), 2);
  const { nodes } = adaptWeights(tf, second, await extractWeights(first));
  expect(nodes).toEqual({ a: 'kept', b: 'identity' });
  const x = tf.randomNormal([2, 5, 4, 1], 0, 1, 'float32', 3);
  const [one, two] = [first, second].map((model) =>
    Array.from(tf.tidy(() => model.predict([x]).values[0]!.dataSync())),
  );
  expectClose(two!, one!);
  for (const model of [first, second]) model.dispose();
});
