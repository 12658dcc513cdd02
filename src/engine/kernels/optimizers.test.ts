// The native optimizer steps against tfjs's own, over twenty steps, with their whole state.
import type { Optimizer, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../nodes/fields';
import { OPTIMIZERS } from '../../nodes/training-index';
import { expectClose, loadTfjs, Random, switchToWasm, toTensor, type Values } from './against-cpu';
import type { Tfjs } from './kernel';
import { accelerateOptimizer } from './register';

const SEED = 31_337;
const STEPS = 20;

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

const ours = (type: string, config: object): (() => Optimizer) => {
  const definition = OPTIMIZERS.find((optimizer) => optimizer.type === type)!;
  return () => definition.build(tf, { ...defaultConfig(definition.fields), ...config } as never);
};

const MAKE: Record<string, () => Optimizer> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.05, 0.8),
  nesterov: () => tf.train.momentum(0.05, 0.8, true),
  rmsprop: () => tf.train.rmsprop(0.05, 0.85),
  'rmsprop with momentum': () => tf.train.rmsprop(0.05, 0.85, 0.7, 1e-5),
  'centered rmsprop': () => tf.train.rmsprop(0.05, 0.85, 0.7, 1e-3, true),
  adagrad: () => tf.train.adagrad(0.05, 0.2),
  adam: () => tf.train.adam(0.05, 0.8, 0.95, 1e-6),
  'adam without memory': () => tf.train.adam(0.05, 0, 0, 1e-3),
  adamax: () => tf.train.adamax(0.05),
  adadelta: () => tf.train.adadelta(0.5),
  'the editor’s sgd': () => ours('sgd', { learningRate: 0.03 })(),
  'the editor’s Nesterov': () => ours('sgd', { learningRate: 0.03, nesterov: true })(),
  'the editor’s adam': () => ours('adam', { learningRate: 0.03 })(),
  'the editor’s adamw': () => ours('adamw', { learningRate: 0.03, weightDecay: 0.2 })(),
  'the editor’s rmsprop': () => ours('rmsprop', { momentum: 0.5 })(),
};

const isVariable = (value: unknown): value is Variable => value instanceof tf.Variable;

/** Weights and everything that the optimizer remembers, by name. */
function stateOf(optimizer: Optimizer, weights: readonly Variable[]): [string, Variable][] {
  const members = Object.entries(optimizer as unknown as Record<string, unknown>);
  const slots = members.flatMap(([member, value]) =>
    Array.isArray(value)
      ? (value as { originalName: string; variable: Variable }[]).map(
          ({ originalName, variable }): [string, Variable] => [`${member}: ${originalName}`, variable],
        )
      : isVariable(value)
        ? [[member, value] as [string, Variable]]
        : [],
  );
  return [...weights.map((weight): [string, Variable] => [weight.name, weight]), ...slots];
}

/** Twenty steps on weights of several sizes, one without a gradient at times, a new rate half way; names and values after. */
function train(
  make: () => Optimizer,
  accelerated: boolean,
  hold = false,
): [names: string[], values: Values[]] {
  // tfjs's optimizers leave constants behind; whatever they leave, ours leaves no more.
  const before = tf.memory().numTensors;
  const random = new Random(SEED);
  const weights = [[7, 3], [5], [1], [2, 2, 4], [130], []].map((shape, i) =>
    tf.variable(toTensor(tf, random.floats(shape)), true, `w${i}`),
  );
  const optimizer = accelerated ? accelerateOptimizer(tf, make()) : make();
  const held: Tensor[] = [];
  const seen: number[][] = [];
  for (let step = 0; step < STEPS; step++) {
    const gradients = Object.fromEntries(
      weights.map((weight) => [weight.name, toTensor(tf, random.floats(weight.shape))]),
    );
    if (step % 3 === 2) {
      gradients['w1']?.dispose();
      delete gradients['w1'];
    }
    if (step === STEPS / 2) {
      const members = optimizer as unknown as { learningRate: number; setLearningRate?(rate: number): void };
      if (members.setLearningRate) members.setLearningRate(0.02);
      else members.learningRate = 0.02;
    }
    const list = weights.map(({ name }) => ({ name, tensor: gradients[name] as Tensor }));
    optimizer.applyGradients(list);
    tf.dispose(gradients);
    if (hold && step === 4) {
      // Someone keeps weights and state: what they hold must not change any more.
      held.push(...stateOf(optimizer, weights).map(([, variable]) => tf.clone(variable)));
      seen.push(...held.map((tensor) => Array.from(tensor.dataSync())));
    }
  }
  for (const [i, tensor] of held.entries()) expect(Array.from(tensor.dataSync())).toEqual(seen[i]);
  expect(optimizer.iterations).toBe(STEPS);
  const state = stateOf(optimizer, weights);
  const values = state.map(
    ([, { shape, dtype }], i): Values => ({ shape, dtype, data: Array.from(state[i]![1].dataSync()) }),
  );
  optimizer.dispose();
  tf.dispose([...held, ...weights]);
  values.push({ shape: [], dtype: 'int32', data: [tf.memory().numTensors - before] });
  return [state.map(([name]) => name), values];
}

describe.each(Object.keys(MAKE))('%s', (name) => {
  const make = () => MAKE[name]!();

  it('does what tfjs does, with its state under its names', async () => {
    await switchToWasm(tf, 'native');
    const [names, expected] = train(make, false);
    const [sameNames, actual] = train(make, true);
    expect(sameNames).toEqual(names);
    expectClose(actual, expected, 'native');
    expectClose(train(make, true, true)[1], expected, 'native, with clones held');
    await switchToWasm(tf, 'js');
    expectClose(train(make, true)[1], expected, 'without the module');
    await tf.setBackend('cpu');
    expectClose(train(make, true)[1], expected, 'cpu');
  });

  it('gives the same bits every time', async () => {
    await switchToWasm(tf, 'native');
    const [, first] = train(make, true);
    for (let i = 0; i < 2; i++) expect(train(make, true)[1]).toEqual(first);
  });
});

it('a weight’s numbers do not depend on where in its tensor it lies', async () => {
  await switchToWasm(tf, 'native');
  for (const name of ['sgd', 'momentum', 'rmsprop with momentum', 'adagrad', 'adam']) {
    const weight = tf.variable(tf.fill([11], 0.3), true, 'even');
    const optimizer = accelerateOptimizer(tf, MAKE[name]!());
    for (let i = 0; i < 3; i++) {
      const gradient = tf.fill([11], 0.7 - i / 5);
      optimizer.applyGradients({ even: gradient } as never);
      gradient.dispose();
    }
    expect(new Set(weight.dataSync()).size, name).toBe(1);
    optimizer.dispose();
    weight.dispose();
  }
});

it('a NaN or an infinity stays with its own weight', async () => {
  await switchToWasm(tf, 'native');
  for (const name of ['sgd', 'nesterov', 'rmsprop', 'adagrad', 'adam']) {
    const weight = tf.variable(tf.ones([6]), true, 'sick');
    const optimizer = accelerateOptimizer(tf, MAKE[name]!());
    const gradient = tf.tensor1d([0.1, Number.NaN, 0.1, 0.1, 0.1, Number.POSITIVE_INFINITY]);
    optimizer.applyGradients({ sick: gradient } as never);
    const values = Array.from(weight.dataSync());
    expect(values.map(Number.isFinite), name).toEqual([true, false, true, true, true, false]);
    optimizer.dispose();
    tf.dispose([weight, gradient]);
  }
});

it.each([
  'sgd',
  'momentum',
  'nesterov',
  'rmsprop',
  'adagrad',
  'adam',
  'the editor’s sgd',
  'the editor’s adam',
  'the editor’s adamw',
  'the editor’s rmsprop',
])('%s: no kernel of tfjs runs in a step', async (name) => {
  await switchToWasm(tf, 'native');
  const weight = tf.variable(tf.ones([8]), true, 'counted');
  const optimizer = accelerateOptimizer(tf, MAKE[name]!());
  const gradient = tf.ones([8]);
  const step = () => optimizer.applyGradients({ counted: gradient } as never);
  step();
  const { kernels } = await tf.profile(() => {
    step();
    return gradient;
  });
  expect(kernels).toEqual([]);
  optimizer.dispose();
  tf.dispose([weight, gradient]);
});

it('the state goes back and forth between backends', async () => {
  await switchToWasm(tf, 'native');
  const weight = tf.variable(tf.ones([8]), true, 'moving');
  const optimizer = accelerateOptimizer(tf, tf.train.adam(0.1));
  const gradient = tf.ones([8]);
  const step = () => optimizer.applyGradients({ moving: gradient } as never);
  step();
  await tf.setBackend('cpu');
  step();
  await switchToWasm(tf, 'native');
  step();
  step();
  // Every gradient is 1, so Adam moves by its rate each time.
  for (const value of weight.dataSync()) expect(value).toBeCloseTo(0.6, 5);
  optimizer.dispose();
  tf.dispose([weight, gradient]);
});

it('a convolution sees the new weights: XNNPACK packs a filter once per tensor', async () => {
  await switchToWasm(tf, 'native');
  const filter = tf.variable(tf.ones([1, 1, 1, 1]) as Tensor4D, true, 'filter');
  const x = tf.ones([1, 2, 2, 1]) as Tensor4D;
  const optimizer = accelerateOptimizer(tf, tf.train.adam(0.5));
  const outputs = [0, 1, 2].map(() => {
    const [y] = tf.tidy(() =>
      tf.conv2d(x, filter as unknown as Tensor4D, 1, 'same').dataSync(),
    ) as unknown as Float32Array;
    const gradient = tf.ones([1, 1, 1, 1]);
    optimizer.applyGradients({ filter: gradient } as never);
    gradient.dispose();
    return y as number;
  });
  expect(outputs.map((y) => Number(y.toFixed(3)))).toEqual([1, 0.5, 0]);
  optimizer.dispose();
  tf.dispose([filter, x]);
});
