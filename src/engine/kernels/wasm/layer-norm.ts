// AssemblyScript (not TypeScript): layer normalization of the rows of a matrix, forward and backward.
//
//   h = (x - mean) / sqrt(variance + epsilon)      y = gamma h + beta                     per row; variance over n, not n - 1
//   dx = (g - mean(g) - h mean(g h)) / sqrt(variance + epsilon)      g = dy gamma
//   dgamma = sum of dy h      dbeta = sum of dy                                           over the rows

import { sum4 } from './across';

const F: usize = 4;
const BLOCK: i32 = 128; // terms added in single precision before they join the total

function meanOf(x: usize, n: i32): f32 {
  let total: f64 = 0;
  let i = 0;
  while (i + 8 <= n) {
    let s0 = f32x4.splat(0), s1 = s0;
    for (const end = min(n & ~7, i + 8 * BLOCK); i < end; i += 8, x += 32) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
    }
    total += <f64>sum4(f32x4.add(s0, s1));
  }
  for (; i < n; i++, x += F) total += <f64>load<f32>(x);
  return <f32>(total / <f64>n);
}

/** 1 / sqrt(variance + epsilon) */
function inverseDeviation(x: usize, n: i32, mean: f32, epsilon: f32): f32 {
  const m = f32x4.splat(mean);
  let total: f64 = 0;
  let i = 0;
  while (i + 8 <= n) {
    let s0 = f32x4.splat(0), s1 = s0;
    for (const end = min(n & ~7, i + 8 * BLOCK); i < end; i += 8, x += 32) {
      const d0 = f32x4.sub(v128.load(x), m);
      const d1 = f32x4.sub(v128.load(x, 16), m);
      s0 = f32x4.add(s0, f32x4.mul(d0, d0));
      s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    }
    total += <f64>sum4(f32x4.add(s0, s1));
  }
  for (; i < n; i++, x += F) {
    const d = load<f32>(x) - mean;
    total += <f64>(d * d);
  }
  return <f32>(1 / sqrt<f64>(total / <f64>n + <f64>epsilon));
}

export function layerNorm(
  x: usize, gamma: usize, beta: usize, out: usize, rows: i32, n: i32, epsilon: f32,
): void {
  const wide = <usize>(n & ~3) * F;
  const end = <usize>n * F;
  for (let r = 0; r < rows; r++, x += end, out += end) {
    const mean = meanOf(x, n);
    const inverse = inverseDeviation(x, n, mean, epsilon);
    const m = f32x4.splat(mean);
    const by = f32x4.splat(inverse);
    let i: usize = 0;
    for (; i < wide; i += 16) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + i), m), by);
      v128.store(out + i, f32x4.add(f32x4.mul(h, v128.load(gamma + i)), v128.load(beta + i)));
    }
    for (; i < end; i += F) {
      store<f32>(out + i, (load<f32>(x + i) - mean) * inverse * load<f32>(gamma + i) + load<f32>(beta + i));
    }
  }
}

/** `scratch` has room for 6 n floats. */
export function layerNormGradient(
  x: usize, gamma: usize, dy: usize, dx: usize, dGamma: usize, dBeta: usize,
  rows: i32, n: i32, epsilon: f32, scratch: usize,
): void {
  const wide = <usize>(n & ~3) * F;
  const end = <usize>n * F;
  const partBeta = scratch + end;
  const totals = partBeta + end; // double precision
  memory.fill(scratch, 0, 6 * end);
  for (let r = 0; r < rows; r++, x += end, dy += end, dx += end) {
    const mean = meanOf(x, n);
    const inverse = inverseDeviation(x, n, mean, epsilon);
    const m = f32x4.splat(mean);
    const by = f32x4.splat(inverse);
    let sumG = f32x4.splat(0);
    let sumGH = sumG;
    let i: usize = 0;
    for (; i < wide; i += 16) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + i), m), by);
      const d = v128.load(dy + i);
      const dh = f32x4.mul(d, h);
      const weight = v128.load(gamma + i);
      v128.store(scratch + i, f32x4.add(v128.load(scratch + i), dh));
      v128.store(partBeta + i, f32x4.add(v128.load(partBeta + i), d));
      sumG = f32x4.add(sumG, f32x4.mul(d, weight));
      sumGH = f32x4.add(sumGH, f32x4.mul(dh, weight));
    }
    let g = <f64>sum4(sumG);
    let gh = <f64>sum4(sumGH);
    for (; i < end; i += F) {
      const h = (load<f32>(x + i) - mean) * inverse;
      const d = load<f32>(dy + i);
      const weight = load<f32>(gamma + i);
      store<f32>(scratch + i, load<f32>(scratch + i) + d * h);
      store<f32>(partBeta + i, load<f32>(partBeta + i) + d);
      g += <f64>(d * weight);
      gh += <f64>(d * h * weight);
    }
    const meanG = <f32>(g / <f64>n);
    const meanGH = <f32>(gh / <f64>n);
    const splatG = f32x4.splat(meanG);
    const splatGH = f32x4.splat(meanGH);
    for (i = 0; i < wide; i += 16) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + i), m), by);
      const own = f32x4.sub(f32x4.mul(v128.load(dy + i), v128.load(gamma + i)), splatG);
      v128.store(dx + i, f32x4.mul(f32x4.sub(own, f32x4.mul(h, splatGH)), by));
    }
    for (; i < end; i += F) {
      const h = (load<f32>(x + i) - mean) * inverse;
      store<f32>(dx + i, (load<f32>(dy + i) * load<f32>(gamma + i) - meanG - h * meanGH) * inverse);
    }
    if ((r & (BLOCK - 1)) == BLOCK - 1) gather(scratch, totals, 2 * n);
  }
  gather(scratch, totals, 2 * n);
  for (let i: usize = 0; i < <usize>n; i++) {
    store<f32>(dGamma + i * F, <f32>load<f64>(totals + i * 8));
    store<f32>(dBeta + i * F, <f32>load<f64>(totals + (<usize>n + i) * 8));
  }
}

/** Moves partial sums into the totals. */
function gather(parts: usize, totals: usize, count: i32): void {
  for (let i = 0; i < count; i++, parts += F, totals += 8) {
    store<f64>(totals, load<f64>(totals) + <f64>load<f32>(parts));
    store<f32>(parts, 0);
  }
}
