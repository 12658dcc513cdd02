/**
 * What kind of column a list of cells is. Numbers may use a decimal comma or thousands marks if the whole column agrees;
 * a number column turns into classes only where it looks like a label. Every guess that costs something is reported.
 */
import type { Column } from '../graph/schema';
import { categoryColumn, numberColumn, textColumn } from './column-stats';
import type { ColumnValues } from './dataset';
import { type DataProblem, dataWarning } from './problems';
import { timeKeys } from './time-order';

export interface InferredColumn {
  readonly column: Column;
  readonly values: ColumnValues;
  readonly usesDecimalComma: boolean;
  readonly warnings: readonly DataProblem[];
}

export interface ColumnContext {
  readonly separator: string;
  /** The user or the name says that this column is to be predicted. */
  readonly isTarget: boolean;
  readonly isLast: boolean;
}

/** Compared without case and outer spaces. */
const MISSING = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'nil', '?', '-', '--']);
export function isMissing(cell: string): boolean {
  const text = cell.trim();
  // All marks are short; a long cell is not folded to lower case for nothing.
  return text.length <= 4 && MISSING.has(text.toLowerCase());
}

const FORMATS = {
  point: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u,
  comma: /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/u,
  /** 1,234,567.8 */
  thousandsComma: /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/u,
  /** 1.234.567,8 or 1 234 567,8 */
  thousandsPoint: /^[+-]?\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?:,\d+)?$/u,
} as const;

export type NumberFormat = 'point' | 'comma';

export function parseNumber(cell: string, format: NumberFormat): number {
  const text = cell.trim().replace(/^\u2212/u, '-');
  if (format === 'point') {
    if (FORMATS.point.test(text)) return Number(text);
    return FORMATS.thousandsComma.test(text) ? Number(text.replaceAll(',', '')) : Number.NaN;
  }
  if (FORMATS.comma.test(text)) return Number(text.replace(',', '.'));
  if (FORMATS.thousandsPoint.test(text))
    return Number(text.replace(/[. \u00a0\u202f]/gu, '').replace(',', '.'));
  return Number.NaN;
}

const MAX_CLASSES = 1000;
const TARGET_NAME =
  /^(?:target|label|labels|class|classes|category|y|species|outcome|result|survived|diagnosis|sentiment|标签|类别|目标|分类)$/iu;
const ID_NAME = /^(?:.*[_ -])?(?:id|uuid|guid|index|idx|no|nr|编号|序号)$/iu;

export const isTargetName = (name: string): boolean => TARGET_NAME.test(name.trim());

export function inferColumn(name: string, cells: readonly string[], context: ColumnContext): InferredColumn {
  const present = cells.filter((cell) => !isMissing(cell));
  const distinct = new Set(present.map((cell) => cell.trim()));
  const { format, parsed } = bestFormat(present, context.separator);
  const numeric =
    parsed > 0 && (parsed === present.length || (parsed >= 20 && parsed >= 0.95 * present.length));
  if (numeric) {
    if (isLabel(name, distinct, context)) return asCategory(name, cells, distinct);
    if (isIdentifier(name, present, distinct)) {
      return asText(name, cells, [dataWarning('identifier-column', { column: name })]);
    }
    return asNumber(name, cells, present, format, parsed);
  }
  if (isClasses(present, distinct, context)) return asCategory(name, cells, distinct);
  const isId = distinct.size === present.length && present.length > 1 && ID_NAME.test(name.trim());
  return asText(name, cells, isId ? [dataWarning('identifier-column', { column: name })] : []);
}

/**
 * Point or comma, whichever reads more cells. Where both read all of them (`1,234`), a comma cannot be the decimal mark of
 * a file whose cells it separates.
 */
function bestFormat(present: readonly string[], separator: string): { format: NumberFormat; parsed: number } {
  const count = (format: NumberFormat) =>
    present.filter((cell) => !Number.isNaN(parseNumber(cell, format))).length;
  const point = count('point');
  if (point === 0 && present.length > 0 && Number.isNaN(parseNumber(present[0]!, 'comma'))) {
    // Most text columns end here after one pass.
    return { format: 'point', parsed: 0 };
  }
  const hasMarks = present.some((cell) => cell.includes(','));
  if (!hasMarks) return { format: 'point', parsed: point };
  const comma = count('comma');
  const prefersComma = separator === ',' ? comma > point : comma >= point;
  return prefersComma ? { format: 'comma', parsed: comma } : { format: 'point', parsed: point };
}

function asNumber(
  name: string,
  cells: readonly string[],
  present: readonly string[],
  format: NumberFormat,
  parsed: number,
): InferredColumn {
  const values = Float64Array.from(cells, (cell) =>
    isMissing(cell) ? Number.NaN : parseNumber(cell, format),
  );
  const warnings: DataProblem[] = [];
  if (parsed < present.length) {
    const example = present.find((cell) => Number.isNaN(parseNumber(cell, format)))!.trim();
    warnings.push(
      dataWarning('not-numbers', { column: name, count: present.length - parsed, example: clip(example) }),
    );
  }
  const column = numberColumn(name, values);
  if (column.min === column.max)
    warnings.push(dataWarning('constant-column', { column: name, value: String(column.min) }));
  const usesDecimalComma = format === 'comma' && present.some((cell) => cell.includes(','));
  return { column, values: { kind: 'number', values }, usesDecimalComma, warnings };
}

function asCategory(name: string, cells: readonly string[], distinct: ReadonlySet<string>): InferredColumn {
  const classes = sortClasses([...distinct]);
  const place = new Map(classes.map((value, i) => [value, i]));
  const indices = Int32Array.from(cells, (cell) => (isMissing(cell) ? -1 : place.get(cell.trim())!));
  const column = categoryColumn(name, classes, indices);
  const warnings: DataProblem[] = [];
  if (classes.length === 1)
    warnings.push(dataWarning('constant-column', { column: name, value: clip(classes[0]!) }));
  const rare = column.counts.filter((count) => count < 2).length;
  if (rare > 0 && classes.length > 1)
    warnings.push(dataWarning('rare-classes', { column: name, classes: rare }));
  return { column, values: { kind: 'category', indices }, usesDecimalComma: false, warnings };
}

function asText(name: string, cells: readonly string[], warnings: readonly DataProblem[]): InferredColumn {
  const values = cells.map((cell) => (isMissing(cell) ? '' : cell.trim()));
  return {
    column: textColumn(name, values),
    values: { kind: 'text', values },
    usesDecimalComma: false,
    warnings,
  };
}

/** 0…9 before 10, names by code point: the same order on every device. */
export function sortClasses(classes: string[]): string[] {
  if (classes.every((value) => FORMATS.point.test(value)))
    return classes.sort((a, b) => Number(a) - Number(b));
  return classes.sort();
}

/** Whole numbers that name classes: few of them, without gaps from 0 or 1, in a column that is to be predicted. */
function isLabel(name: string, distinct: ReadonlySet<string>, { isTarget, isLast }: ColumnContext): boolean {
  if (distinct.size < 2 || distinct.size > 20) return false;
  const numbers = [...distinct].map(Number);
  if (!numbers.every(Number.isInteger)) return false;
  const min = Math.min(...numbers);
  const hasNoGaps = (min === 0 || min === 1) && Math.max(...numbers) === min + distinct.size - 1;
  return isTarget || isTargetName(name) || (isLast && hasNoGaps);
}

/** Whole numbers that count the rows up by one, or a unique key by its name. */
function isIdentifier(name: string, present: readonly string[], distinct: ReadonlySet<string>): boolean {
  if (present.length < 5 || distinct.size !== present.length) return false;
  const numbers = present.map(Number);
  if (!numbers.every(Number.isInteger)) return false;
  const countsUp = numbers.every((value, i) => i === 0 || value === numbers[i - 1]! + 1);
  return (
    ID_NAME.test(name.trim()) ||
    (countsUp && (numbers[0] === 0 || numbers[0] === 1) && /^(?:column_?\d+|)$/iu.test(name))
  );
}

/** Few distinct short values that come back again. Dates name moments, not classes. */
function isClasses(
  present: readonly string[],
  distinct: ReadonlySet<string>,
  { isTarget }: ColumnContext,
): boolean {
  if (distinct.size === 0 || distinct.size > MAX_CLASSES) return false;
  const values = [...distinct];
  if (!timeKeys(values).some(Number.isNaN)) return false;
  if (isTarget && distinct.size < present.length) return true;
  const isFew = distinct.size <= 50 || distinct.size <= 0.05 * present.length;
  const repeats = distinct.size <= Math.max(2, present.length / 2);
  return isFew && repeats && values.every((value) => value.length <= 100);
}

export const clip = (text: string, length = 40): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;
