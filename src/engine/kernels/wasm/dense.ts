// AssemblyScript (not TypeScript): a dense layer, y = f(x W + b), and the slope of f from y alone.

import { exp4, sigmoid4, tanh4 } from './elements';
import { gemm } from './gemm';

const F: usize = 4;
const ROWS: i32 = 240; // rows at a time, so that the bias, the product and the function meet them in the L2 cache
const ALPHA: f32 = 1.6732632423543772; // of SELU
const SCALE: f32 = 1.0507009873554805;

// @ts-ignore: decorator
@inline
function below(x: v128): v128 {
  return f32x4.lt(x, f32x4.splat(0));
}

/** 1 ReLU, 2 sigmoid, 3 tanh, 4 ELU, 5 SELU; NaN stays NaN in all. */
// @ts-ignore: decorator
@inline
function activation(f: i32, x: v128): v128 {
  if (f == 1) return f32x4.max(x, f32x4.splat(0));
  if (f == 2) return sigmoid4(x);
  if (f == 3) return tanh4(x);
  const e = f32x4.sub(exp4(x), f32x4.splat(1));
  if (f == 4) return v128.bitselect(e, x, below(x));
  return f32x4.mul(f32x4.splat(SCALE), v128.bitselect(f32x4.mul(f32x4.splat(ALPHA), e), x, below(x)));
}

/** f'(x) from y = f(x), times dy. */
// @ts-ignore: decorator
@inline
function slope(f: i32, dy: v128, y: v128): v128 {
  const one = f32x4.splat(1);
  // y * 0 is 0, or NaN where y is: a NaN must not vanish on the way back.
  if (f == 1) return v128.bitselect(dy, f32x4.mul(y, f32x4.splat(0)), f32x4.gt(y, f32x4.splat(0)));
  if (f == 2) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)));
  if (f == 3) return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)));
  if (f == 4) return v128.bitselect(dy, f32x4.mul(dy, f32x4.add(y, one)), f32x4.ge(y, f32x4.splat(0)));
  const left = f32x4.mul(dy, f32x4.add(y, f32x4.splat(SCALE * ALPHA)));
  return v128.bitselect(f32x4.mul(dy, f32x4.splat(SCALE)), left, f32x4.gt(y, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function activateAll(f: i32, y: usize, n: i32): void {
  for (const end = y + <usize>(n & ~3) * F; y < end; y += 16) v128.store(y, activation(f, v128.load(y)));
  for (let i = n & 3; i > 0; i--, y += F) v128.store32_lane(y, activation(f, v128.load32_splat(y)), 0);
}

// @ts-ignore: decorator
@inline
function slopeAll(f: i32, dy: usize, y: usize, dz: usize, n: i32): void {
  for (const end = y + <usize>(n & ~3) * F; y < end; y += 16, dy += 16, dz += 16)
    v128.store(dz, slope(f, v128.load(dy), v128.load(y)));
  for (let i = n & 3; i > 0; i--, y += F, dy += F, dz += F)
    v128.store32_lane(dz, slope(f, v128.load32_splat(dy), v128.load32_splat(y)), 0);
}

/** y[m, n] = f(x[m, k] w[k, n] + bias[n]); bias 0 for none; f as above, 0 the identity */
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
    if (f == 1) activateAll(1, y, count);
    else if (f == 2) activateAll(2, y, count);
    else if (f == 3) activateAll(3, y, count);
    else if (f == 4) activateAll(4, y, count);
    else if (f == 5) activateAll(5, y, count);
    x += <usize>(rows * k) * F;
    y += <usize>count * F;
  }
}

/** dz = dy * f'(x) where y = f(x); f from 1 as above */
export function activationGradient(f: i32, dy: usize, y: usize, dz: usize, n: i32): void {
  if (f == 1) slopeAll(1, dy, y, dz, n);
  else if (f == 2) slopeAll(2, dy, y, dz, n);
  else if (f == 3) slopeAll(3, dy, y, dz, n);
  else if (f == 4) slopeAll(4, dy, y, dz, n);
  else slopeAll(5, dy, y, dz, n);
}
