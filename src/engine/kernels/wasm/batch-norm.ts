// AssemblyScript (not TypeScript): batch normalization over the rows of x[rows, C], one pass over the data for each step.

const F: usize = 4; // bytes of a float
/** Rows whose moments are taken together: they stay in the L1 cache, and no sum in float32 grows long. */
const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** As `v128.load`, of the first `some` of the four: the rest is 0. */
// @ts-ignore: decorator
@inline
function loadSome(at: usize, some: i32): v128 {
  if (some == 4) return v128.load(at);
  let v = v128.load32_zero(at);
  if (some > 1) v = f32x4.replace_lane(v, 1, load<f32>(at, 4));
  if (some > 2) v = f32x4.replace_lane(v, 2, load<f32>(at, 8));
  return v;
}

// @ts-ignore: decorator
@inline
function storeSome(at: usize, v: v128, some: i32): void {
  if (some == 4) {
    v128.store(at, v);
    return;
  }
  store<f32>(at, f32x4.extract_lane(v, 0));
  if (some > 1) store<f32>(at, f32x4.extract_lane(v, 1), 4);
  if (some > 2) store<f32>(at, f32x4.extract_lane(v, 2), 8);
}

/**
 * Mean and (biased) variance of every column. A block of rows at a time in two passes over the cache, joined as Chan, Golub and
 * LeVeque (1979) do: mean += d·n/(m + n), M2 += m2 + d²·m·n/(m + n), for a block of n rows after m, whose mean is d away. Exact to
 * rounding for a mean far from zero, where E[x²] − E[x]² is not. `mean` and `variance` take the sums meanwhile.
 */
export function batchMoments(x: usize, mean: usize, variance: usize, rows: i32, C: i32): void {
  const step = <usize>C * F;
  for (let done = 0; done < rows; done += BLOCK) {
    const n = min(BLOCK, rows - done);
    const share = <f32>n / <f32>(done + n);
    const both = <f32>done * share;
    for (let c = 0; c < C; c += 4) {
      const some = min(4, C - c);
      const at = <usize>c * F;
      const from = x + <usize>done * step + at;
      let s0 = splat(0), s1 = s0;
      let p = from;
      if (some == 4) {
        let i = n;
        for (; i > 1; i -= 2, p += 2 * step) {
          s0 = f32x4.add(s0, v128.load(p));
          s1 = f32x4.add(s1, v128.load(p + step));
        }
        if (i) s0 = f32x4.add(s0, v128.load(p));
      } else for (let i = n; i > 0; i--, p += step) s0 = f32x4.add(s0, loadSome(p, some));
      const center = f32x4.mul(f32x4.add(s0, s1), splat(<f32>1 / <f32>n));
      let m0 = splat(0), m1 = m0;
      p = from;
      if (some == 4) {
        let i = n;
        for (; i > 1; i -= 2, p += 2 * step) {
          const d0 = f32x4.sub(v128.load(p), center);
          const d1 = f32x4.sub(v128.load(p + step), center);
          m0 = f32x4.add(m0, f32x4.mul(d0, d0));
          m1 = f32x4.add(m1, f32x4.mul(d1, d1));
        }
        if (i) {
          const d0 = f32x4.sub(v128.load(p), center);
          m0 = f32x4.add(m0, f32x4.mul(d0, d0));
        }
      } else {
        for (let i = n; i > 0; i--, p += step) {
          const d0 = f32x4.sub(loadSome(p, some), center);
          m0 = f32x4.add(m0, f32x4.mul(d0, d0));
        }
      }
      let squares = f32x4.add(m0, m1);
      let average = center;
      if (done > 0) {
        const before = loadSome(mean + at, some);
        const d = f32x4.sub(center, before);
        average = f32x4.add(before, f32x4.mul(d, splat(share)));
        squares = f32x4.add(squares, f32x4.add(loadSome(variance + at, some), f32x4.mul(f32x4.mul(d, d), splat(both))));
      }
      storeSome(mean + at, average, some);
      storeSome(variance + at, done + n == rows ? f32x4.div(squares, splat(<f32>rows)) : squares, some);
    }
  }
}

/** y = (x − mean) · gamma / √(variance + epsilon) + beta, by columns. gamma and beta may be 0: none. */
export function batchNormalize(
  x: usize, mean: usize, variance: usize, gamma: usize, beta: usize, y: usize, rows: i32, C: i32, epsilon: f32,
): void {
  const step = <usize>C * F;
  for (let first = 0; first < rows; first += BLOCK) {
    const n = min(BLOCK, rows - first);
    for (let c = 0; c < C; c += 4) {
      const some = min(4, C - c);
      const at = <usize>c * F;
      const center = loadSome(mean + at, some);
      const size = f32x4.sqrt(f32x4.add(loadSome(variance + at, some), splat(epsilon)));
      const factor = f32x4.div(gamma ? loadSome(gamma + at, some) : splat(1), size);
      const shift = beta ? loadSome(beta + at, some) : splat(0);
      let p = x + <usize>first * step + at;
      let q = y + <usize>first * step + at;
      if (some == 4) {
        for (let i = n; i > 0; i--, p += step, q += step) {
          v128.store(q, f32x4.add(f32x4.mul(f32x4.sub(v128.load(p), center), factor), shift));
        }
      } else {
        for (let i = n; i > 0; i--, p += step, q += step) {
          storeSome(q, f32x4.add(f32x4.mul(f32x4.sub(loadSome(p, some), center), factor), shift), some);
        }
      }
    }
  }
}

/** dBeta = sum of dy, dGamma = sum of dy · (x − mean) / √(variance + epsilon), by columns. */
export function batchNormSums(
  x: usize, dy: usize, mean: usize, variance: usize, dGamma: usize, dBeta: usize, rows: i32, C: i32, epsilon: f32,
): void {
  const step = <usize>C * F;
  for (let first = 0; first < rows; first += BLOCK) {
    const n = min(BLOCK, rows - first);
    for (let c = 0; c < C; c += 4) {
      const some = min(4, C - c);
      const at = <usize>c * F;
      const center = loadSome(mean + at, some);
      let p = x + <usize>first * step + at;
      let q = dy + <usize>first * step + at;
      let g0 = splat(0), b0 = g0, g1 = g0, b1 = g0;
      if (some == 4) {
        let i = n;
        for (; i > 1; i -= 2, p += 2 * step, q += 2 * step) {
          const d0 = v128.load(q);
          const d1 = v128.load(q + step);
          b0 = f32x4.add(b0, d0);
          b1 = f32x4.add(b1, d1);
          g0 = f32x4.add(g0, f32x4.mul(d0, f32x4.sub(v128.load(p), center)));
          g1 = f32x4.add(g1, f32x4.mul(d1, f32x4.sub(v128.load(p + step), center)));
        }
        if (i) {
          const d0 = v128.load(q);
          b0 = f32x4.add(b0, d0);
          g0 = f32x4.add(g0, f32x4.mul(d0, f32x4.sub(v128.load(p), center)));
        }
      } else {
        for (let i = n; i > 0; i--, p += step, q += step) {
          const d0 = loadSome(q, some);
          b0 = f32x4.add(b0, d0);
          g0 = f32x4.add(g0, f32x4.mul(d0, f32x4.sub(loadSome(p, some), center)));
        }
      }
      let gSum = f32x4.add(g0, g1);
      let bSum = f32x4.add(b0, b1);
      if (first > 0) {
        gSum = f32x4.add(gSum, loadSome(dGamma + at, some));
        bSum = f32x4.add(bSum, loadSome(dBeta + at, some));
      }
      if (first + n == rows) {
        gSum = f32x4.div(gSum, f32x4.sqrt(f32x4.add(loadSome(variance + at, some), splat(epsilon))));
      }
      storeSome(dGamma + at, gSum, some);
      storeSome(dBeta + at, bSum, some);
    }
  }
}

/**
 * dx = gamma / σ · (dy − dBeta / rows − x̂ · dGamma / rows) with σ = √(variance + epsilon) and x̂ = (x − mean) / σ: the gradient
 * through the batch's own mean and variance (Ioffe & Szegedy 2015).
 */
export function batchNormGradient(
  x: usize, dy: usize, mean: usize, variance: usize, gamma: usize, dGamma: usize, dBeta: usize, dx: usize,
  rows: i32, C: i32, epsilon: f32,
): void {
  const step = <usize>C * F;
  const each = splat(<f32>1 / <f32>rows);
  for (let first = 0; first < rows; first += BLOCK) {
    const n = min(BLOCK, rows - first);
    for (let c = 0; c < C; c += 4) {
      const some = min(4, C - c);
      const at = <usize>c * F;
      const center = loadSome(mean + at, some);
      const inverse = f32x4.div(splat(1), f32x4.sqrt(f32x4.add(loadSome(variance + at, some), splat(epsilon))));
      const factor = f32x4.mul(loadSome(gamma + at, some), inverse);
      const shift = f32x4.mul(loadSome(dBeta + at, some), each);
      const slope = f32x4.mul(f32x4.mul(loadSome(dGamma + at, some), each), inverse);
      let p = x + <usize>first * step + at;
      let q = dy + <usize>first * step + at;
      let to = dx + <usize>first * step + at;
      if (some == 4) {
        for (let i = n; i > 0; i--, p += step, q += step, to += step) {
          const away = f32x4.mul(f32x4.sub(v128.load(p), center), slope);
          v128.store(to, f32x4.mul(f32x4.sub(f32x4.sub(v128.load(q), shift), away), factor));
        }
      } else {
        for (let i = n; i > 0; i--, p += step, q += step, to += step) {
          const away = f32x4.mul(f32x4.sub(loadSome(p, some), center), slope);
          storeSome(to, f32x4.mul(f32x4.sub(f32x4.sub(loadSome(q, some), shift), away), factor), some);
        }
      }
    }
  }
}
