/** Networks built to be ill in one way, and what is said of them; and that looking changes nothing. */
import { beforeAll, describe, expect, it } from 'vitest';
import { benchRun, MODELS } from '../../bench/models';
import type { ModelPlan } from '../compile/plan';
import type { PreparedData } from '../data/dataset';
import { createRandom } from '../data/random';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { HealthWatch } from './health';
import { run } from './run';
import { RunControl } from './run-control';
import type { NodeHealth, RunEvent } from './run-event';
import {
  denseConfig,
  densePlan,
  memoryData,
  planHead,
  planNode,
  trainingPlan,
  vectorFact,
  XOR,
} from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { extractWeights } from './trained-model';

const sgd = (learningRate: number) => ({
  type: 'sgd',
  config: { learningRate, momentum: 0, nesterov: false },
});

/** x → `depth` layers of 16 → logits. */
function deep(depth: number, activation: string): ModelPlan {
  const inner = vectorFact(16);
  const nodes = Array.from({ length: depth }, (_, i) =>
    planNode(
      `d${i}`,
      'dense',
      denseConfig(16, activation),
      ...([i === 0 ? 'x' : `d${i - 1}`, i === 0 ? vectorFact(2) : inner, inner] as const),
    ),
  );
  return {
    ...densePlan(2, 4, 2, XOR),
    nodes: [
      ...nodes,
      planNode('logits', 'dense', denseConfig(2, 'linear'), `d${depth - 1}`, inner, vectorFact(2)),
    ],
    heads: [planHead({ logits: { node: 'logits', port: 'output' }, target: XOR })],
  };
}

/** One row in four is of the second class: a network that says one half for both has something to learn. */
function skewed(): PreparedData {
  const random = createRandom(4);
  const inputs = Array.from({ length: 100 }, () => [random() * 2 - 1, random() * 2 - 1]);
  return memoryData(
    inputs,
    inputs.map(([a]) => [a! > 0.5 ? 1 : 0]),
    XOR,
  );
}

interface Told {
  readonly events: RunEvent[];
  readonly first: ReadonlyMap<string, NodeHealth>;
}

/** Trains one epoch after `change` has had its way with the kernels of the dense layers. */
async function told(
  plan: ModelPlan,
  change: (values: Float32Array, isBias: boolean, layer: string) => Float32Array,
): Promise<Told> {
  const training = trainingPlan({ epochs: 1, optimizer: sgd(0.001), batchSize: 32 });
  const model = buildModel(tf, plan, 3);
  for (const [id, layer] of model.layers) {
    layer.setWeights(
      layer.getWeights().map((weight) => {
        const values = change((weight.dataSync() as Float32Array).slice(), weight.rank === 1, id);
        return tf.tensor(values, weight.shape);
      }),
    );
  }
  const events: RunEvent[] = [];
  const control = new RunControl();
  const backend = { name: 'wasm', threads: 1 };
  const data = skewed();
  for await (const event of run({ tf, model, training, data, control, backend, watchesHealth: true }))
    events.push(event);
  model.dispose();
  const health = events.find((event) => event.kind === 'health');
  if (health?.kind !== 'health') throw new Error('No health was told');
  return { events, first: new Map(health.nodes.map((node) => [node.node, node])) };
}

const verdicts = ({ first }: Told): Record<string, readonly string[]> =>
  Object.fromEntries([...first].map(([node, { verdicts: found }]) => [node, found]));

const scaled =
  (by: number) =>
  (values: Float32Array): Float32Array =>
    values.map((value) => value * by);

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
});

describe('verdicts', () => {
  it('finds nothing wrong with a sound network', async () => {
    const sound = await told(deep(3, 'tanh'), (values) => values);
    expect(verdicts(sound)).toEqual({ d0: [], d1: [], d2: [], logits: [] });
    const relu = await told(deep(3, 'relu'), (values) => values);
    expect(Object.values(verdicts(relu)).flat()).toEqual([]);
  });

  it('finds dead ReLUs, and that nothing comes through them', async () => {
    // A bias of −100 keeps every unit of the second layer at zero.
    const found = await told(deep(3, 'relu'), (values, isBias, layer) =>
      isBias && layer === 'd1' ? values.fill(-100) : values,
    );
    expect(verdicts(found)['d1']).toContain('dead');
    expect(found.first.get('d1')!.deadShare).toBe(1);
    expect(verdicts(found)['d0']).toContain('vanishing');
    expect(found.first.get('d0')!.gradientNorm).toBe(0);
    expect(verdicts(found)['logits']).toEqual([]);
  });

  it('tells the share of dead units', async () => {
    const found = await told(deep(2, 'relu'), (values, isBias, layer) =>
      isBias && layer === 'd0' ? values.map((_, i) => (i < 4 ? -100 : 100)) : values,
    );
    expect(found.first.get('d0')!.deadShare).toBe(0.25);
    expect(verdicts(found)['d0']).toEqual([]);
  });

  it('finds gradients that vanish on the way down', async () => {
    const found = await told(deep(8, 'tanh'), scaled(0.05));
    expect(verdicts(found)['d0']).toEqual(['vanishing']);
    expect(verdicts(found)['logits']).toEqual([]);
    const norms = [...found.first.values()].map(({ gradientNorm }) => gradientNorm!);
    expect(norms[0]).toBeLessThan(norms[7]! / 1e4);
  });

  it('finds gradients that explode on the way down', async () => {
    const found = await told(deep(8, 'linear'), scaled(5));
    expect(verdicts(found)['d0']).toEqual(['exploding']);
    expect(found.first.get('d0')!.gradientNorm).toBeGreaterThan(1000);
  });

  it.each(['tanh', 'sigmoid'])('finds %s at its ends', async (activation) => {
    const found = await told(deep(2, activation), scaled(200));
    expect(verdicts(found)['d1']).toContain('saturated');
    expect(found.first.get('d1')!.saturatedShare).toBeGreaterThan(0.8);
  });

  it('does not look at what only predictions go through', async () => {
    const plan = densePlan(2, 8, 1, { ...XOR });
    // The sigmoid behind the logits is sure of itself.
    const found = await told(plan, (values, isBias, layer) =>
      layer === 'logits' && isBias ? values.fill(50) : values,
    );
    expect(found.first.get('scores')!.saturatedShare).toBeNull();
    expect(verdicts(found)['scores']).toEqual([]);
  });
});

it('measures what it says', async () => {
  const plan = densePlan(2, 8, 2, XOR);
  const before: Float32Array[] = [];
  const { first } = await told(plan, (values, _, layer) => {
    if (layer === 'hidden') before.push(values);
    return values;
  });
  const length = (arrays: readonly Float32Array[]) => Math.hypot(...arrays.flatMap((values) => [...values]));
  const hidden = first.get('hidden')!;
  expect(hidden.weightNorm).toBeCloseTo(length(before), 5);
  // One step of plain SGD moves the weights by rate × gradient.
  expect(hidden.updateRatio! / ((0.001 * hidden.gradientNorm!) / hidden.weightNorm!)).toBeCloseTo(1, 2);
  expect(Math.abs(hidden.mean!)).toBeLessThan(1);
  expect(hidden.std).toBeGreaterThan(0);
});

it('changes no number of the run and leaves no tensor behind', async () => {
  const job = benchRun(MODELS.find(({ name }) => name === 'CNN-BN')!, 16, 6);
  const training = { ...job.training, phases: job.training.phases.map((phase) => ({ ...phase, epochs: 2 })) };
  const train = async (watchesHealth: boolean) => {
    const model = buildModel(tf, job.plan, training.seed);
    const losses: number[] = [];
    let looks = 0;
    const options = { tf, model, training, data: job.data, control: new RunControl() };
    for await (const event of run({ ...options, backend: { name: 'wasm', threads: 1 }, watchesHealth })) {
      if (event.kind === 'step') losses.push(event.measures['loss']!);
      if (event.kind === 'health') looks += 1;
    }
    const weights = await extractWeights(model);
    model.dispose();
    return { losses, weights: weights.map(({ values }) => values), looks };
  };
  const plain = await train(false);
  const tensors = tf.memory().numTensors;
  const watched = await train(true);
  expect(tf.memory().numTensors).toBe(tensors);
  expect([plain.looks, watched.looks > 0]).toEqual([0, true]);
  expect(watched.losses).toEqual(plain.losses);
  expect(watched.weights).toEqual(plain.weights);
});

it('looks at the first step, then for no more than a hundredth of the time', () => {
  const watch = new HealthWatch();
  expect(watch.isDue(1)).toBe(true);
  watch.looked(1, 0);
  expect(watch.isDue(1)).toBe(false);
  expect(watch.isDue(2)).toBe(false);
});
