/** Losses of the heads with their weights: by class, and learned. Against sums worked out by hand. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PreparedData } from '../data/dataset';
import { createRandom } from '../data/random';
import type { TargetSpec } from '../graph/data-spec';
import { chooseBackend } from './backend';
import { type BuiltModel, buildModel } from './build-model';
import { balancedWeights } from './class-weights';
import { Objective } from './objective';
import { run } from './run';
import { RunControl } from './run-control';
import type { RunEvent } from './run-event';
import { LINE, linearPlan, lineData, memoryData, trainingPlan, twoHeads, XOR, xorData } from './testing';
import { nodeBackendEnv, tf } from './tf-node';

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

const logSoftmax = (row: readonly number[], k: number) =>
  row[k]! - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));

describe('class weights', () => {
  const THREE: TargetSpec = { kind: 'class', column: 'c', classes: ['a', 'b', 'c'] };

  it('balanced are n / (classes · n_c) over the training rows alone', () => {
    // 6 training rows: a a a b b c; the others would change everything.
    const y = [0, 0, 0, 1, 1, 2, 2, 2, 2, 2].map((c) => [c]);
    const data = memoryData(y, y, THREE, { validation: 0.2, test: 0.2 });
    const [weights] = balancedWeights(linearPlan(1, 3, THREE), data);
    expectClose([...weights!], [6 / (3 * 3), 6 / (3 * 2), 6 / (3 * 1)]);
  });

  it('leave out a class that never occurs', () => {
    const y = [0, 0, 0, 2].map((c) => [c]);
    const data = memoryData(y, y, THREE, { validation: 0, test: 0 });
    const [weights] = balancedWeights(linearPlan(1, 3, THREE), data);
    expectClose([...weights!], [4 / (2 * 3), 1, 4 / (2 * 1)]);
  });

  it('are none for numbers, and never look at the inputs of a class head', () => {
    expect(balancedWeights(linearPlan(2, 1, LINE), lineData(20))).toEqual([null]);
    const batch = () => {
      throw new Error('An input was made');
    };
    const data: PreparedData = { ...xorData(20), batch };
    expect(balancedWeights(linearPlan(2, 2, XOR), data)[0]).toHaveLength(2);
  });

  it('weight each row of a class head, while the report stays plain', () => {
    const weights = Float32Array.from([0.5, 2, 3]);
    const options = { classWeights: [weights], lossWeighting: 'fixed' } as const;
    const objective = new Objective(tf, linearPlan(1, 3, THREE), options);
    const z = [
      [1, 2, -1],
      [0, 0.5, 3],
      [-2, 1, 1],
    ];
    const y = [0, 2, 1];
    const rows = z.map((row, i) => -logSoftmax(row, y[i]!));
    const weighted = rows.reduce((sum, loss, i) => sum + loss * weights[y[i]!]!, 0) / 3;
    tf.tidy(() => {
      const losses = objective.losses({ values: [tf.tensor2d(z)], masks: [null] }, [tf.tensor1d(y, 'int32')]);
      expect(losses.minimised.dataSync()[0]).toBeCloseTo(weighted, 5);
      const plain = rows.reduce((sum, loss) => sum + loss, 0) / 3;
      expect(losses.total.dataSync()[0]).toBeCloseTo(plain, 5);
      expect(losses.heads[0]!.dataSync()[0]).toBeCloseTo(plain, 5);
    });
    objective.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('weight each real step of a tags head, dividing by their number', () => {
    const target: TargetSpec = { kind: 'tags', column: 't', classes: ['o', 'x'], length: 3 };
    const weights = Float32Array.from([0.2, 4]);
    const plan = linearPlan(2, 2, target);
    const options = { classWeights: [weights], lossWeighting: 'fixed' } as const;
    const objective = new Objective(tf, plan, options);
    const z = [1, 2, 0, -1, 3, 0.5, 0.1, 0.2, 2, 2, -1, 1];
    const y = [0, 1, 0, 0, 0, 1];
    const mask = [1, 1, 0, 1, 0, 0];
    const row = (b: number) => {
      let sum = 0;
      let steps = 0;
      for (let t = 0; t < 3; t += 1) {
        const at = b * 3 + t;
        if (mask[at] === 0) continue;
        sum -= weights[y[at]!]! * logSoftmax(z.slice(at * 2, at * 2 + 2), y[at]!);
        steps += 1;
      }
      return sum / steps;
    };
    tf.tidy(() => {
      const outputs = { values: [tf.tensor3d(z, [2, 3, 2])], masks: [tf.tensor2d(mask, [2, 3])] };
      const { minimised } = objective.losses(outputs, [tf.tensor2d(y, [2, 3], 'int32')]);
      expect(minimised.dataSync()[0]).toBeCloseTo((row(0) + row(1)) / 2, 5);
    });
    objective.dispose();
  });

  it('count the real steps of a tags head, from the tokens', () => {
    const target: TargetSpec = { kind: 'tags', column: 't', classes: ['o', 'x'], length: 3 };
    const plan = linearPlan(3, 2, target);
    const mask = { node: 'x', port: 'output' };
    const tokens = [
      [5, 6, 0],
      [7, 0, 0],
    ];
    const tags = [
      [0, 1, 0],
      [1, 0, 0],
    ];
    const data = memoryData(tokens, tags, target, { validation: 0, test: 0 });
    const masked = { ...plan, heads: [{ ...plan.heads[0]!, mask }] };
    // Real steps: o x x. Without the mask the padding would make it o × 4, x × 2.
    expectClose([...balancedWeights(masked, data)[0]!], [3 / (2 * 1), 3 / (2 * 2)]);
    expectClose([...balancedWeights(plan, data)[0]!], [6 / (2 * 4), 6 / (2 * 2)]);
  });

  it('find a rare class that is otherwise ignored', async () => {
    // One row in twenty is positive, one deviation further right: the likeliest answer is "no" nearly everywhere.
    const random = createRandom(3);
    const noise = () => random() + random() + random() + random() - 2;
    const x = Array.from({ length: 800 }, (_, i) => [noise() + (i % 20 === 0 ? 0.58 : 0), 1]);
    const y = x.map((_, i) => [i % 20 === 0 ? 1 : 0]);
    const recall = async (classWeights: 'none' | 'balanced') => {
      const plan = linearPlan(2, 2, XOR);
      const heads = [{ ...plan.heads[0]!, metrics: ['recall'] }];
      const model = buildModel(tf, { ...plan, heads }, 1);
      const data = memoryData(x, y, XOR, { validation: 0, test: 0.25 });
      const events = await drain(model, trainingPlan({ epochs: 20, phase: { classWeights } }), data);
      model.dispose();
      const done = events.at(-1)!;
      return done.kind === 'done' ? done.evaluation!.measures['recall']! : Number.NaN;
    };
    expect(await recall('none')).toBeLessThan(0.2);
    expect(await recall('balanced')).toBeGreaterThan(0.5);
  });
});

describe('learned weights of the losses', () => {
  it('are e^−s L + s/2 for classes and e^−s L/2 + s/2 for numbers, with that slope', () => {
    const { plan } = twoHeads(100);
    const objective = new Objective(tf, plan, { classWeights: [], lossWeighting: 'uncertainty' });
    const [s, r] = [0.4, -0.7];
    tf.tidy(() => {
      objective.variables[0]!.assign(tf.scalar(s));
      objective.variables[1]!.assign(tf.scalar(r));
      const outputs = {
        values: [tf.tensor2d([[1, 3]]), tf.tensor2d([[2.5]])],
        masks: [null, null],
      };
      const targets = [tf.tensor1d([0], 'int32'), tf.tensor2d([[1]])];
      const [a, b] = [-logSoftmax([1, 3], 0), 1.5 ** 2];
      const { value, grads } = tf.variableGrads(
        () => objective.losses(outputs, targets).minimised,
        [...objective.variables],
      );
      const expected = Math.exp(-s) * a + s / 2 + (Math.exp(-r) * b) / 2 + r / 2;
      expect(value.dataSync()[0]).toBeCloseTo(expected, 5);
      const slopes = objective.variables.map(({ name }) => grads[name]!.dataSync()[0]!);
      expectClose(slopes, [0.5 - Math.exp(-s) * a, 0.5 - (Math.exp(-r) * b) / 2], 5);
      // What is reported goes by the weights that are set.
      const { total } = objective.losses(outputs, targets);
      expect(total.dataSync()[0]).toBeCloseTo(3 * a + b, 5);
    });
    objective.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('move with the weights of the model, change its course and leave nothing behind', async () => {
    const { plan, data } = twoHeads(100);
    const trained = async (lossWeighting: 'fixed' | 'uncertainty') => {
      const model = buildModel(tf, plan, 2);
      const events = await drain(model, trainingPlan({ epochs: 3, phase: { lossWeighting } }), data);
      const weights = weightsOf(model, 'hidden');
      model.dispose();
      return { weights, events };
    };
    const fixed = await trained('fixed');
    const learned = await trained('uncertainty');
    expect(learned.weights).not.toEqual(fixed.weights);
    // The first report is of the same model, in the same measure.
    const first = (events: readonly RunEvent[]) => events.find((event) => event.kind === 'step')!;
    expect(first(learned.events)).toMatchObject({
      measures: (first(fixed.events) as Extract<RunEvent, { kind: 'step' }>).measures,
    });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('are nothing where there is only one head', () => {
    const options = { classWeights: [], lossWeighting: 'uncertainty' } as const;
    expect(new Objective(tf, linearPlan(2, 2, XOR), options).variables).toEqual([]);
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
