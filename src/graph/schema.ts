/**
 * What the graph may know about a data set: columns and their statistics, never rows. `compile` reads it to size inputs
 * and heads; `data/` produces it. Plain JSON.
 */
import type { Text } from './text';

export interface ImageColumn {
  readonly kind: 'image';
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly missing: number;
}
export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  readonly classes: readonly string[];
  /** Rows per class, same order. */
  readonly counts: readonly number[];
  readonly missing: number;
}
export interface TextColumn {
  readonly kind: 'text';
  readonly name: string;
  /** Words in the longest and the median row, and distinct words in all rows. */
  readonly maxWords: number;
  readonly medianWords: number;
  readonly distinctWords: number;
  readonly missing: number;
}
/** One tag per word, separated by spaces, aligned with a text column: the target of a per-step head. */
export interface TagsColumn {
  readonly kind: 'tags';
  readonly name: string;
  readonly classes: readonly string[];
}
export type Column = ImageColumn | NumberColumn | CategoryColumn | TextColumn | TagsColumn;
export type ColumnKind = Column['kind'];

export interface DatasetSchema {
  readonly id: string;
  readonly title: Text;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** The column that heads predict unless told otherwise. */
  readonly target: string | null;
  /** Rows are ordered in time (within each group): windows may be cut, and the split keeps the order. */
  readonly sequence: { readonly group: string | null; readonly order: string | null } | null;
  /** Rows at the end that the data set itself fixes as test rows; 0 when none. */
  readonly fixedTestRows: number;
}
