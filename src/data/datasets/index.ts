/** Every data set that ships with the app, in the order of the list that people choose from. */
import type { Dataset, DatasetDescriptor, Result } from '../dataset';
import { dataError, failure, success } from '../problems';
import digits from './digits';
import fashionMnist from './fashion-mnist';
import penguins from './penguins';
import sentiment from './sentiment';
import weather from './weather';

export const DATASETS: readonly DatasetDescriptor[] = [fashionMnist, digits, penguins, sentiment, weather];

export const findDataset = (id: string): DatasetDescriptor | undefined =>
  DATASETS.find((dataset) => dataset.id === id);

/** The files came over the network: whatever is wrong with them is told, not thrown. */
export function parseShipped(descriptor: DatasetDescriptor, files: readonly Uint8Array[]): Result<Dataset> {
  try {
    const dataset = descriptor.parse(files);
    if (dataset.schema.rows === descriptor.schema.rows) return success(dataset);
  } catch {
    // Damaged or cut files end in the same problem as files of another length.
  }
  return failure(dataError('dataset-damaged', { id: descriptor.id }));
}
