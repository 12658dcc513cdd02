/**
 * The contract of `data/`: a data set is a schema plus columns of raw values; `prepare` turns it into batches of typed
 * arrays after a `DataSpec`. Everything seeded, no DOM: image decoding is handed in where it is needed.
 */
import type { DataSpec } from '../graph/data-spec';
import type { DatasetSchema } from '../graph/schema';
import type { Text } from '../graph/text';
import type { DataProblem } from './problems';

export type { DataProblem } from './problems';

/** Raw values of one column, in row order. Missing: NaN in numbers, −1 in categories, '' in text. */
export type ColumnValues =
  /** rows × height × width × channels, 0..max. */
  | { readonly kind: 'image'; readonly pixels: Uint8Array; readonly max: number }
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'category'; readonly indices: Int32Array }
  | { readonly kind: 'text'; readonly values: readonly string[] }
  /** Space-separated tags, one per word of the text column it belongs to. */
  | { readonly kind: 'tags'; readonly values: readonly string[] };

export interface Dataset {
  readonly schema: DatasetSchema;
  readonly columns: { readonly [name: string]: ColumnValues };
}

/** A data set that ships with the app: one file each in `data/datasets/`, listed in `data/datasets/index.ts`. */
export interface DatasetDescriptor {
  readonly id: string;
  readonly title: Text;
  readonly summary: Text;
  readonly task: Text;
  readonly licence: string;
  readonly source: string;
  /** Known without loading the bytes, so the page can compile the starter before it has any data. */
  readonly schema: DatasetSchema;
  /** Paths under `public/datasets/<id>/`. */
  readonly files: readonly string[];
  /** `files` in order, as shipped (gzipped where the name says so; `gunzip` of fflate in data/). */
  parse(files: readonly Uint8Array[]): Dataset;
}

export type TensorData = { readonly shape: readonly number[]; readonly values: Float32Array | Int32Array };
export interface Batch {
  readonly inputs: readonly TensorData[];
  /** One per head. */
  readonly targets: readonly TensorData[];
}

export type SplitName = 'train' | 'validation' | 'test';

/** Fitted on the training rows only; JSON, saved beside the weights, so that predictions prepare inputs in the same way. */
export type FittedFeature =
  | { readonly kind: 'image' }
  /** Per output value: `(x − center) / scale`; `fill` stands in for a missing x (the training mean). Windows too. */
  | {
      readonly kind: 'numbers';
      readonly center: readonly number[];
      readonly scale: readonly number[];
      readonly fill: readonly number[];
    }
  /** Most frequent first; the id of `vocabulary[i]` is i + 2, after padding (0) and unknown (1). */
  | { readonly kind: 'tokens'; readonly vocabulary: readonly string[] };
export type FittedTarget =
  | { readonly kind: 'class' }
  | { readonly kind: 'tags' }
  | { readonly kind: 'numbers'; readonly mean: readonly number[]; readonly std: readonly number[] };
export interface Fitted {
  readonly features: readonly FittedFeature[];
  readonly targets: readonly FittedTarget[];
}

export interface PreparedData {
  readonly spec: DataSpec;
  readonly fitted: Fitted;
  /** Row numbers of the data set; disjoint. Rows without a target or without enough history are in none. */
  readonly rows: { readonly [S in SplitName]: Int32Array };
  /**
   * Rows given as positions in the data set. Arrays are fresh: they may be transferred. With `spent`, a batch that nobody reads any
   * more, large arrays of it are written again where they have the size: a hundred kilobytes of garbage less at every step.
   */
  batch(rows: ArrayLike<number>, spent?: Batch): Batch;
  /** The targets of such a batch alone: no input is made. */
  targets(rows: ArrayLike<number>): readonly TensorData[];
}

export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly DataProblem[] }
  | { readonly ok: false; readonly problems: readonly DataProblem[] };
