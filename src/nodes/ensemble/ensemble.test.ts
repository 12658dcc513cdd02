/** Ensemble: each rule against arithmetic done by hand, gradients, shapes, files. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Shape, TensorFact } from '../../graph/shape';
import type { EnsembleNodeType } from '../define-node';
import { completed, difference, gradientGap, modelOf, reloaded, run } from '../recurrent/layer-under-test';
import ensemble from './ensemble';

const fact = (shape: Shape = ['batch', 3]): TensorFact => ({ shape, dtype: 'float32', flow: 'scores' });
const members = (count: number, shape?: Shape) => ({
  members: Array.from({ length: count }, () => fact(shape)),
});
const infer = (config: object, ...shapes: Shape[]) =>
  ensemble.inferShapes({
    config: completed(ensemble, config as never) as never,
    inputs: { members: shapes.map(fact) },
    schema: null,
  });
const softmax = (row: readonly number[]): number[] => {
  const powers = row.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
};

const A = [1, 3, 2];
const B = [0, 1, 4];
const C = [2, 5, -1];
const tensors = (): tf.Tensor[] => [A, B, C].map((row) => tf.tensor2d([row]));

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe('rules', () => {
  it('mean: a native layer of tfjs', async () => {
    const model = modelOf(tf, ensemble, { inputs: members(3) });
    expect(difference(run(model, tensors()).values, [1, 3, 5 / 3])).toBeLessThan(1e-6);
    expect(model.getLayer('under_test').getClassName()).toBe('Average');
  });

  it('mean of a single member: the member', () => {
    const model = modelOf(tf, ensemble, { inputs: members(1) });
    expect([...run(model, [tf.tensor2d([A])]).values]).toEqual(A);
  });

  it('fixed weights, divided by their sum; none or zeros are equal', () => {
    const weighted = (weights: readonly number[]) => {
      const config = { rule: 'weighted', learned: false, weights };
      return run(modelOf(tf, ensemble, { config, inputs: members(3) }), tensors()).values;
    };
    const expected = A.map((a, k) => (a + 2 * B[k]! + 5 * C[k]!) / 8);
    expect(difference(weighted([1, 2, 5]), expected)).toBeLessThan(1e-6);
    expect(difference(weighted([]), [1, 3, 5 / 3])).toBeLessThan(1e-6);
    expect(difference(weighted([0, 0, 0]), [1, 3, 5 / 3])).toBeLessThan(1e-6);
  });

  it('learned weights: equal at first, then a softmax of the variable, with the right gradient', () => {
    const model = modelOf(tf, ensemble, { config: { rule: 'weighted' }, inputs: members(3) });
    expect(difference(run(model, tensors()).values, [1, 3, 5 / 3])).toBeLessThan(1e-6);
    model.setWeights([tf.tensor1d([0.5, -1, 2])]);
    const w = softmax([0.5, -1, 2]);
    const expected = A.map((a, k) => w[0]! * a + w[1]! * B[k]! + w[2]! * C[k]!);
    expect(difference(run(model, tensors()).values, expected)).toBeLessThan(1e-6);
    expect(gradientGap(tf, model, tensors())).toBeLessThan(2e-3);
  });

  it('vote: the softmax of the result is the share of votes', () => {
    const model = modelOf(tf, ensemble, { config: { rule: 'vote' }, inputs: members(3) });
    const { values } = run(model, tensors());
    expect(difference(softmax([...values]), [0, 2 / 3, 1 / 3])).toBeLessThan(1e-3);
  });

  it('vote while training: the mean of the probabilities, with gradients to every member', () => {
    const model = modelOf(tf, ensemble, { config: { rule: 'vote' }, inputs: members(3) });
    const mean = softmax(A).map((a, k) => (a + softmax(B)[k]! + softmax(C)[k]!) / 3);
    const { values } = run(model, tensors(), true);
    expect(difference(softmax([...values]), mean)).toBeLessThan(1e-5);

    const x = tensors();
    const input = tf.input({ shape: [3] });
    const heads = [1, 2].map((seed) =>
      tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed }) }).apply(input),
    ) as tf.SymbolicTensor[];
    const vote = ensemble as EnsembleNodeType;
    const config = completed(ensemble, { rule: 'vote' }) as never;
    const layer = vote.build({ tf, config, name: 'vote', seed: 1, inputs: members(2), outputs: {} });
    const whole = tf.model({ inputs: input, outputs: layer.apply(heads) as tf.SymbolicTensor });
    expect(gradientGap(tf, whole, [x[0]!], true)).toBeLessThan(2e-3);
    const { grads } = tf.variableGrads(
      () => (whole.apply(x[0]!, { training: true }) as tf.Tensor).slice([0, 0], [1, 1]).sum(),
      whole.trainableWeights.map((weight) => weight.read() as tf.Variable),
    );
    for (const grad of Object.values(grads)) expect(Math.max(...grad.abs().dataSync())).toBeGreaterThan(1e-4);
  });

  it('vote of binary heads: log-odds of the share of positive members', () => {
    const model = modelOf(tf, ensemble, { config: { rule: 'vote' }, inputs: members(3, ['batch', 1]) });
    const scores = [2, 1, -3].map((score) => tf.tensor2d([[score]]));
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    expect(sigmoid(run(model, scores).values[0]!)).toBeCloseTo(2 / 3, 3);
    const mean = (sigmoid(2) + sigmoid(1) + sigmoid(-3)) / 3;
    expect(sigmoid(run(model, scores, true).values[0]!)).toBeCloseTo(mean, 5);
    const unanimous = run(
      model,
      [5, 6, 7].map((score) => tf.tensor2d([[score]])),
    ).values[0]!;
    expect(unanimous).toBeGreaterThan(5);
    expect(Number.isFinite(unanimous)).toBe(true);
  });
});

describe('shapes', () => {
  it('are those of the members, flow and masks included', () => {
    const masked = { ...fact(['batch', 4, 2]), flow: 'sequence', masked: true } as const;
    const open = { ...masked, masked: false };
    const of = (...facts: TensorFact[]) =>
      ensemble.inferShapes({
        config: completed(ensemble) as never,
        inputs: { members: facts },
        schema: null,
      });
    expect(of(masked, masked)).toEqual({ ok: true, outputs: { output: masked } });
    expect(of(masked, open)).toEqual({ ok: true, outputs: { output: open } });
  });

  it('must be equal; a dense layer on the differing wire repairs another width, a reshape another layout', () => {
    expect(infer({}, ['batch', 3], ['batch', 3], ['batch', 5])).toEqual({
      ok: false,
      problems: [
        {
          code: 'shape-mismatch',
          port: 'members',
          shapes: [
            ['batch', 3],
            ['batch', 3],
            ['batch', 5],
          ],
          proposals: [
            {
              kind: 'insert',
              port: 'members',
              wire: 2,
              type: 'dense',
              config: { units: 3, activation: 'linear' },
            },
          ],
        },
      ],
    });
    expect(infer({}, ['batch', 6], ['batch', 2, 3])).toMatchObject({
      problems: [{ proposals: [{ kind: 'insert', wire: 1, type: 'reshape', config: { targetShape: [6] } }] }],
    });
    expect(infer({}, ['batch', 6], ['batch', 2, 4])).toMatchObject({ problems: [{ proposals: [] }] });
  });

  it('need one fixed weight per member', () => {
    const config = { rule: 'weighted', learned: false, weights: [1, 2] };
    expect(infer(config, ['batch', 3], ['batch', 3]).ok).toBe(true);
    expect(infer(config, ['batch', 3], ['batch', 3], ['batch', 3])).toMatchObject({
      problems: [
        {
          code: 'field-range',
          field: 'weights',
          received: 2,
          proposals: [
            { kind: 'set', config: { weights: [1, 2, 1] } },
            { kind: 'set', config: { weights: [] } },
          ],
        },
      ],
    });
    expect(infer({ ...config, learned: true }, ['batch', 3], ['batch', 3], ['batch', 3]).ok).toBe(true);
  });
});

describe('files', () => {
  it.each([
    { rule: 'mean' },
    { rule: 'weighted', learned: false, weights: [1, 2, 3] },
    { rule: 'weighted' },
    { rule: 'vote' },
  ])('keep %o', async (config) => {
    const model = modelOf(tf, ensemble, { config, inputs: members(3) });
    const copy = await reloaded(tf, model);
    expect(difference(run(copy, tensors()).values, run(model, tensors()).values)).toBe(0);
    const type = ensemble as EnsembleNodeType;
    const complete = completed(ensemble, config) as never;
    const declared = type.weights({ config: complete, inputs: members(3), outputs: {}, schema: null });
    expect(copy.getWeights().map((weight) => weight.shape)).toEqual(declared.map((weight) => weight.shape));
  });
});
