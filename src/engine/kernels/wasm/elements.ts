// AssemblyScript (not TypeScript): functions of single elements, four at a time.

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
export function exp4(x: v128): v128 {
  // Adding 1.5 * 2^23 rounds to an integer, which then lies in the low bits.
  const shifted = f32x4.add(f32x4.mul(x, splat(1.44269504)), splat(12582912));
  const n = f32x4.sub(shifted, splat(12582912));
  let r = f32x4.sub(x, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440e-4)));
  let p = splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), splat(5.0000001201e-1));
  const e = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), splat(1));
  // Times 2^n by adding n to the exponent; the 1.5 * 2^23 is shifted out. Between the two bounds nothing over- or underflows.
  let y = i32x4.add(e, i32x4.shl(shifted, 23));
  y = v128.bitselect(splat(Infinity), y, f32x4.gt(x, splat(88.7228317)));
  y = v128.and(y, f32x4.ge(x, splat(-87.3365402)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

/** tanh as Eigen computes it: an odd rational function of x clamped to where tanh is 1 in float32. Error 3 ulp. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
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

/**
 * ln x = n ln 2 + ln(1 + f) with x = 2^n (1 + f), f in [sqrt(1/2) - 1, sqrt(2) - 1]; polynomial from Cephes logf, error 2 ulp.
 * 0 gives -Infinity, below 0 NaN; subnormal x are scaled first.
 */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const small = f32x4.lt(x, splat(1.17549435e-38));
  const y = v128.bitselect(f32x4.mul(x, splat(8388608)), x, small);
  let n = i32x4.sub(i32x4.shr_u(y, 23), i32x4.splat(126));
  n = i32x4.sub(n, v128.and(small, i32x4.splat(23)));
  // The mantissa in [1/2, 1), then what is below sqrt(1/2) doubled.
  let f = v128.or(v128.and(y, i32x4.splat(0x007fffff)), splat(0.5));
  const low = f32x4.lt(f, splat(0.707106781));
  n = i32x4.add(n, low);
  f = f32x4.sub(f32x4.add(f, v128.and(f, low)), splat(1));
  const e = f32x4.convert_i32x4_s(n);
  const z = f32x4.mul(f, f);
  let p = splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, f), splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, f), splat(3.3333331174e-1));
  let r = f32x4.mul(f32x4.mul(p, f), z);
  r = f32x4.add(r, f32x4.mul(e, splat(-2.12194440e-4)));
  r = f32x4.sub(r, f32x4.mul(z, splat(0.5)));
  r = f32x4.add(f32x4.add(f, r), f32x4.mul(e, splat(0.693359375)));
  r = v128.bitselect(splat(Infinity), r, f32x4.eq(x, splat(Infinity)));
  r = v128.bitselect(splat(-Infinity), r, f32x4.eq(x, splat(0)));
  return v128.bitselect(r, splat(NaN), f32x4.ge(x, splat(0)));
}

/** ln(1 + x) for x >= 0, also where 1 + x rounds (Higham, Accuracy and Stability of Numerical Algorithms, section 1.14.1). */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(splat(1), x);
  const d = f32x4.sub(u, splat(1));
  return v128.bitselect(x, f32x4.mul(log4(u), f32x4.div(x, d)), f32x4.eq(d, splat(0)));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|): no exponential overflows. */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}

/** The error function by Abramowitz and Stegun 7.1.26, as tfjs's other backends compute it; absolute error 1.5e-7. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
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

/** Klambauer et al., 2017. */
// @ts-ignore: decorator
@inline
function selu4(x: v128): v128 {
  const left = f32x4.mul(splat(1.7580993408473766), f32x4.sub(exp4(x), splat(1)));
  return v128.bitselect(left, f32x4.mul(splat(1.0507009873554805), x), f32x4.lt(x, splat(0)));
}

// @ts-ignore: decorator
@inline
function value(f: i32, x: v128): v128 {
  if (f == 0) return exp4(x);
  if (f == 1) return tanh4(x);
  if (f == 2) return erf4(x);
  if (f == 3) return log4(x);
  if (f == 4) return softplus4(x);
  if (f == 5) return selu4(x);
  if (f == 6) return f32x4.sqrt(x);
  return f32x4.div(splat(1), f32x4.sqrt(x));
}

// @ts-ignore: decorator
@inline
function each(f: i32, x: usize, out: usize, n: i32): void {
  for (const end = x + <usize>(n & ~3) * F; x < end; x += 16, out += 16) v128.store(out, value(f, v128.load(x)));
  for (let i = n & 3; i > 0; i--, x += F, out += F) v128.store32_lane(out, value(f, v128.load32_splat(x)), 0);
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

export function log(x: usize, out: usize, n: i32): void {
  each(3, x, out, n);
}

export function softplus(x: usize, out: usize, n: i32): void {
  each(4, x, out, n);
}

export function selu(x: usize, out: usize, n: i32): void {
  each(5, x, out, n);
}

export function sqrt(x: usize, out: usize, n: i32): void {
  each(6, x, out, n);
}

export function rsqrt(x: usize, out: usize, n: i32): void {
  each(7, x, out, n);
}

/** x, or alpha * x below 0 */
export function leakyRelu(x: usize, out: usize, n: i32, alpha: f32): void {
  for (let i = n; i > 0; ) {
    const wide = i >= 4;
    const v = wide ? v128.load(x) : v128.load32_splat(x);
    const y = v128.bitselect(f32x4.mul(v, splat(alpha)), v, f32x4.lt(v, splat(0)));
    if (wide) v128.store(out, y);
    else v128.store32_lane(out, y, 0);
    const step = wide ? 4 : 1;
    i -= step;
    x += <usize>step * F; out += <usize>step * F;
  }
}

/** Where a byte of `condition` is not 0, t, else e; t and e may be anything of 4 bytes. */
export function select(condition: usize, t: usize, e: usize, out: usize, n: i32): void {
  let i = n;
  for (; i >= 4; i -= 4, condition += 4, t += 16, e += 16, out += 16) {
    const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(condition));
    const isSet = i32x4.ne(i32x4.extend_low_i16x8_u(bytes), i32x4.splat(0));
    v128.store(out, v128.bitselect(v128.load(t), v128.load(e), isSet));
  }
  for (; i > 0; i--, condition++, t += F, e += F, out += F) store<u32>(out, load<u8>(condition) ? load<u32>(t) : load<u32>(e));
}
