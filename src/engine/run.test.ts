import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../compile/plan';
import type { PreparedData } from '../data/dataset';
import { nodeId } from '../graph/document';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { evaluate } from './evaluate';
import { run } from './run';
import { RunControl } from './run-control';
import type { RunEvent } from './run-event';
import {
  denseConfig,
  densePlan,
  LINE,
  lineData,
  memoryData,
  planHead,
  planNode,
  trainingPlan,
  vectorFact,
  XOR,
  xorData,
} from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { extractWeights } from './trained-model';

type EventOf<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>;
const ofKind = <K extends RunEvent['kind']>(events: readonly RunEvent[], kind: K): EventOf<K>[] =>
  events.filter((event): event is EventOf<K> => event.kind === kind);

interface Trial {
  readonly plan?: ReturnType<typeof densePlan>;
  readonly training?: TrainingPlan;
  readonly data?: PreparedData;
  readonly control?: RunControl;
  /** Called at every event, as a person who watches would. */
  readonly watch?: (event: RunEvent, control: RunControl) => void;
}

const xorPlan = densePlan(2, 8, 2, XOR);

async function train({
  plan = xorPlan,
  training = trainingPlan({}),
  data = xorData(200),
  control = new RunControl(),
  watch,
}: Trial) {
  const model = buildModel(tf, plan, training.seed);
  const events: RunEvent[] = [];
  const backend = { name: tf.getBackend(), threads: 1 };
  for await (const event of run({ tf, model, training, data, control, backend })) {
    events.push(event);
    watch?.(event, control);
  }
  return { model, events };
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    expect((await chooseBackend(tf, backend, nodeBackendEnv)).name).toBe(backend);
  });
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  const expectNoLeak = () => expect(tf.memory().numTensors).toBe(tensors);

  it('learns XOR, tells of every step and epoch in order, and frees everything', async () => {
    const { model, events } = await train({ training: trainingPlan({ epochs: 30 }), data: xorData(300) });
    expect(events[0]).toMatchObject({
      kind: 'started',
      parameters: 2 * 8 + 8 + 8 * 2 + 2,
      epochs: 30,
      stepsPerEpoch: 12,
      rows: { train: 180, validation: 60, test: 60 },
    });
    const steps = ofKind(events, 'step');
    expect(steps.map(({ globalStep }) => globalStep)).toEqual(Array.from({ length: 360 }, (_, i) => i + 1));
    const epochs = ofKind(events, 'epoch');
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(Object.keys(epochs[0]!.measures)).toEqual(['loss', 'accuracy', 'val_loss', 'val_accuracy']);
    const done = ofKind(events, 'done')[0]!;
    expect(events.at(-1)).toBe(done);
    expect(done.reason).toBe('epochs');
    expect(done.evaluation!.split).toBe('test');
    expect(done.evaluation!.measures['accuracy']).toBeGreaterThan(0.93);
    const { counts, classes } = done.evaluation!.heads[0]!.confusion!;
    expect(classes).toEqual(['same', 'different']);
    expect(counts.reduce((a, b) => a + b)).toBe(60);
    expect((counts[0]! + counts[3]!) / 60).toBeCloseTo(done.evaluation!.measures['accuracy']!, 10);
    model.dispose();
    expectNoLeak();
  });

  it('learns a line and reports errors in the target’s own units', async () => {
    const standard = lineData(200);
    // The same targets as the network sees them, standardised with mean 1 and deviation 2.
    const rows = Array.from({ length: 200 }, (_, i) => i);
    const batch = standard.batch(rows);
    const x = rows.map((i) => Array.from(batch.inputs[0]!.values.subarray(i * 2, i * 2 + 2)));
    const y = rows.map((i) => [(batch.targets[0]!.values[i]! - 1) / 2]);
    const data = memoryData(
      x,
      y,
      LINE,
      { validation: 0.2, test: 0.2 },
      { kind: 'numbers', mean: [1], std: [2] },
    );
    const plan = densePlan(2, 8, 1, LINE);
    const heads = [{ ...plan.heads[0]!, metrics: ['mae', 'rmse', 'r2'] }];
    const { model, events } = await train({
      plan: { ...plan, heads },
      data,
      training: trainingPlan({ epochs: 25 }),
    });
    const { evaluation } = ofKind(events, 'done')[0]!;
    expect(evaluation!.measures['r2']).toBeGreaterThan(0.97);
    // Loss is in the network's units, RMSE in the target's: twice the root, by the deviation of 2.
    expect(evaluation!.measures['rmse']).toBeCloseTo(2 * Math.sqrt(evaluation!.measures['loss']!), 5);
    const { scatter } = evaluation!.heads[0]!;
    expect(scatter!.target).toHaveLength(40);
    for (const [i, target] of scatter!.target.entries()) {
      const raw = standard.batch([160 + i]).targets[0]!.values[0]!;
      expect(target).toBeCloseTo(raw, 5);
      expect(Math.abs(scatter!.prediction[i]! - target)).toBeLessThan(1.2);
    }
    model.dispose();
    expectNoLeak();
  });

  it('gives the same losses for the same seed and others for another', async () => {
    const losses = async (seed: number) => {
      const { model, events } = await train({ training: trainingPlan({ seed, epochs: 2 }) });
      model.dispose();
      return ofKind(events, 'step').map(({ measures }) => measures['loss']);
    };
    const first = await losses(5);
    expect(await losses(5)).toEqual(first);
    expect(await losses(6)).not.toEqual(first);
  });

  it('draws the same dropout masks for the same seed, and a new one at each step', async () => {
    const vector = vectorFact(8);
    const [hidden, logits, scores] = xorPlan.nodes;
    const nodes = [
      hidden!,
      planNode('drop', 'dropout', { rate: 0.5 }, 'hidden', vector, vector),
      { ...logits!, inputs: { input: [{ node: 'drop', port: 'output' }] } },
      scores!,
    ];
    // A learning rate of 0: whatever changes from step to step is the mask.
    const training = trainingPlan({
      epochs: 2,
      batchSize: 120,
      optimizer: { type: 'sgd', config: { learningRate: 0, momentum: 0, nesterov: false } },
    });
    const losses = async () => {
      const { model, events } = await train({ plan: { ...xorPlan, nodes }, training });
      model.dispose();
      return ofKind(events, 'step').map(({ measures }) => measures['loss']!);
    };
    const first = await losses();
    expect(first).toHaveLength(2);
    expect(first[0]).not.toBeCloseTo(first[1]!, 6);
    expect(await losses()).toEqual(first);
    expectNoLeak();
  });

  describe('control', () => {
    it('pauses, takes single steps, resumes and stops between any two steps', async () => {
      const log: string[] = [];
      let pauses = 0;
      const { model, events } = await train({
        training: trainingPlan({ epochs: 2 }),
        watch: (event, control) => {
          log.push(event.kind === 'step' ? String(event.globalStep) : event.kind);
          if (event.kind === 'step' && event.globalStep === 3) control.pause();
          if (event.kind !== 'paused') return;
          pauses += 1;
          // A person acts some time later, not inside the event.
          setTimeout(() => {
            if (pauses <= 2) control.step();
            else if (pauses === 3) control.resume();
          });
        },
      });
      expect(log.slice(0, 10)).toEqual([
        'started',
        '1',
        '2',
        '3',
        'paused',
        '4',
        'paused',
        '5',
        'paused',
        'resumed',
      ]);
      expect(log[10]).toBe('6');
      expect(ofKind(events, 'done')[0]!.reason).toBe('epochs');
      model.dispose();
      expectNoLeak();
    });

    it('pausing and stepping change no number', async () => {
      const plain = await train({});
      const stepped = await train({
        watch: (event, control) => {
          if (event.kind === 'step' && event.globalStep % 3 === 0) control.pause();
          if (event.kind === 'paused') setTimeout(() => control.resume());
        },
      });
      const numbers = (events: readonly RunEvent[]) => ofKind(events, 'step').map(({ measures }) => measures);
      expect(numbers(stepped.events)).toEqual(numbers(plain.events));
      plain.model.dispose();
      stepped.model.dispose();
    });

    it('stops while paused, and evaluates what was learnt', async () => {
      const { model, events } = await train({
        watch: (event, control) => {
          if (event.kind === 'step' && event.globalStep === 2) control.pause();
          if (event.kind === 'paused') setTimeout(() => control.stop());
        },
      });
      const kinds = events.map(({ kind }) => kind);
      expect(kinds).toEqual(['started', 'step', 'step', 'paused', 'done']);
      const done = ofKind(events, 'done')[0]!;
      expect(done).toMatchObject({ reason: 'stopped', epochs: 0, bestEpoch: 0 });
      expect(done.evaluation!.rows).toBe(40);
      model.dispose();
      expectNoLeak();
    });

    it('may be stopped or paused before it begins', async () => {
      const stopped = new RunControl();
      stopped.stop();
      const first = await train({ control: stopped });
      expect(first.events.map(({ kind }) => kind)).toEqual(['started', 'done']);
      first.model.dispose();
      const paused = new RunControl();
      paused.pause();
      const second = await train({
        control: paused,
        training: trainingPlan({ epochs: 1 }),
        watch: (event, control) => {
          if (event.kind === 'paused') setTimeout(() => control.resume());
        },
      });
      expect(second.events.map(({ kind }) => kind).slice(0, 4)).toEqual([
        'started',
        'paused',
        'resumed',
        'step',
      ]);
      second.model.dispose();
    });

    it('lets messages in while it computes', async () => {
      const { port1, port2 } = new MessageChannel();
      const received = new Promise<number>((resolve) => {
        port1.onmessage = () => resolve(steps);
      });
      let steps = 0;
      const { model, events } = await train({
        training: trainingPlan({ epochs: 60 }),
        watch: (event) => {
          if (event.kind === 'started') port2.postMessage(null);
          if (event.kind === 'step') steps += 1;
        },
      });
      // A loop of promises alone would let the message in after the last step only.
      expect(await received).toBeLessThan(ofKind(events, 'step').length);
      port1.close();
      model.dispose();
    });

    it('frees everything when its consumer leaves early', async () => {
      const training = trainingPlan({});
      const model = buildModel(tf, xorPlan, training.seed);
      const events = run({
        tf,
        model,
        training,
        data: xorData(200),
        control: new RunControl(),
        backend: { name: backend, threads: 1 },
      });
      for await (const event of events) if (event.kind === 'step') break;
      model.dispose();
      expectNoLeak();
    });
  });

  describe('early stopping', () => {
    const stopping = (patience: number, restoreBest: boolean, monitor = 'val_loss') => {
      const training = trainingPlan({
        epochs: 40,
        optimizer: { type: 'sgd', config: { learningRate: 3, momentum: 0.9, nesterov: false } },
      });
      const phases = training.phases.map((phase) => ({
        ...phase,
        earlyStopping: { monitor, patience, minDelta: 0, restoreBest },
      }));
      return { ...training, phases };
    };

    it('stops `patience` epochs after the best one and goes back to its weights', async () => {
      const { model, events } = await train({ training: stopping(3, true) });
      const done = ofKind(events, 'done')[0]!;
      expect(done.reason).toBe('early-stopping');
      const history = ofKind(events, 'epoch').map(({ measures }) => measures['val_loss']!);
      const best = Math.min(...history);
      expect(done.bestEpoch).toBe(history.indexOf(best) + 1);
      expect(done.epochs).toBe(done.bestEpoch + 3);
      const again = await evaluate({ tf, model, data: xorData(200), split: 'validation', batchSize: 16 });
      expect(again!.measures['loss']).toBeCloseTo(best, 6);
      expect(history.at(-1)).not.toBeCloseTo(best, 3);
      model.dispose();
      expectNoLeak();
    });

    it('keeps the last weights when it is not asked to go back', async () => {
      const { model, events } = await train({ training: stopping(3, false) });
      const last = ofKind(events, 'epoch').at(-1)!.measures['val_loss']!;
      const again = await evaluate({ tf, model, data: xorData(200), split: 'validation', batchSize: 16 });
      expect(again!.measures['loss']).toBeCloseTo(last, 6);
      model.dispose();
    });

    it('takes the highest of a metric that is better when higher', async () => {
      const { model, events } = await train({ training: stopping(4, true, 'val_accuracy') });
      const history = ofKind(events, 'epoch').map(({ measures }) => measures['val_accuracy']!);
      expect(ofKind(events, 'done')[0]!.bestEpoch).toBe(history.indexOf(Math.max(...history)) + 1);
      model.dispose();
    });
  });

  describe('non-finite values', () => {
    it('names the first node whose output is not finite', async () => {
      // exp-like growth: softplus is finite, but a huge rate makes the logits overflow in the second dense layer.
      const plan = densePlan(2, 8, 1, LINE);
      const training = trainingPlan({
        epochs: 20,
        optimizer: { type: 'sgd', config: { learningRate: 1e12, momentum: 0, nesterov: false } },
      });
      const { model, events } = await train({ plan, data: lineData(200), training });
      const failed = ofKind(events, 'failed')[0]!;
      expect(events.at(-1)).toBe(failed);
      // tanh keeps the hidden layer within ±1 whatever its weights are.
      expect(failed.cause).toMatchObject({ kind: 'non-finite', epoch: 1, node: 'logits' });
      // The step that failed moved nothing: the weights are finite.
      const weights = await extractWeights(model);
      expect(weights.every(({ values }) => values.every(Number.isFinite))).toBe(true);
      model.dispose();
      expectNoLeak();
    });

    it('names the input when the data is not finite', async () => {
      const data = memoryData(
        Array.from({ length: 20 }, () => [Number.NaN, 1]),
        Array.from({ length: 20 }, () => [1]),
        XOR,
      );
      const { model, events } = await train({ data });
      expect(ofKind(events, 'failed')[0]!.cause).toEqual({
        kind: 'non-finite',
        epoch: 1,
        step: 1,
        node: 'x',
        part: 'data',
      });
      model.dispose();
      expectNoLeak();
    });
  });

  it('trains several heads with their weights, each under its name', async () => {
    const plan = densePlan(2, 8, 2, XOR);
    const logits = { node: 'logits', port: 'output' };
    const heads = [
      planHead({ id: 'a', name: 'a', logits, target: XOR, weight: 1 }),
      planHead({ id: 'b', name: 'b', logits, target: XOR, weight: 0.5, metrics: [] }),
    ];
    const single = xorData(200);
    const data: PreparedData = {
      ...single,
      fitted: { features: [], targets: [{ kind: 'class' }, { kind: 'class' }] },
      batch: (rows) => {
        const batch = single.batch(rows);
        return { inputs: batch.inputs, targets: [batch.targets[0]!, batch.targets[0]!] };
      },
    };
    const { model, events } = await train({
      plan: { ...plan, heads },
      data,
      training: trainingPlan({ epochs: 1 }),
    });
    const { measures } = ofKind(events, 'epoch')[0]!;
    expect(Object.keys(measures)).toEqual([
      'loss',
      'a.loss',
      'a.accuracy',
      'b.loss',
      'val_loss',
      'val_a.loss',
      'val_a.accuracy',
      'val_b.loss',
    ]);
    expect(measures['b.loss']).toBeCloseTo(measures['a.loss']!, 6);
    expect(measures['loss']).toBeCloseTo(1.5 * measures['a.loss']!, 5);
    model.dispose();
    expectNoLeak();
  });

  it('runs phases in order; what a phase freezes does not move', async () => {
    const training = trainingPlan({ epochs: 2 });
    const [phase] = training.phases;
    const phases = [
      { ...phase!, trainable: ['logits'] },
      { ...phase!, trainable: 'all' as const, epochs: 1 },
    ];
    const model = buildModel(tf, xorPlan, training.seed);
    const kernel = async () => (await extractWeights(model)).map(({ values }) => Array.from(values));
    const before = await kernel();
    let between: number[][] = [];
    const events: RunEvent[] = [];
    const options = {
      tf,
      model,
      training: { ...training, phases },
      data: xorData(200),
      control: new RunControl(),
      backend: { name: backend, threads: 1 },
    };
    for await (const event of run(options)) {
      events.push(event);
      if (event.kind === 'epoch' && event.epoch === 2) between = await kernel();
    }
    const after = await kernel();
    expect(between[0]).toEqual(before[0]);
    expect(between[2]).not.toEqual(before[2]);
    expect(after[0]).not.toEqual(between[0]);
    expect(events[0]).toMatchObject({ kind: 'started', epochs: 3 });
    expect(ofKind(events, 'epoch').map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    model.dispose();
    expectNoLeak();
  });

  it('moves the running averages of a batch normalisation, except of a frozen one', async () => {
    const vector = vectorFact(8);
    const norm = planNode(
      'norm',
      'batch-normalization',
      { momentum: 0.9, epsilon: 0.001 },
      'hidden',
      vector,
      vector,
    );
    const [hidden, logits, scores] = xorPlan.nodes;
    const nodesWith = (trainable: boolean) => [
      hidden!,
      { ...norm, trainable },
      { ...logits!, inputs: { input: [{ node: 'norm', port: 'output' }] } },
      scores!,
    ];
    const averages = async (trainable: boolean) => {
      const { model, events } = await train({ plan: { ...xorPlan, nodes: nodesWith(trainable) } });
      expect(events.at(-1)!.kind).toBe('done');
      const weights = await extractWeights(model);
      model.dispose();
      return Array.from(weights.find(({ name }) => name === 'norm/moving_mean')!.values);
    };
    expect((await averages(true)).every((value) => value !== 0)).toBe(true);
    expect(await averages(false)).toEqual(Array(8).fill(0));
    expectNoLeak();
  });

  it('runs with everything frozen: nothing moves, nothing throws', async () => {
    const nodes = xorPlan.nodes.map((node) => ({ ...node, trainable: false }));
    const { model, events } = await train({
      plan: { ...xorPlan, nodes },
      training: trainingPlan({ epochs: 1 }),
    });
    expect(events.at(-1)!.kind).toBe('done');
    model.dispose();
    expectNoLeak();
  });

  it('reports an exception as a failure and frees what the gradient had kept', async () => {
    const data = xorData(200);
    let batches = 0;
    const broken: PreparedData = {
      ...data,
      batch: (rows) => {
        batches += 1;
        const batch = data.batch(rows);
        // A target of the wrong shape makes the loss throw in the middle of the forward pass.
        return batches < 3 ? batch : { ...batch, targets: [{ shape: [5], values: new Int32Array(5) }] };
      },
    };
    const { model, events } = await train({ data: broken });
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'step', 'step', 'failed']);
    expect(ofKind(events, 'failed')[0]!.cause.kind).toBe('internal');
    model.dispose();
    expectNoLeak();
  });
});

it('gives wasm the losses of cpu to within rounding', async () => {
  const losses = async (backend: 'cpu' | 'wasm') => {
    await chooseBackend(tf, backend, nodeBackendEnv);
    const { model, events } = await train({ training: trainingPlan({ epochs: 3 }) });
    model.dispose();
    return ofKind(events, 'step').map(({ measures }) => measures['loss']!);
  };
  const [cpu, wasm] = [await losses('cpu'), await losses('wasm')];
  for (const [i, loss] of cpu.entries()) expect(wasm[i]).toBeCloseTo(loss, 4);
});

it('names layers by the plan and keeps the initial weights of a node when others come and go', async () => {
  await chooseBackend(tf, 'cpu', nodeBackendEnv);
  const weightsOf = async (nodes: typeof xorPlan.nodes) => {
    const model = buildModel(tf, { ...xorPlan, nodes }, 3);
    const weights = await extractWeights(model);
    model.dispose();
    return new Map(weights.map(({ name, values }) => [name, Array.from(values)]));
  };
  const small = await weightsOf(xorPlan.nodes);
  expect([...small.keys()]).toEqual(['hidden/kernel', 'hidden/bias', 'logits/kernel', 'logits/bias']);
  const [hidden, logits, scores] = xorPlan.nodes;
  const extra = {
    ...planNode('extra', 'dense', denseConfig(8, 'relu'), 'x', vectorFact(2), vectorFact(8)),
    source: nodeId('extra'),
  };
  const large = await weightsOf([extra, hidden!, logits!, scores!]);
  expect(large.get('hidden/kernel')).toEqual(small.get('hidden/kernel'));
  expect(large.get('logits/kernel')).toEqual(small.get('logits/kernel'));
  expect(large.get('extra/kernel')).not.toEqual(small.get('hidden/kernel'));
});
