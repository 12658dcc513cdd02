/**
 * Everything that a run needs to go on from where it stood, on the same curve: plain numbers and typed arrays, so that it can be
 * stored and sent. What is random in a run (order of the rows, dropout) follows from the seed, the epoch and the step, so the position
 * is all there is to keep of it. No tfjs in here.
 */
import type { Measures } from './run-event';
import type { NamedWeight } from './weights';

/** What one part of a run keeps, under names of its own. */
export interface SavedState {
  readonly numbers: { readonly [name: string]: number };
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
}

export const CHECKPOINT_VERSION = 1;

export interface RunCheckpoint {
  readonly version: typeof CHECKPOINT_VERSION;
  /** Index of the phase under way, and how many of its epochs are over. */
  readonly phase: number;
  readonly phaseEpochs: number;
  /** Epochs of the run that are over. */
  readonly epochs: number;
  /** Steps taken of the epoch under way; 0 between two epochs. */
  readonly step: number;
  readonly globalStep: number;
  /** Training time so far, and that of the epoch under way. */
  readonly elapsedMs: number;
  readonly epochMs: number;
  /** All weights as the steps see them. */
  readonly weights: readonly NamedWeight[];
  /** State of the optimizers, gradients being accumulated, averaged weights. */
  readonly updater: SavedState;
  /** Early stopping, with the best weights so far. */
  readonly best: SavedState;
  /** Sums of the epoch under way; null between two epochs. */
  readonly meter: SavedState | null;
  /** Measures of the epochs of the phase that are over. */
  readonly history: readonly Measures[];
}
