// AssemblyScript (not TypeScript): the exponential where no argument is above 0, as in softmax and in bell curves.

import { fma } from './simd';

/** log2(e): e^x = 2^(LOG2E x) */
export const LOG2E: f32 = 1.44269504;

/**
 * 2^x for x <= 0: 2^n 2^f with |f| <= 1/2; polynomial of degree 5 with the smallest largest relative error, 9.2e-8, and exactly
 * 1 at 0. n is rounded by adding 1.5 * 2^23, which leaves it in the lowest bits, whence one shift makes 2^n. Exactly 0 below
 * -126.5; NaN stays.
 */
// @ts-ignore: decorator
@inline
export function exp2Negative(x: v128): v128 {
  const magic = f32x4.splat(12582912);
  const bounded = f32x4.pmax(x, f32x4.splat(-127)); // whose power of two comes out as 0
  const shifted = f32x4.add(bounded, magic);
  const f = f32x4.sub(bounded, f32x4.sub(shifted, magic));
  let p = fma(f32x4.splat(0.0096715132), f, f32x4.splat(0.0013264729));
  p = fma(f32x4.splat(0.055507337), f, p);
  p = fma(f32x4.splat(0.24022242), f, p);
  p = fma(f32x4.splat(0.69314698), f, p);
  p = fma(f32x4.splat(1), f, p);
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000)));
}

/** e^x for x <= 0; relative error 3e-7 + 5e-8 |x|. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  return exp2Negative(f32x4.mul(x, f32x4.splat(LOG2E)));
}
