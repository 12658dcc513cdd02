// AssemblyScript (not TypeScript): activations that tfjs composes of several operations, and their slopes, in one pass.
//
//   0 gelu      x P(x), P the normal distribution (its error function by Abramowitz and Stegun 7.1.26, as on tfjs's other backends)
//   1 gelu_new  x (1 + tanh u) / 2,  u = sqrt(2 / pi) (x + 0.044715 x^3)
//   2 swish     x / (1 + e^-x)
//   3 softsign  x / (1 + |x|)

import { tanh4 } from './elements';
import { exp2Negative, expNegative, LOG2E } from './exp-negative';
import { fma } from './simd';

const F: usize = 4;
const CURVE: f32 = 0.044715;
const SLOPE: f32 = 0.7978845608; // sqrt(2 / pi)

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** e^(-x^2 / 2) */
// @ts-ignore: decorator
@inline
function bell(x: v128): v128 {
  return exp2Negative(f32x4.mul(f32x4.mul(x, x), splat(-0.5 * LOG2E)));
}

/** The normal distribution function of x, given its bell: 26.2.17 of Abramowitz and Stegun, which is 7.1.26 in other units. */
// @ts-ignore: decorator
@inline
function normal(x: v128, e: v128): v128 {
  const t = f32x4.div(splat(1), fma(splat(1), splat(0.2316418882), f32x4.abs(x)));
  let p = fma(splat(-0.7265760135), splat(0.5307027145), t);
  p = fma(splat(0.7107068705), p, t);
  p = fma(splat(-0.142248368), p, t);
  p = fma(splat(0.127414796), p, t);
  const tail = f32x4.mul(f32x4.mul(p, t), e);
  return v128.bitselect(f32x4.sub(splat(1), tail), tail, f32x4.ge(x, splat(0)));
}

/** 1 / (1 + e^-x), without overflow. */
// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  const high = f32x4.div(splat(1), f32x4.add(splat(1), e));
  return v128.bitselect(high, f32x4.mul(e, high), f32x4.ge(x, splat(0)));
}

/** 1 / (1 + |x|) */
// @ts-ignore: decorator
@inline
function flat(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), f32x4.abs(x)));
}

// @ts-ignore: decorator
@inline
function tanhOfCurve(x: v128): v128 {
  return tanh4(f32x4.mul(splat(SLOPE), f32x4.add(x, f32x4.mul(f32x4.mul(x, f32x4.mul(x, x)), splat(CURVE)))));
}

/** The part that value and slope have in common: P, tanh u, the sigmoid, 1 / (1 + |x|). `e`: the bell of x. */
// @ts-ignore: decorator
@inline
function core(kind: i32, x: v128, e: v128): v128 {
  return kind == 0 ? normal(x, e) : kind == 1 ? tanhOfCurve(x) : kind == 2 ? sigmoid(x) : flat(x);
}

// @ts-ignore: decorator
@inline
function value(kind: i32, x: v128, c: v128): v128 {
  return kind == 1 ? f32x4.mul(f32x4.mul(x, splat(0.5)), f32x4.add(splat(1), c)) : f32x4.mul(x, c);
}

// @ts-ignore: decorator
@inline
function slope(kind: i32, x: v128, c: v128, e: v128): v128 {
  if (kind == 0) return f32x4.add(c, f32x4.mul(f32x4.mul(x, e), splat(0.3989422804)));
  if (kind == 1) {
    const du = f32x4.mul(splat(SLOPE), f32x4.add(splat(1), f32x4.mul(f32x4.mul(x, x), splat(3 * CURVE))));
    const rise = f32x4.mul(f32x4.mul(x, du), f32x4.sub(splat(1), f32x4.mul(c, c)));
    return f32x4.mul(splat(0.5), f32x4.add(f32x4.add(splat(1), c), rise));
  }
  if (kind == 2) return f32x4.mul(c, f32x4.add(splat(1), f32x4.mul(x, f32x4.sub(splat(1), c))));
  return f32x4.mul(c, c);
}

// @ts-ignore: decorator
@inline
function all(kind: i32, x: usize, out: usize, slopes: usize, n: i32): void {
  const end = x + <usize>(n & ~3) * F;
  for (; x < end; x += 16, out += 16) {
    const v = v128.load(x);
    const e = kind == 0 ? bell(v) : v;
    const c = core(kind, v, e);
    v128.store(out, value(kind, v, c));
    if (slopes) {
      v128.store(slopes, slope(kind, v, c, e));
      slopes += 16;
    }
  }
  for (let i = n & 3; i > 0; i--, x += F, out += F) {
    const v = v128.load32_splat(x);
    const e = kind == 0 ? bell(v) : v;
    const c = core(kind, v, e);
    v128.store32_lane(out, value(kind, v, c), 0);
    if (slopes) {
      v128.store32_lane(slopes, slope(kind, v, c, e), 0);
      slopes += F;
    }
  }
}

/** Values, and where `slopes` is not 0, slopes. */
export function pointwise(kind: i32, x: usize, out: usize, slopes: usize, n: i32): void {
  if (kind == 0) {
    if (slopes) all(0, x, out, slopes, n);
    else all(0, x, out, 0, n);
  } else if (kind == 1) all(1, x, out, slopes, n);
  else if (kind == 2) all(2, x, out, slopes, n);
  else all(3, x, out, slopes, n);
}
