// AssemblyScript (not TypeScript): matrix product with free row and column strides.
//
//   C[m, n] (+)= A[m, k] * B[k, n]      A(i, l) = a + i*ra + l*ca      B(l, j) = b + l*rb + j*cb      C rows ldc apart
//
// Strides in elements, so a transposed operand is only a swap of its two strides. Of B, a block of 256 rows by at most 128
// columns is packed at a time, as panels 8 (or 4) columns wide: a panel is 8 KiB, a quarter of an L1 cache. A goes by in
// strips of 60 rows, which stay in the L2 cache while every panel passes. A tile of C lives in registers: at most six rows
// by 8 columns where multiply and add are one instruction, five rows where they are two, because the product then takes
// one of the fifteen vector registers that V8 has on x86. Larger tiles spill and run at half the speed.

import { fma } from './simd';

const DEPTH: i32 = 256; // rows of B per block
const COLUMNS: i32 = 128; // columns of B per block
const STRIP: i32 = 60; // rows of A per strip: a multiple of 5 and of 6
const WIDTH: i32 = 8; // columns of a panel
const F: usize = 4; // bytes of a float

// @ts-ignore: decorator
@inline
function tileRows(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
}

/** Floats of scratch space that `gemm` needs: a block of B, a strip of A, a tile. */
export function gemmScratch(): i32 {
  return DEPTH * COLUMNS + DEPTH * STRIP + 6 * WIDTH;
}

export function gemm(
  m: i32, n: i32, k: i32,
  a: usize, ra: i32, ca: i32,
  b: usize, rb: i32, cb: i32,
  c: usize, ldc: i32,
  accumulate: i32, scratch: usize,
): void {
  const packedA = scratch + <usize>(DEPTH * COLUMNS) * F;
  const tile = packedA + <usize>(DEPTH * STRIP) * F;
  const raBytes = <usize>ra * F;
  const caBytes = <usize>ca * F;
  const ldcBytes = <usize>ldc * F;
  // Columns of A far apart: a strip is copied once for all panels, or every tile would touch a page of memory per product.
  const packA = ca > 256 && n > 2 * WIDTH;
  for (let l = 0; l < k; l += DEPTH) {
    const kc = min(DEPTH, k - l);
    const add = l > 0 || accumulate != 0;
    for (let jb = 0; jb < n; jb += COLUMNS) {
      const jEnd = min(n, jb + COLUMNS);
      // A full panel of an untransposed B can be read where it lies; packing pays once several tiles reuse it.
      const packAll = cb != 1 || m > 12;
      for (let j = jb, to = scratch; j < jEnd; j += WIDTH) {
        const left = jEnd - j;
        const width = left > 4 ? WIDTH : 4;
        if (packAll || left < width) pack(b + <usize>(l * rb + j * cb) * F, rb, cb, kc, min(left, width), width, to);
        to += <usize>(width * kc) * F;
      }
      for (let i0 = 0; i0 < m; i0 += STRIP) {
        const rows = min(STRIP, m - i0);
        let strip = a + <usize>i0 * raBytes + <usize>l * caBytes;
        let rowStep = raBytes;
        let colStep = caBytes;
        if (packA) {
          packRows(strip, raBytes, caBytes, rows, kc, packedA);
          strip = packedA;
          rowStep = F;
          colStep = <usize>rows * F;
        }
        // As even as possible: 32 rows are 6 + 6 + 5 + 5 + 5 + 5, not five times 6 and a slow 2.
        const tiles = (rows + tileRows() - 1) / tileRows();
        const short = rows / tiles;
        const longer = rows - short * tiles;
        for (let j = jb, panel = scratch; j < jEnd; j += WIDTH) {
          const left = jEnd - j;
          const width = left > 4 ? WIDTH : 4;
          const whole = left >= width;
          const inPlace = !packAll && whole;
          const from = inPlace ? b + <usize>(l * rb + j) * F : panel;
          const ldb = inPlace ? <usize>rb * F : <usize>width * F;
          let ap = strip;
          let cp = c + <usize>i0 * ldcBytes + <usize>j * F;
          for (let t = 0; t < tiles; t++) {
            const r = t < longer ? short + 1 : short;
            if (whole && width == WIDTH) tile8(r, kc, ap, rowStep, colStep, from, ldb, cp, ldcBytes, add);
            else {
              const row = <usize>width * F;
              if (width == WIDTH) tile8(r, kc, ap, rowStep, colStep, from, ldb, tile, row, false);
              else tile4(r, kc, ap, rowStep, colStep, from, ldb, tile, row);
              for (let q = 0; q < r; q++) put(tile + <usize>q * row, cp + <usize>q * ldcBytes, min(left, width), add);
            }
            ap += <usize>r * rowStep;
            cp += <usize>r * ldcBytes;
          }
          panel += <usize>(width * kc) * F;
        }
      }
    }
  }
}

/** Products of `count` pairs of matrices, each pair `stepA`, `stepB` and `stepC` elements after the one before. */
export function gemmBatch(
  count: i32, stepA: i32, stepB: i32, stepC: i32,
  m: i32, n: i32, k: i32,
  a: usize, ra: i32, ca: i32,
  b: usize, rb: i32, cb: i32,
  c: usize, ldc: i32,
  accumulate: i32, scratch: usize,
): void {
  for (; count > 0; count--) {
    gemm(m, n, k, a, ra, ca, b, rb, cb, c, ldc, accumulate, scratch);
    a += <usize>stepA * F;
    b += <usize>stepB * F;
    c += <usize>stepC * F;
  }
}

// @ts-ignore: decorator
@inline
function transpose(r0: v128, r1: v128, r2: v128, r3: v128, to: usize, step: usize): void {
  const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5), t1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const t2 = i32x4.shuffle(r0, r1, 2, 6, 3, 7), t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(to, i32x4.shuffle(t0, t1, 0, 1, 4, 5));
  v128.store(to + step, i32x4.shuffle(t0, t1, 2, 3, 6, 7));
  v128.store(to + 2 * step, i32x4.shuffle(t2, t3, 0, 1, 4, 5));
  v128.store(to + 3 * step, i32x4.shuffle(t2, t3, 2, 3, 6, 7));
}

/** Copies kc rows of `valid` columns into rows of `width`. What lies beyond is computed with and then thrown away. */
function pack(from: usize, rb: i32, cb: i32, kc: i32, valid: i32, width: i32, to: usize): void {
  const rbBytes = <usize>rb * F;
  const cbBytes = <usize>cb * F;
  const row = <usize>width * F;
  if (cb == 1) {
    if (valid == WIDTH) {
      for (let l = 0; l < kc; l++, from += rbBytes, to += 32) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
      return;
    }
    for (let l = 0; l < kc; l++, from += rbBytes, to += row) {
      for (let j: usize = 0; j < <usize>valid; j++) store<f32>(to + j * F, load<f32>(from + j * F));
    }
    return;
  }
  let j = 0;
  if (rb == 1) {
    for (; j + 4 <= valid; j += 4) {
      let at = to + <usize>j * F;
      let source = from + <usize>j * cbBytes;
      let l = 0;
      for (; l + 4 <= kc; l += 4, source += 16, at += 4 * row) {
        const s2 = source + 2 * cbBytes;
        transpose(v128.load(source), v128.load(source + cbBytes), v128.load(s2), v128.load(s2 + cbBytes), at, row);
      }
      for (; l < kc; l++, source += F, at += row) {
        for (let q: usize = 0; q < 4; q++) store<f32>(at + q * F, load<f32>(source + q * cbBytes));
      }
    }
  }
  for (; j < valid; j++) {
    let at = to + <usize>j * F;
    let source = from + <usize>j * cbBytes;
    for (let l = 0; l < kc; l++, source += rbBytes, at += row) store<f32>(at, load<f32>(source));
  }
}

/** Copies a strip of A so that its kc columns follow each other, `rows` elements each. */
function packRows(from: usize, ra: usize, ca: usize, rows: i32, kc: i32, to: usize): void {
  const row = <usize>rows * F;
  const wide = <usize>(rows & ~3) * F;
  for (let l = 0; l < kc; l++, from += ca, to += row) {
    let i: usize = 0;
    if (ra == F) for (; i < wide; i += 16) v128.store(to + i, v128.load(from + i));
    for (let source = from + (i / F) * ra; i < row; i += F, source += ra) store<f32>(to + i, load<f32>(source));
  }
}

/** Writes or adds one row of a scratch tile. */
function put(from: usize, to: usize, valid: i32, add: bool): void {
  if (add) for (let j: usize = 0; j < <usize>valid; j++) store<f32>(to + j * F, load<f32>(to + j * F) + load<f32>(from + j * F));
  else for (let j: usize = 0; j < <usize>valid; j++) store<f32>(to + j * F, load<f32>(from + j * F));
}

function tile8(
  rows: i32, kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool,
): void {
  if (ASC_FEATURE_RELAXED_SIMD && rows == 6) tile6x8(kc, a, ra, ca, b, ldb, c, ldc, add);
  else if (rows == 5) tile5x8(kc, a, ra, ca, b, ldb, c, ldc, add);
  else if (rows == 4) tile4x8(kc, a, ra, ca, b, ldb, c, ldc, add);
  else if (rows == 3) tile3x8(kc, a, ra, ca, b, ldb, c, ldc, add);
  else if (rows == 2) tile2x8(kc, a, ra, ca, b, ldb, c, ldc, add);
  else tile1x8(kc, a, ca, b, ldb, c, add);
}

// @ts-ignore: decorator
@inline
function old(add: bool, at: usize): v128 {
  return add ? v128.load(at) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
function put8(c: usize, s0: v128, s1: v128): void {
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

function tile6x8(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc, c4 = c3 + ldc, c5 = c4 + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s10 = old(add, c1), s11 = old(add, c1 + 16);
  let s20 = old(add, c2), s21 = old(add, c2 + 16), s30 = old(add, c3), s31 = old(add, c3 + 16);
  let s40 = old(add, c4), s41 = old(add, c4 + 16), s50 = old(add, c5), s51 = old(add, c5 + 16);
  let a1 = a + ra, a2 = a1 + ra, a3 = a2 + ra, a4 = a3 + ra, a5 = a4 + ra;
  for (; kc > 0; kc--, a += ca, a1 += ca, a2 += ca, a3 += ca, a4 += ca, a5 += ca, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
    x = v128.load32_splat(a2);
    s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
    x = v128.load32_splat(a3);
    s30 = fma(s30, x, b0); s31 = fma(s31, x, b1);
    x = v128.load32_splat(a4);
    s40 = fma(s40, x, b0); s41 = fma(s41, x, b1);
    x = v128.load32_splat(a5);
    s50 = fma(s50, x, b0); s51 = fma(s51, x, b1);
  }
  put8(c, s00, s01); put8(c1, s10, s11); put8(c2, s20, s21); put8(c3, s30, s31); put8(c4, s40, s41); put8(c5, s50, s51);
}

function tile5x8(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc, c4 = c3 + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s10 = old(add, c1), s11 = old(add, c1 + 16);
  let s20 = old(add, c2), s21 = old(add, c2 + 16), s30 = old(add, c3), s31 = old(add, c3 + 16);
  let s40 = old(add, c4), s41 = old(add, c4 + 16);
  let a1 = a + ra, a2 = a1 + ra, a3 = a2 + ra, a4 = a3 + ra;
  for (; kc > 0; kc--, a += ca, a1 += ca, a2 += ca, a3 += ca, a4 += ca, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
    x = v128.load32_splat(a2);
    s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
    x = v128.load32_splat(a3);
    s30 = fma(s30, x, b0); s31 = fma(s31, x, b1);
    x = v128.load32_splat(a4);
    s40 = fma(s40, x, b0); s41 = fma(s41, x, b1);
  }
  put8(c, s00, s01); put8(c1, s10, s11); put8(c2, s20, s21); put8(c3, s30, s31); put8(c4, s40, s41);
}

function tile4x8(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s10 = old(add, c1), s11 = old(add, c1 + 16);
  let s20 = old(add, c2), s21 = old(add, c2 + 16), s30 = old(add, c3), s31 = old(add, c3 + 16);
  let a1 = a + ra, a2 = a1 + ra, a3 = a2 + ra;
  for (; kc > 0; kc--, a += ca, a1 += ca, a2 += ca, a3 += ca, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
    x = v128.load32_splat(a2);
    s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
    x = v128.load32_splat(a3);
    s30 = fma(s30, x, b0); s31 = fma(s31, x, b1);
  }
  put8(c, s00, s01); put8(c1, s10, s11); put8(c2, s20, s21); put8(c3, s30, s31);
}

function tile3x8(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc, c2 = c1 + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s10 = old(add, c1), s11 = old(add, c1 + 16);
  let s20 = old(add, c2), s21 = old(add, c2 + 16);
  let a1 = a + ra, a2 = a1 + ra;
  for (; kc > 0; kc--, a += ca, a1 += ca, a2 += ca, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
    x = v128.load32_splat(a2);
    s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
  }
  put8(c, s00, s01); put8(c1, s10, s11); put8(c2, s20, s21);
}

function tile2x8(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s10 = old(add, c1), s11 = old(add, c1 + 16);
  let a1 = a + ra;
  for (; kc > 0; kc--, a += ca, a1 += ca, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
  }
  put8(c, s00, s01); put8(c1, s10, s11);
}

function tile1x8(kc: i32, a: usize, ca: usize, b: usize, ldb: usize, c: usize, add: bool): void {
  let s0 = old(add, c), s1 = old(add, c + 16);
  for (; kc > 0; kc--, a += ca, b += ldb) {
    const x = v128.load32_splat(a);
    s0 = fma(s0, x, v128.load(b)); s1 = fma(s1, x, v128.load(b, 16));
  }
  put8(c, s0, s1);
}

/** Up to six rows by 4 columns, for the last columns: four rows at a time, the rest one by one. */
function tile4(rows: i32, kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  for (; rows >= 4; rows -= 4, a += 4 * ra, c += 4 * ldc) tile4x4(kc, a, ra, ca, b, ldb, c, ldc);
  for (; rows > 0; rows--, a += ra, c += ldc) tile1x4(kc, a, ca, b, ldb, c);
}

function tile4x4(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let a1 = a + ra, a2 = a1 + ra, a3 = a2 + ra;
  for (; kc > 0; kc--, a += ca, a1 += ca, a2 += ca, a3 += ca, b += ldb) {
    const b0 = v128.load(b);
    s0 = fma(s0, v128.load32_splat(a), b0);
    s1 = fma(s1, v128.load32_splat(a1), b0);
    s2 = fma(s2, v128.load32_splat(a2), b0);
    s3 = fma(s3, v128.load32_splat(a3), b0);
  }
  v128.store(c, s0); v128.store(c + ldc, s1); v128.store(c + 2 * ldc, s2); v128.store(c + 3 * ldc, s3);
}

function tile1x4(kc: i32, a: usize, ca: usize, b: usize, ldb: usize, c: usize): void {
  let s0 = f32x4.splat(0);
  for (; kc > 0; kc--, a += ca, b += ldb) s0 = fma(s0, v128.load32_splat(a), v128.load(b));
  v128.store(c, s0);
}
