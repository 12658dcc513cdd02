// AssemblyScript (not TypeScript): dropout. The mask is that of mulberry32, whose state only counts, so that four numbers are drawn
// at once and the backward pass draws them again instead of reading them; bit for bit those of `dropoutMask` in
// nodes/core/dropout-layer.ts.

const F: usize = 4;
const STEP: i32 = 0x6d2b79f5;

/** The mask at four states: 0 where what is drawn is below `threshold`, else `scale`. */
// @ts-ignore: decorator
@inline
function mask(state: v128, threshold: v128, scale: v128): v128 {
  let r = i32x4.mul(v128.xor(state, i32x4.shr_u(state, 15)), v128.or(state, i32x4.splat(1)));
  r = v128.xor(r, i32x4.add(r, i32x4.mul(v128.xor(r, i32x4.shr_u(r, 7)), v128.or(r, i32x4.splat(61)))));
  return v128.and(i32x4.ge_u(v128.xor(r, i32x4.shr_u(r, 14)), threshold), scale);
}

/** out = x * mask, or the mask itself where x is 0. `start`: the state before the first number. */
export function dropout(x: usize, out: usize, n: i32, start: i32, threshold: i32, scale: f32): void {
  const limit = i32x4.splat(threshold);
  const kept = f32x4.splat(scale);
  const stride = i32x4.splat(4 * STEP);
  let state = i32x4.add(i32x4.splat(start), i32x4.mul(i32x4.splat(STEP), i32x4(1, 2, 3, 4)));
  const end = out + <usize>(n & ~3) * F;
  if (x) {
    for (; out < end; out += 16, x += 16, state = i32x4.add(state, stride))
      v128.store(out, f32x4.mul(v128.load(x), mask(state, limit, kept)));
  } else {
    for (; out < end; out += 16, state = i32x4.add(state, stride)) v128.store(out, mask(state, limit, kept));
  }
  for (let i = n & 3, s = i32x4.extract_lane(state, 0); i > 0; i--, out += F, s += STEP) {
    const m = mask(i32x4.splat(s), limit, kept);
    v128.store32_lane(out, x ? f32x4.mul(v128.load32_splat(x), m) : m, 0);
    if (x) x += F;
  }
}
