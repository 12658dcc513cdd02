// AssemblyScript (not TypeScript): scaled dot-product attention of all heads, forward and backward.
//
//   P = softmax(scale * Q K^T, over what may be seen)      O = (P * kept) V
//   dV = (P * kept)^T dO      G = (dO V^T) * kept      dS = scale * P * (G - rowsum(P * G))      dQ = dS K      dK = dS^T Q
//
// Q, K, V, O are [batch, time, heads * size] as projections give them, rows `ld` elements apart: a head is `size` columns.
// P and kept (dropout: 0 or 1 / keep; may be absent) are [batch, heads, time, source]; mask (may be absent) is [batch, source].
//
// What is seen: steps with a mask other than 0; when causal, of these the steps j <= i. A row that would see nothing looks at
// its padding as if it were real: what adding one large negative number to all scores would give.
//
// Four rows of P at a time stay in the L1 cache from the first product to the second. Heads of a width that is no multiple of 4
// go through padded copies.

import { max4, sum4 } from './across';
import { exp2Negative, LOG2E } from './exp-negative';
import { addTransposed, multiply } from './small-products';

const F: usize = 4;
const CHUNK: i32 = 64; // rows of dS that are kept for dK and dV
const NONE: f32 = -Infinity;

// @ts-ignore: decorator
@inline
function padded4(n: i32): i32 {
  return (n + 3) & ~3;
}

// @ts-ignore: decorator
@inline
function padded8(n: i32): i32 {
  return (n + 7) & ~7;
}

/** Floats of scratch space that both passes need. */
export function attentionScratch(time: i32, source: i32, size: i32): i32 {
  const wide = padded8(source);
  const copies = size & 3 ? 3 * (time + source) + 2 * source + 4 : 0;
  return wide * size + wide + 2 * CHUNK * wide + copies * padded4(size);
}

/** 4 x 4 values, transposed and scaled. */
// @ts-ignore: decorator
@inline
function transpose4(from: usize, row: usize, scale: v128, to: usize, toRow: usize): void {
  const a = f32x4.mul(v128.load(from), scale);
  const b = f32x4.mul(v128.load(from + row), scale);
  const c = f32x4.mul(v128.load(from + 2 * row), scale);
  const d = f32x4.mul(v128.load(from + 3 * row), scale);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(to + toRow, i64x2.shuffle(ab0, cd0, 1, 3));
  v128.store(to + 2 * toRow, i64x2.shuffle(ab1, cd1, 0, 2));
  v128.store(to + 3 * toRow, i64x2.shuffle(ab1, cd1, 1, 3));
}

/** [rows, size] times `scale` as panels of 8 rows, each [size, 8]; zero beyond the last row. */
function packTransposed(from: usize, row: usize, rows: i32, size: i32, scale: f32, to: usize): void {
  const whole = size & ~3;
  const by = f32x4.splat(scale);
  for (let r = 0; r < padded8(rows); r += 8, to += <usize>size * 32) {
    for (let q = 0; q < 8; q += 4) {
      const at = to + <usize>q * F;
      const source = from + <usize>(r + q) * row;
      let d = 0;
      if (r + q + 4 <= rows) {
        for (; d < whole; d += 4) transpose4(source + <usize>d * F, row, by, at + <usize>d * 32, 32);
      }
      for (; d < size; d++) {
        for (let i = 0; i < 4; i++) {
          const value: f32 = r + q + i < rows ? load<f32>(source + <usize>i * row + <usize>d * F) * scale : 0;
          store<f32>(at + <usize>d * 32 + <usize>i * F, value);
        }
      }
    }
  }
}

/** Copies [rows, size] between strides; zero up to the padded width where `pad`. */
function copy(from: usize, row: usize, rows: i32, size: i32, to: usize, toRow: usize, pad: bool): void {
  for (let r = 0; r < rows; r++, from += row, to += toRow) {
    let d = 0;
    for (; d < size; d++) store<f32>(to + <usize>d * F, load<f32>(from + <usize>d * F));
    if (pad) for (; d < padded4(size); d++) store<f32>(to + <usize>d * F, 0);
  }
}

/**
 * Scores of one row, as powers of two, of which the first `limit` may count, to probabilities: `p` gets all `source` of them, the row itself what
 * values are weighed with, up to `seen`. `hide` is 0, or has 0 or -Infinity to add to each score.
 */
function softmaxRow(row: usize, limit: i32, seen: i32, source: i32, hide: usize, p: usize, kept: usize): void {
  const end = row + <usize>padded4(limit) * F;
  for (let at = row + <usize>limit * F; at < end; at += F) store<f32>(at, NONE);
  let tops = f32x4.splat(NONE);
  if (hide) {
    for (let at = row, h = hide; at < end; at += 16, h += 16) {
      const x = f32x4.add(v128.load(at), v128.load(h));
      v128.store(at, x);
      tops = f32x4.pmax(x, tops);
    }
  } else {
    for (let at = row; at < end; at += 16) tops = f32x4.pmax(v128.load(at), tops);
  }
  const top = f32x4.splat(max4(tops));
  let sums = f32x4.splat(0);
  for (let at = row; at < end; at += 16) {
    const e = exp2Negative(f32x4.sub(v128.load(at), top));
    v128.store(at, e);
    sums = f32x4.add(sums, e);
  }
  const share = <f32>1 / sum4(sums);
  const shares = f32x4.splat(share);
  const wide = <usize>(limit & ~3) * F;
  const last = <usize>limit * F;
  let i: usize = 0;
  for (; i < wide; i += 16) {
    const y = f32x4.mul(v128.load(row + i), shares);
    v128.store(p + i, y);
    v128.store(row + i, kept ? f32x4.mul(y, v128.load(kept + i)) : y);
  }
  for (; i < last; i += F) {
    const y = load<f32>(row + i) * share;
    store<f32>(p + i, y);
    store<f32>(row + i, kept ? y * load<f32>(kept + i) : y);
  }
  for (; i < <usize>seen * F; i += F) store<f32>(row + i, 0);
  for (i = last; i < <usize>source * F; i += F) store<f32>(p + i, 0);
}

/** 0 where a step may be seen, -Infinity where not. Returns the first step that is seen, `source` when none is. */
function hiding(mask: usize, source: i32, to: usize): i32 {
  let first = source;
  for (let s = 0; s < padded8(source); s++) {
    const seen = s < source && load<f32>(mask + <usize>s * F) != 0;
    if (seen && first == source) first = s;
    store<f32>(to + <usize>s * F, seen ? 0 : NONE);
  }
  return first;
}

export function attentionForward(
  q: usize, ldq: i32, k: usize, v: usize, ldkv: i32, mask: usize, kept: usize, p: usize, out: usize,
  batch: i32, heads: i32, time: i32, source: i32, size: i32, scale: f32, causal: i32, scratch: usize,
): void {
  const rowQ = <usize>ldq * F;
  const rowKV = <usize>ldkv * F;
  const rowOut = <usize>(heads * size) * F;
  const width = padded4(size);
  const whole = width == size;
  const wide = <usize>padded8(source) * F;
  const panels = scratch;
  const hide = panels + wide * <usize>size;
  const rows = hide + wide;
  const copyV = rows + 4 * wide;
  const copyOut = copyV + <usize>(source * width) * F;
  for (let b = 0; b < batch; b++) {
    const firstSeen = mask ? hiding(mask + <usize>(b * source) * F, source, hide) : 0;
    for (let h = 0; h < heads; h++) {
      const column = <usize>(h * size) * F;
      const qh = q + <usize>(b * time) * rowQ + column;
      const kh = k + <usize>(b * source) * rowKV + column;
      const vh = v + <usize>(b * source) * rowKV + column;
      const oh = out + <usize>(b * time) * rowOut + column;
      const first = <usize>((b * heads + h) * time) * <usize>source * F;
      packTransposed(kh, rowKV, source, size, scale * LOG2E, panels);
      if (!whole) copy(vh, rowKV, source, size, copyV, <usize>width * F, true);
      const values = whole ? vh : copyV;
      const rowV = whole ? rowKV : <usize>width * F;
      for (let t = 0; t < time; t += 4) {
        const block = min(4, time - t);
        const seen = causal ? min(source, t + block) : source;
        for (let s = 0; s < seen; s += 8) {
          const panel = panels + <usize>(s * size) * F;
          multiply(block, 8, size, qh + <usize>t * rowQ, rowQ, panel, 32, rows + <usize>s * F, wide);
        }
        for (let i = 0; i < block; i++) {
          const row = rows + <usize>i * wide;
          const limit = causal ? min(source, t + i + 1) : source;
          const at = first + <usize>(t + i) * <usize>source * F;
          const masked = mask && firstSeen < limit;
          softmaxRow(row, limit, seen, source, masked ? hide : 0, p + at, kept ? kept + at : 0);
        }
        const to = whole ? oh + <usize>t * rowOut : copyOut;
        multiply(block, width, seen, rows, wide, values, rowV, to, whole ? rowOut : <usize>width * F);
        if (!whole) copy(copyOut, <usize>width * F, block, size, oh + <usize>t * rowOut, rowOut, false);
      }
    }
  }
}

/** dq, dk and dv have the strides of q, k and v; d is the gradient of the output. */
export function attentionBackward(
  q: usize, ldq: i32, k: usize, v: usize, ldkv: i32, kept: usize, p: usize, d: usize,
  dq: usize, dk: usize, dv: usize,
  batch: i32, heads: i32, time: i32, source: i32, size: i32, scale: f32, causal: i32, scratch: usize,
): void {
  const rowQ = <usize>ldq * F;
  const rowKV = <usize>ldkv * F;
  const rowOut = <usize>(heads * size) * F;
  const width = padded4(size);
  const whole = width == size;
  const narrow = <usize>width * F;
  const wide = <usize>padded8(source) * F;
  const panels = scratch;
  const scores = panels + wide * <usize>size;
  const weights = scores + <usize>CHUNK * wide;
  const copyQ = weights + <usize>CHUNK * wide;
  const copyK = copyQ + <usize>time * narrow;
  const copyD = copyK + <usize>source * narrow;
  const sumK = copyD + <usize>time * narrow;
  const sumV = sumK + <usize>source * narrow;
  const rowsQ = sumV + <usize>source * narrow;
  const rowBq = whole ? rowQ : narrow;
  const rowBkv = whole ? rowKV : narrow;
  const rowBd = whole ? rowOut : narrow;
  const across = <usize>source * F;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const column = <usize>(h * size) * F;
      const atQ = <usize>(b * time) * rowQ + column;
      const atKV = <usize>(b * source) * rowKV + column;
      const dh = d + <usize>(b * time) * rowOut + column;
      const first = <usize>((b * heads + h) * time) * across;
      packTransposed(v + atKV, rowKV, source, size, 1, panels);
      if (!whole) {
        copy(q + atQ, rowQ, time, size, copyQ, narrow, true);
        copy(k + atKV, rowKV, source, size, copyK, narrow, true);
        copy(dh, rowOut, time, size, copyD, narrow, true);
      }
      const queries = whole ? q + atQ : copyQ;
      const keys = whole ? k + atKV : copyK;
      const gradients = whole ? dh : copyD;
      const toK = whole ? dk + atKV : sumK;
      const toV = whole ? dv + atKV : sumV;
      clear(toK, rowBkv, source, width);
      clear(toV, rowBkv, source, width);
      for (let c = 0; c < time; c += CHUNK) {
        const length = min(CHUNK, time - c);
        const reach = causal ? min(source, c + length) : source;
        for (let t = c; t < c + length; t += 4) {
          const block = min(4, c + length - t);
          const seen = causal ? min(source, t + block) : source;
          const rows = scores + <usize>(t - c) * wide;
          for (let s = 0; s < seen; s += 8) {
            const panel = panels + <usize>(s * size) * F;
            multiply(block, 8, size, dh + <usize>t * rowOut, rowOut, panel, 32, rows + <usize>s * F, wide);
          }
          for (let i = 0; i < block; i++) {
            const limit = causal ? min(source, t + i + 1) : source;
            const at = first + <usize>(t + i) * across;
            const row = <usize>(t + i - c) * wide;
            scoreGradient(scores + row, limit, reach, p + at, scale, kept ? kept + at : 0, weights + row);
          }
          const to = whole ? dq + atQ + <usize>t * rowQ : rowsQ;
          multiply(block, width, seen, rows, wide, keys, rowBkv, to, whole ? rowQ : narrow);
          if (!whole) copy(rowsQ, narrow, block, size, dq + atQ + <usize>t * rowQ, rowQ, false);
        }
        const w = kept ? weights : p + first + <usize>c * across;
        const rowW = kept ? wide : across;
        addTransposed(reach, width, length, w, rowW, gradients + <usize>c * rowBd, rowBd, toV, rowBkv);
        addTransposed(reach, width, length, scores, wide, queries + <usize>c * rowBq, rowBq, toK, rowBkv);
      }
      if (!whole) {
        copy(sumK, narrow, source, size, dk + atKV, rowKV, false);
        copy(sumV, narrow, source, size, dv + atKV, rowKV, false);
      }
    }
  }
}

function clear(at: usize, row: usize, rows: i32, width: i32): void {
  for (let r = 0; r < rows; r++, at += row) {
    for (let d = 0; d < width; d += 4) v128.store(at + <usize>d * F, f32x4.splat(0));
  }
}

/** One row: dO V^T in `row` becomes dS; with dropout, what values were weighed with goes to `weights`. Zero up to `reach`. */
function scoreGradient(
  row: usize, limit: i32, reach: i32, p: usize, scale: f32, kept: usize, weights: usize,
): void {
  const wide = <usize>(limit & ~3) * F;
  const end = <usize>limit * F;
  let i: usize = 0;
  if (kept) {
    for (; i < wide; i += 16) {
      const keep = v128.load(kept + i);
      v128.store(row + i, f32x4.mul(v128.load(row + i), keep));
      v128.store(weights + i, f32x4.mul(v128.load(p + i), keep));
    }
    for (; i < end; i += F) {
      const keep = load<f32>(kept + i);
      store<f32>(row + i, load<f32>(row + i) * keep);
      store<f32>(weights + i, load<f32>(p + i) * keep);
    }
  }
  let sums = f32x4.splat(0);
  for (i = 0; i < wide; i += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(p + i), v128.load(row + i)));
  let mean = sum4(sums);
  for (; i < end; i += F) mean += load<f32>(p + i) * load<f32>(row + i);
  const middle = f32x4.splat(mean);
  const by = f32x4.splat(scale);
  for (i = 0; i < wide; i += 16) {
    const g = f32x4.sub(v128.load(row + i), middle);
    v128.store(row + i, f32x4.mul(f32x4.mul(v128.load(p + i), g), by));
  }
  for (; i < end; i += F) store<f32>(row + i, load<f32>(p + i) * (load<f32>(row + i) - mean) * scale);
  for (let s = limit; s < reach; s++) {
    store<f32>(row + <usize>s * F, 0);
    if (kept) store<f32>(weights + <usize>s * F, 0);
  }
}
