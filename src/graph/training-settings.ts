/** How a project trains, as the user sets it; `compile` turns it into phases. Part of the document's meaning. */
import type { Config } from './document';

export interface EarlyStoppingSettings {
  /** What is watched: the name of a history column, e.g. `val_loss` or `val_accuracy`. */
  readonly monitor: string;
  /** Epochs without an improvement of at least `minDelta` before the run stops. */
  readonly patience: number;
  readonly minDelta: number;
  /** Go back to the weights of the best epoch at the end. */
  readonly restoreBest: boolean;
}

export interface TrainingSettings {
  readonly optimizer: { readonly type: string; readonly config: Config };
  readonly batchSize: number;
  readonly epochs: number;
  /** Share of the training rows held out, 0 to 0.9. */
  readonly validationSplit: number;
  /** Share of all rows kept for the final test where the data set fixes none, 0 to 0.9. */
  readonly testSplit: number;
  /** Governs initial weights, split, shuffling, dropout. */
  readonly seed: number;
  readonly earlyStopping: EarlyStoppingSettings | null;
}

export const DEFAULT_TRAINING: TrainingSettings = {
  optimizer: { type: 'adam', config: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } },
  batchSize: 32,
  epochs: 5,
  validationSplit: 0.15,
  testSplit: 0.15,
  seed: 42,
  earlyStopping: null,
};
