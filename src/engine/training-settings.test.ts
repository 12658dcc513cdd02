/** What the settings of a phase do to the weights, against closed forms on problems small enough to work out by hand. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Phase } from '../compile/plan';
import type { PreparedData } from '../data/dataset';
import { chooseBackend } from './backend';
import { type BuiltModel, buildModel } from './build-model';
import { run } from './run';
import { RunControl } from './run-control';
import type { RunEvent } from './run-event';
import { densePlan, LINE, linearPlan, lineData, trainingPlan, XOR, xorData } from './testing';
import { nodeBackendEnv, tf } from './tf-node';
import { Updater } from './updater';

const sgd = (learningRate: number) => ({
  type: 'sgd',
  config: { learningRate, momentum: 0, nesterov: false },
});
const phaseOf = (phase: Partial<Phase>): Phase => trainingPlan({ phase }).phases[0]!;

const weightsOf = (model: BuiltModel, id: string): number[] =>
  model.layers
    .get(id)!
    .getWeights()
    .flatMap((weight) => Array.from(weight.dataSync()));
const expectClose = (actual: readonly number[], expected: readonly number[], digits = 6) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value, `value ${i}`).toBeCloseTo(expected[i]!, digits);
};

beforeAll(async () => {
  await chooseBackend(tf, 'cpu', nodeBackendEnv);
});
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});

/** Gives the updater these gradients one after another (kernel and bias of a 2 → 1 layer), and where the weights are after each. */
function moves(phase: Partial<Phase>, gradients: readonly (readonly number[])[], stepsPerEpoch = 10) {
  const model = buildModel(tf, linearPlan(2, 1, LINE), 3);
  const updater = new Updater({ tf, model, phase: phaseOf(phase), stepsPerEpoch, others: [] });
  const [kernel, bias] = updater.variables;
  const places = [weightsOf(model, 'logits')];
  for (const [a, b, c] of gradients) {
    tf.tidy(() =>
      updater.apply({ [kernel!.name]: tf.tensor2d([a!, b!], [2, 1]), [bias!.name]: tf.tensor1d([c!]) }, []),
    );
    places.push(weightsOf(model, 'logits'));
  }
  updater.averaged?.show();
  const shown = weightsOf(model, 'logits');
  updater.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  const steps = places.slice(1).map((place, i) => place.map((value, k) => value - places[i]![k]!));
  return { places, steps, shown };
}

describe('clipping', () => {
  it('by norm shortens all gradients together to the limit, and leaves shorter ones alone', () => {
    // ‖(2, 3, 6)‖ = 7.
    const clipping = { kind: 'norm', limit: 3.5 } as const;
    const { steps } = moves({ optimizer: sgd(1), clipping }, [
      [2, 3, 6],
      [0.2, 0.3, 0.6],
    ]);
    expectClose(steps[0]!, [-1, -1.5, -3]);
    expectClose(steps[1]!, [-0.2, -0.3, -0.6]);
  });

  it('by value cuts each number', () => {
    const clipping = { kind: 'value', limit: 0.5 } as const;
    const { steps } = moves({ optimizer: sgd(1), clipping }, [[2, -3, 0.25]]);
    expectClose(steps[0]!, [-0.5, 0.5, -0.25]);
  });

  it('clips the mean of the accumulated gradients, not each', () => {
    const clipping = { kind: 'norm', limit: 1 } as const;
    // The mean (0, 0, 0.5) is within the limit though each is far beyond.
    const { steps } = moves({ optimizer: sgd(1), clipping, accumulate: 2 }, [
      [9, -9, 5],
      [-9, 9, -4],
    ]);
    expectClose(steps[0]!, [0, 0, 0]);
    expectClose(steps[1]!, [0, 0, -0.5]);
  });
});

describe('schedule', () => {
  it('scales the rate of each move by the factor of its position', () => {
    const schedule = { type: 'linear', config: { warmUp: 0, final: 0 } };
    const phase = { optimizer: sgd(0.1), schedule, epochs: 1 };
    const { steps } = moves(phase, Array<number[]>(5).fill([1, 1, 1]), 5);
    for (const [i, step] of steps.entries()) expectClose(step, Array<number>(3).fill(-0.1 * (1 - i / 4)));
  });

  it('counts moves, not batches, when gradients are accumulated', () => {
    const schedule = { type: 'step', config: { stepSize: 1, gamma: 0.5, warmUp: 0 } };
    // 4 batches an epoch, 2 of them a move: the rate halves after every second move.
    const phase = { optimizer: sgd(1), schedule, epochs: 2, accumulate: 2 };
    const { steps } = moves(phase, Array<number[]>(8).fill([1, 1, 1]), 4);
    expectClose(
      steps.map(([first]) => first!),
      [0, -1, 0, -1, 0, -0.5, 0, -0.5],
    );
  });

  it.each(['adam', 'adamw', 'sgd', 'rmsprop'])('reaches %s', (type) => {
    const config = {
      ...{ learningRate: 0.1, momentum: 0, nesterov: false, epsilon: 1e-7 },
      ...{ beta1: 0.9, beta2: 0.999, weightDecay: 0, rho: 0.9 },
    };
    const at = (gamma: number) =>
      moves(
        {
          optimizer: { type, config },
          schedule: { type: 'step', config: { stepSize: 1, gamma, warmUp: 0 } },
        },
        Array<number[]>(2).fill([1, 2, -1]),
        1,
      ).steps;
    const [full, half] = [at(1), at(0.5)];
    expect(half[0]).toEqual(full[0]);
    // Weights are near 1, so the difference of two carries a rounding of about 1e-7.
    expectClose(
      half[1]!,
      full[1]!.map((value) => value / 2),
    );
  });
});

describe('accumulation', () => {
  it('of k batches of b moves as one batch of k · b', async () => {
    const trained = async (batchSize: number, accumulate: number) => {
      const training = trainingPlan({ batchSize, epochs: 2, optimizer: sgd(0.1), phase: { accumulate } });
      const model = buildModel(tf, linearPlan(2, 1, LINE), 7);
      await drain(model, training, lineData(200));
      const weights = weightsOf(model, 'logits');
      model.dispose();
      return weights;
    };
    const whole = await trained(12, 1);
    expectClose(await trained(4, 3), whole);
    // Not because nothing moves.
    expect(Math.abs((await trained(4, 1))[0]! - whole[0]!)).toBeGreaterThan(1e-3);
  });

  it('carries what an epoch leaves over into the next', () => {
    const { steps } = moves(
      { optimizer: sgd(1), accumulate: 3 },
      [1, 2, 3, 4, 5, 6].map((g) => [g, g, g]),
      4,
    );
    expectClose(
      steps.map(([first]) => first!),
      [0, 0, -2, 0, 0, -5],
      5,
    );
  });
});

describe('averaging', () => {
  it('EMA is its recurrence over the moves', () => {
    const decay = 0.5;
    const gradients = [1, -2, 3, 0.5, 4].map((g) => [g, 2 * g, -g]);
    const { places, shown } = moves({ optimizer: sgd(0.3), averaging: { kind: 'ema', decay } }, gradients);
    let mean = places[1]!;
    for (let i = 2; i < places.length; i += 1) {
      // As TensorFlow's `num_updates`, with the first move as the beginning.
      const kept = Math.min(decay, i / (9 + i));
      mean = mean.map((value, k) => kept * value + (1 - kept) * places[i]![k]!);
    }
    expectClose(shown, mean);
  });

  it('SWA is the equal mean of the weights at the ends of epochs', async () => {
    const ends: number[][] = [];
    const phase = { averaging: { kind: 'swa', fromEpoch: 2 } as const };
    const training = trainingPlan({ batchSize: 120, epochs: 4, optimizer: sgd(0.1), phase });
    // One batch an epoch over all rows: the steps are those of plain gradient descent.
    const plain = buildModel(tf, linearPlan(2, 1, LINE), 7);
    await drain(
      plain,
      trainingPlan({ batchSize: 120, epochs: 4, optimizer: sgd(0.1) }),
      lineData(200),
      (e) => {
        if (e.kind === 'epoch') ends.push(weightsOf(plain, 'logits'));
      },
    );
    const model = buildModel(tf, linearPlan(2, 1, LINE), 7);
    await drain(model, training, lineData(200));
    const mean = ends[0]!.map((_, k) => (ends[1]![k]! + ends[2]![k]! + ends[3]![k]!) / 3);
    expectClose(weightsOf(model, 'logits'), mean);
    plain.dispose();
    model.dispose();
  });
});

describe('a rate per node', () => {
  it('is an optimizer per rate', async () => {
    const adam = { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    const model = buildModel(tf, densePlan(2, 3, 1, LINE), 5);
    const twin = buildModel(tf, densePlan(2, 3, 1, LINE), 5);
    const phase = phaseOf({ optimizer: { type: 'adam', config: adam }, rates: { logits: 0.25 } });
    const updater = new Updater({ tf, model, phase, stepsPerEpoch: 4, others: [] });
    const apart = {
      hidden: tf.train.adam(0.02, 0.9, 0.999, 1e-7),
      logits: tf.train.adam(0.005, 0.9, 0.999, 1e-7),
    };
    const gradientsFor = (of: BuiltModel, id: string, at: number) =>
      of.layers.get(id)!.trainableWeights.map((weight, k) => {
        const variable = weight.read() as ReturnType<typeof tf.variable>;
        const size = variable.size;
        const values = Array.from({ length: size }, (_, i) => Math.sin(1 + at * 7 + k * 3 + i));
        return { name: variable.name, tensor: tf.tensor(values, variable.shape) };
      });
    for (let at = 0; at < 4; at += 1) {
      tf.tidy(() => {
        const all = ['hidden', 'logits'].flatMap((id) => gradientsFor(model, id, at));
        updater.apply(Object.fromEntries(all.map(({ name, tensor }) => [name, tensor])), []);
        for (const id of ['hidden', 'logits'] as const) apart[id].applyGradients(gradientsFor(twin, id, at));
      });
    }
    for (const id of ['hidden', 'logits']) expectClose(weightsOf(model, id), weightsOf(twin, id));
    updater.dispose();
    for (const optimizer of Object.values(apart)) optimizer.dispose();
    model.dispose();
    twin.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('of 0 is as good as frozen', async () => {
    const model = buildModel(tf, densePlan(2, 3, 2, XOR), 5);
    const [hidden, logits] = [weightsOf(model, 'hidden'), weightsOf(model, 'logits')];
    await drain(model, trainingPlan({ phase: { rates: { hidden: 0 } } }), xorData(100));
    expect(weightsOf(model, 'hidden')).toEqual(hidden);
    expect(weightsOf(model, 'logits')).not.toEqual(logits);
    model.dispose();
  });
});

async function drain(
  model: BuiltModel,
  training: ReturnType<typeof trainingPlan>,
  data: PreparedData,
  watch: (event: RunEvent) => void = () => undefined,
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const backend = { name: tf.getBackend(), threads: 1 };
  for await (const event of run({ tf, model, training, data, control: new RunControl(), backend })) {
    events.push(event);
    watch(event);
  }
  expect(events.at(-1)).toMatchObject({ kind: 'done' });
  return events;
}
