/** Benchmarks print a table for people and collect the same rows as JSON for machines. Figures are medians unless they say otherwise. */
import { mkdirSync, writeFileSync } from 'node:fs';

export type Row = { readonly [column: string]: string | number };

const results: Record<string, readonly Row[]> = {};

export function report(name: string, rows: readonly Row[]): void {
  console.log(`\n## ${name}\n`);
  const columns = Object.keys(rows[0] ?? {});
  const cell = (value: string | number | undefined): string =>
    typeof value === 'number'
      ? Number.isInteger(value)
        ? value.toLocaleString('en-US')
        : value.toPrecision(3)
      : (value ?? '');
  console.log(`| ${columns.join(' | ')} |`);
  console.log(`| ${columns.map(() => '---').join(' | ')} |`);
  for (const row of rows) console.log(`| ${columns.map((column) => cell(row[column])).join(' | ')} |`);
  results[name] = rows;
}

export function save(file: string): void {
  mkdirSync('test-results', { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`\nJSON: ${file}`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value below which the share lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Milliseconds per call: the median of `runs` after `warmup` calls that do not count. */
export function time(runs: number, warmup: number, work: (run: number) => void): number {
  for (let run = 0; run < warmup; run++) work(-1 - run);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    work(run);
    times.push(performance.now() - started);
  }
  return median(times);
}
