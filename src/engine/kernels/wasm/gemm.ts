// AssemblyScript (not TypeScript): matrix product with free row and column strides.
//
//   C[m, n] (+)= A[m, k] * B[k, n]      A(i, l) = a + i*ra + l*ca      B(l, j) = b + l*rb + j*cb      C rows ldc apart
//
// Strides in elements, so a transposed operand is only a swap of its two strides. Of B, a block of 256 rows by at most 128
// columns is packed at a time, as panels 16 (or 8, or 4) columns wide: a panel is 16 KiB, half of an L1 cache. A goes by in
// strips of 64 rows, which stay in the L2 cache while every panel passes. Four rows of C by 16 columns live in registers.

import { fma } from './simd';

const DEPTH: i32 = 256; // rows of B per block
const COLUMNS: i32 = 128; // columns of B per block
const STRIP: i32 = 64; // rows of A per strip
const F: usize = 4; // bytes of a float

/** Floats of scratch space that `gemm` needs. */
export function gemmScratch(): i32 {
  return DEPTH * COLUMNS + 4 * 16;
}

// @ts-ignore: decorator
@inline
function panelWidth(left: i32): i32 {
  return left > 8 ? 16 : left > 4 ? 8 : 4;
}

export function gemm(
  m: i32, n: i32, k: i32,
  a: usize, ra: i32, ca: i32,
  b: usize, rb: i32, cb: i32,
  c: usize, ldc: i32,
  accumulate: i32, scratch: usize,
): void {
  const tile = scratch + <usize>(DEPTH * COLUMNS) * F;
  const raBytes = <usize>ra * F;
  const caBytes = <usize>ca * F;
  const ldcBytes = <usize>ldc * F;
  for (let l = 0; l < k; l += DEPTH) {
    const kc = min(DEPTH, k - l);
    const add = l > 0 || accumulate != 0;
    for (let jb = 0; jb < n; jb += COLUMNS) {
      const jEnd = min(n, jb + COLUMNS);
      // A full panel of an untransposed B can be read where it lies; packing pays once several row blocks reuse it.
      const packAll = cb != 1 || m >= 16;
      for (let j = jb, to = scratch; j < jEnd; ) {
        const width = panelWidth(n - j);
        const valid = min(n - j, width);
        if (packAll || valid < width) pack(b + <usize>(l * rb + j * cb) * F, rb, cb, kc, valid, width, to);
        to += <usize>(width * kc) * F;
        j += valid;
      }
      for (let i0 = 0; i0 < m; i0 += STRIP) {
        const iEnd = min(m, i0 + STRIP);
        const strip = a + <usize>i0 * raBytes + <usize>l * caBytes;
        for (let j = jb, packed = scratch; j < jEnd; ) {
          const width = panelWidth(n - j);
          const valid = min(n - j, width);
          const whole = valid == width;
          let panel = packed;
          let ldb = <usize>width * F;
          if (!packAll && whole) {
            panel = b + <usize>(l * rb + j) * F;
            ldb = <usize>rb * F;
          }
          let i = i0;
          let ap = strip;
          let cp = c + <usize>i0 * ldcBytes + <usize>j * F;
          for (; i + 4 <= iEnd; i += 4, ap += 4 * raBytes, cp += 4 * ldcBytes) {
            if (whole && width == 16) tile4x16(kc, ap, raBytes, caBytes, panel, ldb, cp, ldcBytes, add);
            else if (whole && width == 8) tile4x8(kc, ap, raBytes, caBytes, panel, ldb, cp, ldcBytes, add);
            else {
              const t = <usize>width * F;
              if (width == 16) tile4x16(kc, ap, raBytes, caBytes, panel, ldb, tile, t, false);
              else if (width == 8) tile4x8(kc, ap, raBytes, caBytes, panel, ldb, tile, t, false);
              else tile4x4(kc, ap, raBytes, caBytes, panel, ldb, tile, t);
              for (let r = 0; r < 4; r++) put(tile + <usize>r * t, cp + <usize>r * ldcBytes, valid, add);
            }
          }
          for (; i < iEnd; i++, ap += raBytes, cp += ldcBytes) {
            if (whole && width == 16) tile1x16(kc, ap, caBytes, panel, ldb, cp, add);
            else {
              if (width == 16) tile1x16(kc, ap, caBytes, panel, ldb, tile, false);
              else if (width == 8) tile1x8(kc, ap, caBytes, panel, ldb, tile);
              else tile1x4(kc, ap, caBytes, panel, ldb, tile);
              put(tile, cp, valid, add);
            }
          }
          packed += <usize>(width * kc) * F;
          j += valid;
        }
      }
    }
  }
}

/** Copies kc rows of `valid` columns into rows of `width`. What lies beyond is computed with and then thrown away. */
function pack(from: usize, rb: i32, cb: i32, kc: i32, valid: i32, width: i32, to: usize): void {
  const rbBytes = <usize>rb * F;
  const cbBytes = <usize>cb * F;
  const row = <usize>width * F;
  if (cb == 1) {
    if (valid == 16) {
      for (let l = 0; l < kc; l++, from += rbBytes, to += 64) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        v128.store(to, v128.load(from, 32), 32);
        v128.store(to, v128.load(from, 48), 48);
      }
      return;
    }
    for (let l = 0; l < kc; l++, from += rbBytes, to += row) {
      for (let j: usize = 0; j < <usize>valid; j++) store<f32>(to + j * F, load<f32>(from + j * F));
    }
    return;
  }
  for (let j = 0; j < valid; j++) {
    let at = to + <usize>j * F;
    let source = from + <usize>j * cbBytes;
    for (let l = 0; l < kc; l++, source += rbBytes, at += row) store<f32>(at, load<f32>(source));
  }
}

/** Writes or adds one row of a scratch tile. */
function put(from: usize, to: usize, valid: i32, add: bool): void {
  if (add) for (let j: usize = 0; j < <usize>valid; j++) store<f32>(to + j * F, load<f32>(to + j * F) + load<f32>(from + j * F));
  else for (let j: usize = 0; j < <usize>valid; j++) store<f32>(to + j * F, load<f32>(from + j * F));
}

// @ts-ignore: decorator
@inline
function old(add: bool, at: usize): v128 {
  return add ? v128.load(at) : f32x4.splat(0);
}

function tile4x16(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s02 = old(add, c + 32), s03 = old(add, c + 48);
  let s10 = old(add, c1), s11 = old(add, c1 + 16), s12 = old(add, c1 + 32), s13 = old(add, c1 + 48);
  let s20 = old(add, c2), s21 = old(add, c2 + 16), s22 = old(add, c2 + 32), s23 = old(add, c2 + 48);
  let s30 = old(add, c3), s31 = old(add, c3 + 16), s32 = old(add, c3 + 32), s33 = old(add, c3 + 48);
  let a1 = a + ra;
  let a2 = a1 + ra;
  let a3 = a2 + ra;
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1); s02 = fma(s02, x, b2); s03 = fma(s03, x, b3);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1); s12 = fma(s12, x, b2); s13 = fma(s13, x, b3);
    x = v128.load32_splat(a2);
    s20 = fma(s20, x, b0); s21 = fma(s21, x, b1); s22 = fma(s22, x, b2); s23 = fma(s23, x, b3);
    x = v128.load32_splat(a3);
    s30 = fma(s30, x, b0); s31 = fma(s31, x, b1); s32 = fma(s32, x, b2); s33 = fma(s33, x, b3);
    a += ca; a1 += ca; a2 += ca; a3 += ca;
    b += ldb;
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c, s02, 32); v128.store(c, s03, 48);
  v128.store(c1, s10); v128.store(c1, s11, 16); v128.store(c1, s12, 32); v128.store(c1, s13, 48);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c2, s22, 32); v128.store(c2, s23, 48);
  v128.store(c3, s30); v128.store(c3, s31, 16); v128.store(c3, s32, 32); v128.store(c3, s33, 48);
}

function tile4x8(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize, add: bool): void {
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  let s00 = old(add, c), s01 = old(add, c + 16), s10 = old(add, c1), s11 = old(add, c1 + 16);
  let s20 = old(add, c2), s21 = old(add, c2 + 16), s30 = old(add, c3), s31 = old(add, c3 + 16);
  let a1 = a + ra;
  let a2 = a1 + ra;
  let a3 = a2 + ra;
  for (; kc > 0; kc--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a1), x2 = v128.load32_splat(a2), x3 = v128.load32_splat(a3);
    s00 = fma(s00, x0, b0); s01 = fma(s01, x0, b1); s10 = fma(s10, x1, b0); s11 = fma(s11, x1, b1);
    s20 = fma(s20, x2, b0); s21 = fma(s21, x2, b1); s30 = fma(s30, x3, b0); s31 = fma(s31, x3, b1);
    a += ca; a1 += ca; a2 += ca; a3 += ca;
    b += ldb;
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c3, s30); v128.store(c3, s31, 16);
}

function tile4x4(kc: i32, a: usize, ra: usize, ca: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let a1 = a + ra;
  let a2 = a1 + ra;
  let a3 = a2 + ra;
  for (; kc > 0; kc--) {
    const b0 = v128.load(b);
    s0 = fma(s0, v128.load32_splat(a), b0);
    s1 = fma(s1, v128.load32_splat(a1), b0);
    s2 = fma(s2, v128.load32_splat(a2), b0);
    s3 = fma(s3, v128.load32_splat(a3), b0);
    a += ca; a1 += ca; a2 += ca; a3 += ca;
    b += ldb;
  }
  v128.store(c, s0); v128.store(c + ldc, s1); v128.store(c + 2 * ldc, s2); v128.store(c + 3 * ldc, s3);
}

function tile1x16(kc: i32, a: usize, ca: usize, b: usize, ldb: usize, c: usize, add: bool): void {
  let s0 = old(add, c), s1 = old(add, c + 16), s2 = old(add, c + 32), s3 = old(add, c + 48);
  for (; kc > 0; kc--, a += ca, b += ldb) {
    const x = v128.load32_splat(a);
    s0 = fma(s0, x, v128.load(b)); s1 = fma(s1, x, v128.load(b, 16));
    s2 = fma(s2, x, v128.load(b, 32)); s3 = fma(s3, x, v128.load(b, 48));
  }
  v128.store(c, s0); v128.store(c, s1, 16); v128.store(c, s2, 32); v128.store(c, s3, 48);
}

function tile1x8(kc: i32, a: usize, ca: usize, b: usize, ldb: usize, c: usize): void {
  let s0 = f32x4.splat(0), s1 = s0;
  for (; kc > 0; kc--, a += ca, b += ldb) {
    const x = v128.load32_splat(a);
    s0 = fma(s0, x, v128.load(b)); s1 = fma(s1, x, v128.load(b, 16));
  }
  v128.store(c, s0); v128.store(c, s1, 16);
}

function tile1x4(kc: i32, a: usize, ca: usize, b: usize, ldb: usize, c: usize): void {
  let s0 = f32x4.splat(0);
  for (; kc > 0; kc--, a += ca, b += ldb) s0 = fma(s0, v128.load32_splat(a), v128.load(b));
  v128.store(c, s0);
}
