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

/** How the learning rate moves while training: the id of a schedule and its fields. */
export interface ScheduleSettings {
  readonly type: string;
  readonly config: Config;
}

/** Bounds what one batch can do to the weights: the length of all gradients together, or each value. */
export interface ClippingSettings {
  readonly kind: 'norm' | 'value';
  readonly limit: number;
}

/** The model is the mean of the weights along the way: exponential (EMA), or equal from an epoch on (SWA). */
export type AveragingSettings =
  | { readonly kind: 'ema'; readonly decay: number }
  | { readonly kind: 'swa'; readonly fromEpoch: number };

/** What ends a run besides its number of epochs. */
export interface StopSettings {
  readonly minutes: number | null;
  /** A history column and the value that is good enough. */
  readonly target: { readonly monitor: string; readonly value: number } | null;
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
  readonly schedule: ScheduleSettings;
  readonly clipping: ClippingSettings | null;
  /** Batches whose gradients are averaged before the weights move once; 1 moves them at each. */
  readonly accumulate: number;
  readonly averaging: AveragingSettings | null;
  /** `balanced`: the loss of a row counts in inverse proportion to how frequent its class is among the training rows. */
  readonly classWeights: 'none' | 'balanced';
  /** Several heads: their weights as set, or learned with the model (Kendall, Gal and Cipolla, 2018). */
  readonly lossWeighting: 'fixed' | 'uncertainty';
  readonly stop: StopSettings;
}

export const DEFAULT_TRAINING: TrainingSettings = {
  optimizer: { type: 'adam', config: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } },
  batchSize: 32,
  epochs: 5,
  validationSplit: 0.15,
  testSplit: 0.15,
  seed: 42,
  earlyStopping: null,
  schedule: { type: 'constant', config: {} },
  clipping: null,
  accumulate: 1,
  averaging: null,
  classWeights: 'none',
  lossWeighting: 'fixed',
  stop: { minutes: null, target: null },
};
