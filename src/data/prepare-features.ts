/**
 * One model input out of the columns: fits what must be learned (centre, scale, vocabulary) on the training rows only, then
 * writes batches. With `fitted` given nothing is learned: new data are prepared as the model's own were.
 */
import type { FeatureSpec } from '../graph/data-spec';
import type { ColumnKind, ImageColumn } from '../graph/schema';
import type { ColumnValues, Dataset, FittedFeature, TensorData } from './dataset';
import { imageWriter } from './image-batch';
import { type DataProblem, dataError, dataWarning } from './problems';
import type { Timeline } from './time-order';
import { buildVocabulary, characters, encodeTokens, spacedWords, vocabularyIds, words } from './tokenize';

export interface PreparedFeature {
  readonly fitted: FittedFeature;
  /** `spent`: see `PreparedData`. */
  batch(rows: ArrayLike<number>, spent?: TensorData): TensorData;
}

export interface FeatureContext {
  readonly dataset: Dataset;
  readonly trainRows: Int32Array;
  readonly timeline: Timeline | null;
  /** The text has one tag per space-separated word: the tokenizer must not cut it differently. */
  readonly isTagged: boolean;
  readonly warnings: DataProblem[];
}

type NumbersFeature = Extract<FeatureSpec, { kind: 'numbers' | 'window' }>;
type TokensFeature = Extract<FeatureSpec, { kind: 'tokens' }>;

/** Columns that a feature names and the data set lacks or has in another kind. */
export function featureProblems(dataset: Dataset, feature: FeatureSpec): DataProblem[] {
  if (feature.kind === 'image') return columnProblems(dataset, feature.column, ['image']);
  if (feature.kind === 'tokens') return columnProblems(dataset, feature.column, ['text']);
  return feature.columns.flatMap(({ name, classes }) =>
    columnProblems(dataset, name, [classes ? 'category' : 'number']),
  );
}

export function columnProblems(
  dataset: Dataset,
  column: string,
  expected: readonly ColumnKind[],
): DataProblem[] {
  const found = Object.hasOwn(dataset.columns, column) ? dataset.columns[column] : undefined;
  if (!found) return [dataError('column-missing', { column })];
  if (expected.includes(found.kind)) return [];
  return [dataError('column-kind', { column, expected: expected.join(', '), received: found.kind })];
}

export function prepareFeature(
  context: FeatureContext,
  feature: FeatureSpec,
  fitted: FittedFeature | null,
): PreparedFeature {
  switch (feature.kind) {
    case 'image':
      return prepareImage(context, feature);
    case 'tokens':
      return prepareTokens(context, feature, fitted?.kind === 'tokens' ? fitted : null);
    case 'numbers':
    case 'window':
      return prepareNumbers(context, feature, fitted?.kind === 'numbers' ? fitted : null);
  }
}

function prepareImage(
  { dataset }: FeatureContext,
  feature: Extract<FeatureSpec, { kind: 'image' }>,
): PreparedFeature {
  const values = dataset.columns[feature.column] as Extract<ColumnValues, { kind: 'image' }>;
  const column = dataset.schema.columns.find(
    (c): c is ImageColumn => c.kind === 'image' && c.name === feature.column,
  )!;
  const write = imageWriter(values.pixels, values.max, column, feature);
  const { height, width, channels } = feature;
  return {
    fitted: { kind: 'image' },
    batch(rows, spent) {
      const size = rows.length * height * width * channels;
      const old = spent?.values;
      // The writer leaves no value as it was.
      const out = old instanceof Float32Array && old.length === size ? old : new Float32Array(size);
      write(rows, out);
      return { shape: [rows.length, height, width, channels], values: out };
    },
  };
}

function prepareTokens(
  { dataset, trainRows, isTagged }: FeatureContext,
  feature: TokensFeature,
  given: Extract<FittedFeature, { kind: 'tokens' }> | null,
): PreparedFeature {
  const { values } = dataset.columns[feature.column] as Extract<ColumnValues, { kind: 'text' }>;
  const split = feature.level === 'character' ? characters : isTagged ? spacedWords : words;
  function* trainTokens() {
    for (const row of trainRows) yield split(values[row]!);
  }
  const fitted = given ?? { kind: 'tokens', vocabulary: buildVocabulary(trainTokens(), feature.vocabulary) };
  const ids = vocabularyIds(fitted.vocabulary);
  const { length } = feature;
  // Tokenised once: an epoch then only copies ids.
  const encoded = new Int32Array(values.length * length);
  values.forEach((text, row) => {
    encodeTokens(split(text), ids, encoded, row * length, length);
  });
  return {
    fitted,
    batch(rows) {
      const out = new Int32Array(rows.length * length);
      for (let i = 0; i < rows.length; i++) {
        out.set(encoded.subarray(rows[i]! * length, (rows[i]! + 1) * length), i * length);
      }
      return { shape: [rows.length, length], values: out };
    },
  };
}

function prepareNumbers(
  context: FeatureContext,
  feature: NumbersFeature,
  given: Extract<FittedFeature, { kind: 'numbers' }> | null,
): PreparedFeature {
  const { dataset, timeline } = context;
  const { width } = feature;
  const rowCount = dataset.schema.rows;
  const raw = rawMatrix(dataset, feature);
  const fitted = given ?? fitNumbers(raw, width, feature, context.trainRows);
  const matrix = new Float32Array(rowCount * width);
  const missing = new Int32Array(width);
  for (let row = 0, at = 0; row < rowCount; row++) {
    for (let k = 0; k < width; k++, at++) {
      let value = raw[at]!;
      if (Number.isNaN(value)) {
        value = fitted.fill[k]!;
        missing[k]!++;
      }
      matrix[at] = (value - fitted.center[k]!) / fitted.scale[k]!;
    }
  }
  warnImputed(context.warnings, feature, missing);
  if (feature.kind === 'numbers') {
    return {
      fitted,
      batch(rows) {
        const out = new Float32Array(rows.length * width);
        for (let i = 0; i < rows.length; i++) {
          out.set(matrix.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
        }
        return { shape: [rows.length, width], values: out };
      },
    };
  }
  const { window } = feature;
  const { order, position } = timeline!;
  return {
    fitted,
    batch(rows) {
      const out = new Float32Array(rows.length * window * width);
      for (let i = 0, to = 0; i < rows.length; i++) {
        const last = position[rows[i]!]!;
        for (let p = last - window + 1; p <= last; p++, to += width) {
          out.set(matrix.subarray(order[p]! * width, (order[p]! + 1) * width), to);
        }
      }
      return { shape: [rows.length, window, width], values: out };
    },
  };
}

/** Rows × width in the columns' own units; categories one-hot (a missing one is all zeros), missing numbers NaN. */
function rawMatrix(dataset: Dataset, feature: NumbersFeature): Float64Array {
  const { width } = feature;
  const raw = new Float64Array(dataset.schema.rows * width);
  let offset = 0;
  for (const { name, classes } of feature.columns) {
    const values = dataset.columns[name]!;
    if (values.kind === 'number') {
      for (let row = 0; row < values.values.length; row++) raw[row * width + offset] = values.values[row]!;
      offset += 1;
    } else if (values.kind === 'category' && classes) {
      const place = classPlaces(dataset, name, classes);
      for (let row = 0; row < values.indices.length; row++) {
        const index = place[values.indices[row]!] ?? -1;
        if (index >= 0) raw[row * width + offset + index] = 1;
      }
      offset += classes.length;
    }
  }
  return raw;
}

/** Index in `classes` by index in the data set's own classes; −1 where the model does not know the class. */
export function classPlaces(dataset: Dataset, column: string, classes: readonly string[]): Int32Array {
  const own = dataset.schema.columns.find((c) => c.kind === 'category' && c.name === column);
  return Int32Array.from(own?.kind === 'category' ? own.classes : [], (name) => classes.indexOf(name));
}

function fitNumbers(
  raw: Float64Array,
  width: number,
  feature: NumbersFeature,
  trainRows: Int32Array,
): Extract<FittedFeature, { kind: 'numbers' }> {
  const center: number[] = [];
  const scale: number[] = [];
  const fill: number[] = [];
  const isNumber = feature.columns.flatMap(({ classes }) => (classes ? classes.map(() => false) : [true]));
  for (let k = 0; k < width; k++) {
    if (!isNumber[k]) {
      center.push(0);
      scale.push(1);
      fill.push(0);
      continue;
    }
    const { min, max, mean, std } = summary(trainRows, (row) => raw[row * width + k]!);
    fill.push(mean);
    center.push(feature.scale === 'standard' ? mean : feature.scale === 'minmax' ? min : 0);
    // A constant column has no spread to divide by; it becomes zeros.
    scale.push((feature.scale === 'standard' ? std : feature.scale === 'minmax' ? max - min : 1) || 1);
  }
  return { kind: 'numbers', center, scale, fill };
}

/** Over the rows where there is a value; all zero when there is none. */
export function summary(rows: Int32Array, read: (row: number) => number) {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = read(row);
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (count === 0) return { min: 0, max: 0, mean: 0, std: 0 };
  const mean = sum / count;
  let squares = 0;
  for (const row of rows) {
    const value = read(row);
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  return { min, max, mean, std: Math.sqrt(squares / count) };
}

function warnImputed(warnings: DataProblem[], feature: NumbersFeature, missing: Int32Array): void {
  const columns: string[] = [];
  let count = 0;
  let at = 0;
  for (const { name, classes } of feature.columns) {
    if (!classes && missing[at]! > 0) {
      columns.push(name);
      count += missing[at]!;
    }
    at += classes ? classes.length : 1;
  }
  if (count > 0) warnings.push(dataWarning('missing-imputed', { columns: columns.join(', '), count }));
}
