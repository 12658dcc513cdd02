// AssemblyScript (not TypeScript): products of matrices too small to pack, for attention (32 x 8 x 32 is common there).
//
//   multiply:            C[m, n] = A[m, k] * B[k, n]          rows of A `lda` apart, its columns adjacent
//   addTransposed:       C[m, n] += A[k, m]^T * B[k, n]
//
// Strides in bytes. B is read where it lies; n is a multiple of 4 and every column up to n is read and written. Tiles of 4 x 8:
// larger ones do not fit the fifteen vector registers that V8 has on x86.

import { fma } from './simd';

export function multiply(m: i32, n: i32, k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  for (; n > 0; n -= 8, b += 32, c += 32) {
    let ap = a;
    let cp = c;
    let i = m;
    if (n > 4) {
      for (; i >= 4; i -= 4, ap += 4 * lda, cp += 4 * ldc) rows4x8(k, ap, lda, b, ldb, cp, ldc);
      for (; i > 0; i--, ap += lda, cp += ldc) row8(k, ap, b, ldb, cp);
    } else {
      for (; i >= 4; i -= 4, ap += 4 * lda, cp += 4 * ldc) rows4x4(k, ap, lda, b, ldb, cp, ldc);
      for (; i > 0; i--, ap += lda, cp += ldc) row4(k, ap, b, ldb, cp);
    }
  }
}

export function addTransposed(m: i32, n: i32, k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  for (; n > 0; n -= 8, b += 32, c += 32) {
    let ap = a;
    let cp = c;
    let i = m;
    if (n > 4) {
      for (; i >= 4; i -= 4, ap += 16, cp += 4 * ldc) columns4x8(k, ap, lda, b, ldb, cp, ldc);
      for (; i > 0; i--, ap += 4, cp += ldc) column8(k, ap, lda, b, ldb, cp);
    } else {
      for (; i >= 4; i -= 4, ap += 16, cp += 4 * ldc) columns4x4(k, ap, lda, b, ldb, cp, ldc);
      for (; i > 0; i--, ap += 4, cp += ldc) column4(k, ap, lda, b, ldb, cp);
    }
  }
}

function rows4x8(k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a1), x2 = v128.load32_splat(a2), x3 = v128.load32_splat(a3);
    s00 = fma(s00, x0, b0); s01 = fma(s01, x0, b1); s10 = fma(s10, x1, b0); s11 = fma(s11, x1, b1);
    s20 = fma(s20, x2, b0); s21 = fma(s21, x2, b1); s30 = fma(s30, x3, b0); s31 = fma(s31, x3, b1);
    a += 4; a1 += 4; a2 += 4; a3 += 4;
    b += ldb;
  }
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c3, s30); v128.store(c3, s31, 16);
}

function rows4x4(k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let a1 = a + lda;
  let a2 = a1 + lda;
  let a3 = a2 + lda;
  for (; k > 0; k--, b += ldb) {
    const y = v128.load(b);
    s0 = fma(s0, v128.load32_splat(a), y);
    s1 = fma(s1, v128.load32_splat(a1), y);
    s2 = fma(s2, v128.load32_splat(a2), y);
    s3 = fma(s3, v128.load32_splat(a3), y);
    a += 4; a1 += 4; a2 += 4; a3 += 4;
  }
  v128.store(c, s0); c += ldc;
  v128.store(c, s1); c += ldc;
  v128.store(c, s2); c += ldc;
  v128.store(c, s3);
}

function row8(k: i32, a: usize, b: usize, ldb: usize, c: usize): void {
  let s0 = f32x4.splat(0), s1 = s0;
  for (; k > 0; k--, a += 4, b += ldb) {
    const x = v128.load32_splat(a);
    s0 = fma(s0, x, v128.load(b));
    s1 = fma(s1, x, v128.load(b, 16));
  }
  v128.store(c, s0); v128.store(c, s1, 16);
}

function row4(k: i32, a: usize, b: usize, ldb: usize, c: usize): void {
  let s = f32x4.splat(0);
  for (; k > 0; k--, a += 4, b += ldb) s = fma(s, v128.load32_splat(a), v128.load(b));
  v128.store(c, s);
}

function columns4x8(k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  let s00 = v128.load(c), s01 = v128.load(c, 16), s10 = v128.load(c1), s11 = v128.load(c1, 16);
  let s20 = v128.load(c2), s21 = v128.load(c2, 16), s30 = v128.load(c3), s31 = v128.load(c3, 16);
  for (; k > 0; k--, a += lda, b += ldb) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a), x1 = v128.load32_splat(a, 4), x2 = v128.load32_splat(a, 8), x3 = v128.load32_splat(a, 12);
    s00 = fma(s00, x0, b0); s01 = fma(s01, x0, b1); s10 = fma(s10, x1, b0); s11 = fma(s11, x1, b1);
    s20 = fma(s20, x2, b0); s21 = fma(s21, x2, b1); s30 = fma(s30, x3, b0); s31 = fma(s31, x3, b1);
  }
  v128.store(c, s00); v128.store(c, s01, 16); v128.store(c1, s10); v128.store(c1, s11, 16);
  v128.store(c2, s20); v128.store(c2, s21, 16); v128.store(c3, s30); v128.store(c3, s31, 16);
}

function columns4x4(k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  let s0 = v128.load(c), s1 = v128.load(c1), s2 = v128.load(c2), s3 = v128.load(c3);
  for (; k > 0; k--, a += lda, b += ldb) {
    const y = v128.load(b);
    s0 = fma(s0, v128.load32_splat(a), y);
    s1 = fma(s1, v128.load32_splat(a, 4), y);
    s2 = fma(s2, v128.load32_splat(a, 8), y);
    s3 = fma(s3, v128.load32_splat(a, 12), y);
  }
  v128.store(c, s0); v128.store(c1, s1); v128.store(c2, s2); v128.store(c3, s3);
}

function column8(k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize): void {
  let s0 = v128.load(c), s1 = v128.load(c, 16);
  for (; k > 0; k--, a += lda, b += ldb) {
    const x = v128.load32_splat(a);
    s0 = fma(s0, x, v128.load(b));
    s1 = fma(s1, x, v128.load(b, 16));
  }
  v128.store(c, s0); v128.store(c, s1, 16);
}

function column4(k: i32, a: usize, lda: usize, b: usize, ldb: usize, c: usize): void {
  let s = v128.load(c);
  for (; k > 0; k--, a += lda, b += ldb) s = fma(s, v128.load32_splat(a), v128.load(b));
  v128.store(c, s);
}
