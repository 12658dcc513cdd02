/** What merging nodes share: broadcasting, flows of several inputs, and projections that make two inputs fit. */
import { type Dim, flowOfRank, type Shape, type TensorFact } from '../../graph/shape';
import { t } from '../../graph/text';
import type { InputPort, NodeProblem, Proposal } from '../define-node';

export const severalInputs: readonly InputPort[] = [
  {
    name: 'inputs',
    title: t('Inputs', '输入'),
    accepts: ['image', 'sequence', 'vector', 'scores'],
    ranks: [2, 3, 4],
    multiple: true,
  },
];

/** One wire is not a merge yet: tfjs and Keras both refuse it. */
export const tooFewInputs = (facts: readonly TensorFact[]): NodeProblem | null =>
  facts.length < 2 ? { code: 'missing-input', port: 'inputs' } : null;

/**
 * Shape of an element-wise operation, Keras's rule: the batch stands apart, the other dimensions line up from the end, and a 1
 * stretches. So a [channels] vector can scale an image. Null when the shapes do not fit.
 */
export function broadcast(a: Shape, b: Shape): Shape | null {
  const long = a.length >= b.length ? a.slice(1) : b.slice(1);
  const short = a.length >= b.length ? b.slice(1) : a.slice(1);
  const result: Dim[] = [...long];
  for (let k = 1; k <= short.length; k++) {
    const i = long.at(-k)!;
    const j = short.at(-k)!;
    if (i !== j && i !== 1 && j !== 1) return null;
    result[long.length - k] = i === 1 ? j : i;
  }
  return [a[0]!, ...result];
}

/** The fact of an element-wise result: the flow of the input with most dimensions; padded while any input is. */
function mergedFact(facts: readonly TensorFact[], shape: Shape): TensorFact {
  const shaped = facts.find((fact) => fact.shape.length === shape.length);
  const masked = facts.some(
    (fact) => fact.masked && fact.shape[1] === shape[1] && fact.shape.length === shape.length,
  );
  return { shape, dtype: 'float32', flow: shaped?.flow ?? flowOfRank(shape.length), masked };
}

/**
 * Layers before wire `wire` that turn `from` into the shape `to`: a dense layer for vectors and the steps of a sequence, a 1×1
 * convolution for images, with strides where the image is a multiple too large (the projection shortcut of ResNet).
 */
function project(wire: number, from: Shape, to: Shape): readonly Proposal[] {
  if (from.length !== to.length) return [];
  const width = to.at(-1);
  if (typeof width !== 'number') return [];
  const insert = (
    type: string,
    config: Extract<Proposal, { kind: 'insert' }>['config'],
  ): readonly Proposal[] => [{ kind: 'insert', port: 'inputs', wire, type, config }];
  if (from.length === 2 || (from.length === 3 && from[1] === to[1])) {
    return insert('dense', { units: width, activation: 'linear' });
  }
  if (from.length !== 4) return [];
  const strides = [1, 2].map((axis) => {
    const [n, wanted] = [from[axis]!, to[axis]!];
    if (n === wanted) return 1;
    if (typeof n !== 'number' || typeof wanted !== 'number') return 0;
    const stride = Math.max(1, Math.round(n / wanted));
    return Math.ceil(n / stride) === wanted ? stride : 0;
  });
  if (strides.includes(0)) return [];
  return insert('conv-2d', {
    filters: width,
    kernelSize: [1, 1],
    strides,
    padding: 'same',
    activation: 'linear',
  });
}

/** The fact of an element-wise merge of all inputs, or the problem with projections of one side to the other. */
export function mergeElementwise(facts: readonly TensorFact[]): TensorFact | NodeProblem {
  const few = tooFewInputs(facts);
  if (few) return few;
  let shape: Shape = facts[0]!.shape;
  for (const [wire, fact] of facts.entries()) {
    const merged = broadcast(shape, fact.shape);
    if (!merged) {
      return {
        code: 'shape-mismatch',
        port: 'inputs',
        shapes: facts.map((f) => f.shape),
        proposals: [...project(wire, fact.shape, shape), ...project(0, facts[0]!.shape, fact.shape)],
      };
    }
    shape = merged;
  }
  return mergedFact(facts, shape);
}
