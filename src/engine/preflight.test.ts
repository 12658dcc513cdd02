/** What preflight predicts is what happens, and what cannot fit is refused without being tried. Real models on real backends. */
import { beforeAll, describe, expect, it } from 'vitest';
import { benchRun, MODELS } from '../../bench/models';
import type { ModelPlan } from '../compile/plan';
import type { PreparedData } from '../data/dataset';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { peakOf } from './memory-need';
import { watchMemory } from './memory-watch';
import { Objective } from './objective';
import { type PreflightOptions, preflight } from './preflight';
import { run } from './run';
import { RunControl } from './run-control';
import {
  denseConfig,
  densePlan,
  memoryData,
  planHead,
  planNode,
  trainingPlan,
  vectorFact,
  XOR,
  xorData,
} from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { trainStep } from './train-step';
import { Updater } from './updater';

const env = nodeBackendEnv;
const options = (part: Partial<PreflightOptions> & Pick<PreflightOptions, 'plan'>): PreflightOptions => ({
  ...{ tf, env, wish: 'auto', training: trainingPlan({}), data: xorData(100) },
  ...part,
});

beforeAll(async () => {
  await chooseBackend(tf, 'wasm', env);
});

/**
 * Peak bytes of a full step, measured apart from preflight: model, optimizer and batch included. After steps of the same size, so that
 * scratch space, which lives as long as the backend, is there already.
 */
function measuredPeak(job: ReturnType<typeof benchRun>): number {
  stepPeak(job);
  return stepPeak(job);
}

function stepPeak({ plan, training, data }: ReturnType<typeof benchRun>): number {
  const watch = watchMemory(tf);
  const model = buildModel(tf, plan, training.seed);
  const updater = new Updater({ tf, model, phase: training.phases[0]!, stepsPerEpoch: 1, others: [] });
  const context = {
    tf,
    model,
    updater,
    objective: new Objective(tf, plan),
    history: [],
    metered: () => true,
  };
  const batch = data.batch(data.rows.train.subarray(0, training.batchSize));
  void trainStep(context, batch);
  const { timeline } = watch.during(() => trainStep(context, batch));
  updater.dispose();
  model.dispose();
  watch.stop();
  return peakOf(timeline);
}

describe('memory', () => {
  for (const model of MODELS)
    it.each([32, 128])(`predicts the peak of ${model.name} at batch %i`, async (batch) => {
      const job = benchRun(model, batch, 4);
      const measured = measuredPeak(job);
      const tensors = tf.memory().numTensors;
      const checked = (await preflight(options({ ...job, wish: 'wasm' })))!;
      expect(tf.memory().numTensors).toBe(tensors);
      expect(checked.chosen, JSON.stringify(checked.trials)).toBe('wasm');
      console.info(
        `${model.name}, batch ${batch}: predicted ${checked.predictedBytes}, measured ${measured}`,
      );
      expect(checked.predictedBytes! / measured).toBeGreaterThan(0.75);
      expect(checked.predictedBytes! / measured).toBeLessThan(1.25);
      // What it saw itself is the same figure.
      expect(checked.trials[0]!.peakBytes! / measured).toBeCloseTo(1, 1);
    });
});

/** Dense layers of 20,000 units: 400 million weights each. */
function giant(): ModelPlan {
  const fact = vectorFact(20_000);
  const layer = (i: number) =>
    planNode(`dense${i}`, 'dense', denseConfig(20_000, 'relu'), i === 0 ? 'x' : `dense${i - 1}`, fact, fact);
  const nodes = Array.from({ length: 8 }, (_, i) => layer(i));
  const logits = planNode('logits', 'dense', denseConfig(2, 'linear'), 'dense7', fact, vectorFact(2));
  const small = densePlan(20_000, 4, 2, XOR);
  return {
    ...small,
    nodes: [...nodes, logits],
    heads: [planHead({ logits: { node: 'logits', port: 'output' }, target: XOR })],
  };
}

describe('refusal', () => {
  const wide = memoryData([Array(20_000).fill(0.1)], [[1]], XOR, { validation: 0, test: 0 });
  const many: PreparedData = {
    ...wide,
    rows: { ...wide.rows, train: new Int32Array(10_000) },
    batch: ({ length }) => ({
      inputs: [{ shape: [length, 20_000], values: new Float32Array(length * 20_000).fill(0.1) }],
      targets: [{ shape: [length], values: new Int32Array(length) }],
    }),
  };

  it('refuses 20,000 → 20,000 × 8 at batch 4096 without building it', async () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const before = heap();
    const training = trainingPlan({ batchSize: 4096 });
    const checked = (await preflight(options({ plan: giant(), training, data: many })))!;
    expect(checked.chosen).toBeNull();
    // 400,020,000 weights, gradients and Adam's two moments, and the output of one row.
    expect(checked.verdict).toEqual({
      ...{ kind: 'cannot-fit', node: 'dense0', source: 'dense0' },
      bytes: 4 * 400_020_000 * 4 + 80_000,
    });
    expect(checked.trials.map(({ backend, outcome }) => `${backend} ${outcome}`)).toContain('wasm too-large');
    expect(heap()).toBe(before);
  });

  it('proposes a batch size that fits, and that one passes', async () => {
    const plan = densePlan(20_000, 512, 2, XOR);
    const training = trainingPlan({ batchSize: 4096 });
    // A device with a quarter of a GiB.
    const checked = (await preflight(options({ plan, training, data: many, wish: 'wasm', deviceGiB: 0.5 })))!;
    expect(checked.chosen).toBeNull();
    if (checked.verdict.kind !== 'smaller-batch') throw new Error(JSON.stringify(checked));
    const { batchSize } = checked.verdict;
    expect(batchSize).toBeGreaterThan(64);
    const again = (await preflight(
      options({ plan, training: { ...training, batchSize }, data: many, wish: 'wasm', deviceGiB: 0.5 }),
    ))!;
    expect(again.verdict).toEqual({ kind: 'fits' });
    expect(again.predictedBytes).toBeLessThan(again.trials[0]!.limitBytes);
  });
});

describe('the choice', () => {
  const plan = densePlan(2, 8, 2, XOR);

  it('is the fastest of those measured, and has figures', async () => {
    const checked = (await preflight(options({ plan })))!;
    const [webgpu, webgl, wasm, cpu] = checked.trials;
    expect([webgpu!.outcome, webgl!.outcome, wasm!.outcome, cpu!.outcome]).toEqual([
      ...['no-adapter', 'no-adapter', 'measured', 'measured'],
    ]);
    const fastest = wasm!.stepMs! <= cpu!.stepMs! ? 'wasm' : 'cpu';
    expect(checked.chosen).toBe(fastest);
    expect(tf.getBackend()).toBe(fastest);
    expect(checked.secondsPerEpoch).toBeCloseTo((Math.min(wasm!.stepMs!, cpu!.stepMs!) * 4) / 1000, 9);
    expect(wasm!.samplesPerSecond).toBeCloseTo(16_000 / wasm!.stepMs!, 6);
    expect(checked.nativeOff).toBeNull();
  });

  it('measures whole steps also of a run that will diverge', async () => {
    const job = benchRun(MODELS.find(({ name }) => name === 'MLP')!, 32, 4);
    const at = async (learningRate: number) => {
      const sgd = { type: 'sgd', config: { learningRate, momentum: 0.9, nesterov: false } };
      const training = { ...job.training, phases: [{ ...job.training.phases[0]!, optimizer: sgd }] };
      const checked = (await preflight(options({ ...job, training, wish: 'wasm' })))!;
      return [checked.predictedBytes, checked.trials[0]!.peakBytes];
    };
    expect(await at(1e30)).toEqual(await at(1e-3));
  });

  it('leaves cpu alone where a step on wasm is long', async () => {
    const job = benchRun(MODELS.find(({ name }) => name === 'CNN')!, 128, 4);
    const checked = (await preflight(options(job)))!;
    expect(checked.trials.at(-1)).toMatchObject({ backend: 'cpu', outcome: 'not-tried', stepMs: null });
  });

  it('is what was wished for, or what can stand in for it', async () => {
    const wished = (await preflight(options({ plan, wish: 'cpu' })))!;
    expect(wished.chosen).toBe('cpu');
    expect(wished.trials.map(({ backend, outcome }) => `${backend} ${outcome}`)).toEqual([
      ...['cpu measured', 'wasm not-tried'],
    ]);
    const instead = (await preflight(options({ plan, wish: 'webgpu' })))!;
    expect(instead.chosen).toBe('wasm');
    expect(instead.trials[0]).toMatchObject({ backend: 'webgpu', outcome: 'no-adapter' });
  });

  it('never is a GPU in software', async () => {
    const software = { ...env, webgl: async () => {}, adapterOf: async () => 'Google SwiftShader' };
    const checked = (await preflight(options({ plan, env: software })))!;
    expect(checked.trials[1]).toMatchObject({
      ...{ backend: 'webgl', outcome: 'software-adapter', detail: 'Google SwiftShader' },
    });
    expect(['wasm', 'cpu']).toContain(checked.chosen);
  });

  it('ends between two steps when cancelled, and leaves nothing behind', async () => {
    await chooseBackend(tf, 'wasm', env);
    const tensors = tf.memory().numTensors;
    for (const until of [0, 1, 2, 3]) {
      let asked = 0;
      const isCancelled = () => {
        asked += 1;
        return asked > until;
      };
      expect(await preflight(options({ plan, isCancelled }))).toBeNull();
      expect(tf.memory().numTensors).toBe(tensors);
      expect(tf.getBackend()).toBe('wasm');
    }
  });

  it('says which model no backend can run', async () => {
    const broken: ModelPlan = {
      ...plan,
      heads: plan.heads.map((head) => ({ ...head, loss: 'no-such-loss' })),
    };
    const checked = (await preflight(options({ plan: broken })))!;
    expect(checked.chosen).toBeNull();
    expect(checked.verdict).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('no-such-loss'),
    });
  });
});

it('changes nothing for the run that follows', async () => {
  const losses = async (): Promise<number[]> => {
    await chooseBackend(tf, 'wasm', env);
    const plan = densePlan(2, 8, 2, XOR);
    const training = trainingPlan({});
    const model = buildModel(tf, plan, training.seed);
    const events = run({
      ...{ tf, model, training, data: xorData(100), control: new RunControl() },
      backend: { name: 'wasm', threads: 1 },
    });
    const found: number[] = [];
    for await (const event of events) if (event.kind === 'step') found.push(event.measures['loss']!);
    model.dispose();
    return found;
  };
  const before = await losses();
  await preflight(options({ plan: densePlan(2, 8, 2, XOR) }));
  expect(await losses()).toEqual(before);
});
