/**
 * What the numbers of a run depend on, so that the same numbers can be had again: the graph, the data, the seed, and what computed
 * them. Two receipts that are equal on wasm or cpu promise curves that are equal bit for bit; a GPU may add in another order each time.
 */
export interface Receipt {
  /** SHA-256 of the model's and the training's plan. */
  readonly graph: string;
  /** SHA-256 of the schema and all columns of the data set. */
  readonly data: string;
  readonly seed: number;
  readonly backend: 'webgpu' | 'webgl' | 'wasm' | 'cpu';
  /** Sums of fused multiply-adds round once (relaxed SIMD), so a browser without them differs in the last bits. */
  readonly fusesMultiplyAdd: boolean;
  readonly threads: number;
  readonly tfjs: string;
}

export type ReceiptField = keyof Receipt;

/** The fields in which two receipts differ. */
export const receiptDifferences = (a: Receipt, b: Receipt): readonly ReceiptField[] =>
  (Object.keys(a) as ReceiptField[]).filter((field) => a[field] !== b[field]);
