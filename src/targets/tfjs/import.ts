/** Placeholder so that the page builds; the importer is on its way. */
import type { GraphDoc } from '../../graph/document';
import { type FileProblem, fileError } from '../../graph/file-problem';

export type Imported =
  | { readonly ok: true; readonly doc: GraphDoc; readonly diagnostics: readonly FileProblem[] }
  | { readonly ok: false; readonly problem: FileProblem };

export function importLayersModel(_json: unknown, _weights: readonly { readonly name: string; readonly data: ArrayBuffer }[] = []): Imported {
  return { ok: false, problem: fileError('no-topology', {}) };
}
