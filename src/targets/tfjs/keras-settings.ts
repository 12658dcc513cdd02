/**
 * Reading a Keras layer's config key by key. Only what is asked for is taken; what is left over must have its neutral value, or the
 * difference is reported. A setting that changes what the layer computes makes it opaque, one that only matters to training is
 * dropped with a warning.
 */
import type { Json } from '../../graph/json';
import { jsonEqual } from '../../graph/json-equal';
import type { LayerConfig } from './read-topology';

/** No meaning for the result: names, shapes that follow from the graph, hints to an implementation. */
const IGNORED = new Set([
  ...[
    'name',
    'batch_input_shape',
    'batch_shape',
    'input_shape',
    'input_dim',
    'input_length',
    'dtype',
    'trainable',
  ],
  ...[
    'seed',
    'implementation',
    'unroll',
    'fused',
    'virtual_batch_size',
    'ragged',
    'sparse',
    'autocast',
    'module',
  ],
  ...[
    'registered_name',
    'build_config',
    'synchronized',
    'zero_output_for_mask',
    'supports_masking',
    'quantization_config',
  ],
  // Keras 3 adds these; both are `null` or speak of speed.
  ...['jit_compile', 'use_cudnn', 'auto_cast', 'time_major', 'optional'],
]);

/** Matters only to how weights start or are pulled while training. */
const TRAINING_ONLY =
  /_(regularizer|constraint|initializer)$|^(dropout|recurrent_dropout|unit_forget_bias|renorm_.*)$/;

/** What every layer may state without meaning anything by it. `null` and `false` never mean anything. */
const NEUTRAL: { readonly [key: string]: readonly Json[] } = {
  data_format: ['channels_last'],
  groups: [1],
  dilation_rate: [1, [1], [1, 1]],
  dropout: [0],
  recurrent_dropout: [0],
  center: [true],
  scale: [true],
  unit_forget_bias: [true],
};

const NEUTRAL_INITIALIZERS: { readonly [key: string]: readonly string[] } = {
  bias_initializer: ['Zeros'],
  beta_initializer: ['Zeros'],
  gamma_initializer: ['Ones'],
  moving_mean_initializer: ['Zeros'],
  moving_variance_initializer: ['Ones'],
  embeddings_initializer: ['RandomUniform'],
};

export interface Loss {
  readonly key: string;
  readonly value: string;
  /** The result would be different, not only the training. */
  readonly changesResult: boolean;
}

export class Settings {
  readonly #config: LayerConfig;
  readonly #asked = new Set<string>();
  readonly #losses: Loss[] = [];

  constructor(config: LayerConfig) {
    this.#config = config;
  }

  /** The raw value, taken as understood. */
  take(key: string): Json | undefined {
    this.#asked.add(key);
    return Object.hasOwn(this.#config, key) ? (this.#config[key] ?? undefined) : undefined;
  }

  number(key: string, fallback: number): number {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number') return value;
    return this.#lose(key, value, true, fallback);
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.take(key);
    return typeof value === 'boolean' ? value : fallback;
  }

  /** One whole number for each of `axes`; Keras also writes one for all. */
  sizes(key: string, axes: number, fallback: readonly number[]): readonly number[] {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number') return Array.from({ length: axes }, () => value);
    const isSizes =
      Array.isArray(value) && value.length === axes && value.every((each) => typeof each === 'number');
    return isSizes ? (value as readonly number[]) : this.#lose(key, value, true, fallback);
  }

  /** One number for all axes, where our node has only one. */
  equalSizes(key: string, axes: number, fallback: number): number {
    const [first, ...rest] = this.sizes(key, axes, [fallback]);
    return rest.every((each) => each === first) ? first! : this.#lose(key, this.take(key)!, true, first!);
  }

  /** A word out of a list, translated; a word that is not in it changes the result. */
  word<W extends string>(key: string, words: { readonly [keras: string]: W }, fallback: W): W {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'string' && Object.hasOwn(words, value)) return words[value]!;
    return this.#lose(key, value, true, fallback);
  }

  /** An initializer under our name for it, or the fallback with a warning. */
  initializer<W extends string>(key: string, read: (value: Json) => W | null, fallback: W): W {
    const value = this.take(key);
    if (value === undefined) return fallback;
    return read(value) ?? this.#lose(key, value, false, fallback);
  }

  /** Understood, but only with one of these values. */
  expect(key: string, ...values: readonly Json[]): void {
    const value = this.take(key);
    if (value !== undefined && !values.some((each) => jsonEqual(each, value)))
      this.#lose(key, value, true, null);
  }

  /** What our node refuses although Keras allows it. */
  refuse(key: string): void {
    this.#lose(key, this.take(key) ?? null, true, null);
  }

  /** Everything that could not be kept, leftovers included. */
  losses(): readonly Loss[] {
    const leftovers = Object.entries(this.#config).filter(
      ([key, value]) => !this.#asked.has(key) && !IGNORED.has(key) && !isNeutral(key, value),
    );
    return [
      ...this.#losses,
      ...leftovers.map(([key, value]) => ({
        key,
        value: shown(value),
        changesResult: !TRAINING_ONLY.test(key),
      })),
    ];
  }

  #lose<T>(key: string, value: Json, changesResult: boolean, fallback: T): T {
    this.#losses.push({ key, value: shown(value), changesResult });
    return fallback;
  }
}

function isNeutral(key: string, value: Json): boolean {
  if (value === null || value === false) return true;
  if (NEUTRAL[key]?.some((each) => jsonEqual(each, value))) return true;
  const initializers = NEUTRAL_INITIALIZERS[key] ?? [];
  return initializers.some((name) => initializerName(value).toLowerCase() === name.toLowerCase());
}

/** `{class_name, config}`, or a name alone in either spelling: `zeros`, `glorot_uniform`. */
export function initializerName(value: Json): string {
  if (typeof value === 'string') return value.replaceAll('_', '');
  const name = isObject(value) ? value['class_name'] : undefined;
  return typeof name === 'string' ? name : '';
}

export const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: Json): string {
  const named = isObject(value) && typeof value['class_name'] === 'string' ? value['class_name'] : null;
  const text = named ?? (typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
