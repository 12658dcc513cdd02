/**
 * What can be said about a file that was opened or imported: a stable code and facts, never prose (the sentences are in
 * `messages/file-problems.ts`). Same layout as a data problem, so one list on screen can hold both.
 */

/** Facts by code. */
export interface FileFacts {
  // why nothing could be opened
  'not-json': { readonly line: number };
  'not-weft': Record<never, never>;
  'newer-format': { readonly version: number; readonly known: number };
  'unknown-version': { readonly version: string };
  /** `path` as in `meaning.nodes.dense.config`. */
  'invalid-content': { readonly path: string; readonly expected: string };
  'too-large': { readonly megabytes: number; readonly limit: number };
  'graph-model': Record<never, never>;
  'no-topology': Record<never, never>;
  'broken-topology': { readonly layer: string; readonly expected: string };
  'weights-missing': { readonly file: string };
  'weights-size': { readonly expected: number; readonly received: number };
  'weights-type': { readonly weight: string; readonly dtype: string };
  'nothing-to-open': { readonly files: string };
  // what the browser's own storage says
  'storage-full': Record<never, never>;
  'storage-unavailable': Record<never, never>;
  'storage-failed': { readonly message: string };
  'project-missing': Record<never, never>;
  // what was lost on the way in
  'unknown-layer': { readonly layer: string; readonly className: string };
  'unsupported-setting': { readonly layer: string; readonly key: string; readonly value: string };
  /** As `unsupported-setting`, but it changes what the layer computes: the layer is kept opaque. */
  'opaque-setting': { readonly layer: string; readonly key: string; readonly value: string };
  'shared-layer': { readonly layer: string; readonly uses: number };
  'input-size': { readonly layer: string; readonly shape: string };
}
export type FileProblemCode = keyof FileFacts;

export type FileProblem = {
  readonly [C in FileProblemCode]: {
    readonly code: C;
    readonly severity: 'error' | 'warning';
    readonly facts: FileFacts[C] & { readonly [fact: string]: string | number };
  };
}[FileProblemCode];

export const fileError = <C extends FileProblemCode>(code: C, facts: FileFacts[C]): FileProblem =>
  ({ code, severity: 'error', facts }) as FileProblem;
export const fileWarning = <C extends FileProblemCode>(code: C, facts: FileFacts[C]): FileProblem =>
  ({ code, severity: 'warning', facts }) as FileProblem;
