/** Early stopping: watches one history column, remembers the best epoch and, if wanted, its weights. */
import type * as tfjs from '@tensorflow/tfjs';
import type { EarlyStoppingSettings } from '../graph/training-settings';
import type { Tfjs } from '../nodes/define-node';
import { metricType } from '../nodes/training-index';
import type { BuiltModel } from './build-model';
import type { SavedState } from './checkpoint';
import type { Measures } from './run-event';
import { copyWeights, putWeights, readCopies, saveCopies } from './weight-copies';

export class BestWeights {
  readonly #tf: Tfjs;
  readonly #model: BuiltModel;
  readonly #settings: EarlyStoppingSettings | null;
  #best: number | null = null;
  #waited = 0;
  #snapshot: tfjs.Tensor[] = [];
  bestEpoch = 0;

  constructor(tf: Tfjs, model: BuiltModel, settings: EarlyStoppingSettings | null) {
    this.#tf = tf;
    this.#model = model;
    this.#settings = settings;
  }

  /** True when training should stop. Without settings the best epoch is still noted, by `val_loss`. */
  update(epoch: number, measures: Measures): boolean {
    const monitor = this.#settings?.monitor ?? 'val_loss';
    // Without validation rows the column of the training rows is the nearest there is.
    const value = measures[monitor] ?? measures[monitor.replace(/^val_/, '')];
    if (value === undefined) return false;
    const sign = isHigherBetter(monitor) ? 1 : -1;
    const isBetter = this.#best === null || sign * (value - this.#best) > (this.#settings?.minDelta ?? 0);
    if (isBetter) {
      this.#best = value;
      this.#waited = 0;
      this.bestEpoch = epoch;
      if (this.#settings?.restoreBest) this.#remember();
      return false;
    }
    this.#waited += 1;
    return this.#settings !== null && this.#waited >= this.#settings.patience;
  }

  /** Puts the weights of the best epoch back, where they were asked for. */
  restore(): void {
    if (this.#snapshot.length > 0) putWeights(this.#model, this.#snapshot);
  }

  async save(): Promise<SavedState> {
    const arrays = await saveCopies(this.#snapshot);
    const numbers = { waited: this.#waited, bestEpoch: this.bestEpoch };
    return { numbers: this.#best === null ? numbers : { ...numbers, best: this.#best }, arrays };
  }

  resume({ numbers, arrays }: SavedState): void {
    this.#best = numbers['best'] ?? null;
    this.#waited = numbers['waited']!;
    this.bestEpoch = numbers['bestEpoch']!;
    this.#tf.dispose(this.#snapshot);
    this.#snapshot = readCopies(this.#tf, this.#model, arrays);
  }

  dispose(): void {
    this.#tf.dispose(this.#snapshot);
    this.#snapshot = [];
  }

  #remember(): void {
    this.#tf.dispose(this.#snapshot);
    this.#snapshot = copyWeights(this.#tf, this.#model);
  }
}

/** `val_accuracy` → accuracy; `<head>.accuracy` too. Losses and unknown columns: lower. */
export function isHigherBetter(column: string): boolean {
  const id = column.replace(/^val_/, '').split('.').at(-1)!;
  return metricType(id)?.better === 'higher';
}
