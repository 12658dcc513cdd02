/** Weights outside of a model: what storage keeps, what crosses between threads, what a file brings along. */

export interface NamedWeight {
  /** `<layer name>/<weight name>` */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Of the weight arrays of a model: how many got a given value, and how many there are. */
export interface KeptWeights {
  readonly kept: number;
  readonly total: number;
  /** What became of each layer with weights, by plan id; absent where only whole weights were taken over. */
  readonly nodes?: { readonly [id: string]: Adapted };
}

/** As before; larger, with the old values inside; new, and changing nothing yet; or from scratch. */
export type Adapted = 'kept' | 'widened' | 'identity' | 'fresh';
