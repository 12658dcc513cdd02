// AssemblyScript (not TypeScript): one step of an optimizer on n weights, in one pass. The formulas are those of tfjs's own
// optimizers; state is changed in place, the new weights go to `out`. No fused multiply-add: the same bits in every variant.

const F: usize = 4;

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function add(x: v128, y: v128): v128 {
  return f32x4.add(x, y);
}

// @ts-ignore: decorator
@inline
function mul(x: v128, y: v128): v128 {
  return f32x4.mul(x, y);
}

// The last n % 4 weights go by one at a time through the same vector code, so that a weight's numbers do not depend on where
// it lies.
// @ts-ignore: decorator
@inline
function read(at: usize, wide: bool): v128 {
  return wide ? v128.load(at) : v128.load32_zero(at);
}

// @ts-ignore: decorator
@inline
function write(at: usize, value: v128, wide: bool): void {
  if (wide) v128.store(at, value);
  else v128.store32_lane(at, value, 0);
}

// @ts-ignore: decorator
@inline
function sgdAt(w: usize, g: usize, out: usize, i: usize, wide: bool, rate: f32): void {
  write(out + i, add(mul(read(g + i, wide), splat(-rate)), read(w + i, wide)), wide);
}

/** out = w - rate * g */
export function sgd(w: usize, g: usize, out: usize, n: i32, rate: f32): void {
  const end = <usize>n * F;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) sgdAt(w, g, out, i, true, rate);
  for (; i < end; i += F) sgdAt(w, g, out, i, false, rate);
}

// @ts-ignore: decorator
@inline
function momentumAt(
  w: usize, g: usize, v: usize, out: usize, i: usize, wide: bool, rate: f32, mu: f32, nesterov: bool,
): void {
  const grad = read(g + i, wide);
  const v4 = add(mul(read(v + i, wide), splat(mu)), grad);
  write(v + i, v4, wide);
  const step = nesterov ? add(grad, mul(v4, splat(mu))) : v4;
  write(out + i, add(mul(step, splat(-rate)), read(w + i, wide)), wide);
}

/** v = mu * v + g    out = w - rate * v, or w - rate * (g + mu * v) with Nesterov */
export function momentum(w: usize, g: usize, v: usize, out: usize, n: i32, rate: f32, mu: f32, nesterov: i32): void {
  const end = <usize>n * F;
  let i: usize = 0;
  if (nesterov) {
    for (; i + 16 <= end; i += 16) momentumAt(w, g, v, out, i, true, rate, mu, true);
    for (; i < end; i += F) momentumAt(w, g, v, out, i, false, rate, mu, true);
  } else {
    for (; i + 16 <= end; i += 16) momentumAt(w, g, v, out, i, true, rate, mu, false);
    for (; i < end; i += F) momentumAt(w, g, v, out, i, false, rate, mu, false);
  }
}

// @ts-ignore: decorator
@inline
function rmspropAt(
  w: usize, g: usize, v: usize, u: usize, out: usize, i: usize, wide: bool,
  rate: f32, rho: f32, rest: f32, mu: f32, eps: f32,
): void {
  const grad = read(g + i, wide);
  const v4 = add(mul(read(v + i, wide), splat(rho)), mul(mul(grad, grad), splat(rest)));
  write(v + i, v4, wide);
  const step = f32x4.div(mul(grad, splat(rate)), f32x4.sqrt(add(v4, splat(eps))));
  const u4 = add(mul(read(u + i, wide), splat(mu)), step);
  write(u + i, u4, wide);
  write(out + i, f32x4.sub(read(w + i, wide), u4), wide);
}

/** v = rho * v + rest * g^2    u = mu * u + rate * g / sqrt(v + eps)    out = w - u    (rest = 1 - rho) */
export function rmsprop(
  w: usize, g: usize, v: usize, u: usize, out: usize, n: i32, rate: f32, rho: f32, rest: f32, mu: f32, eps: f32,
): void {
  const end = <usize>n * F;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) rmspropAt(w, g, v, u, out, i, true, rate, rho, rest, mu, eps);
  for (; i < end; i += F) rmspropAt(w, g, v, u, out, i, false, rate, rho, rest, mu, eps);
}

// @ts-ignore: decorator
@inline
function adagradAt(w: usize, g: usize, v: usize, out: usize, i: usize, wide: bool, rate: f32, eps: f32): void {
  const grad = read(g + i, wide);
  const v4 = add(read(v + i, wide), mul(grad, grad));
  write(v + i, v4, wide);
  const step = f32x4.div(grad, f32x4.sqrt(add(v4, splat(eps))));
  write(out + i, add(mul(step, splat(-rate)), read(w + i, wide)), wide);
}

/** v = v + g^2    out = w - rate * g / sqrt(v + eps) */
export function adagrad(w: usize, g: usize, v: usize, out: usize, n: i32, rate: f32, eps: f32): void {
  const end = <usize>n * F;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) adagradAt(w, g, v, out, i, true, rate, eps);
  for (; i < end; i += F) adagradAt(w, g, v, out, i, false, rate, eps);
}

// @ts-ignore: decorator
@inline
function adamAt(
  w: usize, g: usize, m: usize, v: usize, out: usize, i: usize, wide: bool,
  keep: f32, rate: f32, b1: f32, b2: f32, rest1: f32, rest2: f32, inverse2: f32, eps: f32,
): void {
  const grad = read(g + i, wide);
  const m4 = add(mul(read(m + i, wide), splat(b1)), mul(grad, splat(rest1)));
  const v4 = add(mul(read(v + i, wide), splat(b2)), mul(mul(grad, grad), splat(rest2)));
  write(m + i, m4, wide);
  write(v + i, v4, wide);
  const step = f32x4.div(mul(m4, splat(rate)), add(f32x4.sqrt(mul(v4, splat(inverse2))), splat(eps)));
  write(out + i, f32x4.sub(mul(read(w + i, wide), splat(keep)), step), wide);
}

/**
 * m = b1 * m + rest1 * g    v = b2 * v + rest2 * g^2    out = keep * w - rate * m / (sqrt(inverse2 * v) + eps)
 * with rest = 1 - b, rate = learning rate / (1 - b1^t), inverse2 = 1 / (1 - b2^t); keep is 1, or what AdamW's decay leaves.
 */
export function adam(
  w: usize, g: usize, m: usize, v: usize, out: usize, n: i32,
  keep: f32, rate: f32, b1: f32, b2: f32, rest1: f32, rest2: f32, inverse2: f32, eps: f32,
): void {
  const end = <usize>n * F;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) adamAt(w, g, m, v, out, i, true, keep, rate, b1, b2, rest1, rest2, inverse2, eps);
  for (; i < end; i += F) adamAt(w, g, m, v, out, i, false, keep, rate, b1, b2, rest1, rest2, inverse2, eps);
}
