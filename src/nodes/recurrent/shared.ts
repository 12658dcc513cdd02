/** What the recurrent nodes share: fields, shape rule, weights, cost, and the wrapping in two directions and a mask. */
import type * as tfjs from '@tensorflow/tfjs';
import { sizeOf } from '../../graph/shape';
import { t } from '../../graph/text';
import type {
  BuildContext,
  CostContext,
  EmitVariant,
  InferContext,
  Inferred,
  InputPort,
  Tfjs,
  WeightSpec,
} from '../define-node';
import { fail, ok, oneInput } from '../define-node';
import { boolean, type ConfigOf, choice, int } from '../fields';
import { maskedRecurrentLayer } from './masked-recurrent';
import { orthogonal } from './orthogonal';
import { deriveSeed } from './seeds';

export type Initializer = ReturnType<typeof tfjs.initializers.zeros>;

export const sequenceInput: readonly InputPort[] = oneInput(['sequence'], [3]);

export const recurrentFields = {
  units: int(t('Units', '单元数'), t('Size of the state.', '状态的大小。'), 64, {
    min: 1,
    max: 4096,
    sample: [1, 8],
  }),
  returnSequences: boolean(
    t('Return every step', '返回每一步'),
    t('On: one output per step. Off: only the last one.', '开启：每一步都有输出；关闭：只输出最后一步。'),
    false,
  ),
  bidirectional: boolean(
    t('Both directions', '双向'),
    t('A second layer reads the sequence backwards.', '另一层从后向前读取序列。'),
    false,
  ),
  mergeMode: choice(
    t('Merge', '合并方式'),
    t('How the two directions are joined.', '两个方向的结果如何合并。'),
    'concat',
    [
      { value: 'concat', title: t('side by side', '拼接') },
      { value: 'sum', title: t('sum', '相加') },
    ],
    { visible: (config) => config['bidirectional'] === true },
  ),
  recurrentInitializer: choice(
    t('Recurrent initializer', '循环权重初始化'),
    t(
      'How the state-to-state weights are drawn; orthogonal keeps gradients alive over many steps.',
      '状态到状态权重的取法；正交初始化能让梯度跨越更多步。',
    ),
    'orthogonal',
    [
      { value: 'orthogonal', title: t('orthogonal', '正交') },
      { value: 'glorotUniform', title: t('Glorot uniform', 'Glorot 均匀') },
      { value: 'randomNormal', title: t('normal (σ = 0.05)', '正态（σ = 0.05）') },
    ],
    { advanced: true },
  ),
  useBias: boolean(
    t('Bias', '偏置'),
    t('Adds a learned offset to each gate.', '为每个门加上可学习的偏移。'),
    true,
    {
      advanced: true,
    },
  ),
} as const;
type RecurrentConfig = ConfigOf<typeof recurrentFields>;
type RecurrentInitializer = RecurrentConfig['recurrentInitializer'];

export function recurrentHeadline(config: RecurrentConfig): string {
  const direction = config.bidirectional ? ' · ⇄' : '';
  return `${config.units} units${direction}${config.returnSequences ? ' · every step' : ''}`;
}

export function inferRecurrent({ config, inputs }: InferContext<RecurrentConfig>): Inferred {
  const fact = inputs['input']![0]!;
  const [batch, time, features] = fact.shape;
  if (typeof features !== 'number')
    return fail({ code: 'wrong-rank', port: 'input', expected: [3], shape: fact.shape });
  const width = config.bidirectional && config.mergeMode === 'concat' ? 2 * config.units : config.units;
  return config.returnSequences
    ? ok({
        output: {
          shape: [batch!, time!, width],
          dtype: 'float32',
          flow: 'sequence',
          masked: fact.masked ?? false,
        },
      })
    : ok({ output: { shape: [batch!, width], dtype: 'float32', flow: 'vector' } });
}

/** Keras's order: kernel, recurrent kernel, bias; all gates side by side; forward before backward. */
export function recurrentWeights(
  { config, inputs }: CostContext<RecurrentConfig>,
  gates: number,
): readonly WeightSpec[] {
  const features = inputs['input']![0]!.shape[2] as number;
  const width = gates * config.units;
  const one = (prefix: string): WeightSpec[] => [
    { name: `${prefix}kernel`, shape: [features, width], trainable: true },
    { name: `${prefix}recurrent_kernel`, shape: [config.units, width], trainable: true },
    ...(config.useBias ? [{ name: `${prefix}bias`, shape: [width], trainable: true }] : []),
  ];
  return config.bidirectional ? [...one('forward/'), ...one('backward/')] : one('');
}

/** The two matrix products of each step and direction; the products element by element inside a cell are not counted. */
export function recurrentMultiplyAdds(
  { config, inputs }: CostContext<RecurrentConfig>,
  gates: number,
): number {
  const { shape } = inputs['input']![0]!;
  const perStep = ((shape[2] as number) + config.units) * gates * config.units;
  return sizeOf(shape.slice(0, 2)) * perStep * (config.bidirectional ? 2 : 1);
}

/** Initializers of one direction. */
export interface DirectionInitializers {
  readonly kernelInitializer: Initializer;
  readonly recurrentInitializer: Initializer;
}

function initializers(
  tf: Tfjs,
  name: RecurrentInitializer,
  seed: number,
  direction: number,
): DirectionInitializers {
  const recurrentSeed = deriveSeed(seed, 2 * direction + 1);
  return {
    kernelInitializer: tf.initializers.glorotUniform({ seed: deriveSeed(seed, 2 * direction) }),
    recurrentInitializer:
      name === 'orthogonal'
        ? orthogonal(tf, recurrentSeed)
        : name === 'glorotUniform'
          ? tf.initializers.glorotUniform({ seed: recurrentSeed })
          : tf.initializers.randomNormal({ mean: 0, stddev: 0.05, seed: recurrentSeed }),
  };
}

/** Config that all three layers of tfjs take. */
export interface CommonLayerConfig extends DirectionInitializers {
  readonly name: string;
  readonly units: number;
  readonly returnSequences: boolean;
  readonly useBias: boolean;
}

/** The layer that `make` gives, read in one or both directions, with the mask as a second input where the input is padded. */
export function buildRecurrent(
  { tf, config, name, seed, inputs }: BuildContext<RecurrentConfig>,
  make: (common: CommonLayerConfig) => tfjs.RNN,
): tfjs.layers.Layer {
  const masked = inputs['input']![0]!.masked ?? false;
  const common = { units: config.units, returnSequences: config.returnSequences, useBias: config.useBias };
  const nested = config.bidirectional || masked;
  const one = make({
    ...common,
    name: nested ? 'rnn' : name,
    ...initializers(tf, config.recurrentInitializer, seed, 0),
  });
  if (!nested) return one;
  let layer: tfjs.layers.Layer = one;
  if (config.bidirectional) {
    layer = tf.layers.bidirectional({
      layer: one,
      mergeMode: config.mergeMode,
      name: masked ? 'both' : name,
    });
    // tfjs copies the layer with its seeds; the two directions should not start with equal weights.
    const { backwardLayer } = layer as unknown as { backwardLayer: { cell: DirectionInitializers } };
    Object.assign(backwardLayer.cell, initializers(tf, config.recurrentInitializer, seed, 1));
  }
  return masked ? new (maskedRecurrentLayer(tf))({ layer, name }) : layer;
}

/** Around the native class; a model that uses neither loads in stock tfjs. */
export const recurrentVariants: readonly EmitVariant[] = [
  { className: 'Bidirectional', when: 'both directions are read' },
  { className: 'Weft>MaskedRecurrent', when: 'the input is padded' },
];
