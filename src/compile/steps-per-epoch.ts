/** How many steps an epoch will have, before any row is read. */
import type { DatasetSchema } from '../graph/schema';
import type { TrainingSettings } from '../graph/training-settings';

/** At most: rows without a target, or without enough history, are not known here. Null without a data set. */
export function stepsPerEpoch(
  { batchSize, testSplit, validationSplit }: TrainingSettings,
  schema: DatasetSchema | null,
): number | null {
  if (!schema || !(batchSize >= 1)) return null;
  const { rows, fixedTestRows } = schema;
  const rest = fixedTestRows > 0 ? rows - fixedTestRows : rows * (1 - testSplit);
  return Math.max(1, Math.ceil((rest * (1 - validationSplit)) / batchSize));
}
