/** Rows in the order of time, group by group: what windows, forecasts and the split of a time series are cut from. */
import type { ColumnValues, Dataset } from './dataset';

// At least year and month: a bare number of four digits may be anything.
const YEAR_FIRST =
  /^(\d{4})[-/.年](\d{1,2})(?:月|[-/.月](\d{1,2})日?)?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;
const YEAR_LAST = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/u;

/**
 * Text dates as comparable numbers, NaN where a value is none. The order of day and month where the year comes last is
 * read off the whole column: a first part above 12 anywhere means that the day comes first. Not a calendar: only the
 * order matters, so every month counts 31 days.
 */
export function timeKeys(values: readonly string[]): Float64Array {
  let dayFirst = false;
  for (const value of values) {
    const match = YEAR_LAST.exec(value.trim());
    if (match && Number(match[1]) > 12) dayFirst = true;
  }
  return Float64Array.from(values, (value) => {
    const text = value.trim();
    const first = YEAR_FIRST.exec(text);
    if (first) {
      const [year, month, day, hour, minute, second] = first.slice(1, 7).map((part) => Number(part ?? 0));
      return key(year!, month || 1, day || 1, hour!, minute!, second!);
    }
    const last = YEAR_LAST.exec(text);
    if (!last) return Number.NaN;
    const [a, b, year, hour, minute, second] = last.slice(1, 7).map((part) => Number(part ?? 0));
    return dayFirst
      ? key(year!, b!, a!, hour!, minute!, second!)
      : key(year!, a!, b!, hour!, minute!, second!);
  });
}

function key(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  return ((year * 12 + month - 1) * 31 + day - 1) * 86_400 + hour * 3600 + minute * 60 + second;
}

export interface Timeline {
  /** All rows, group after group, oldest first. */
  readonly order: Int32Array;
  /** Position of each row in `order`. */
  readonly position: Int32Array;
  /** Position of the first row of its group, and one past the last, by position in `order`. */
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** Null when the rows of the data set are not ordered in time. Rows with the same time keep the order of the file. */
export function timeline(dataset: Dataset): Timeline | null {
  const { sequence, rows } = dataset.schema;
  if (!sequence) return null;
  const groups = sequence.group === null ? null : groupNumbers(dataset.columns[sequence.group]!);
  const times = sequence.order === null ? null : orderKeys(dataset.columns[sequence.order]!);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  order.sort(
    (a, b) => (groups ? groups[a]! - groups[b]! : 0) || (times ? times[a]! - times[b]! : 0) || a - b,
  );
  const position = new Int32Array(rows);
  const start = new Int32Array(rows);
  const end = new Int32Array(rows);
  let first = 0;
  for (let p = 0; p < rows; p++) {
    const row = order[p]!;
    position[row] = p;
    const isLast = p + 1 === rows || (groups !== null && groups[order[p + 1]!] !== groups[row]);
    if (isLast) {
      start.fill(first, first, p + 1);
      end.fill(p + 1, first, p + 1);
      first = p + 1;
    }
  }
  return { order, position, start, end };
}

function groupNumbers(column: ColumnValues): ArrayLike<number> {
  return column.kind === 'category' ? column.indices : ranks(rawValues(column));
}

/** Numbers as they are; dates by time; any other text by its code points. A missing time comes last. */
function orderKeys(column: ColumnValues): ArrayLike<number> {
  const raw = rawValues(column);
  if (typeof raw[0] === 'string') {
    const times = timeKeys(raw as readonly string[]);
    if (times.every((time) => !Number.isNaN(time))) return times;
    return ranks(raw);
  }
  return Float64Array.from(raw as readonly number[], (value) =>
    Number.isNaN(value) ? Number.MAX_VALUE : value,
  );
}

function rawValues(column: ColumnValues): readonly string[] | readonly number[] {
  if (column.kind === 'number') return Array.from(column.values);
  if (column.kind === 'category') return Array.from(column.indices);
  return column.kind === 'image' ? [] : column.values;
}

function ranks(values: readonly (string | number)[]): Int32Array {
  const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const rank = new Map(sorted.map((value, i) => [value, i]));
  return Int32Array.from(values, (value) => rank.get(value)!);
}
