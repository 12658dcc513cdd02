/** Seeded random numbers: the same seed gives the same split, order and sample on every device. Not for secrets. */

/** Uniform in [0, 1). */
export type Random = () => number;

/** One round of splitmix32 (Steele, Lea, Flood 2014, 32-bit constants as in MurmurHash3's finaliser). */
function mix(state: number): number {
  let z = (state + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

/**
 * sfc32 (Doty-Humphrey, PractRand), seeded from any list of numbers: `createRandom(seed, epoch)` and
 * `createRandom(seed, epoch + 1)` are unrelated streams.
 */
export function createRandom(...seeds: readonly number[]): Random {
  let state = 0;
  for (const seed of seeds) {
    // Both halves of the double, so that seeds beyond 32 bits and fractions count too.
    state = mix(state ^ mix(seed | 0));
    state = mix(state ^ mix(Math.floor(seed / 2 ** 32) ^ Math.floor((seed % 1) * 2 ** 32)));
  }
  let a = mix(state);
  let b = mix(a);
  let c = mix(b);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Fisher–Yates, in place. */
export function shuffle<A extends { readonly length: number; [index: number]: T }, T>(
  values: A,
  random: Random,
): A {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
  return values;
}

/** The order in which an epoch visits its rows: a permutation that depends on seed and epoch only. */
export function epochOrder(rows: Int32Array, seed: number, epoch: number): Int32Array {
  return shuffle<Int32Array, number>(rows.slice(), createRandom(seed, epoch));
}
