// AssemblyScript (not TypeScript): the one operation that differs between plain and relaxed SIMD.

/** sum + x·y; rounded once where the browser has relaxed SIMD and the processor fuses, else twice. */
// @ts-ignore: decorator
@inline
export function fma(sum: v128, x: v128, y: v128): v128 {
  // Resolved at build time.
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y));
}
