/** Attention as plain loops over one pair of sequences, written from the paper: the oracle of the tests. */

export type Matrix = readonly (readonly number[])[];

/** Flat arrays in Keras's shapes: kernels [width, heads, size], output kernel [heads, size, width]. */
export interface AttentionWeights {
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
}
interface Projection {
  readonly kernel: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

export interface Visibility {
  readonly causal: boolean;
  /** Which steps of the value sequence are real. */
  readonly real: readonly boolean[];
}

export function attentionReference(
  query: Matrix,
  value: Matrix,
  weights: AttentionWeights,
  heads: number,
  size: number,
  { causal, real }: Visibility,
): { readonly output: Matrix; readonly scores: readonly Matrix[] } {
  const width = query[0]!.length;
  const project = (x: readonly number[], { kernel, bias }: Projection, head: number): number[] =>
    Array.from({ length: size }, (_, j) => {
      let sum = bias[head * size + j]!;
      for (let i = 0; i < x.length; i++) sum += x[i]! * kernel[(i * heads + head) * size + j]!;
      return sum;
    });

  const output = query.map(() => Array.from({ length: width }, (_, column) => weights.output.bias[column]!));
  const scores: Matrix[] = [];
  for (let head = 0; head < heads; head++) {
    const q = query.map((x) => project(x, weights.query, head));
    const k = value.map((x) => project(x, weights.key, head));
    const v = value.map((x) => project(x, weights.value, head));
    const rows = q.map((row, i) => {
      const powers = k.map((column, j) => {
        if (!real[j] || (causal && j > i)) return 0;
        return Math.exp(row.reduce((sum, entry, d) => sum + entry * column[d]!, 0) / Math.sqrt(size));
      });
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / total);
    });
    scores.push(rows);
    for (const [i, row] of rows.entries()) {
      for (let d = 0; d < size; d++) {
        const gathered = row.reduce((sum, share, j) => sum + share * v[j]![d]!, 0);
        for (let column = 0; column < width; column++) {
          output[i]![column]! += gathered * weights.output.kernel[(head * size + d) * width + column]!;
        }
      }
    }
  }
  return { output, scores };
}
