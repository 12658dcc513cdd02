/**
 * Every problem that data can have, by code, with the facts that its sentence needs. Nothing here is prose: the sentences
 * are in `messages/data-problems.ts`, and `describe.ts` does not compile while one is missing.
 */
import type { Result } from './dataset';

type NoFacts = { readonly [name: string]: never };

export interface DataProblemFacts {
  // reading files
  'no-files': NoFacts;
  'file-too-large': { file: string; megabytes: number; limit: number };
  'file-unreadable': { file: string };
  'empty-file': { file: string };
  'not-a-table': { file: string; found: string };
  'several-tables': { count: number; files: string };
  'zip-damaged': { file: string };
  'zip-too-large': { file: string; megabytes: number; limit: number };
  cancelled: NoFacts;
  'encoding-fallback': { file: string; encoding: string };
  'damaged-text': { file: string; count: number };
  // tables
  'one-column': { file: string; tried: string; line: string };
  'no-rows': { file: string };
  'too-many-columns': { columns: number; limit: number };
  'ragged-table': { count: number; total: number; expected: number; separator: string; rows: string };
  'no-usable-column': { file: string };
  'target-missing': { column: string; columns: string };
  'ragged-rows': { count: number; expected: number; rows: string };
  'stray-quotes': { row: number };
  'open-quote': { row: number };
  'no-header': { columns: string };
  'renamed-columns': { columns: string };
  'empty-column': { column: string };
  'constant-column': { column: string; value: string };
  'identifier-column': { column: string };
  'decimal-comma': { columns: string };
  'not-numbers': { column: string; count: number; example: string };
  'rare-classes': { column: string; classes: number };
  'time-series': { order: string };
  'time-series-groups': { order: string; group: string };
  // images
  'no-images': { files: number };
  'too-few-classes': { classes: number; found: string };
  'no-readable-image': { count: number };
  'too-many-pixels': { images: number; height: number; width: number; megabytes: number; limit: number };
  'images-without-folder': { count: number; files: string };
  'damaged-images': { count: number; files: string };
  'skipped-files': { count: number; files: string };
  'images-resized': { count: number; height: number; width: number };
  // preparing for a model
  'column-missing': { column: string };
  'column-kind': { column: string; expected: string; received: string };
  'not-sequential': NoFacts;
  'too-few-rows': { rows: number; needed: number };
  'window-too-long': { window: number; horizon: number; rows: number };
  'tags-need-words': { column: string };
  'missing-imputed': { columns: string; count: number };
  'rows-without-target': { column: string; count: number };
  'tags-mismatch': { column: string; count: number };
  'unknown-class': { column: string; count: number };
  'one-class': { column: string; class: string };
  // shipped and stored sets
  'dataset-missing': { id: string };
  'download-failed': { file: string };
  'dataset-damaged': { id: string };
  /** As in `graph/file-problem.ts`: what storing an import can run into. */
  'storage-full': NoFacts;
  'storage-unavailable': NoFacts;
  'storage-failed': { message: string };
}

export type DataProblemCode = keyof DataProblemFacts;

/** A data problem in words' raw material: a stable code and its facts. */
export type DataProblem = {
  readonly [C in DataProblemCode]: {
    readonly severity: 'error' | 'warning';
    readonly code: C;
    readonly facts: Readonly<DataProblemFacts[C]>;
  };
}[DataProblemCode];

export const dataError = <C extends DataProblemCode>(code: C, facts: DataProblemFacts[C]): DataProblem =>
  ({ severity: 'error', code, facts }) as DataProblem;
export const dataWarning = <C extends DataProblemCode>(code: C, facts: DataProblemFacts[C]): DataProblem =>
  ({ severity: 'warning', code, facts }) as DataProblem;

export const success = <T>(value: T, warnings: readonly DataProblem[] = []): Result<T> => ({
  ok: true,
  value,
  warnings,
});
export const failure = (...problems: readonly DataProblem[]): Result<never> => ({ ok: false, problems });

/** `a, b, c and 4 more` without the words: the first few, then an ellipsis. */
export function firstFew(values: readonly (string | number)[], limit = 5): string {
  return values.slice(0, limit).join(', ') + (values.length > limit ? ', …' : '');
}
