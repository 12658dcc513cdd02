/** Small plans and data sets for the tests of the engine and the worker. No tfjs, nothing that the app uses. */
import {
  type ModelPlan,
  type Phase,
  PLAN_VERSION,
  type PlanHead,
  type PlanNode,
  type TrainingPlan,
} from '../compile/plan';
import type { Batch, FittedTarget, PreparedData } from '../data/dataset';
import { createRandom } from '../data/random';
import type { TargetSpec } from '../graph/data-spec';
import { type Config, nodeId } from '../graph/document';
import type { TensorFact } from '../graph/shape';

export const vectorFact = (size: number): TensorFact => ({
  shape: ['batch', size],
  dtype: 'float32',
  flow: 'vector',
});

/** A primitive with one input wire. */
export function planNode(
  id: string,
  type: string,
  config: Config,
  from: string,
  inputFact: TensorFact,
  output: TensorFact,
): PlanNode {
  return {
    id,
    source: nodeId(id),
    type,
    name: id,
    config,
    inputs: { input: [{ node: from, port: 'output' }] },
    inputFacts: { input: [inputFact] },
    outputs: { output },
    mask: null,
    trainable: true,
  };
}

export const denseConfig = (units: number, activation: string, rest: Config = {}): Config => ({
  units,
  activation,
  useBias: true,
  kernelInitializer: 'glorotUniform',
  ...rest,
});

export function planHead(part: Partial<PlanHead> & Pick<PlanHead, 'logits' | 'target'>): PlanHead {
  const isNumbers = part.target.kind === 'numbers';
  return {
    id: 'head',
    source: nodeId('head'),
    name: 'head',
    prediction: part.logits,
    loss: isNumbers ? 'mean-squared-error' : 'categorical-crossentropy',
    metrics: isNumbers ? ['mae'] : ['accuracy'],
    weight: 1,
    mask: null,
    ...part,
  };
}

const output = (node: string) => ({ node, port: 'output' });

/** input → hidden (tanh) → logits; a class head predicts by softmax, a numbers head gives the logits. */
export function densePlan(inputs: number, hidden: number, outputs: number, target: TargetSpec): ModelPlan {
  const nodes = [
    planNode('hidden', 'dense', denseConfig(hidden, 'tanh'), 'x', vectorFact(inputs), vectorFact(hidden)),
    planNode(
      'logits',
      'dense',
      denseConfig(outputs, 'linear'),
      'hidden',
      vectorFact(hidden),
      vectorFact(outputs),
    ),
  ];
  const isNumbers = target.kind === 'numbers';
  if (!isNumbers) {
    // A dense layer would do as well; the fixture needs softmax without weights.
    const softmax = { activation: outputs === 1 ? 'sigmoid' : 'softmax' };
    nodes.push(planNode('scores', 'activation', softmax, 'logits', vectorFact(outputs), vectorFact(outputs)));
  }
  return {
    version: PLAN_VERSION,
    inputs: [{ id: 'x', source: nodeId('x'), name: 'x', fact: vectorFact(inputs), feature: null }],
    nodes,
    heads: [
      planHead({ logits: output('logits'), prediction: output(isNumbers ? 'logits' : 'scores'), target }),
    ],
  };
}

/** x → one linear layer. */
export function linearPlan(inputs: number, outputs: number, target: TargetSpec): ModelPlan {
  const plan = densePlan(inputs, 2, outputs, target);
  const config = denseConfig(outputs, 'linear');
  const logits = planNode('logits', 'dense', config, 'x', vectorFact(inputs), vectorFact(outputs));
  return { ...plan, nodes: [logits, ...plan.nodes.slice(2)] };
}

/** One phase with nothing special in it. */
const PHASE: Omit<Phase, 'optimizer' | 'epochs'> = {
  name: 'fit',
  trainable: 'all',
  earlyStopping: null,
  schedule: { type: 'constant', config: {} },
  clipping: null,
  accumulate: 1,
  averaging: null,
  rates: {},
  classWeights: 'none',
  lossWeighting: 'fixed',
  stop: { minutes: null, target: null },
};

export function trainingPlan(
  part: Partial<TrainingPlan> & {
    epochs?: number;
    optimizer?: Phase['optimizer'];
    /** Other settings of the one phase. */
    phase?: Partial<Phase>;
  },
): TrainingPlan {
  const {
    epochs = 3,
    optimizer = { type: 'adam', config: { learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } },
    phase,
    ...rest
  } = part;
  return {
    version: PLAN_VERSION,
    phases: [{ ...PHASE, optimizer, epochs, ...phase }],
    batchSize: 16,
    validationSplit: 0.2,
    testSplit: 0.2,
    seed: 7,
    ...rest,
  };
}

/** Rows held in memory, cut into train, validation and test by share and in order. */
export function memoryData(
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  target: TargetSpec,
  splits: { readonly validation: number; readonly test: number } = { validation: 0.2, test: 0.2 },
  fitted: FittedTarget = target.kind === 'numbers'
    ? { kind: 'numbers', mean: target.columns.map(() => 0), std: target.columns.map(() => 1) }
    : { kind: target.kind },
): PreparedData {
  const count = inputs.length;
  const testFrom = Math.round(count * (1 - splits.test));
  const validationFrom = Math.round(count * (1 - splits.test - splits.validation));
  const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  const width = targets[0]!.length;
  const rowsOf = (rows: ArrayLike<number>, values: readonly (readonly number[])[]) =>
    Array.from(rows).flatMap((row) => values[row]!);
  const targetsOf = (rows: ArrayLike<number>): Batch['targets'] => {
    const y = rowsOf(rows, targets);
    return [
      target.kind === 'numbers'
        ? { shape: [rows.length, width], values: Float32Array.from(y) }
        : {
            shape: target.kind === 'class' ? [rows.length] : [rows.length, width],
            values: Int32Array.from(y),
          },
    ];
  };
  return {
    spec: {
      features: [],
      targets: [{ name: 'head', target }],
      validationSplit: splits.validation,
      testSplit: splits.test,
      seed: 7,
    },
    fitted: { features: [], targets: [fitted] },
    rows: {
      train: range(0, validationFrom),
      validation: range(validationFrom, testFrom),
      test: range(testFrom, count),
    },
    batch(rows): Batch {
      const x = Float32Array.from(rowsOf(rows, inputs));
      return {
        inputs: [{ shape: [rows.length, inputs[0]!.length], values: x }],
        targets: targetsOf(rows),
      };
    },
    targets: targetsOf,
  };
}

/** Two coordinates in −1..1; class 1 where their signs differ. Not separable by a line. */
export function xorData(count: number): PreparedData {
  const random = createRandom(11);
  const inputs = Array.from({ length: count }, () => [random() * 2 - 1, random() * 2 - 1]);
  const targets = inputs.map(([a, b]) => [a! * b! < 0 ? 1 : 0]);
  return memoryData(inputs, targets, XOR);
}
export const XOR: TargetSpec = { kind: 'class', column: 'xor', classes: ['same', 'different'] };

/** y = 3a − 2b + 1 with a little noise. */
export function lineData(count: number): PreparedData {
  const random = createRandom(12);
  const inputs = Array.from({ length: count }, () => [random() * 2 - 1, random() * 2 - 1]);
  const targets = inputs.map(([a, b]) => [3 * a! - 2 * b! + 1 + (random() - 0.5) * 0.02]);
  return memoryData(inputs, targets, LINE);
}
export const LINE: TargetSpec = { kind: 'numbers', columns: ['y'], horizon: 0, standardise: false };

/** A class head and a numbers head on one hidden layer, both learned from the same two numbers. */
export function twoHeads(count: number): { readonly plan: ModelPlan; readonly data: PreparedData } {
  const base = densePlan(2, 4, 2, XOR);
  const line = planNode('y', 'dense', denseConfig(1, 'linear'), 'hidden', vectorFact(4), vectorFact(1));
  const logits = output('y');
  const heads = [
    { ...base.heads[0]!, name: 'xor', metrics: [], weight: 3 },
    planHead({ id: 'line', source: nodeId('line'), name: 'line', logits, target: LINE, metrics: [] }),
  ];
  const [classes, numbers] = [xorData(count), lineData(count)];
  const targets = (rows: ArrayLike<number>) => [...classes.targets(rows), ...numbers.targets(rows)];
  return {
    plan: { ...base, nodes: [...base.nodes, line], heads },
    data: {
      ...classes,
      fitted: { features: [], targets: [...classes.fitted.targets, ...numbers.fitted.targets] },
      targets,
      batch: (rows) => ({ ...classes.batch(rows), targets: targets(rows) }),
    },
  };
}
