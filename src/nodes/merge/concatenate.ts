/** Concatenate: puts its inputs one after the other along one axis, in wire order. Axes count the batch as 0, as in Keras. */
import { type Dim, flowOfRank, type Shape, type TensorFact } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, type NodeProblem, ok, oneOutput, type Proposal } from '../define-node';
import { int } from '../fields';
import { severalInputs, tooFewInputs } from './shared';

const fits = (shapes: readonly Shape[], axis: number): boolean =>
  shapes.every(
    (shape) =>
      shape.length === shapes[0]!.length && shape.every((dim, k) => k === axis || dim === shapes[0]![k]),
  );

/** Different ranks: vectors join anything that is flattened or pooled down to a vector. */
function toVectors(facts: readonly TensorFact[]): readonly Proposal[] {
  return facts.flatMap(({ shape }, wire): Proposal[] => {
    if (shape.length === 2) return [];
    return ['global-average-pooling', 'flatten'].map((type) => ({
      kind: 'insert',
      port: 'inputs',
      wire,
      type,
      config: {},
    }));
  });
}

/** Images of different size along the way: the larger ones pooled down to the smallest. */
function poolDown(facts: readonly TensorFact[]): readonly Proposal[] {
  const heights = facts.map((fact) => fact.shape[1]);
  const widths = facts.map((fact) => fact.shape[2]);
  if (![...heights, ...widths].every((dim) => typeof dim === 'number')) return [];
  const [height, width] = [Math.min(...(heights as number[])), Math.min(...(widths as number[]))];
  return facts.flatMap(({ shape }, wire): Proposal[] => {
    const poolSize = [Number(shape[1]) / height, Number(shape[2]) / width];
    if (!poolSize.every(Number.isInteger) || poolSize.every((size) => size === 1)) return [];
    return [{ kind: 'insert', port: 'inputs', wire, type: 'max-pooling-2d', config: { poolSize } }];
  });
}

function mismatch(facts: readonly TensorFact[], axis: number): NodeProblem {
  const shapes = facts.map((fact) => fact.shape);
  const first = shapes[0]!;
  if (shapes.some((shape) => shape.length !== first.length)) {
    return { code: 'shape-mismatch', port: 'inputs', shapes, proposals: toVectors(facts) };
  }
  const differing = first.findIndex((dim, k) => k !== axis && shapes.some((shape) => shape[k] !== dim));
  const others = first.map((_, k) => k).filter((k) => k > 0 && k !== axis && fits(shapes, k));
  const proposals: Proposal[] = others.map((k) => ({
    kind: 'set',
    config: { axis: k === first.length - 1 ? -1 : k },
  }));
  if (first.length === 4) proposals.push(...poolDown(facts));
  return { code: 'axis-mismatch', port: 'inputs', axis: differing, shapes, field: 'axis', proposals };
}

export default defineLayer({
  kind: 'layer',
  type: 'concatenate',
  version: 1,
  family: 'merge',
  title: t('Concatenate', '拼接'),
  summary: t('Puts its inputs side by side.', '将各输入并排拼接。'),
  formula: String.raw`y = [\,x_1 \,;\, x_2 \,;\, \dots \,;\, x_n\,]`,
  references: [
    { title: 'Keras: Concatenate', url: 'https://keras.io/api/layers/merging_layers/concatenate/' },
  ],
  keywords: ['concat', 'join', 'stack', 'skip', 'unet', 'densenet', '合并', '连接'],
  fields: {
    axis: int(
      t('Axis', '轴'),
      t('−1 = last (channels, features); 0 is the batch.', '−1 为最后一轴（通道、特征）；0 是批次。'),
      -1,
      {
        min: -1,
        max: 3,
      },
    ),
  },
  inputs: severalInputs,
  outputs: oneOutput,
  headline: (config) => `axis ${config.axis}`,
  inferShapes({ config, inputs }) {
    const facts = inputs['inputs']!;
    const few = tooFewInputs(facts);
    if (few) return fail(few);
    const shapes = facts.map((fact) => fact.shape);
    const rank = shapes[0]!.length;
    const axis = config.axis === -1 ? rank - 1 : config.axis;
    if (axis < 1 || axis >= rank) {
      return fail({
        code: 'field-range',
        field: 'axis',
        min: 1,
        max: rank - 1,
        received: config.axis,
        proposals: [{ kind: 'set', config: { axis: -1 } }],
      });
    }
    if (!fits(shapes, axis)) return fail(mismatch(facts, axis));
    const joined = shapes.reduce<Dim>((sum, shape) => {
      const dim = shape[axis]!;
      return typeof sum === 'number' && typeof dim === 'number'
        ? sum + dim
        : sum === 0
          ? dim
          : `${sum}+${dim}`;
    }, 0);
    const shape = shapes[0]!.map((dim, k) => (k === axis ? joined : dim));
    const flow =
      facts.every((fact) => fact.flow === facts[0]!.flow) && facts[0]!.flow !== 'scores'
        ? facts[0]!.flow
        : flowOfRank(rank);
    // Padding stays known while the steps stay where they were.
    const masked = axis !== 1 && facts.some((fact) => fact.masked);
    return ok({ output: { shape, dtype: 'float32', flow, masked } });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  build: ({ tf, config, name }) => tf.layers.concatenate({ name, axis: config.axis }),
  emit: { tfjs: { kind: 'native', className: 'Concatenate' } },
  migrations: {},
  examples: [
    {
      title: 'channels of two images',
      config: {},
      inputs: {
        inputs: [
          { shape: ['batch', 4, 5, 2], dtype: 'float32', flow: 'image' },
          { shape: ['batch', 4, 5, 3], dtype: 'float32', flow: 'image' },
        ],
      },
    },
    {
      title: 'three vectors',
      config: {},
      inputs: {
        inputs: [3, 4, 5].map((width) => ({ shape: ['batch', width], dtype: 'float32', flow: 'vector' })),
      },
    },
    {
      title: 'one sequence after the other',
      config: { axis: 1 },
      inputs: {
        inputs: [6, 2].map((time) => ({ shape: ['batch', time, 4], dtype: 'float32', flow: 'sequence' })),
      },
    },
  ],
});
