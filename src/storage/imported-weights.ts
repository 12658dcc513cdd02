/** Weights that came with an imported model, kept beside the project's document: a project file stays small and readable. */
import type { NamedWeight } from '../worker/protocol';
import { attempt, database, type Stored } from './db';

export interface ImportedWeights {
  readonly project: string;
  /** Named `<node id>/<weight>`. */
  readonly weights: readonly NamedWeight[];
}

export const saveImportedWeights = (
  project: string,
  weights: readonly NamedWeight[],
): Promise<Stored<void>> =>
  attempt(async () => {
    await (await database()).weights.put({ project, weights });
  });

/** None for a project that was made here. */
export const loadImportedWeights = (project: string): Promise<Stored<readonly NamedWeight[]>> =>
  attempt(async () => (await (await database()).weights.get(project))?.weights ?? []);
