/** Convolution, pooling and reshape on inputs that do not fit: what they propose must make them fit. */
import { describe, expect, it } from 'vitest';
import type { Shape, TensorFact } from '../../graph/shape';
import { flowOfRank } from '../../graph/shape';
import type { Proposal } from '../define-node';
import { nodeType } from '../index';
import { parseConfig } from '../parse-config';

const fact = (...dims: Shape): TensorFact => ({
  shape: ['batch', ...dims],
  dtype: 'float32',
  flow: flowOfRank(dims.length + 1),
});

function infer(name: string, input: TensorFact, config = {}) {
  const type = nodeType(name)!;
  return type.inferShapes({
    config: parseConfig(type, config).config as never,
    inputs: { input: [input] },
    schema: null,
  });
}

/** Output shape after each `set` proposal of the first problem. */
function repaired(name: string, input: TensorFact, config: object): (Shape | null)[] {
  const inferred = infer(name, input, config);
  if (inferred.ok) throw new Error('was accepted');
  return inferred.problems[0]!.proposals!.map((proposal: Proposal) => {
    const again = infer(name, input, { ...config, ...proposal.config });
    return again.ok ? again.outputs['output']!.shape : null;
  });
}

describe('windows larger than the input', () => {
  it('propose same padding and the largest window that fits', () => {
    expect(repaired('conv-2d', fact(4, 9, 2), { filters: 3, kernelSize: [5, 5], padding: 'valid' })).toEqual([
      ['batch', 4, 9, 3],
      ['batch', 1, 5, 3],
    ]);
    expect(repaired('max-pooling-2d', fact(1, 6, 2), {})).toEqual([
      ['batch', 1, 3, 2],
      ['batch', 1, 3, 2],
    ]);
    expect(repaired('max-pooling-1d', fact(3, 2), { poolSize: 4 })).toEqual([
      ['batch', 1, 2],
      ['batch', 1, 2],
    ]);
  });

  it('undo a dilation that made the window too large', () => {
    expect(
      repaired('conv-1d', fact(6, 2), { filters: 3, kernelSize: 3, dilationRate: 4, padding: 'valid' }),
    ).toEqual([
      ['batch', 6, 3],
      ['batch', 4, 3],
    ]);
    const inferred = infer('conv-1d', fact(6, 2), { kernelSize: 3, dilationRate: 4, padding: 'valid' });
    expect(inferred).toMatchObject({
      problems: [{ code: 'window-too-large', window: [9], field: 'kernelSize' }],
    });
  });

  it('allow a dilation only with strides of one', () => {
    const config = { filters: 2, dilationRate: [2, 2], strides: [2, 2] };
    expect(infer('conv-2d', fact(8, 8, 1), config)).toMatchObject({
      problems: [{ code: 'field-range', field: 'dilationRate' }],
    });
    expect(repaired('conv-2d', fact(8, 8, 1), config)).toEqual([
      ['batch', 4, 4, 2],
      ['batch', 8, 8, 2],
    ]);
  });
});

describe('inputs of another kind', () => {
  const adapted = (name: string, input: TensorFact) =>
    nodeType(name)!.adaptInput!('input', input).map((proposal) => {
      const inferred = infer(
        (proposal as Extract<Proposal, { kind: 'insert' }>).type,
        input,
        proposal.config,
      );
      return inferred.ok ? inferred.outputs['output']!.shape.slice(1) : null;
    });

  it('become images: squares, grey or colour, and sequences with one channel', () => {
    expect(adapted('conv-2d', fact(784))).toEqual([[28, 28, 1]]);
    expect(adapted('conv-2d', fact(3072))).toEqual([[32, 32, 3]]);
    expect(adapted('conv-2d', fact(10))).toEqual([]);
    expect(adapted('max-pooling-2d', fact(9, 4))).toEqual([[9, 4, 1]]);
  });

  it('become sequences: values one by one, images row by row', () => {
    expect(adapted('conv-1d', fact(12))).toEqual([[12, 1]]);
    expect(adapted('conv-1d', fact(6, 5, 3))).toEqual([[6, 15]]);
  });

  it('are left to others when they are tokens', () => {
    const tokens: TensorFact = { shape: ['batch', 16], dtype: 'int32', flow: 'tokens', cardinality: 9 };
    expect(adapted('conv-1d', tokens)).toEqual([]);
    expect(adapted('conv-2d', tokens)).toEqual([]);
  });
});

describe('reshape', () => {
  it('works out the free dimension', () => {
    expect(infer('reshape', fact(6, 4), { targetShape: [3, -1, 2] })).toMatchObject({
      outputs: { output: { shape: ['batch', 3, 4, 2], flow: 'image' } },
    });
  });

  it.each([
    [[5, 5], [-1]],
    [
      [4, 5],
      [4, -1],
    ],
    [[-1, -1], [-1]],
    [[0, 24], [-1]],
  ])('to %j is refused, and proposes what does fit', (targetShape, wanted) => {
    const shapes = repaired('reshape', fact(6, 4), { targetShape });
    expect(shapes.length).toBeGreaterThan(0);
    for (const shape of shapes) expect(shape!.slice(1).reduce<number>((a, b) => a * Number(b), 1)).toBe(24);
    const inferred = infer('reshape', fact(6, 4), { targetShape });
    const proposed = inferred.ok ? [] : inferred.problems[0]!.proposals!.map((p) => p.config['targetShape']);
    expect(proposed).toContainEqual(wanted);
  });
});
