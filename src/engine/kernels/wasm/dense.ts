// AssemblyScript (not TypeScript): a dense layer, y = f(x W + b).

import { activate } from './activation';
import { gemm } from './gemm';

const F: usize = 4;
const ROWS: i32 = 240; // rows at a time, so that the bias, the product and the function meet them in the L2 cache

/** y[m, n] = f(x[m, k] w[k, n] + bias[n]); bias 0 for none; f as in activation.ts, 0 the identity */
export function denseForward(
  x: usize, w: usize, bias: usize, y: usize, m: i32, n: i32, k: i32, f: i32, scratch: usize,
): void {
  for (let i = 0; i < m; i += ROWS) {
    const rows = min(ROWS, m - i);
    if (bias) {
      const row = <usize>n * F;
      for (let r = 0; r < rows; r++) memory.copy(y + <usize>r * row, bias, row);
    }
    gemm(rows, n, k, x, k, 1, w, n, 1, y, n, bias ? 1 : 0, scratch);
    const count = rows * n;
    if (f) activate(f, y, y, count);
    x += <usize>(rows * k) * F;
    y += <usize>count * F;
  }
}
