// AssemblyScript (not TypeScript): convolution without a column matrix, forward and its two gradients.
//
// A window is a list of runs: `taps` holds where each begins, in bytes from the window's first cell, and every run is `run` floats
// long. An undilated 3×3 filter on C channels is 3 runs of 3·C floats. The image has been copied into scratch with its padding
// around it (`padImage`), so that no window hangs over an edge. Filters are packed into panels of 8 or 4 output channels
// (`packFilter`), whose rows follow the runs. All steps are in bytes.

import { fma } from './simd';

const F: usize = 4; // bytes of a float

// @ts-ignore: decorator
@inline
function panelWidth(left: i32): i32 {
  return left > 4 ? 8 : 4;
}

/** Beyond this many bytes the engine's own copy is faster than a loop, which it calls for. */
const LONG: usize = 512;

// @ts-ignore: decorator
@inline
function zeros(to: usize, bytes: usize): void {
  if (bytes > LONG) {
    memory.fill(to, 0, bytes);
    return;
  }
  const wide = to + (bytes & ~15);
  const end = to + bytes;
  for (; to < wide; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += F) store<f32>(to, 0);
}

// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, bytes: usize): void {
  if (bytes > LONG) {
    memory.copy(to, from, bytes);
    return;
  }
  const wide = to + (bytes & ~15);
  const end = to + bytes;
  for (; to < wide; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += F, from += F) store<f32>(to, load<f32>(from));
}

/** x, but 0 where `gate` is not above 0, and NaN where it is NaN: the gradient of ReLU, for which `gate` is the layer's output. */
// @ts-ignore: decorator
@inline
function gated(x: v128, gate: v128): v128 {
  // A comparison that holds sets every bit, which is a NaN.
  return v128.or(v128.and(x, f32x4.gt(gate, f32x4.splat(0))), f32x4.ne(gate, gate));
}

/**
 * A window of rows × cols pixels of an image of H × W pixels, C floats each, from (row0, col0) on, which may lie outside: zeros
 * there. `gate` is 0 or an image of the same shape: then values whose gate is not above 0 come out as 0.
 */
export function padImage(
  image: usize, gate: usize, to: usize, H: i32, W: i32, C: i32, row0: i32, rows: i32, col0: i32, cols: i32,
): void {
  const pixel = <usize>C * F;
  const left = max(0, min(cols, -col0));
  const inside = max(0, min(cols, W - col0) - left);
  const leftBytes = <usize>left * pixel;
  const insideBytes = <usize>inside * pixel;
  const rightBytes = <usize>(cols - left - inside) * pixel;
  for (let r = 0; r < rows; r++) {
    const row = row0 + r;
    if (row < 0 || row >= H || inside == 0) {
      zeros(to, <usize>cols * pixel);
      to += <usize>cols * pixel;
      continue;
    }
    const at = <usize>(row * W + col0 + left) * pixel;
    zeros(to, leftBytes);
    to += leftBytes;
    if (gate) copyGated(to, image + at, gate + at, insideBytes);
    else copy(to, image + at, insideBytes);
    to += insideBytes;
    zeros(to, rightBytes);
    to += rightBytes;
  }
}

function copyGated(to: usize, from: usize, gate: usize, bytes: usize): void {
  const wide = bytes & ~15;
  let i: usize = 0;
  for (; i < wide; i += 16) v128.store(to + i, gated(v128.load(from + i), v128.load(gate + i)));
  for (; i < bytes; i += F) store<f32>(to + i, f32x4.extract_lane(gated(v128.load32_zero(from + i), v128.load32_zero(gate + i)), 0));
}

/**
 * Copies `rows` rows of N values, at from + r·rowStep + n·colStep, to rows `first`… of the panels of a filter of `depth` rows in
 * all. Columns past N are 0.
 */
export function packFilter(
  from: usize, rowStep: usize, colStep: usize, rows: i32, N: i32, panels: usize, depth: i32, first: i32,
): void {
  for (let n = 0; n < N; n += 8) {
    const width = panelWidth(N - n);
    const valid = min(width, N - n);
    let to = panels + <usize>(n * depth + first * width) * F;
    let row = from + <usize>n * colStep;
    for (let r = 0; r < rows; r++, row += rowStep) {
      let i = 0;
      if (colStep == F) for (; i + 4 <= valid; i += 4) v128.store(to + <usize>i * F, v128.load(row + <usize>i * F));
      for (; i < valid; i++) store<f32>(to + <usize>i * F, load<f32>(row + <usize>i * colStep));
      for (; i < width; i++) store<f32>(to + <usize>i * F, 0);
      to += <usize>width * F;
    }
  }
}

/**
 * out[y, x, n] = act(bias[n] + sum over the window at (y, x) of image · filter), for OH × OW windows. `bias` may be 0: none. relu: max
 * with 0, which keeps a NaN. `spare` has room for 4 · 16 floats.
 */
export function convolve(
  image: usize, rowStep: usize, cellStep: usize, OH: i32, OW: i32, taps: usize, tapCount: i32, run: i32,
  panels: usize, N: i32, bias: usize, relu: i32, out: usize, outRow: usize, outCell: usize, spare: usize,
): void {
  const depth = tapCount * run;
  const total = OH * OW;
  for (let n = 0; n < N; n += 8) {
    const width = panelWidth(N - n);
    const valid = min(width, N - n);
    const panel = panels + <usize>(n * depth) * F;
    const whole = valid == width;
    const spareRow = <usize>width * F;
    let bias4 = bias ? bias + <usize>n * F : 0;
    if (bias4 && !whole) {
      // A padded copy, behind the tile.
      const padded = spare + 4 * 64;
      for (let i = 0; i < width; i++) store<f32>(padded + <usize>i * F, i < valid ? load<f32>(bias4 + <usize>i * F) : 0);
      bias4 = padded;
    }
    let y = 0;
    let x = 0;
    let a = image;
    let c = out + <usize>n * F;
    for (let p = 0; p < total; p += 4) {
      // The four windows; past the last one, the last one again, whose result is thrown away.
      const left = total - p;
      const a0 = a;
      const c0 = c;
      let a1 = a0, a2 = a0, a3 = a0;
      let c1 = spare + 64, c2 = spare + 128, c3 = spare + 192;
      a += cellStep; c += outCell;
      if (++x == OW) { x = 0; y++; a = image + <usize>y * rowStep; c = out + <usize>y * outRow + <usize>n * F; }
      if (left > 1) {
        a1 = a; c1 = c;
        a += cellStep; c += outCell;
        if (++x == OW) { x = 0; y++; a = image + <usize>y * rowStep; c = out + <usize>y * outRow + <usize>n * F; }
      }
      if (left > 2) {
        a2 = a; c2 = c;
        a += cellStep; c += outCell;
        if (++x == OW) { x = 0; y++; a = image + <usize>y * rowStep; c = out + <usize>y * outRow + <usize>n * F; }
      }
      if (left > 3) {
        a3 = a; c3 = c;
        a += cellStep; c += outCell;
        if (++x == OW) { x = 0; y++; a = image + <usize>y * rowStep; c = out + <usize>y * outRow + <usize>n * F; }
      }
      if (whole) {
        if (width == 8) window8(a0, a1, a2, a3, taps, tapCount, run, panel, bias4, relu, c0, c1, c2, c3);
        else window4(a0, a1, a2, a3, taps, tapCount, run, panel, bias4, relu, c0, c1, c2, c3);
      } else {
        const s1 = spare + spareRow, s2 = s1 + spareRow, s3 = s2 + spareRow;
        if (width == 8) window8(a0, a1, a2, a3, taps, tapCount, run, panel, bias4, relu, spare, s1, s2, s3);
        else window4(a0, a1, a2, a3, taps, tapCount, run, panel, bias4, relu, spare, s1, s2, s3);
        const bytes = <usize>valid * F;
        copy(c0, spare, bytes);
        if (left > 1) copy(c1, s1, bytes);
        if (left > 2) copy(c2, s2, bytes);
        if (left > 3) copy(c3, s3, bytes);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function act(x: v128, relu: i32): v128 {
  // pmax(x, 0) is x < 0 ? 0 : x, so a NaN stays.
  return relu ? f32x4.pmax(x, f32x4.splat(0)) : x;
}

function window8(
  a0: usize, a1: usize, a2: usize, a3: usize, taps: usize, tapCount: i32, run: i32, b: usize,
  bias: usize, relu: i32, c0: usize, c1: usize, c2: usize, c3: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00;
  if (bias) {
    s00 = v128.load(bias); s01 = v128.load(bias, 16);
  }
  let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
  const runBytes = <usize>run * F;
  const end = taps + <usize>tapCount * 4;
  for (; taps < end; taps += 4) {
    const at = <usize>load<i32>(taps);
    let p0 = a0 + at, p1 = a1 + at, p2 = a2 + at, p3 = a3 + at;
    const stop = p0 + runBytes;
    for (; p0 < stop; p0 += F, p1 += F, p2 += F, p3 += F, b += 32) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      let x = v128.load32_splat(p0);
      s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
      x = v128.load32_splat(p1);
      s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
      x = v128.load32_splat(p2);
      s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
      x = v128.load32_splat(p3);
      s30 = fma(s30, x, b0); s31 = fma(s31, x, b1);
    }
  }
  v128.store(c0, act(s00, relu)); v128.store(c0, act(s01, relu), 16);
  v128.store(c1, act(s10, relu)); v128.store(c1, act(s11, relu), 16);
  v128.store(c2, act(s20, relu)); v128.store(c2, act(s21, relu), 16);
  v128.store(c3, act(s30, relu)); v128.store(c3, act(s31, relu), 16);
}

function window4(
  a0: usize, a1: usize, a2: usize, a3: usize, taps: usize, tapCount: i32, run: i32, b: usize,
  bias: usize, relu: i32, c0: usize, c1: usize, c2: usize, c3: usize,
): void {
  let s0 = bias ? v128.load(bias) : f32x4.splat(0);
  let s1 = s0, s2 = s0, s3 = s0;
  const runBytes = <usize>run * F;
  const end = taps + <usize>tapCount * 4;
  for (; taps < end; taps += 4) {
    const at = <usize>load<i32>(taps);
    let p0 = a0 + at, p1 = a1 + at, p2 = a2 + at, p3 = a3 + at;
    const stop = p0 + runBytes;
    for (; p0 < stop; p0 += F, p1 += F, p2 += F, p3 += F, b += 16) {
      const b0 = v128.load(b);
      s0 = fma(s0, v128.load32_splat(p0), b0);
      s1 = fma(s1, v128.load32_splat(p1), b0);
      s2 = fma(s2, v128.load32_splat(p2), b0);
      s3 = fma(s3, v128.load32_splat(p3), b0);
    }
  }
  v128.store(c0, act(s0, relu)); v128.store(c1, act(s1, relu)); v128.store(c2, act(s2, relu)); v128.store(c3, act(s3, relu));
}

/**
 * dW[k, n] += sum over the OH × OW windows of image[window + cells[k]] · dy[window, n]. `cells` holds the place of each of the K
 * cells of a window, in bytes. dy has dyRow between rows and dyCell between windows; up to 12 floats behind a window's N are read.
 */
export function convolveFilterGradient(
  image: usize, rowStep: usize, cellStep: usize, OH: i32, OW: i32, cells: usize, K: i32,
  dy: usize, dyRow: usize, dyCell: usize, N: i32, dW: usize, spare: usize,
): void {
  const ldw = <usize>N * F;
  const rowGap = rowStep - <usize>OW * cellStep;
  const dyGap = dyRow - <usize>OW * dyCell;
  for (let n = 0; n < N; n += 8) {
    const width = panelWidth(N - n);
    const valid = min(width, N - n);
    const bytes = <usize>valid * F;
    const b = dy + <usize>n * F;
    for (let k = 0; k < K; k += 4) {
      const rows = min(4, K - k);
      const a0 = image + <usize>load<i32>(cells + <usize>k * 4);
      const a1 = rows > 1 ? image + <usize>load<i32>(cells + <usize>k * 4, 4) : a0;
      const a2 = rows > 2 ? image + <usize>load<i32>(cells + <usize>k * 4, 8) : a0;
      const a3 = rows > 3 ? image + <usize>load<i32>(cells + <usize>k * 4, 12) : a0;
      const to = dW + <usize>k * ldw + <usize>n * F;
      if (rows == 4 && valid == width) {
        if (width == 8) filter8(a0, a1, a2, a3, rowGap, cellStep, OH, OW, b, dyGap, dyCell, to, ldw);
        else filter4(a0, a1, a2, a3, rowGap, cellStep, OH, OW, b, dyGap, dyCell, to, ldw);
      } else {
        const t = <usize>width * F;
        for (let r = 0; r < rows; r++) copy(spare + <usize>r * t, to + <usize>r * ldw, bytes);
        if (width == 8) filter8(a0, a1, a2, a3, rowGap, cellStep, OH, OW, b, dyGap, dyCell, spare, t);
        else filter4(a0, a1, a2, a3, rowGap, cellStep, OH, OW, b, dyGap, dyCell, spare, t);
        for (let r = 0; r < rows; r++) copy(to + <usize>r * ldw, spare + <usize>r * t, bytes);
      }
    }
  }
}

function filter8(
  a0: usize, a1: usize, a2: usize, a3: usize, rowGap: usize, step: usize, OH: i32, OW: i32,
  b: usize, dyGap: usize, dyStep: usize, c: usize, ldc: usize,
): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  let s00 = v128.load(c), s01 = v128.load(c, 16), s10 = v128.load(c1), s11 = v128.load(c1, 16);
  let s20 = v128.load(c2), s21 = v128.load(c2, 16), s30 = v128.load(c3), s31 = v128.load(c3, 16);
  for (; OH > 0; OH--) {
    for (let i = OW; i > 0; i--) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      let x = v128.load32_splat(a0);
      s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
      x = v128.load32_splat(a1);
      s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
      x = v128.load32_splat(a2);
      s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
      x = v128.load32_splat(a3);
      s30 = fma(s30, x, b0); s31 = fma(s31, x, b1);
      a0 += step; a1 += step; a2 += step; a3 += step;
      b += dyStep;
    }
    a0 += rowGap; a1 += rowGap; a2 += rowGap; a3 += rowGap;
    b += dyGap;
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c3, s30); v128.store(c3, s31, 16);
}

function filter4(
  a0: usize, a1: usize, a2: usize, a3: usize, rowGap: usize, step: usize, OH: i32, OW: i32,
  b: usize, dyGap: usize, dyStep: usize, c: usize, ldc: usize,
): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  let s0 = v128.load(c), s1 = v128.load(c1), s2 = v128.load(c2), s3 = v128.load(c3);
  for (; OH > 0; OH--) {
    for (let i = OW; i > 0; i--) {
      const b0 = v128.load(b);
      s0 = fma(s0, v128.load32_splat(a0), b0);
      s1 = fma(s1, v128.load32_splat(a1), b0);
      s2 = fma(s2, v128.load32_splat(a2), b0);
      s3 = fma(s3, v128.load32_splat(a3), b0);
      a0 += step; a1 += step; a2 += step; a3 += step;
      b += dyStep;
    }
    a0 += rowGap; a1 += rowGap; a2 += rowGap; a3 += rowGap;
    b += dyGap;
  }
  v128.store(c, s0); v128.store(c1, s1); v128.store(c2, s2); v128.store(c3, s3);
}

/** Rows that are added up before their sum joins the total: thousands of rows in one chain would lose the last digits. */
const ROWS: i32 = 128;

/** out[n] = sum over rows of x[row, n], gated if `gate` is not 0. */
export function gatedColumnSums(x: usize, gate: usize, out: usize, rows: i32, N: i32): void {
  const step = <usize>N * F;
  let n = 0;
  for (; n + 16 <= N; n += 16) {
    const at = <usize>n * F;
    let t0 = f32x4.splat(0), t1 = t0, t2 = t0, t3 = t0;
    let p = x + at;
    let q = gate + at;
    for (let left = rows; left > 0; left -= ROWS) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      let i = min(left, ROWS);
      if (gate) {
        for (; i > 0; i--, p += step, q += step) {
          s0 = f32x4.add(s0, gated(v128.load(p), v128.load(q)));
          s1 = f32x4.add(s1, gated(v128.load(p, 16), v128.load(q, 16)));
          s2 = f32x4.add(s2, gated(v128.load(p, 32), v128.load(q, 32)));
          s3 = f32x4.add(s3, gated(v128.load(p, 48), v128.load(q, 48)));
        }
      } else {
        for (; i > 0; i--, p += step) {
          s0 = f32x4.add(s0, v128.load(p)); s1 = f32x4.add(s1, v128.load(p, 16));
          s2 = f32x4.add(s2, v128.load(p, 32)); s3 = f32x4.add(s3, v128.load(p, 48));
        }
      }
      t0 = f32x4.add(t0, s0); t1 = f32x4.add(t1, s1); t2 = f32x4.add(t2, s2); t3 = f32x4.add(t3, s3);
    }
    v128.store(out + at, t0); v128.store(out + at, t1, 16); v128.store(out + at, t2, 32); v128.store(out + at, t3, 48);
  }
  for (; n + 4 <= N; n += 4) {
    const at = <usize>n * F;
    let total = f32x4.splat(0);
    let p = x + at;
    let q = gate + at;
    for (let left = rows; left > 0; left -= ROWS) {
      let sum = f32x4.splat(0);
      let i = min(left, ROWS);
      if (gate) for (; i > 0; i--, p += step, q += step) sum = f32x4.add(sum, gated(v128.load(p), v128.load(q)));
      else for (; i > 0; i--, p += step) sum = f32x4.add(sum, v128.load(p));
      total = f32x4.add(total, sum);
    }
    v128.store(out + at, total);
  }
  for (; n < N; n++) {
    const at = <usize>n * F;
    let total: f32 = 0;
    let p = x + at;
    let q = gate + at;
    for (let left = rows; left > 0; left -= ROWS) {
      let sum: f32 = 0;
      for (let i = min(left, ROWS); i > 0; i--, p += step, q += step) {
        const value = v128.load32_zero(p);
        sum += f32x4.extract_lane(gate ? gated(value, v128.load32_zero(q)) : value, 0);
      }
      total += sum;
    }
    store<f32>(out + at, total);
  }
}
