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
      this.#weights().map((weight, i) => {
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
    const weights = this.#weights();
    this.#held = weights.map((weight) => this.#tf.clone(weight.read()));
    for (const [i, weight] of weights.entries()) weight.write(this.#mean[i]!);
  }

  /** Back to the weights that the steps work on. */
  hide(): void {
    if (!this.#held) return;
    for (const [i, weight] of this.#weights().entries()) weight.write(this.#held[i]!);
    this.#tf.dispose(this.#held);
    this.#held = null;
  }

  async save(): Promise<SavedState> {
    const arrays: Record<string, Float32Array> = {};
    for (const [i, mean] of this.#mean.entries()) arrays[String(i)] = await mean.data<'float32'>();
    return { numbers: { count: this.#count }, arrays };
  }

  restore({ numbers, arrays }: SavedState): void {
    this.#count = numbers['count']!;
    this.#tf.dispose(this.#mean);
    const weights = this.#weights();
    this.#mean = Object.keys(arrays).map((_, i) =>
      this.#tf.tensor(arrays[String(i)] as Float32Array, weights[i]!.shape as number[]),
    );
  }

  dispose(): void {
    this.#tf.dispose(this.#mean);
    if (this.#held) this.#tf.dispose(this.#held);
    this.#mean = [];
    this.#held = null;
  }

  #weights(): tfjs.LayerVariable[] {
    return [...this.#model.layers.values()].flatMap((layer) => layer.weights);
  }
}
