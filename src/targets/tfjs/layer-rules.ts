/**
 * Keras layer classes → our node types, one rule each. Conventions are those of Keras 2 and tfjs: channels last, 'same' padding with
 * the extra cell at the end, gate orders as in the weights.
 */
import type { Config } from '../../graph/document';
import type { Json } from '../../graph/json';
import { ACTIVATIONS, type ActivationName, type KernelInitializer } from '../../nodes/shared-fields';
import { initializerName, isObject, type Settings } from './keras-settings';
import type { LayerConfig } from './read-topology';

export interface Rule {
  readonly type: string;
  /** `rank` of the first input with batch; null when a layer before is not known. */
  config(settings: Settings, rank: number | null): Config;
  /** Our input ports, one per tensor; the last takes all that follow. Default `input`. */
  readonly ports?: readonly string[];
  /** Rank of the output. Default: as the input. */
  rank?(config: Config, rank: number | null): number | null;
}

const activations: { readonly [keras: string]: ActivationName } = {
  ...Object.fromEntries(ACTIVATIONS.map(({ value }) => [value, value])),
  silu: 'swish',
};

const readActivation = (settings: Settings, key = 'activation'): ActivationName =>
  settings.word(key, activations, 'linear');

export const isKnownActivation = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && Object.hasOwn(activations, value));

const padding = (settings: Settings) => settings.word('padding', { same: 'same', valid: 'valid' }, 'valid');

/** VarianceScaling under the names that Glorot and He gave its special cases. */
function kernelInitializer(value: Json): KernelInitializer | null {
  const name = initializerName(value).toLowerCase();
  if (name === 'zeros') return 'zeros';
  const named = (['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal'] as const).find(
    (each) => each.toLowerCase() === name,
  );
  if (named) return named;
  if (name !== 'variancescaling' || !isObject(value) || !isObject(value['config'])) return null;
  const { scale, mode, distribution } = value['config'];
  const isUniform = distribution === 'uniform';
  if (scale === 1 && mode === 'fan_avg') return isUniform ? 'glorotUniform' : 'glorotNormal';
  if (scale === 2 && mode === 'fan_in') return isUniform ? 'heUniform' : 'heNormal';
  return null;
}

const kernel = (settings: Settings, key = 'kernel_initializer'): KernelInitializer =>
  settings.initializer(key, kernelInitializer, 'glorotUniform');

const recurrentInitializer = (value: Json) => {
  const names = {
    orthogonal: 'orthogonal',
    glorotuniform: 'glorotUniform',
    randomnormal: 'randomNormal',
  } as const;
  const name = initializerName(value).toLowerCase();
  if (Object.hasOwn(names, name)) return names[name as keyof typeof names];
  return kernelInitializer(value) === 'glorotUniform' ? 'glorotUniform' : null;
};

const toVector = () => 2;

const pooling = (type: string): Rule => ({
  type,
  config: (settings) => {
    const poolSize = settings.sizes('pool_size', 2, [2, 2]);
    return { poolSize, strides: settings.sizes('strides', 2, poolSize), padding: padding(settings) };
  },
});

const globalPooling = (type: string): Rule => ({ type, config: () => ({}), rank: toVector });

const conv1d: Rule = {
  type: 'conv-1d',
  config: (settings) => ({
    filters: settings.number('filters', 1),
    kernelSize: settings.sizes('kernel_size', 1, [1])[0]!,
    strides: settings.sizes('strides', 1, [1])[0]!,
    padding: settings.word('padding', { same: 'same', valid: 'valid', causal: 'causal' }, 'valid'),
    dilationRate: settings.sizes('dilation_rate', 1, [1])[0]!,
    activation: readActivation(settings),
    useBias: settings.boolean('use_bias', true),
    kernelInitializer: kernel(settings),
  }),
};

const conv2d: Rule = {
  type: 'conv-2d',
  config: (settings) => ({
    filters: settings.number('filters', 1),
    kernelSize: settings.sizes('kernel_size', 2, [1, 1]),
    strides: settings.sizes('strides', 2, [1, 1]),
    padding: padding(settings),
    dilationRate: settings.sizes('dilation_rate', 2, [1, 1]),
    activation: readActivation(settings),
    useBias: settings.boolean('use_bias', true),
    kernelInitializer: kernel(settings),
  }),
};

/** The step of an RNN is fixed in our nodes: tanh (LSTM, GRU) and sigmoid gates, which are Keras's defaults but not tfjs's. */
function recurrent(type: 'simple-rnn' | 'lstm' | 'gru'): Rule {
  return {
    type,
    config(settings) {
      settings.initializer(
        'kernel_initializer',
        (value) => (kernelInitializer(value) ? 'known' : null),
        'known',
      );
      if (type !== 'simple-rnn') {
        settings.expect('activation', 'tanh');
        settings.expect('recurrent_activation', 'sigmoid');
      }
      return {
        units: settings.number('units', 1),
        returnSequences: settings.boolean('return_sequences', false),
        bidirectional: false,
        useBias: settings.boolean('use_bias', true),
        recurrentInitializer: settings.initializer(
          'recurrent_initializer',
          recurrentInitializer,
          'orthogonal',
        ),
        ...(type === 'simple-rnn'
          ? { activation: settings.word('activation', { tanh: 'tanh', relu: 'relu' }, 'tanh') }
          : {}),
        ...(type === 'lstm' ? { unitForgetBias: settings.boolean('unit_forget_bias', true) } : {}),
      };
    },
    rank: (config) => (config['returnSequences'] === true ? 3 : 2),
  };
}

const merge = (type: string, port = 'inputs'): Rule => ({ type, ports: [port], config: () => ({}) });

export const RULES: { readonly [className: string]: Rule } = {
  Dense: {
    type: 'dense',
    config: (settings) => ({
      units: settings.number('units', 1),
      activation: readActivation(settings),
      useBias: settings.boolean('use_bias', true),
      kernelInitializer: kernel(settings),
    }),
  },
  Activation: { type: 'activation', config: (settings) => ({ activation: readActivation(settings) }) },
  ReLU: {
    type: 'activation',
    config(settings) {
      settings.expect('max_value', 6);
      settings.expect('negative_slope', 0, [0]);
      settings.expect('threshold', 0, [0]);
      return { activation: settings.take('max_value') === undefined ? 'relu' : 'relu6' };
    },
  },
  ELU: {
    type: 'activation',
    config(settings) {
      settings.expect('alpha', 1);
      return { activation: 'elu' };
    },
  },
  Softmax: {
    type: 'activation',
    config(settings, rank) {
      settings.expect('axis', -1, ...(rank === null ? [] : [rank - 1]));
      return { activation: 'softmax' };
    },
  },
  Dropout: {
    type: 'dropout',
    config(settings) {
      settings.expect('noise_shape');
      return { rate: settings.number('rate', 0.5) };
    },
  },
  Flatten: { type: 'flatten', config: () => ({}), rank: toVector },
  Reshape: {
    type: 'reshape',
    config(settings) {
      const shape = settings.take('target_shape');
      if (!Array.isArray(shape)) settings.refuse('target_shape');
      return { targetShape: Array.isArray(shape) ? shape.map((dim: Json) => dim ?? -1) : [-1] };
    },
    rank: (config) => (config['targetShape'] as readonly Json[]).length + 1,
  },
  Embedding: {
    type: 'embedding',
    config: (settings) => ({
      vocabulary: settings.number('input_dim', 0),
      dimension: settings.number('output_dim', 1),
      maskZero: settings.boolean('mask_zero', false),
    }),
    rank: (_config, rank) => (rank === null ? 3 : rank + 1),
  },
  Conv1D: conv1d,
  Conv2D: conv2d,
  'Weft>Conv1D': conv1d,
  'Weft>Conv2D': conv2d,
  DepthwiseConv2D: {
    type: 'depthwise-conv-2d',
    config: (settings) => ({
      kernelSize: settings.sizes('kernel_size', 2, [1, 1]),
      strides: settings.equalSizes('strides', 2, 1),
      padding: padding(settings),
      depthMultiplier: settings.number('depth_multiplier', 1),
      activation: readActivation(settings),
      useBias: settings.boolean('use_bias', true),
      depthwiseInitializer: kernel(settings, 'depthwise_initializer'),
    }),
  },
  SeparableConv2D: {
    type: 'separable-conv-2d',
    config(settings) {
      settings.initializer(
        'pointwise_initializer',
        (value) => (kernelInitializer(value) ? 'known' : null),
        'known',
      );
      // Left over from the convolution it extends; its own two kernels have their own.
      settings.take('kernel_initializer');
      return {
        filters: settings.number('filters', 1),
        kernelSize: settings.sizes('kernel_size', 2, [1, 1]),
        strides: settings.equalSizes('strides', 2, 1),
        padding: padding(settings),
        depthMultiplier: settings.number('depth_multiplier', 1),
        activation: readActivation(settings),
        useBias: settings.boolean('use_bias', true),
        kernelInitializer: kernel(settings, 'depthwise_initializer'),
      };
    },
  },
  MaxPooling1D: {
    type: 'max-pooling-1d',
    config: (settings) => {
      const [poolSize] = settings.sizes('pool_size', 1, [2]);
      return {
        poolSize: poolSize!,
        strides: settings.sizes('strides', 1, [poolSize!])[0]!,
        padding: padding(settings),
      };
    },
  },
  MaxPooling2D: pooling('max-pooling-2d'),
  AveragePooling2D: pooling('average-pooling-2d'),
  GlobalAveragePooling1D: globalPooling('global-average-pooling'),
  GlobalAveragePooling2D: globalPooling('global-average-pooling'),
  GlobalMaxPooling1D: globalPooling('global-max-pooling'),
  GlobalMaxPooling2D: globalPooling('global-max-pooling'),
  'Weft>MaskedGlobalAveragePooling1D': globalPooling('global-average-pooling'),
  'Weft>MaskedGlobalMaxPooling1D': globalPooling('global-max-pooling'),
  SimpleRNN: recurrent('simple-rnn'),
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  BatchNormalization: {
    type: 'batch-normalization',
    config(settings, rank) {
      settings.expect('axis', -1, [-1], ...(rank === null ? [] : [rank - 1, [rank - 1]]));
      return { momentum: settings.number('momentum', 0.99), epsilon: settings.number('epsilon', 0.001) };
    },
  },
  LayerNormalization: {
    type: 'layer-normalization',
    config(settings, rank) {
      settings.expect('axis', -1, [-1], ...(rank === null ? [] : [rank - 1, [rank - 1]]));
      return { epsilon: settings.number('epsilon', 0.001) };
    },
  },
  Add: merge('add'),
  Multiply: merge('multiply'),
  Average: merge('ensemble', 'members'),
  Concatenate: {
    type: 'concatenate',
    ports: ['inputs'],
    config(settings, rank) {
      const axis = settings.number('axis', -1);
      return { axis: axis < -1 && rank !== null ? axis + rank : axis };
    },
  },
  'Weft>EnsembleWeighted': {
    type: 'ensemble',
    ports: ['members'],
    config: (settings) => ({
      rule: 'weighted',
      learned: settings.boolean('learned', true),
      weights: settings.take('member_weights') ?? [],
    }),
  },
  'Weft>EnsembleVote': { type: 'ensemble', ports: ['members'], config: () => ({ rule: 'vote' }) },
  'Weft>Dropout': { type: 'dropout', config: (settings) => ({ rate: settings.number('rate', 0.5) }) },
  'Weft>MultiHeadAttention': {
    type: 'multi-head-attention',
    ports: ['query', 'value'],
    config: (settings) => ({
      heads: settings.number('num_heads', 1),
      keyDimension: settings.number('key_dim', 0),
      causal: settings.boolean('causal', false),
      dropout: settings.number('dropout', 0),
      useBias: settings.boolean('use_bias', true),
    }),
  },
  'Weft>PositionalEmbedding': {
    type: 'positional-embedding',
    config: (settings) => ({
      kind: settings.word('kind', { learned: 'learned', sinusoidal: 'sinusoidal' }, 'learned'),
      maxLength: settings.number('max_length', 0),
    }),
  },
};

/** Layers around a layer that our node contains: what they wrap, and what they add to its config. */
export interface Unwrapped {
  readonly className: string;
  readonly config: LayerConfig;
  readonly added: Config;
}

/** Works on every step by itself, so repeating it over time changes nothing. */
const STEPWISE = ['Dense', 'Activation', 'Dropout', 'ReLU', 'Softmax'];

/** Null when the wrapper or what it wraps is not one of ours. */
export function unwrap(className: string, config: LayerConfig): Unwrapped | null {
  if (
    className !== 'Bidirectional' &&
    className !== 'TimeDistributed' &&
    className !== 'Weft>MaskedRecurrent'
  ) {
    return { className, config, added: {} };
  }
  const { layer } = config;
  if (!isObject(layer) || typeof layer['class_name'] !== 'string' || !isObject(layer['config'])) return null;
  const inner = { className: layer['class_name'], config: layer['config'], added: {} };
  if (className === 'Weft>MaskedRecurrent') return unwrap(inner.className, inner.config);
  if (className === 'TimeDistributed') return STEPWISE.includes(inner.className) ? inner : null;
  const merge = config['merge_mode'] ?? 'concat';
  if (
    !RULES[inner.className]?.type.match(/^(simple-rnn|lstm|gru)$/) ||
    (merge !== 'concat' && merge !== 'sum')
  )
    return null;
  return { ...inner, added: { bidirectional: true, mergeMode: merge } };
}
