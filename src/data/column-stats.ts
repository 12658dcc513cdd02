/** What the schema says about a column, computed from its values. Missing values are counted and otherwise left out. */
import type { CategoryColumn, NumberColumn, TagsColumn, TextColumn } from '../graph/schema';
import { spacedWords, words } from './tokenize';

/** Deviation is the population's (divided by n), as in scikit-learn's StandardScaler. */
export function numberColumn(name: string, values: Float64Array): NumberColumn {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return { kind: 'number', name, min: 0, max: 0, mean: 0, std: 0, missing: values.length };
  const mean = sum / count;
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return {
    kind: 'number',
    name,
    min,
    max,
    mean,
    std: Math.sqrt(squares / count),
    missing: values.length - count,
  };
}

export function categoryColumn(
  name: string,
  classes: readonly string[],
  indices: Int32Array,
): CategoryColumn {
  const counts = new Array<number>(classes.length).fill(0);
  let missing = 0;
  for (const index of indices) {
    if (index < 0) missing++;
    else counts[index]!++;
  }
  return { kind: 'category', name, classes, counts, missing };
}

/** `spaced`: the text is already tokenised (it has tags), so spaces alone separate its words. */
export function textColumn(name: string, values: readonly string[], spaced = false): TextColumn {
  const split = spaced ? spacedWords : words;
  const distinct = new Set<string>();
  const lengths: number[] = [];
  for (const value of values) {
    if (value === '') continue;
    const tokens = split(value);
    lengths.push(tokens.length);
    for (const token of tokens) distinct.add(token);
  }
  lengths.sort((a, b) => a - b);
  return {
    kind: 'text',
    name,
    maxWords: lengths.at(-1) ?? 0,
    medianWords: lengths[Math.floor((lengths.length - 1) / 2)] ?? 0,
    distinctWords: distinct.size,
    missing: values.length - lengths.length,
  };
}

export function tagsColumn(name: string, values: readonly string[]): TagsColumn {
  const classes = new Set<string>();
  for (const value of values) for (const tag of value.split(/\s+/u)) if (tag !== '') classes.add(tag);
  return { kind: 'tags', name, classes: [...classes].sort() };
}
