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
  /** Number of the row whose quote never closes, 1 = first; null when all do. Quotes then count as text. */
  readonly strayQuoteRow: number | null;
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
  if (quoted.openQuoteRow === null) return { rows: quoted.rows, strayQuoteRow: null };
  const plain = await parseSlices(text, separator, NO_QUOTE, progress);
  return plain && { rows: plain.rows, strayQuoteRow: quoted.openQuoteRow };
}

interface Slices {
  readonly rows: string[][];
  readonly openQuoteRow: number | null;
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
  let openQuoteRow: number | null = null;
  while (at < text.length) {
    if (progress.signal?.aborted) return null;
    const isLast = at + slice >= text.length;
    const { data, errors, meta } = parser.parse(
      isLast ? text.slice(at) : text.slice(at, at + slice),
      0,
      !isLast,
    );
    const open = errors.find((error) => error.code === 'MissingQuotes');
    if (open) openQuoteRow = rows.length + (open.row ?? 0) + 1;
    for (const row of data) if (row.some((cell) => cell.trim() !== '')) rows.push(row);
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
  return { rows, openQuoteRow };
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
