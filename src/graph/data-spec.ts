/**
 * What a model wants from a data set, decided by the compiler, obeyed by `data/`: one feature per input, one target per
 * head. Everything that must be *learned* from the training rows (vocabulary, mean, deviation) is named here and fitted there.
 */

/** How one model input is made from the columns. Shapes exclude the batch. */
export type FeatureSpec =
  | {
      readonly kind: 'image';
      readonly column: string;
      readonly height: number;
      readonly width: number;
      readonly channels: 1 | 3;
      /** `unit`: 0..1; `signed`: −1..1; `none`: 0..255 (or the data set's own maximum). */
      readonly scale: 'unit' | 'signed' | 'none';
    }
  | {
      /** Number columns as they are or scaled, category columns one-hot; in column order, concatenated. */
      readonly kind: 'numbers';
      readonly columns: readonly { readonly name: string; readonly classes: readonly string[] | null }[];
      readonly scale: 'standard' | 'minmax' | 'none';
      readonly width: number;
    }
  | {
      /** Token ids, int32, 0 = padding (at the end), 1 = unknown. */
      readonly kind: 'tokens';
      readonly column: string;
      readonly level: 'word' | 'character';
      readonly length: number;
      /** Rows of the vocabulary including padding and unknown. */
      readonly vocabulary: number;
    }
  | {
      /** The `window` rows that end with this row: window × columns, scaled. */
      readonly kind: 'window';
      readonly columns: readonly { readonly name: string; readonly classes: readonly string[] | null }[];
      readonly scale: 'standard' | 'minmax' | 'none';
      readonly window: number;
      readonly width: number;
    };

/** What one head learns to predict. */
export type TargetSpec =
  /** Class index, int32, shape [batch]. `binary` heads have two classes and one logit. */
  | { readonly kind: 'class'; readonly column: string; readonly classes: readonly string[] }
  /** One class index per step, int32, shape [batch, length]; padded steps are masked. */
  | {
      readonly kind: 'tags';
      readonly column: string;
      readonly classes: readonly string[];
      readonly length: number;
    }
  /** Numbers, float32, shape [batch, columns]; standardised for training, reported in their own units. */
  | {
      readonly kind: 'numbers';
      readonly columns: readonly string[];
      /** Rows ahead of this one (forecast); 0 = the same row. */
      readonly horizon: number;
      readonly standardise: boolean;
    };

export type TargetKind = TargetSpec['kind'];

/** One of `of` parts that take turns as the validation rows; `index` counts from 0. */
export interface Fold {
  readonly index: number;
  readonly of: number;
}

export interface DataSpec {
  /** In the order of the plan's inputs. */
  readonly features: readonly { readonly name: string; readonly feature: FeatureSpec }[];
  /** In the order of the plan's heads. */
  readonly targets: readonly { readonly name: string; readonly target: TargetSpec }[];
  readonly validationSplit: number;
  readonly testSplit: number;
  readonly seed: number;
  /** Cross-validation: in place of `validationSplit`, which then does not matter. Test rows stay what they are. */
  readonly fold?: Fold;
}
