import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../graph/document';
import { DEFAULT_TRAINING } from '../../graph/training-settings';
import { defaultConfig } from '../fields';
import { OPTIMIZERS, optimizerType } from '../training-index';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

/** Weights after each step of minimising w²/2 · (scale per weight), whose gradient is scale · w. */
function descend(type: string, config: Config, steps: number): number[][] {
  const optimizerDefinition = optimizerType(type)!;
  const optimizer = optimizerDefinition.build(tf, {
    ...defaultConfig(optimizerDefinition.fields),
    ...config,
  } as never);
  const weight = tf.tidy(() => tf.variable(tf.tensor1d(START)));
  const scale = tf.tensor1d(SCALE);
  const path: number[][] = [];
  for (let i = 0; i < steps; i += 1) {
    const cost = () => tf.sum(tf.mul(tf.mul(tf.square(weight), scale), 0.5)) as tf.Scalar;
    const { value, grads } = optimizer.computeGradients(cost, [weight]);
    optimizer.applyGradients([{ name: weight.name, tensor: grads[weight.name]! }]);
    tf.dispose([value, grads]);
    path.push(Array.from(weight.dataSync()));
  }
  tf.dispose([weight, scale]);
  optimizer.dispose();
  return path;
}
const START = [1, -2];
const SCALE = [1, 10];

/** The rule in plain numbers, for one weight. */
function reference(
  rule: (w: number, g: number, state: Record<string, number>, t: number) => number,
  steps: number,
): number[][] {
  const states = START.map((): Record<string, number> => ({ m: 0, v: 0 }));
  let weights = START;
  return Array.from({ length: steps }, (_, i) => {
    weights = weights.map((w, k) => rule(w, SCALE[k]! * w, states[k]!, i + 1));
    return weights;
  });
}

function expectSamePath(actual: number[][], expected: number[][]): void {
  for (const [i, weights] of expected.entries()) {
    for (const [k, weight] of weights.entries()) expect(actual[i]![k]).toBeCloseTo(weight, 4);
  }
}

const adamRule =
  (decay: number) =>
  (w: number, g: number, state: Record<string, number>, t: number): number => {
    state.m = 0.9 * state.m! + 0.1 * g;
    state.v = 0.999 * state.v! + 0.001 * g * g;
    const step = state.m / (1 - 0.9 ** t) / (Math.sqrt(state.v / (1 - 0.999 ** t)) + 1e-7);
    return w * (1 - 0.05 * decay) - 0.05 * step;
  };

describe('the documented update rule', () => {
  it('sgd', () => {
    const expected = reference((w, g) => w - 0.05 * g, 6);
    expectSamePath(descend('sgd', { learningRate: 0.05, momentum: 0 }, 6), expected);
  });

  it('sgd with momentum', () => {
    const expected = reference((w, g, state) => {
      state.v = 0.8 * state.v! + g;
      return w - 0.05 * state.v;
    }, 6);
    expectSamePath(descend('sgd', { learningRate: 0.05, momentum: 0.8, nesterov: false }, 6), expected);
  });

  it('sgd with Nesterov momentum', () => {
    const expected = reference((w, g, state) => {
      state.v = 0.8 * state.v! + g;
      return w - 0.05 * (g + 0.8 * state.v);
    }, 6);
    expectSamePath(descend('sgd', { learningRate: 0.05, momentum: 0.8, nesterov: true }, 6), expected);
  });

  it('adam', () => {
    expectSamePath(descend('adam', { learningRate: 0.05 }, 6), reference(adamRule(0), 6));
  });

  it('adamw: the decay is apart from the gradient', () => {
    expectSamePath(
      descend('adamw', { learningRate: 0.05, weightDecay: 0.3 }, 6),
      reference(adamRule(0.3), 6),
    );
  });

  it('rmsprop', () => {
    const expected = reference((w, g, state) => {
      state.v = 0.9 * state.v! + 0.1 * g * g;
      return w - (0.05 * g) / Math.sqrt(state.v + 1e-7);
    }, 6);
    expectSamePath(descend('rmsprop', { learningRate: 0.05, momentum: 0 }, 6), expected);
  });
});

describe.each(OPTIMIZERS.map(({ type }) => type))('%s', (type) => {
  it('goes downhill with its defaults and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const path = descend(type, {}, 200);
    const cost = ([a, b]: number[]) => a! * a! + 10 * b! * b!;
    expect(cost(path.at(-1)!)).toBeLessThan(cost(START));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves weights without a gradient alone but keeps their place', () => {
    const definition = optimizerType(type)!;
    const optimizer = definition.build(tf, defaultConfig(definition.fields) as never);
    const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(1))];
    optimizer.applyGradients([
      { name: a.name, tensor: undefined as unknown as tf.Tensor },
      { name: b.name, tensor: tf.scalar(1) },
    ]);
    expect(b.dataSync()[0]).toBeLessThan(1);
    if (type !== 'adamw') expect(a.dataSync()[0]).toBe(1);
    tf.dispose([a, b]);
    optimizer.dispose();
  });
});

it('the default training settings are exactly the fields of their optimizer', () => {
  const { type, config } = DEFAULT_TRAINING.optimizer;
  expect(Object.keys(config).sort()).toEqual(Object.keys(optimizerType(type)!.fields).sort());
});
