// AssemblyScript (not TypeScript): activations whose slope can be had from their value y alone, and that slope.
//
//   1 relu  2 sigmoid  3 tanh  4 elu  5 selu  6 softplus  7 relu6            NaN stays NaN in all, in both directions

import { exp4, sigmoid4, softplus4, tanh4 } from './elements';

const F: usize = 4;
const ALPHA: f32 = 1.6732632423543772; // of SELU
const SCALE: f32 = 1.0507009873554805;

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function value(f: i32, x: v128): v128 {
  if (f == 1) return f32x4.max(x, splat(0));
  if (f == 2) return sigmoid4(x);
  if (f == 3) return tanh4(x);
  if (f == 6) return softplus4(x);
  if (f == 7) return f32x4.min(f32x4.max(x, splat(0)), splat(6));
  const e = f32x4.sub(exp4(x), splat(1));
  const isBelow = f32x4.lt(x, splat(0));
  if (f == 4) return v128.bitselect(e, x, isBelow);
  return f32x4.mul(splat(SCALE), v128.bitselect(f32x4.mul(splat(ALPHA), e), x, isBelow));
}

/** dy where `passes`, else 0, or NaN where y is: a NaN must not vanish on the way back. */
// @ts-ignore: decorator
@inline
function gated(dy: v128, y: v128, passes: v128): v128 {
  return v128.bitselect(dy, f32x4.mul(y, splat(0)), passes);
}

/** 1 - e^-y, the slope of softplus; by its series where the difference would lose digits. */
// @ts-ignore: decorator
@inline
function softplusSlope(y: v128): v128 {
  const series = f32x4.mul(y, f32x4.sub(splat(1), f32x4.mul(y, f32x4.sub(splat(0.5), f32x4.mul(y, splat(1.0 / 6.0))))));
  return v128.bitselect(series, f32x4.sub(splat(1), exp4(f32x4.neg(y))), f32x4.lt(y, splat(0.01)));
}

/** f'(x) from y = f(x), times dy. At the kinks as tfjs: 0 at both of ReLU6 and at that of ReLU, 1 at that of ELU. */
// @ts-ignore: decorator
@inline
function slope(f: i32, dy: v128, y: v128): v128 {
  const one = splat(1);
  const isAbove = f32x4.gt(y, splat(0));
  if (f == 1) return gated(dy, y, isAbove);
  if (f == 2) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)));
  if (f == 3) return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)));
  if (f == 4) return v128.bitselect(dy, f32x4.mul(dy, f32x4.add(y, one)), f32x4.ge(y, splat(0)));
  if (f == 6) return f32x4.mul(dy, softplusSlope(y));
  if (f == 7) return gated(dy, y, v128.and(isAbove, f32x4.lt(y, splat(6))));
  const left = f32x4.mul(dy, f32x4.add(y, splat(SCALE * ALPHA)));
  return v128.bitselect(f32x4.mul(dy, splat(SCALE)), left, isAbove);
}

// @ts-ignore: decorator
@inline
function valueAll(f: i32, x: usize, y: usize, n: i32): void {
  for (const end = x + <usize>(n & ~3) * F; x < end; x += 16, y += 16) v128.store(y, value(f, v128.load(x)));
  for (let i = n & 3; i > 0; i--, x += F, y += F) v128.store32_lane(y, value(f, v128.load32_splat(x)), 0);
}

// @ts-ignore: decorator
@inline
function slopeAll(f: i32, dy: usize, y: usize, dz: usize, n: i32): void {
  for (const end = y + <usize>(n & ~3) * F; y < end; y += 16, dy += 16, dz += 16)
    v128.store(dz, slope(f, v128.load(dy), v128.load(y)));
  for (let i = n & 3; i > 0; i--, y += F, dy += F, dz += F)
    v128.store32_lane(dz, slope(f, v128.load32_splat(dy), v128.load32_splat(y)), 0);
}

/** y = f(x); y may be x */
export function activate(f: i32, x: usize, y: usize, n: i32): void {
  if (f == 1) valueAll(1, x, y, n);
  else if (f == 2) valueAll(2, x, y, n);
  else if (f == 3) valueAll(3, x, y, n);
  else if (f == 4) valueAll(4, x, y, n);
  else if (f == 5) valueAll(5, x, y, n);
  else if (f == 6) valueAll(6, x, y, n);
  else valueAll(7, x, y, n);
}

/** dz = dy * f'(x) where y = f(x) */
export function activationGradient(f: i32, dy: usize, y: usize, dz: usize, n: i32): void {
  if (f == 1) slopeAll(1, dy, y, dz, n);
  else if (f == 2) slopeAll(2, dy, y, dz, n);
  else if (f == 3) slopeAll(3, dy, y, dz, n);
  else if (f == 4) slopeAll(4, dy, y, dz, n);
  else if (f == 5) slopeAll(5, dy, y, dz, n);
  else if (f == 6) slopeAll(6, dy, y, dz, n);
  else slopeAll(7, dy, y, dz, n);
}
