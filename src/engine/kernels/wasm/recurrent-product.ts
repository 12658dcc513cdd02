// AssemblyScript (not TypeScript): matrix product with a B that is packed once and used at every step of a sequence.
//
//   C[m, n] = start + A[m, k] * B[k, n]      A(i, l) = a + i*rowA + l*colA      C rows rowC apart      all strides in bytes
//
// B lies in panels of eight columns, each k rows long. Four rows of C by eight columns live in registers, or six rows where
// multiply and add are one instruction: as many as the sixteen registers of x86-64 hold together with the vectors of A and B (and,
// without that instruction, the products). A tile of 4 x 16, half of it spilled, runs at two thirds of the speed.

import { fma } from './simd';

const F: usize = 4; // bytes of a float
const PANEL: i32 = 8; // columns

/** `n` made a multiple of a panel's width. */
// @ts-ignore: decorator
@inline
export function padded(n: i32): i32 {
  return (n + PANEL - 1) & ~(PANEL - 1);
}

/** Floats that k rows of n columns take when packed. */
// @ts-ignore: decorator
@inline
export function packedSize(k: i32, n: i32): i32 {
  return k * padded(n);
}

/** Packs B(l, j) = from + l*row + j*col. The last panel is filled with zeros: whatever lay there could be slow to multiply. */
export function packPanels(from: usize, row: usize, col: usize, k: i32, n: i32, to: usize): void {
  for (let j = 0; j < n; j += PANEL, from += <usize>PANEL * col) {
    const valid = min(n - j, PANEL);
    let at = from;
    if (valid == PANEL && col == F) {
      for (let l = 0; l < k; l++, at += row, to += 32) {
        v128.store(to, v128.load(at));
        v128.store(to, v128.load(at, 16), 16);
      }
    } else {
      for (let l = 0; l < k; l++, at += row, to += 32) {
        let source = at;
        let c = 0;
        for (; c < valid; c++, source += col) store<f32>(to + <usize>c * F, load<f32>(source));
        for (; c < PANEL; c++) store<f32>(to + <usize>c * F, 0);
      }
    }
  }
}

/**
 * Where C starts from: start(i, j) = start + i*startRow + j*startCol, so (c, rowC, 4) adds to what is there, (bias, 0, 4) adds a
 * row to every row, and (eight zeros, 0, 0) starts from nothing. `tile` has room for 32 floats.
 */
export function multiply(
  m: i32, n: i32, k: i32,
  a: usize, rowA: usize, colA: usize,
  b: usize,
  c: usize, rowC: usize,
  start: usize, startRow: usize, startCol: usize,
  tile: usize,
): void {
  const panel = <usize>(k * PANEL) * F;
  for (let j = 0; j < n; j += PANEL, b += panel, c += 32, start += <usize>PANEL * startCol) {
    const valid = min(n - j, PANEL);
    let i = 0;
    let ap = a;
    let cp = c;
    let sp = start;
    if (valid == PANEL) {
      if (ASC_FEATURE_RELAXED_SIMD) {
        // 8 and 9 rows are better off as 4 and 4.
        for (let left = m; left >= 6 && left != 8 && left != 9; left -= 6, i += 6) {
          tile6x8(k, ap, rowA, colA, b, sp, startRow, cp, rowC);
          ap += 6 * rowA;
          cp += 6 * rowC;
          sp += 6 * startRow;
        }
      }
      for (; i + 4 <= m; i += 4, ap += 4 * rowA, cp += 4 * rowC, sp += 4 * startRow) {
        tile4x8(k, ap, rowA, colA, b, sp, startRow, cp, rowC);
      }
      for (; i < m; i++, ap += rowA, cp += rowC, sp += startRow) tile1x8(k, ap, colA, b, sp, cp);
    } else {
      while (i < m) {
        const rows = m - i >= 4 ? 4 : 1;
        for (let r = 0; r < rows; r++) {
          for (let q = 0; q < valid; q++) {
            store<f32>(tile + <usize>(r * PANEL + q) * F, load<f32>(sp + <usize>r * startRow + <usize>q * startCol));
          }
        }
        if (rows == 4) tile4x8(k, ap, rowA, colA, b, tile, 32, tile, 32);
        else tile1x8(k, ap, colA, b, tile, tile);
        for (let r = 0; r < rows; r++) {
          for (let q = 0; q < valid; q++) {
            store<f32>(cp + <usize>r * rowC + <usize>q * F, load<f32>(tile + <usize>(r * PANEL + q) * F));
          }
        }
        i += rows;
        ap += <usize>rows * rowA;
        cp += <usize>rows * rowC;
        sp += <usize>rows * startRow;
      }
    }
  }
}

function tile6x8(
  k: i32, a: usize, rowA: usize, colA: usize, b: usize, start: usize, startRow: usize, c: usize, rowC: usize,
): void {
  let s00 = v128.load(start), s01 = v128.load(start, 16);
  start += startRow;
  let s10 = v128.load(start), s11 = v128.load(start, 16);
  start += startRow;
  let s20 = v128.load(start), s21 = v128.load(start, 16);
  start += startRow;
  let s30 = v128.load(start), s31 = v128.load(start, 16);
  start += startRow;
  let s40 = v128.load(start), s41 = v128.load(start, 16);
  start += startRow;
  let s50 = v128.load(start), s51 = v128.load(start, 16);
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  let a4 = a3 + rowA;
  let a5 = a4 + rowA;
  for (; k > 0; k--) {
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
    a += colA; a1 += colA; a2 += colA; a3 += colA; a4 += colA; a5 += colA;
    b += 32;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  c += rowC;
  v128.store(c, s10); v128.store(c, s11, 16);
  c += rowC;
  v128.store(c, s20); v128.store(c, s21, 16);
  c += rowC;
  v128.store(c, s30); v128.store(c, s31, 16);
  c += rowC;
  v128.store(c, s40); v128.store(c, s41, 16);
  c += rowC;
  v128.store(c, s50); v128.store(c, s51, 16);
}

function tile4x8(
  k: i32, a: usize, rowA: usize, colA: usize, b: usize, start: usize, startRow: usize, c: usize, rowC: usize,
): void {
  let s00 = v128.load(start), s01 = v128.load(start, 16);
  start += startRow;
  let s10 = v128.load(start), s11 = v128.load(start, 16);
  start += startRow;
  let s20 = v128.load(start), s21 = v128.load(start, 16);
  start += startRow;
  let s30 = v128.load(start), s31 = v128.load(start, 16);
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = fma(s00, x, b0); s01 = fma(s01, x, b1);
    x = v128.load32_splat(a1);
    s10 = fma(s10, x, b0); s11 = fma(s11, x, b1);
    x = v128.load32_splat(a2);
    s20 = fma(s20, x, b0); s21 = fma(s21, x, b1);
    x = v128.load32_splat(a3);
    s30 = fma(s30, x, b0); s31 = fma(s31, x, b1);
    a += colA; a1 += colA; a2 += colA; a3 += colA;
    b += 32;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  c += rowC;
  v128.store(c, s10); v128.store(c, s11, 16);
  c += rowC;
  v128.store(c, s20); v128.store(c, s21, 16);
  c += rowC;
  v128.store(c, s30); v128.store(c, s31, 16);
}

function tile1x8(k: i32, a: usize, colA: usize, b: usize, start: usize, c: usize): void {
  let s0 = v128.load(start), s1 = v128.load(start, 16);
  for (; k > 0; k--, a += colA, b += 32) {
    const x = v128.load32_splat(a);
    s0 = fma(s0, x, v128.load(b)); s1 = fma(s1, x, v128.load(b, 16));
  }
  v128.store(c, s0); v128.store(c, s1, 16);
}
