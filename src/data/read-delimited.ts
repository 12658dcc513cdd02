/**
 * Delimited text to rows of cells: finds the separator, parses in slices so that the caller can report and cancel, and
 * recovers from quotes that are part of the text. Papa Parse does the quoting rules of RFC 4180.
 */
import Papa from 'papaparse/papaparse.js';
import { nextTask, type Progress } from './platform';

export const SEPARATORS = [',', ';', '\t', '|'] as const;

export const separatorName = (separator: string): string =>
  ({ ',': ',', ';': ';', '\t': 'TAB', '|': '|', ' ': 'SPACE' })[separator] ?? separator;

export interface DelimitedRows {
  readonly rows: readonly (readonly string[])[];
  /**
   * `text`: quotes do not pair up and were read as text; `open`: one never closes, and the rest of the file is its cell.
   * Row numbers count from 1.
   */
  readonly quotes: { readonly kind: 'text' | 'open'; readonly row: number } | null;
}

const SLICE = 1 << 20;
/** A character that no text holds switches quoting off. */
const NO_QUOTE = '\u0000';

/** Null when cancelled. Blank lines are left out. */
export async function readDelimited(
  text: string,
  separator: string,
  progress: Progress,
): Promise<DelimitedRows | null> {
  const quoted = await parseSlices(text, separator, '"', progress);
  if (quoted === null) return null;
  const suspect = quoted.openRow ?? quoted.oddRow;
  if (suspect === null) return { rows: quoted.rows, quotes: null };
  const plain = await parseSlices(text, separator, NO_QUOTE, progress);
  if (plain === null) return null;
  if (isBetter(plain.rows, quoted.rows)) return { rows: plain.rows, quotes: { kind: 'text', row: suspect } };
  return {
    rows: quoted.rows,
    quotes: quoted.openRow === null ? null : { kind: 'open', row: quoted.openRow },
  };
}

/**
 * A quote that is text, at the start of a cell, swallows the lines up to the next one. So without quoting there are more
 * rows of the same width. Where quotes do their work instead, taking it away tears cells and lines apart.
 */
function isBetter(plain: readonly (readonly string[])[], quoted: readonly (readonly string[])[]): boolean {
  const width = mostCommonLength(quoted);
  const even = (rows: readonly (readonly string[])[]) => rows.filter((row) => row.length === width).length;
  return mostCommonLength(plain) === width && even(plain) > even(quoted);
}

interface Slices {
  readonly rows: string[][];
  /** The row whose quote never closes. */
  readonly openRow: number | null;
  /** The first row with a quote that closes in the middle of a cell, which no program writes that quotes on purpose. */
  readonly oddRow: number | null;
}

async function parseSlices(
  text: string,
  separator: string,
  quoteChar: string,
  progress: Progress,
): Promise<Slices | null> {
  const parser = new Papa.Parser({ delimiter: separator, newline: newlineOf(text), quoteChar });
  const rows: string[][] = [];
  let at = 0;
  let slice = SLICE;
  let openRow: number | null = null;
  let oddRow: number | null = null;
  while (at < text.length) {
    if (progress.signal?.aborted) return null;
    const isLast = at + slice >= text.length;
    const { data, errors, meta } = parser.parse(
      isLast ? text.slice(at) : text.slice(at, at + slice),
      0,
      !isLast,
    );
    const failed = new Map(errors.map(({ row, code }) => [row, code]));
    data.forEach((row, i) => {
      if (row.some((cell) => cell.trim() !== '')) rows.push(row);
      const code = failed.get(i);
      if (code === 'MissingQuotes') openRow = rows.length;
      else if (code) oddRow ??= rows.length;
    });
    if (isLast) break;
    // A slice that ends inside its first row (one very long cell) is tried again at twice the size.
    if (meta.cursor === 0 || data.length === 0) slice *= 2;
    else {
      at += meta.cursor;
      slice = SLICE;
    }
    progress.onProgress?.(at, text.length);
    await nextTask();
  }
  return { rows, openRow, oddRow };
}

/** The line feed ends lines wherever there is one; a carriage return before it is trimmed with the cell. */
const newlineOf = (text: string): string => (text.includes('\n') ? '\n' : text.includes('\r') ? '\r' : '\n');

/**
 * The separator that cuts the first lines most evenly into more than one cell; null when none does. Ties go to more
 * cells, then to the order of `SEPARATORS`.
 */
export function detectSeparator(text: string): string | null {
  const sample = text.slice(0, 1 << 16);
  const isWhole = sample.length === text.length;
  let best: { separator: string; evenness: number; cells: number } | null = null;
  for (const separator of SEPARATORS) {
    const parser = new Papa.Parser({
      delimiter: separator,
      newline: newlineOf(sample),
      quoteChar: '"',
      preview: 200,
    });
    const parsed = parser.parse(sample, 0, !isWhole).data;
    const rows = parsed.filter((row) => row.some((cell) => cell.trim() !== ''));
    if (rows.length === 0) continue;
    const cells = mostCommonLength(rows);
    if (cells < 2) continue;
    const evenness = rows.filter((row) => row.length === cells).length / rows.length;
    if (!best || evenness > best.evenness || (evenness === best.evenness && cells > best.cells)) {
      best = { separator, evenness, cells };
    }
  }
  return best?.separator ?? null;
}

/** Ties go to the longer row. */
export function mostCommonLength(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  let best = 0;
  for (const [length, count] of counts) {
    const held = counts.get(best) ?? 0;
    if (count > held || (count === held && length > best)) best = length;
  }
  return best;
}
