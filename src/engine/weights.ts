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
}
