/** Merging inputs that do not fit: the facts in the problem, and proposals that really make them fit. */
import { describe, expect, it } from 'vitest';
import type { Shape, TensorFact } from '../../graph/shape';
import { flowOfRank } from '../../graph/shape';
import type { NodeProblem, NodeType, Proposal } from '../define-node';
import { nodeType } from '../index';
import { parseConfig } from '../parse-config';
import { broadcast } from './shared';

const fact = (...dims: Shape): TensorFact => ({
  shape: ['batch', ...dims],
  dtype: 'float32',
  flow: flowOfRank(dims.length + 1),
});

function infer(type: NodeType, inputs: readonly TensorFact[], config = {}) {
  return type.inferShapes({
    config: parseConfig(type, config).config as never,
    inputs: { [type.inputs[0]!.name]: inputs },
    schema: null,
  });
}

function problemOf(type: string, inputs: readonly TensorFact[], config = {}): NodeProblem {
  const inferred = infer(nodeType(type)!, inputs, config);
  if (inferred.ok) throw new Error('was accepted');
  return inferred.problems[0]!;
}

/** The shape after the proposal was followed, or null when it did not help. */
function follow(type: string, inputs: readonly TensorFact[], proposal: Proposal, config = {}): Shape | null {
  if (proposal.kind === 'set') {
    const inferred = infer(nodeType(type)!, inputs, { ...config, ...proposal.config });
    return inferred.ok ? inferred.outputs['output']!.shape : null;
  }
  const wire = proposal.wire!;
  const adapted = infer(nodeType(proposal.type)!, [inputs[wire]!], proposal.config);
  if (!adapted.ok) return null;
  const inferred = infer(nodeType(type)!, inputs.with(wire, adapted.outputs['output']!), config);
  return inferred.ok ? inferred.outputs['output']!.shape : null;
}

describe('add and multiply', () => {
  it.each([
    ['vectors of different width', [fact(8), fact(5)], 'dense'],
    ['steps of different width', [fact(7, 8), fact(7, 5)], 'dense'],
    ['images with different channels', [fact(6, 5, 8), fact(6, 5, 16)], 'conv-2d'],
    ['an image that was halved (residual block)', [fact(32, 31, 8), fact(16, 16, 16)], 'conv-2d'],
  ])('projects %s', (_, inputs, type) => {
    const problem = problemOf('add', inputs);
    expect(problem).toMatchObject({
      code: 'shape-mismatch',
      port: 'inputs',
      shapes: inputs.map((f) => f.shape),
    });
    const helpful = problem.proposals!.filter(
      (p) => p.kind === 'insert' && p.type === type && follow('add', inputs, p),
    );
    expect(helpful.length).toBeGreaterThan(0);
  });

  it('proposes nothing where nothing would help', () => {
    expect(problemOf('multiply', [fact(7, 4), fact(5, 4)]).proposals).toEqual([]);
  });

  it('asks for a second input', () => {
    expect(problemOf('add', [fact(4)])).toEqual({ code: 'missing-input', port: 'inputs' });
  });

  it('stretches sizes of one, and never the batch', () => {
    expect(broadcast(['batch', 4, 5, 3], ['batch', 3])).toEqual(['batch', 4, 5, 3]);
    expect(broadcast(['batch', 1, 1, 3], ['batch', 4, 5, 1])).toEqual(['batch', 4, 5, 3]);
    expect(broadcast(['batch', 4], ['batch', 3])).toBeNull();
    expect(broadcast(['batch', 'time', 3], ['batch', 'time', 3])).toEqual(['batch', 'time', 3]);
  });

  it('keeps the padding of a sequence known', () => {
    const masked = { ...fact(6, 4), masked: true };
    expect(infer(nodeType('add')!, [fact(6, 4), masked])).toMatchObject({
      outputs: { output: { masked: true } },
    });
    expect(infer(nodeType('concatenate')!, [masked, fact(6, 2)])).toMatchObject({
      outputs: { output: { masked: true } },
    });
    expect(infer(nodeType('concatenate')!, [masked, masked], { axis: 1 })).toMatchObject({
      outputs: { output: { masked: false } },
    });
  });
});

describe('concatenate', () => {
  it('finds the axis along which the inputs do fit', () => {
    const inputs = [fact(6, 4), fact(3, 4)];
    const problem = problemOf('concatenate', inputs);
    expect(problem).toMatchObject({ code: 'axis-mismatch', axis: 1 });
    expect(problem.proposals!.map((p) => follow('concatenate', inputs, p))).toEqual([['batch', 9, 4]]);
  });

  it('pools the larger image down (encoder to decoder)', () => {
    const inputs = [fact(8, 8, 3), fact(4, 4, 5)];
    const proposals = problemOf('concatenate', inputs).proposals!;
    expect(proposals.map((p) => follow('concatenate', inputs, p))).toEqual([['batch', 4, 4, 8]]);
  });

  it('turns images into vectors where the other input is one', () => {
    const inputs = [fact(4, 5, 3), fact(7)];
    const proposals = problemOf('concatenate', inputs).proposals!;
    expect(proposals.map((p) => follow('concatenate', inputs, p))).toEqual([
      ['batch', 10],
      ['batch', 67],
    ]);
  });

  it('refuses the batch axis and axes that do not exist', () => {
    const inputs = [fact(4), fact(3)];
    for (const axis of [0, 2]) {
      const problem = problemOf('concatenate', inputs, { axis });
      expect(problem).toMatchObject({ code: 'field-range', field: 'axis', min: 1, max: 1, received: axis });
      expect(problem.proposals!.map((p) => follow('concatenate', inputs, p))).toEqual([['batch', 7]]);
    }
  });
});
