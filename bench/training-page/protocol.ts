/** What the bench asks of a worker of its page. Each ask has one answer, and a worker has one contender for its whole life. */

/** `ours` is wasm with our kernels, `stock` is wasm as tfjs ships it. Both train through the same engine. */
export type Contender = 'ours' | 'stock' | 'cpu' | 'webgpu' | 'webgl';

export interface Asks {
  readonly start: {
    readonly args: { readonly contender: Contender };
    /** What runs, in words; throws where it cannot. */
    readonly answer: { readonly backend: string; readonly gpus: readonly string[] };
  };
  /** Compiles, builds, and trains for at least the time, uncounted: code gets compiled and memory pools get filled. */
  readonly open: {
    readonly args: { readonly model: string; readonly batch: number; readonly warmupMs: number };
    readonly answer: { readonly parameters: number };
  };
  readonly turn: { readonly args: { readonly ms: number }; readonly answer: Turn };
  readonly close: { readonly args: object; readonly answer: null };
  readonly product: {
    readonly args: { readonly product: Product; readonly ms: number };
    /** Multiply-adds count twice. */
    readonly answer: { readonly gflops: number };
  };
}
export type AskKind = keyof Asks;

export interface Turn {
  readonly steps: number;
  readonly seconds: number;
}

/** With the processor time of the whole process meanwhile, which other programs on the machine disturb least. */
export interface MeasuredTurn extends Turn {
  readonly processor: number;
}

export const PRODUCTS = ['plain', 'Aᵀ', 'Bᵀ', 'batch of 8'] as const;
export type Product = (typeof PRODUCTS)[number];

export type Ask = { readonly [K in AskKind]: { readonly kind: K; readonly args: Asks[K]['args'] } }[AskKind];
export type Answer =
  | { readonly ok: true; readonly value: Asks[AskKind]['answer'] }
  | { readonly ok: false; readonly error: string };
