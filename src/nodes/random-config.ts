/**
 * Random configs and input shapes for property tests, drawn from a node type's own fields and examples. Seeded, so that a failure
 * names a case that can be run again.
 */
import type { Config } from '../graph/document';
import type { Json } from '../graph/json';
import type { Dim, TensorFact } from '../graph/shape';
import type { Field, Fields } from './fields';

/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32: 32 bits of state, good enough to pick test cases. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let r = Math.imul(state ^ (state >>> 15), 1 | state);
    r = (r + Math.imul(r ^ (r >>> 7), 61 | r)) ^ r;
    return ((r ^ (r >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number in [low, high]. */
export const integer = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1));

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

/** Legal and small enough to build: the declared sample range, or the eight lowest values. */
function sampleRange(field: {
  min: number;
  max: number;
  sample?: readonly [number, number];
}): readonly [number, number] {
  return field.sample ?? [field.min, Math.min(field.max, field.min + 8)];
}

function randomValue(field: Field, random: Random): Json {
  switch (field.kind) {
    case 'int': {
      return integer(random, ...sampleRange(field));
    }
    case 'float':
      return field.min + random() * (Math.min(field.max, field.min + 1) - field.min);
    case 'boolean':
      return random() < 0.5;
    case 'choice':
      return pick(random, field.options).value;
    case 'ints': {
      const length = integer(random, field.minLength, field.maxLength);
      return Array.from({ length }, () => integer(random, ...sampleRange(field)));
    }
    case 'floats': {
      const length = integer(random, 0, Math.min(3, field.maxLength));
      return Array.from(
        { length },
        () => field.min + random() * (Math.min(field.max, field.min + 1) - field.min),
      );
    }
    case 'column':
      return '';
    case 'columns':
      return [];
    case 'metrics':
      return field.options.filter(() => random() < 0.5);
  }
}

/** Starts from `base` (an example or the defaults) and draws most fields anew. */
export function randomConfig(fields: Fields, base: Config, random: Random): Config {
  const config: Record<string, Json> = { ...base };
  for (const [name, field] of Object.entries(fields))
    if (random() < 0.7) config[name] = randomValue(field, random);
  return config;
}

type Facts = { readonly [port: string]: readonly TensorFact[] };

/**
 * The same inputs with other sizes. Equal sizes stay equal, also between inputs, so that what fitted together still does; 1 stays 1
 * because it broadcasts.
 */
export function randomSizes(inputs: Facts, random: Random): Facts {
  const sizes = new Map<number, number>();
  const resize = (dim: Dim): Dim => {
    if (typeof dim === 'string' || dim === 1) return dim;
    const size = sizes.get(dim) ?? integer(random, 2, 9);
    sizes.set(dim, size);
    return size;
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([port, facts]) => [
      port,
      facts.map((fact) => ({ ...fact, shape: fact.shape.map(resize) })),
    ]),
  );
}
