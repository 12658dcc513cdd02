// AssemblyScript (not TypeScript): functions of single elements, four at a time, and the Adam update.

const F: usize = 4;

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/**
 * e^x = 2^n * e^r with n = round(x / ln 2) and |r| <= ln(2)/2; polynomial of degree 5 from Cephes expf, error 2 ulp.
 * Overflows to Infinity above 88.72 and to 0 below -87.34 (no subnormal results); NaN stays.
 */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, splat(1.44269504)));
  let r = f32x4.sub(x, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440e-4)));
  let p = splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), splat(5.0000001201e-1));
  const e = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), splat(1));
  // 2^n in two factors, since n = 128 has no float of its own.
  const i = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(i, 1);
  const bias = i32x4.splat(127);
  const s1 = i32x4.shl(i32x4.add(half, bias), 23);
  const s2 = i32x4.shl(i32x4.add(i32x4.sub(i, half), bias), 23);
  let y = f32x4.mul(f32x4.mul(e, s1), s2);
  y = v128.bitselect(splat(Infinity), y, f32x4.gt(x, splat(88.7228317)));
  y = v128.bitselect(splat(0), y, f32x4.lt(x, splat(-87.3365402)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

/** tanh as Eigen computes it: an odd rational function of x clamped to where tanh is 1 in float32. Error 3 ulp. */
// @ts-ignore: decorator
@inline
function tanh4(x: v128): v128 {
  const c = f32x4.pmax(f32x4.pmin(x, splat(7.90531111)), splat(-7.90531111));
  const s = f32x4.mul(c, c);
  let p = splat(-2.76076847742355e-16);
  p = f32x4.add(f32x4.mul(p, s), splat(2.00018790482477e-13));
  p = f32x4.add(f32x4.mul(p, s), splat(-8.60467152213735e-11));
  p = f32x4.add(f32x4.mul(p, s), splat(5.12229709037114e-8));
  p = f32x4.add(f32x4.mul(p, s), splat(1.48572235717979e-5));
  p = f32x4.add(f32x4.mul(p, s), splat(6.37261928875436e-4));
  p = f32x4.add(f32x4.mul(p, s), splat(4.89352455891786e-3));
  let q = splat(1.19825839466702e-6);
  q = f32x4.add(f32x4.mul(q, s), splat(1.18534705686654e-4));
  q = f32x4.add(f32x4.mul(q, s), splat(2.26843463243900e-3));
  q = f32x4.add(f32x4.mul(q, s), splat(4.89352518554385e-3));
  const y = f32x4.div(f32x4.mul(p, c), q);
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

/** The error function by Abramowitz and Stegun 7.1.26, as tfjs's other backends compute it; absolute error 1.5e-7. */
// @ts-ignore: decorator
@inline
function erf4(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.div(splat(1), f32x4.add(splat(1), f32x4.mul(splat(0.3275911), size)));
  let p = splat(1.061405429);
  p = f32x4.add(f32x4.mul(p, t), splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), splat(0.254829592));
  const y = f32x4.sub(splat(1), f32x4.mul(f32x4.mul(p, t), exp4(f32x4.neg(f32x4.mul(x, x)))));
  return v128.or(v128.andnot(y, splat(-0.0)), v128.and(x, splat(-0.0))); // the sign of x
}

// @ts-ignore: decorator
@inline
function each(f: i32, x: usize, out: usize, n: i32): void {
  const end = x + <usize>(n & ~3) * F;
  for (; x < end; x += 16, out += 16) {
    const v = v128.load(x);
    v128.store(out, f == 0 ? exp4(v) : f == 1 ? tanh4(v) : erf4(v));
  }
  for (let i = n & 3; i > 0; i--, x += F, out += F) {
    const v = splat(load<f32>(x));
    store<f32>(out, f32x4.extract_lane(f == 0 ? exp4(v) : f == 1 ? tanh4(v) : erf4(v), 0));
  }
}

export function exp(x: usize, out: usize, n: i32): void {
  each(0, x, out, n);
}

export function tanh(x: usize, out: usize, n: i32): void {
  each(1, x, out, n);
}

export function erf(x: usize, out: usize, n: i32): void {
  each(2, x, out, n);
}

/**
 * One step of Adam on n weights, in the order of operations of tfjs's own optimizer; m and v in place, w into `out`:
 *   m = m*b1 + g*(1-b1)    v = v*b2 + g*g*(1-b2)    out = (m/c1) / (sqrt(v/c2) + eps) * -rate + w
 */
export function adam(
  w: usize, g: usize, m: usize, v: usize, out: usize, n: i32,
  rate: f32, b1: f32, b2: f32, rest1: f32, rest2: f32, c1: f32, c2: f32, eps: f32,
): void {
  const wide = <usize>(n & ~3) * F;
  const end = <usize>n * F;
  let i: usize = 0;
  for (; i < wide; i += 16) {
    const grad = v128.load(g + i);
    const m4 = f32x4.add(f32x4.mul(v128.load(m + i), splat(b1)), f32x4.mul(grad, splat(rest1)));
    const v4 = f32x4.add(f32x4.mul(v128.load(v + i), splat(b2)), f32x4.mul(f32x4.mul(grad, grad), splat(rest2)));
    v128.store(m + i, m4);
    v128.store(v + i, v4);
    const size = f32x4.add(f32x4.sqrt(f32x4.div(v4, splat(c2))), splat(eps));
    const step = f32x4.div(f32x4.div(m4, splat(c1)), size);
    v128.store(out + i, f32x4.add(f32x4.mul(step, splat(-rate)), v128.load(w + i)));
  }
  for (; i < end; i += F) {
    const grad = load<f32>(g + i);
    const m1 = load<f32>(m + i) * b1 + grad * rest1;
    const v1 = load<f32>(v + i) * b2 + grad * grad * rest2;
    store<f32>(m + i, m1);
    store<f32>(v + i, v1);
    store<f32>(out + i, ((m1 / c1) / (sqrt<f32>(v1 / c2) + eps)) * -rate + load<f32>(w + i));
  }
}
