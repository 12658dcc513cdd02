/** What one head learns to predict: which rows have an answer, how numbers are standardised, and the batches. */
import type { TargetSpec } from '../graph/data-spec';
import type { ColumnValues, Dataset, FittedTarget, TensorData } from './dataset';
import { classPlaces, columnProblems, summary } from './prepare-features';
import { type DataProblem, dataWarning } from './problems';
import type { Timeline } from './time-order';
import { spacedWords } from './tokenize';

export interface PreparedTarget {
  /** 1 where the row has an answer. */
  readonly valid: Uint8Array;
  /** Class by row for a class target; the split keeps their shares. */
  readonly classes: Int32Array | null;
  /** Learns from the training rows; called once, before `batch`. */
  fit(trainRows: Int32Array, given: FittedTarget | null): FittedTarget;
  batch(rows: ArrayLike<number>): TensorData;
}

export interface TargetContext {
  readonly dataset: Dataset;
  readonly timeline: Timeline | null;
  /** The text that tags belong to, when the model reads one. */
  readonly taggedText: readonly string[] | null;
  readonly warnings: DataProblem[];
}

export function targetProblems(dataset: Dataset, target: TargetSpec): DataProblem[] {
  if (target.kind === 'numbers')
    return target.columns.flatMap((column) => columnProblems(dataset, column, ['number']));
  return columnProblems(dataset, target.column, [target.kind === 'class' ? 'category' : 'tags']);
}

export function prepareTarget(context: TargetContext, target: TargetSpec): PreparedTarget {
  switch (target.kind) {
    case 'class':
      return prepareClass(context, target);
    case 'tags':
      return prepareTags(context, target);
    case 'numbers':
      return prepareNumbers(context, target);
  }
}

function prepareClass(
  { dataset, warnings }: TargetContext,
  target: Extract<TargetSpec, { kind: 'class' }>,
): PreparedTarget {
  const { indices } = dataset.columns[target.column] as Extract<ColumnValues, { kind: 'category' }>;
  const place = classPlaces(dataset, target.column, target.classes);
  const classes = Int32Array.from(indices, (index) => place[index] ?? -1);
  const valid = Uint8Array.from(classes, (index) => (index >= 0 ? 1 : 0));
  const missing = count(indices, (index) => index < 0);
  const unknown = count(classes, (index) => index < 0) - missing;
  const { column } = target;
  if (missing > 0) warnings.push(dataWarning('rows-without-target', { column, count: missing }));
  if (unknown > 0) warnings.push(dataWarning('unknown-class', { column, count: unknown }));
  return {
    valid,
    classes,
    fit(trainRows) {
      const first = classes[trainRows[0] ?? 0];
      if (trainRows.length > 0 && trainRows.every((row) => classes[row] === first)) {
        warnings.push(dataWarning('one-class', { column, class: target.classes[first ?? 0] ?? '' }));
      }
      return { kind: 'class' };
    },
    batch: (rows) => ({ shape: [rows.length], values: Int32Array.from(rows, (row) => classes[row]!) }),
  };
}

function prepareTags(
  { dataset, taggedText, warnings }: TargetContext,
  target: Extract<TargetSpec, { kind: 'tags' }>,
): PreparedTarget {
  const { values } = dataset.columns[target.column] as Extract<ColumnValues, { kind: 'tags' }>;
  const { column, length } = target;
  const place = new Map(target.classes.map((name, i) => [name, i]));
  const valid = new Uint8Array(values.length);
  const encoded = new Int32Array(values.length * length);
  const counts = { missing: 0, unequal: 0, unknown: 0 };
  values.forEach((value, row) => {
    const tags = value.trim() === '' ? [] : value.trim().split(/\s+/u);
    if (tags.length === 0) counts.missing++;
    else if (taggedText && spacedWords(taggedText[row]!).length !== tags.length) counts.unequal++;
    else if (tags.some((tag) => !place.has(tag))) counts.unknown++;
    else {
      valid[row] = 1;
      tags.slice(0, length).forEach((tag, i) => {
        encoded[row * length + i] = place.get(tag)!;
      });
    }
  });
  if (counts.missing > 0)
    warnings.push(dataWarning('rows-without-target', { column, count: counts.missing }));
  if (counts.unequal > 0) warnings.push(dataWarning('tags-mismatch', { column, count: counts.unequal }));
  if (counts.unknown > 0) warnings.push(dataWarning('unknown-class', { column, count: counts.unknown }));
  return {
    valid,
    classes: null,
    fit: () => ({ kind: 'tags' }),
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
  { dataset, timeline, warnings }: TargetContext,
  target: Extract<TargetSpec, { kind: 'numbers' }>,
): PreparedTarget {
  const rowCount = dataset.schema.rows;
  const width = target.columns.length;
  const raw = new Float64Array(rowCount * width);
  const valid = new Uint8Array(rowCount).fill(1);
  target.columns.forEach((column, k) => {
    const { values } = dataset.columns[column] as Extract<ColumnValues, { kind: 'number' }>;
    let missing = 0;
    for (let row = 0; row < rowCount; row++) {
      const source = target.horizon === 0 ? row : rowAhead(timeline!, row, target.horizon);
      const value = source < 0 ? Number.NaN : values[source]!;
      raw[row * width + k] = value;
      if (!Number.isNaN(value)) continue;
      valid[row] = 0;
      // The end of a series has no future; only a gap in the data is worth a warning.
      if (source >= 0) missing++;
    }
    if (missing > 0) warnings.push(dataWarning('rows-without-target', { column, count: missing }));
  });
  let mean: readonly number[] = [];
  let std: readonly number[] = [];
  return {
    valid,
    classes: null,
    fit(trainRows, given) {
      const fits = target.columns.map((_, k) =>
        target.standardise ? summary(trainRows, (row) => raw[row * width + k]!) : { mean: 0, std: 1 },
      );
      const fitted: FittedTarget =
        given?.kind === 'numbers'
          ? given
          : { kind: 'numbers', mean: fits.map((f) => f.mean), std: fits.map((f) => f.std || 1) };
      ({ mean, std } = fitted);
      return fitted;
    },
    batch(rows) {
      const out = new Float32Array(rows.length * width);
      for (let i = 0, to = 0; i < rows.length; i++) {
        for (let k = 0; k < width; k++, to++) out[to] = (raw[rows[i]! * width + k]! - mean[k]!) / std[k]!;
      }
      return { shape: [rows.length, width], values: out };
    },
  };
}

/** The row `steps` later in the same group, or −1. */
function rowAhead({ order, position, end }: Timeline, row: number, steps: number): number {
  const p = position[row]!;
  return p + steps < end[p]! ? order[p + steps]! : -1;
}

function count(values: Int32Array, test: (value: number) => boolean): number {
  let n = 0;
  for (const value of values) if (test(value)) n++;
  return n;
}
