/**
 * Shapes as facts about what flows through a port. Batch comes first, as in Keras. A dimension is a number or the *name*
 * of an unknown ('batch', 'time'), so a message can say which two differ. No tfjs here: this is our own arithmetic.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];
export type DType = 'float32' | 'int32';

/** What a tensor means to a person; it tints ports and wires and decides which links are legal. */
export const FLOWS = ['image', 'sequence', 'tokens', 'vector', 'scores'] as const;
export type Flow = (typeof FLOWS)[number];

export interface TensorFact {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly flow: Flow;
  /** Number of distinct ids in an int32 tensor (vocabulary size, pad included); lets Embedding size itself. */
  readonly cardinality?: number;
  /** True when padded positions are known (token id 0) and later layers must ignore them. */
  readonly masked?: boolean;
}

/** Product of the numeric dimensions; named dimensions count as one (per sample, per step). */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) if (typeof dim === 'number') size *= dim;
  return size;
}

/** `28×28×32`, batch left out as everywhere in the interface; a rank-1 tensor of single values prints `1`. */
export function formatShape(shape: Shape): string {
  return shape.length <= 1 ? '1' : shape.slice(1).join('×');
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The natural flow of a float tensor by rank: 4 image, 3 sequence, 2 vector. */
export function flowOfRank(rank: number): Flow {
  return rank >= 4 ? 'image' : rank === 3 ? 'sequence' : 'vector';
}
