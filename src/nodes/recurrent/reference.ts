/** The recurrent formulas as plain loops over one sequence, written from the papers and not from tfjs: the oracle of the tests. */

export type Matrix = readonly (readonly number[])[];

export interface CellWeights {
  /** features × (gates · units) */
  readonly kernel: Matrix;
  /** units × (gates · units) */
  readonly recurrent: Matrix;
  readonly bias: readonly number[];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Row vector times columns `from … from + width`. */
function product(vector: readonly number[], matrix: Matrix, from: number, width: number): number[] {
  return Array.from({ length: width }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += vector[i]! * matrix[i]![from + j]!;
    return sum;
  });
}

/** x W_g + h U_g + b_g for gate number g. */
function gate(x: readonly number[], h: readonly number[], w: CellWeights, g: number): number[] {
  const units = w.recurrent.length;
  const input = product(x, w.kernel, g * units, units);
  const state = product(h, w.recurrent, g * units, units);
  return input.map((value, j) => value + state[j]! + w.bias[g * units + j]!);
}

export type Cell = (sequence: Matrix, weights: CellWeights) => Matrix;

export const simpleRnnReference: Cell = (sequence, weights) => {
  let h: number[] = weights.recurrent.map(() => 0);
  return sequence.map((x) => {
    h = gate(x, h, weights, 0).map(Math.tanh);
    return h;
  });
};

export const lstmReference: Cell = (sequence, weights) => {
  let h: number[] = weights.recurrent.map(() => 0);
  let c = h;
  return sequence.map((x) => {
    const i = gate(x, h, weights, 0).map(sigmoid);
    const f = gate(x, h, weights, 1).map(sigmoid);
    const candidate = gate(x, h, weights, 2).map(Math.tanh);
    const o = gate(x, h, weights, 3).map(sigmoid);
    c = c.map((old, j) => f[j]! * old + i[j]! * candidate[j]!);
    h = c.map((value, j) => o[j]! * Math.tanh(value));
    return h;
  });
};

export const gruReference: Cell = (sequence, weights) => {
  const units = weights.recurrent.length;
  let h: number[] = weights.recurrent.map(() => 0);
  return sequence.map((x) => {
    const z = gate(x, h, weights, 0).map(sigmoid);
    const r = gate(x, h, weights, 1).map(sigmoid);
    const before = h;
    const candidate = gate(
      x,
      before.map((value, j) => r[j]! * value),
      weights,
      2,
    ).map(Math.tanh);
    h = Array.from({ length: units }, (_, j) => z[j]! * before[j]! + (1 - z[j]!) * candidate[j]!);
    return h;
  });
};
