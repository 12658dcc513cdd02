/**
 * The mean of the weights along the way, which often generalises better than where the last step ended: exponential after every move
 * (EMA; Polyak and Juditsky, 1992), or equal from some epoch on (SWA; Izmailov et al., 2018). The running statistics of a batch
 * normalisation are averaged with the rest.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { AveragingSettings } from '../graph/training-settings';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import type { SavedState } from './checkpoint';
import { allWeights, copyWeights, putWeights, readCopies, saveCopies } from './weight-copies';

export class AveragedWeights {
  readonly #tf: Tfjs;
  readonly #model: BuiltModel;
  readonly #settings: AveragingSettings;
  #mean: tfjs.Tensor[] = [];
  #count = 0;
  /** The weights that the steps work on, while the mean stands in their place. */
  #held: tfjs.Tensor[] | null = null;

  constructor(tf: Tfjs, model: BuiltModel, settings: AveragingSettings) {
    this.#tf = tf;
    this.#model = model;
    this.#settings = settings;
  }

  afterMove(): void {
    if (this.#settings.kind !== 'ema') return;
    this.#count += 1;
    // Early weights are far off: the window grows with the number of moves, as in TensorFlow's ExponentialMovingAverage.
    this.#include(1 - Math.min(this.#settings.decay, this.#count / (9 + this.#count)));
  }

  /** `epoch` counts from 1. */
  afterEpoch(epoch: number): void {
    if (this.#settings.kind !== 'swa' || epoch < this.#settings.fromEpoch) return;
    this.#count += 1;
    this.#include(1 / this.#count);
  }

  /** mean ← mean + share · (weights − mean) */
  #include(share: number): void {
    const tf = this.#tf;
    const before = this.#mean;
    this.#mean = tf.tidy(() =>
      allWeights(this.#model).map((weight, i) => {
        const value = weight.read();
        const mean = before[i];
        // Kept, because a step calls this in its own tidy.
        return tf.keep(mean ? tf.add(mean, tf.mul(tf.sub(value, mean), share)) : tf.clone(value));
      }),
    );
    tf.dispose(before);
  }

  /** Puts the mean in place of the weights, for an evaluation or for good. Nothing when there is no mean yet. */
  show(): void {
    if (this.#mean.length === 0 || this.#held) return;
    this.#held = copyWeights(this.#tf, this.#model);
    putWeights(this.#model, this.#mean);
  }

  /** Back to the weights that the steps work on. */
  hide(): void {
    if (!this.#held) return;
    putWeights(this.#model, this.#held);
    this.#tf.dispose(this.#held);
    this.#held = null;
  }

  async save(): Promise<SavedState> {
    return { numbers: { count: this.#count }, arrays: await saveCopies(this.#mean) };
  }

  restore({ numbers, arrays }: SavedState): void {
    this.#count = numbers['count']!;
    this.#tf.dispose(this.#mean);
    this.#mean = readCopies(this.#tf, this.#model, arrays);
  }

  dispose(): void {
    this.#tf.dispose(this.#mean);
    if (this.#held) this.#tf.dispose(this.#held);
    this.#mean = [];
    this.#held = null;
  }
}
