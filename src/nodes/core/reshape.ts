/** Reshape: the same values in the same order, seen with other dimensions; one of them may be left to arithmetic (−1). */
import { flowOfRank, type Shape } from '../../graph/shape';
import { t } from '../../graph/text';
import { defineLayer, fail, ok, oneInput, oneOutput, type Proposal } from '../define-node';
import { ints } from '../fields';

/** The target with −1 replaced, or null when the sizes cannot agree. */
function resolve(size: number, target: readonly number[]): readonly number[] | null {
  const known = target.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  const free = target.filter((dim) => dim === -1).length;
  if (known < 1 || free > 1 || (free === 1 ? size % known !== 0 : size !== known)) return null;
  return target.map((dim) => (dim === -1 ? size / known : dim));
}

/** Targets near the wanted one that do fit: one dimension free, then everything in one row. */
function nearby(size: number, target: readonly number[]): readonly Proposal[] {
  const candidates = target.map((_, free) =>
    target.map((dim, axis) => (axis === free ? -1 : Math.max(1, dim))),
  );
  return [...candidates.reverse(), [-1]]
    .filter((candidate) => resolve(size, candidate))
    .map((targetShape) => ({ kind: 'set', config: { targetShape } }));
}

export default defineLayer({
  kind: 'layer',
  type: 'reshape',
  version: 1,
  family: 'core',
  title: t('Reshape', '变形层'),
  summary: t('Same values, other dimensions.', '数值不变，改变维度。'),
  formula: String.raw`y = \operatorname{reshape}(x),\quad \prod_i d_i = \prod_j d'_j`,
  references: [{ title: 'Keras: Reshape', url: 'https://keras.io/api/layers/reshaping_layers/reshape/' }],
  keywords: ['view', 'dimensions', 'unflatten', '形状'],
  fields: {
    targetShape: ints(
      t('Target shape', '目标形状'),
      t('Dimensions without the batch; one may be −1.', '不含批次的各维大小；其中一个可为 −1。'),
      [-1],
      { min: -1, max: 1 << 24, minLength: 1, maxLength: 3, sample: [1, 6] },
    ),
  },
  inputs: oneInput(['image', 'sequence', 'vector', 'scores']),
  outputs: oneOutput,
  headline: (config) => config.targetShape.join('×'),
  inferShapes({ config, inputs }) {
    const { shape } = inputs['input']![0]!;
    const to: Shape = [shape[0]!, ...config.targetShape];
    const dims = shape.slice(1);
    if (!dims.every((dim): dim is number => typeof dim === 'number')) {
      return fail({ code: 'size-mismatch', from: shape, to, port: 'input' });
    }
    const size = dims.reduce((product, dim) => product * dim, 1);
    const target = resolve(size, config.targetShape);
    if (!target) {
      const proposals = nearby(size, config.targetShape);
      return fail({ code: 'size-mismatch', from: shape, to, port: 'input', field: 'targetShape', proposals });
    }
    return ok({
      output: { shape: [shape[0]!, ...target], dtype: 'float32', flow: flowOfRank(target.length + 1) },
    });
  },
  weights: () => [],
  multiplyAdds: () => 0,
  // The resolved shape goes in: a −1 would become null in tfjs's config, which Keras refuses.
  build: ({ tf, name, outputs }) =>
    tf.layers.reshape({ name, targetShape: outputs['output']!.shape.slice(1) as number[] }),
  emit: { tfjs: { kind: 'native', className: 'Reshape' } },
  migrations: {},
  examples: [
    {
      title: 'flat picture to image',
      config: { targetShape: [28, 28, 1] },
      inputs: { input: [{ shape: ['batch', 784], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'one dimension free',
      config: { targetShape: [4, -1] },
      inputs: { input: [{ shape: ['batch', 6, 6, 2], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
