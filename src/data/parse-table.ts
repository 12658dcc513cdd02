/**
 * CSV, TSV and semicolon files to a data set: encoding, separator, header, ragged rows, missing values, column kinds, the
 * target and the order in time are all found here, and whatever was guessed or repaired is a warning.
 */
import type { Column, DatasetSchema } from '../graph/schema';
import { tagsColumn, textColumn } from './column-stats';
import type { ColumnValues, Dataset, Result } from './dataset';
import { sniff } from './file-kind';
import { clip, inferColumn, isMissing, isTargetName, parseNumber } from './infer-column';
import { nextTask, type Progress } from './platform';
import { type DataProblem, dataError, dataWarning, failure, firstFew, success } from './problems';
import {
  detectSeparator,
  mostCommonLength,
  readDelimited,
  SEPARATORS,
  separatorName,
} from './read-delimited';
import { decodeText } from './text-encoding';
import { timeKeys } from './time-order';

export interface TableOptions {
  readonly id: string;
  readonly title: string;
  /** Column to predict; null = proposed here. */
  readonly target: string | null;
  /** Null = detected. */
  readonly separator: string | null;
}

export const TABLE_LIMIT_MB = 200;
const MAX_COLUMNS = 2000;
const MAX_TAGS = 200;
/** Above this share of uneven rows the separator or the file is wrong, and repairing would invent data. */
const HOPELESS_SHARE = 0.3;

export const megabytes = (bytes: number): number => Math.round((bytes / 1e6) * 10) / 10;

export async function parseTable(
  bytes: Uint8Array,
  file: string,
  options: TableOptions,
  progress: Progress = {},
): Promise<Result<Dataset>> {
  if (bytes.length > TABLE_LIMIT_MB * 1e6) {
    return failure(
      dataError('file-too-large', { file, megabytes: megabytes(bytes.length), limit: TABLE_LIMIT_MB }),
    );
  }
  const { text, warnings: encodingWarnings } = decodeText(bytes, file);
  if (text.trim() === '') return failure(dataError('empty-file', { file }));
  const kind = sniff(bytes, text);
  if (kind !== 'text') return failure(dataError('not-a-table', { file, found: kind }));
  const separator = options.separator ?? detectSeparator(text);
  const tried = (options.separator ? [options.separator] : SEPARATORS).map(separatorName).join(' ');
  const oneColumn = () => {
    const line = clip(text.trim().split(/[\r\n]/u, 1)[0]!, 80);
    return failure(dataError('one-column', { file, tried, line }));
  };
  if (separator === null) return oneColumn();
  const read = await readDelimited(text, separator, progress);
  if (read === null) return failure(dataError('cancelled', {}));
  const warnings = [...encodingWarnings];
  if (read.quotes) {
    const { kind, row } = read.quotes;
    warnings.push(dataWarning(kind === 'text' ? 'stray-quotes' : 'open-quote', { row }));
  }

  const width = mostCommonLength(read.rows);
  if (width < 2) return oneColumn();
  if (width > MAX_COLUMNS)
    return failure(dataError('too-many-columns', { columns: width, limit: MAX_COLUMNS }));
  const even = evenRows(read.rows, width, separator);
  if (!even.ok) return even;
  warnings.push(...even.warnings);
  const { names, body, warnings: headerWarnings } = splitHeader(even.value, width);
  warnings.push(...headerWarnings);
  if (body.length === 0) return failure(dataError('no-rows', { file }));
  return buildDataset({ names, body, file, separator }, options, warnings, progress);
}

/** Short rows are filled with missing values, extra cells dropped; both counted. Row numbers count from 1, header included. */
function evenRows(
  rows: readonly (readonly string[])[],
  width: number,
  separator: string,
): Result<readonly (readonly string[])[]> {
  const uneven: number[] = [];
  const even = rows.map((row, i) => {
    if (row.length === width) return row;
    // Trailing separators are a habit of some programs, not a fault.
    const isPadded = row.length > width && row.slice(width).every((cell) => cell.trim() === '');
    if (!isPadded) uneven.push(i + 1);
    return row.length > width
      ? row.slice(0, width)
      : [...row, ...new Array<string>(width - row.length).fill('')];
  });
  if (uneven.length === 0) return success(even);
  const facts = { count: uneven.length, expected: width, rows: firstFew(uneven) };
  if (uneven.length > HOPELESS_SHARE * rows.length) {
    return failure(
      dataError('ragged-table', { ...facts, total: rows.length, separator: separatorName(separator) }),
    );
  }
  return success(even, [dataWarning('ragged-rows', facts)]);
}

interface HeaderSplit {
  readonly names: readonly string[];
  readonly body: readonly (readonly string[])[];
  readonly warnings: readonly DataProblem[];
}

function splitHeader(rows: readonly (readonly string[])[], width: number): HeaderSplit {
  if (!hasHeader(rows, width)) {
    const names = Array.from({ length: width }, (_, i) => `column_${i + 1}`);
    return { names, body: rows, warnings: [dataWarning('no-header', { columns: firstFew(names, 3) })] };
  }
  const names: string[] = [];
  const renamed: string[] = [];
  rows[0]!.forEach((cell, i) => {
    const wanted = cell.trim() || `column_${i + 1}`;
    let name = wanted;
    for (let n = 2; names.includes(name); n++) name = `${wanted}_${n}`;
    if (name !== cell.trim()) renamed.push(name);
    names.push(name);
  });
  const warnings = renamed.length > 0 ? [dataWarning('renamed-columns', { columns: firstFew(renamed) })] : [];
  return { names, body: rows.slice(1), warnings };
}

/**
 * The first row is a header when it differs in kind from what is below: words over numbers. Where every column is words,
 * it is one when its cells are distinct, filled, and do not come back further down.
 */
function hasHeader(rows: readonly (readonly string[])[], width: number): boolean {
  const first = rows[0]!;
  const below = rows.slice(1, 200);
  if (below.length === 0) return first.every((cell) => !isNumeric(cell) && cell.trim() !== '');
  let numeric = 0;
  for (let k = 0; k < width; k++) {
    const cells = below.map((row) => row[k]!).filter((cell) => !isMissing(cell));
    if (cells.length === 0 || !cells.every(isNumeric)) continue;
    if (isNumeric(first[k]!)) numeric++;
    else if (!isMissing(first[k]!)) return true;
  }
  if (numeric > 0) return false;
  const trimmed = first.map((cell) => cell.trim());
  const areNames =
    trimmed.every((cell) => cell !== '' && cell.length <= 60) && new Set(trimmed).size === width;
  return areNames && !trimmed.some((cell, k) => below.some((row) => row[k]!.trim() === cell));
}

const isNumeric = (cell: string): boolean =>
  !Number.isNaN(parseNumber(cell, 'point')) || !Number.isNaN(parseNumber(cell, 'comma'));

interface RawTable {
  readonly names: readonly string[];
  readonly body: readonly (readonly string[])[];
  readonly file: string;
  readonly separator: string;
}

/** Async, because a column of a large table takes a while: it can be cancelled between two of them. */
async function buildDataset(
  { names, body, file, separator }: RawTable,
  options: TableOptions,
  warnings: DataProblem[],
  progress: Progress,
): Promise<Result<Dataset>> {
  if (options.target !== null && !names.includes(options.target)) {
    return failure(missingTarget(options.target, names));
  }
  const columns: Column[] = [];
  const held = new Map<string, ColumnValues>();
  const decimalComma: string[] = [];
  for (const [k, name] of names.entries()) {
    if (progress.signal?.aborted) return failure(dataError('cancelled', {}));
    await nextTask();
    const cells = body.map((row) => row[k]!);
    if (cells.every(isMissing)) {
      warnings.push(dataWarning('empty-column', { column: name }));
      continue;
    }
    const isLast = k === names.length - 1;
    const inferred = inferColumn(name, cells, { separator, isTarget: options.target === name, isLast });
    columns.push(inferred.column);
    held.set(name, inferred.values);
    warnings.push(...inferred.warnings);
    if (inferred.usesDecimalComma) decimalComma.push(name);
  }
  if (decimalComma.length > 0)
    warnings.push(dataWarning('decimal-comma', { columns: firstFew(decimalComma) }));
  if (options.target !== null && !held.has(options.target)) {
    return failure(missingTarget(options.target, [...held.keys()]), ...warnings);
  }
  // A column may be called `__proto__`; entries become own properties whatever their name.
  const withTags = findTags(columns, Object.fromEntries(held));
  const sequence = findSequence(withTags.columns, withTags.values, body.length);
  if (sequence?.group)
    warnings.push(dataWarning('time-series-groups', { order: sequence.order ?? '', group: sequence.group }));
  else if (sequence) warnings.push(dataWarning('time-series', { order: sequence.order ?? '' }));
  const target = options.target ?? proposeTarget(withTags.columns, sequence);
  if (!withTags.columns.some((column) => column.name !== target))
    return failure(dataError('no-usable-column', { file }), ...warnings);
  const schema: DatasetSchema = {
    id: options.id,
    title: { en: options.title, zh: options.title },
    rows: body.length,
    columns: withTags.columns,
    target,
    sequence,
    fixedTestRows: 0,
  };
  return success({ schema, columns: withTags.values }, warnings);
}

const missingTarget = (column: string, names: readonly string[]): DataProblem =>
  dataError('target-missing', { column, columns: firstFew(names, 10) });

/**
 * A column with exactly as many space-separated parts as a text column, row by row, and fewer distinct ones, holds the tags
 * of that text.
 */
function findTags(columns: readonly Column[], values: { readonly [name: string]: ColumnValues }) {
  const cells = new Map<Column, readonly string[]>();
  for (const column of columns) {
    const held = values[column.name]!;
    if (held.kind === 'text') cells.set(column, held.values);
    if (
      held.kind === 'category' &&
      column.kind === 'category' &&
      column.classes.some((name) => name.includes(' '))
    ) {
      cells.set(
        column,
        Array.from(held.indices, (index) => column.classes[index] ?? ''),
      );
    }
  }
  const partsOf = (column: Column) =>
    cells.get(column)!.map((cell) => (cell === '' ? 0 : cell.split(/\s+/u).length));
  if (cells.size < 2) return { columns, values };
  const texts = [...cells.keys()].filter((column) => column.kind === 'text' && column.medianWords >= 2);
  for (const text of texts) {
    const parts = partsOf(text);
    for (const tagged of cells.keys()) {
      if (tagged === text || !isAligned(partsOf(tagged), parts)) continue;
      const tags = tagsColumn(tagged.name, cells.get(tagged)!);
      const words = tagsColumn(text.name, cells.get(text)!).classes.length;
      if (tags.classes.length > MAX_TAGS || tags.classes.length >= words) continue;
      const spaced = textColumn(text.name, cells.get(text)!, true);
      return {
        columns: columns.map((c) => (c === tagged ? tags : c === text ? spaced : c)),
        values: { ...values, [tagged.name]: { kind: 'tags', values: cells.get(tagged)! } as const },
      };
    }
  }
  return { columns, values };
}

/** A few slips among thousands of rows are dropped when the rows are prepared. */
function isAligned(tags: readonly number[], words: readonly number[]): boolean {
  const unequal = tags.filter((count, row) => count !== words[row]).length;
  return unequal <= tags.length / 50;
}

const TIME_NAME = /^(?:time|timestamp|unixtime|epoch|t|step|date|日期|时间)$/iu;

/**
 * Rows are a time series when a column of dates (or numbers named like a time) runs strictly up or down: through the
 * whole file, or within each class of one category column.
 */
function findSequence(
  columns: readonly Column[],
  values: { readonly [name: string]: ColumnValues },
  rows: number,
): DatasetSchema['sequence'] {
  if (rows < 10) return null;
  for (const column of columns) {
    const held = values[column.name]!;
    const times =
      held.kind === 'text'
        ? timeKeys(held.values)
        : held.kind === 'number' && TIME_NAME.test(column.name)
          ? held.values
          : null;
    if (!times || times.some(Number.isNaN)) continue;
    if (isMonotone(times, null)) return { group: null, order: column.name };
    for (const group of columns) {
      const groups = values[group.name]!;
      const isGroup = group.kind === 'category' && group.missing === 0 && group.classes.length <= rows / 5;
      if (isGroup && groups.kind === 'category' && isMonotone(times, groups.indices)) {
        return { group: group.name, order: column.name };
      }
    }
  }
  return null;
}

function isMonotone(times: Float64Array, groups: Int32Array | null): boolean {
  return [1, -1].some((sign) => {
    const last = new Map<number, number>();
    return times.every((time, row) => {
      const group = groups?.[row] ?? 0;
      const before = last.get(group);
      last.set(group, time);
      return before === undefined || sign * (time - before) > 0;
    });
  });
}

/** By name; else tags; else the last class column with at least two classes; for a time series and otherwise the last number. */
function proposeTarget(columns: readonly Column[], sequence: DatasetSchema['sequence']): string | null {
  const candidates = columns.filter(
    (column) =>
      column.name !== sequence?.group &&
      column.name !== sequence?.order &&
      (column.kind === 'number' ||
        column.kind === 'tags' ||
        (column.kind === 'category' && column.classes.length > 1)),
  );
  const last = (kind: Column['kind']) => candidates.findLast((column) => column.kind === kind);
  const named = candidates.find((column) => isTargetName(column.name));
  const preferred = sequence ? (last('number') ?? last('category')) : (last('category') ?? last('number'));
  return (named ?? last('tags') ?? preferred)?.name ?? null;
}
