// AssemblyScript (not TypeScript): sigmoid and tanh of the gates, four at a time. NaN stays NaN without a test of its own: pmin and
// pmax hand on a NaN in their first operand, and every operation after them keeps it.

import { fma } from './simd';

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** One row's elements from `at`: four, or in the rest of a row one (in every lane). */
// @ts-ignore: decorator
@inline
export function get(at: usize, four: bool): v128 {
  return four ? v128.load(at) : v128.load32_splat(at);
}

// @ts-ignore: decorator
@inline
export function put(at: usize, x: v128, four: bool): void {
  if (four) v128.store(at, x);
  else v128.store32_lane(at, x, 0);
}

/** x·y + z */
// @ts-ignore: decorator
@inline
export function madd(x: v128, y: v128, z: v128): v128 {
  return fma(z, x, y);
}

/** 1 / (1 + e^-x); e^x by the polynomial of Cephes expf (see elements.ts), error of the whole 3 ulp. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  // Within 87, 2^n needs no second factor. Above, the result is 1; below, 0 and not something smaller than 1e-37: what is
  // multiplied by it may be infinite.
  const y = f32x4.neg(f32x4.pmax(f32x4.pmin(x, splat(87)), splat(-87)));
  const n = f32x4.nearest(f32x4.mul(y, splat(1.44269504)));
  let r = madd(n, splat(-0.693359375), y);
  r = madd(n, splat(2.12194440e-4), r);
  let p = splat(1.9875691500e-4);
  p = madd(p, r, splat(1.3981999507e-3));
  p = madd(p, r, splat(8.3334519073e-3));
  p = madd(p, r, splat(4.1665795894e-2));
  p = madd(p, r, splat(1.6666665459e-1));
  p = madd(p, r, splat(5.0000001201e-1));
  const e = f32x4.add(madd(p, f32x4.mul(r, r), r), splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.div(splat(1), madd(e, power, splat(1))), f32x4.lt(x, splat(-87)));
}

/**
 * tanh as Eigen computes it: an odd rational function of x up to where tanh is 1 in float32, and 1 from there. (Fused, the function
 * itself ends 4 ulp below 1.) Error 5 ulp.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const c = f32x4.pmax(f32x4.pmin(x, splat(7.90531111)), splat(-7.90531111));
  const s = f32x4.mul(c, c);
  let p = splat(-2.76076847742355e-16);
  p = madd(p, s, splat(2.00018790482477e-13));
  p = madd(p, s, splat(-8.60467152213735e-11));
  p = madd(p, s, splat(5.12229709037114e-8));
  p = madd(p, s, splat(1.48572235717979e-5));
  p = madd(p, s, splat(6.37261928875436e-4));
  p = madd(p, s, splat(4.89352455891786e-3));
  let q = splat(1.19825839466702e-6);
  q = madd(q, s, splat(1.18534705686654e-4));
  q = madd(q, s, splat(2.26843463243900e-3));
  q = madd(q, s, splat(4.89352518554385e-3));
  const y = f32x4.div(f32x4.mul(p, c), q);
  const one = v128.or(splat(1), v128.and(x, splat(-0.0)));
  return v128.bitselect(one, y, f32x4.gt(f32x4.abs(x), splat(7.90531111)));
}
