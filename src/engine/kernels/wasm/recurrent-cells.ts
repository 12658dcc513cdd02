// AssemblyScript (not TypeScript): what happens between the matrix products of one step, one pass over the batch each. The formulas
// are those of nodes/recurrent/cells.ts. Matrices are dense, [rows, units] or [rows, gates·units]; strides in bytes.
//
// With a mask m, a new state s becomes m·s + (1 − m)·before: exact for 0 and 1, and a NaN goes on as in tfjs's operations. Backwards,
// of an arriving gradient the share m goes through the cell and the rest past it.

import { get, madd, put, sigmoid4, splat, tanh4 } from './recurrent-elements';

const F: usize = 4;

// @ts-ignore: decorator
@inline
function mul(x: v128, y: v128): v128 {
  return f32x4.mul(x, y);
}

// @ts-ignore: decorator
@inline
function add(x: v128, y: v128): v128 {
  return f32x4.add(x, y);
}

// @ts-ignore: decorator
@inline
function sub(x: v128, y: v128): v128 {
  return f32x4.sub(x, y);
}

/** 1 − x */
// @ts-ignore: decorator
@inline
function rest(x: v128): v128 {
  return f32x4.sub(splat(1), x);
}

/** Where `mask` is 0 there is none. */
// @ts-ignore: decorator
@inline
function chosen(mask: usize, m: v128, after: v128, before: usize, four: bool): v128 {
  return mask ? add(mul(m, after), mul(rest(m), get(before, four))) : after;
}

/** The arriving gradient of the state: from the later steps and, where `dy` is not 0, from this step's output. */
// @ts-ignore: decorator
@inline
function arriving(dh: usize, dy: usize, j: usize, four: bool): v128 {
  const later = get(dh + j, four);
  return dy ? add(later, get(dy + j, four)) : later;
}

// --- SimpleRNN: h = φ(z)

// @ts-ignore: decorator
@inline
function simpleElement(relu: i32, z: usize, before: usize, h: usize, mask: usize, m: v128, y: usize, four: bool): void {
  const sum = get(z, four);
  const value = relu ? f32x4.max(sum, splat(0)) : tanh4(sum);
  put(z, value, four);
  const state = chosen(mask, m, value, before, four);
  put(h, state, four);
  if (y) put(y, state, four);
}

/** z becomes φ(z). */
export function simpleForward(
  relu: i32, rows: i32, units: i32, z: usize, before: usize, h: usize, mask: usize, maskRow: usize, y: usize, yRow: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++, z += row, before += row, h += row) {
    const m = mask ? v128.load32_splat(mask) : splat(1);
    let j: usize = 0;
    for (; j < fours; j += 16) simpleElement(relu, z + j, before + j, h + j, mask, m, y ? y + j : 0, true);
    for (; j < row; j += F) simpleElement(relu, z + j, before + j, h + j, mask, m, y ? y + j : 0, false);
    if (mask) mask += maskRow;
    if (y) y += yRow;
  }
}

// @ts-ignore: decorator
@inline
function simpleGradient(
  relu: i32, value: usize, dh: usize, dy: usize, dz: usize, mask: usize, m: v128, j: usize, four: bool,
): void {
  const grad = arriving(dh, dy, j, four);
  const through = mask ? mul(m, grad) : grad;
  const a = get(value + j, four);
  // φ' from φ: of relu 1 where it is positive, else what it is itself, 0 or NaN.
  const slope = relu ? v128.bitselect(splat(1), a, f32x4.gt(a, splat(0))) : rest(mul(a, a));
  put(dz + j, mul(through, slope), four);
  put(dh + j, mask ? sub(grad, through) : splat(0), four);
}

/** Leaves in `dh` what went past the cell. */
export function simpleBackward(
  relu: i32, rows: i32, units: i32, value: usize, dh: usize, dy: usize, dyRow: usize, dz: usize, mask: usize, maskRow: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++, value += row, dh += row, dz += row) {
    const m = mask ? v128.load32_splat(mask) : splat(1);
    let j: usize = 0;
    for (; j < fours; j += 16) simpleGradient(relu, value, dh, dy, dz, mask, m, j, true);
    for (; j < row; j += F) simpleGradient(relu, value, dh, dy, dz, mask, m, j, false);
    if (mask) mask += maskRow;
    if (dy) dy += dyRow;
  }
}

// --- LSTM: i, f, o = σ(·), g = tanh(·), c = f·c + i·g, h = o·tanh(c)

// @ts-ignore: decorator
@inline
function lstmMemoryElement(row: usize, z: usize, cBefore: usize, c: usize, bent: usize, mask: usize, m: v128, four: bool): void {
  const i = sigmoid4(get(z, four));
  const f = sigmoid4(get(z + row, four));
  const g = tanh4(get(z + 2 * row, four));
  const memory = madd(f, get(cBefore, four), mul(i, g));
  put(z, i, four);
  put(z + row, f, four);
  put(z + 2 * row, g, four);
  put(bent, memory, four);
  put(c, chosen(mask, m, memory, cBefore, four), four);
}

// @ts-ignore: decorator
@inline
function lstmStateElement(o: usize, bent: usize, before: usize, h: usize, mask: usize, m: v128, y: usize, four: bool): void {
  const gate = sigmoid4(get(o, four));
  const t = tanh4(get(bent, four));
  put(o, gate, four);
  put(bent, t, four);
  const state = chosen(mask, m, mul(gate, t), before, four);
  put(h, state, four);
  if (y) put(y, state, four);
}

/** z becomes the gates, and `bent` tanh(c) before the mask; where there is no `bent`, both of the first gate's place. */
export function lstmForward(
  rows: i32, units: i32, z: usize, cBefore: usize, c: usize, bent: usize, before: usize, h: usize,
  mask: usize, maskRow: usize, y: usize, yRow: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++) {
    const m = mask ? v128.load32_splat(mask) : splat(1);
    const t = bent ? bent : z;
    // In two passes, because a processor sees too little of the next elements from one that waits for tanh after tanh.
    let j: usize = 0;
    for (; j < fours; j += 16) lstmMemoryElement(row, z + j, cBefore + j, c + j, t + j, mask, m, true);
    for (; j < row; j += F) lstmMemoryElement(row, z + j, cBefore + j, c + j, t + j, mask, m, false);
    const o = z + 3 * row;
    for (j = 0; j < fours; j += 16) lstmStateElement(o + j, t + j, before + j, h + j, mask, m, y ? y + j : 0, true);
    for (; j < row; j += F) lstmStateElement(o + j, t + j, before + j, h + j, mask, m, y ? y + j : 0, false);
    z += 4 * row;
    cBefore += row;
    c += row;
    before += row;
    h += row;
    if (bent) bent += row;
    if (mask) mask += maskRow;
    if (y) y += yRow;
  }
}

// @ts-ignore: decorator
@inline
function lstmGradient(
  row: usize, gates: usize, cBefore: usize, bent: usize, dh: usize, dc: usize, dy: usize, dz: usize, mask: usize, m: v128,
  j: usize, four: bool,
): void {
  const gradH = arriving(dh, dy, j, four);
  const gradC = get(dc + j, four);
  const throughH = mask ? mul(m, gradH) : gradH;
  const throughC = mask ? mul(m, gradC) : gradC;
  const i = get(gates + j, four);
  const f = get(gates + row + j, four);
  const g = get(gates + 2 * row + j, four);
  const o = get(gates + 3 * row + j, four);
  const t = get(bent + j, four);
  const outer = mul(throughH, o);
  const memory = add(throughC, mul(outer, rest(mul(t, t))));
  put(dz + j, mul(mul(memory, g), mul(i, rest(i))), four);
  put(dz + row + j, mul(mul(memory, get(cBefore + j, four)), mul(f, rest(f))), four);
  put(dz + 2 * row + j, mul(mul(memory, i), rest(mul(g, g))), four);
  put(dz + 3 * row + j, mul(mul(outer, t), rest(o)), four);
  put(dh + j, mask ? sub(gradH, throughH) : splat(0), four);
  const past = mul(memory, f);
  put(dc + j, mask ? add(past, sub(gradC, throughC)) : past, four);
}

/** Leaves in `dh` what went past the cell, in `dc` the gradient of the memory before the step. */
export function lstmBackward(
  rows: i32, units: i32, gates: usize, cBefore: usize, bent: usize, dh: usize, dc: usize, dy: usize, dyRow: usize, dz: usize,
  mask: usize, maskRow: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++) {
    const m = mask ? v128.load32_splat(mask) : splat(1);
    let j: usize = 0;
    for (; j < fours; j += 16) lstmGradient(row, gates, cBefore, bent, dh, dc, dy, dz, mask, m, j, true);
    for (; j < row; j += F) lstmGradient(row, gates, cBefore, bent, dh, dc, dy, dz, mask, m, j, false);
    gates += 4 * row;
    dz += 4 * row;
    cBefore += row;
    bent += row;
    dh += row;
    dc += row;
    if (mask) mask += maskRow;
    if (dy) dy += dyRow;
  }
}

// --- GRU: u, r = σ(·), k = tanh(z_k + (r·h)U_k), h = u·h + (1 − u)·k

// @ts-ignore: decorator
@inline
function gruGateElement(row: usize, z: usize, h: usize, rh: usize, four: bool): void {
  const r = sigmoid4(get(z + row, four));
  put(z, sigmoid4(get(z, four)), four);
  put(z + row, r, four);
  put(rh, mul(r, get(h, four)), four);
}

/** Before the second product: two thirds of z become u and r, `rh` becomes r·h. */
export function gruGates(rows: i32, units: i32, z: usize, h: usize, rh: usize): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++, z += 3 * row, h += row, rh += row) {
    let j: usize = 0;
    for (; j < fours; j += 16) gruGateElement(row, z + j, h + j, rh + j, true);
    for (; j < row; j += F) gruGateElement(row, z + j, h + j, rh + j, false);
  }
}

// @ts-ignore: decorator
@inline
function gruElement(row: usize, z: usize, before: usize, h: usize, mask: usize, m: v128, y: usize, four: bool): void {
  const k = tanh4(get(z + 2 * row, four));
  put(z + 2 * row, k, four);
  const u = get(z, four);
  const state = chosen(mask, m, madd(u, sub(get(before, four), k), k), before, four);
  put(h, state, four);
  if (y) put(y, state, four);
}

/** After it: the last third of z becomes k. */
export function gruForward(
  rows: i32, units: i32, z: usize, before: usize, h: usize, mask: usize, maskRow: usize, y: usize, yRow: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++, z += 3 * row, before += row, h += row) {
    const m = mask ? v128.load32_splat(mask) : splat(1);
    let j: usize = 0;
    for (; j < fours; j += 16) gruElement(row, z + j, before + j, h + j, mask, m, y ? y + j : 0, true);
    for (; j < row; j += F) gruElement(row, z + j, before + j, h + j, mask, m, y ? y + j : 0, false);
    if (mask) mask += maskRow;
    if (y) y += yRow;
  }
}

// @ts-ignore: decorator
@inline
function gruCandidateElement(
  row: usize, gates: usize, before: usize, dh: usize, dy: usize, dz: usize, mask: usize, m: v128, j: usize, four: bool,
): void {
  const grad = arriving(dh, dy, j, four);
  const through = mask ? mul(m, grad) : grad;
  const u = get(gates + j, four);
  const k = get(gates + 2 * row + j, four);
  const carried = mul(through, u);
  put(dz + 2 * row + j, mul(sub(through, carried), rest(mul(k, k))), four);
  put(dz + j, mul(mul(carried, rest(u)), sub(get(before + j, four), k)), four);
  put(dh + j, mask ? add(carried, sub(grad, through)) : carried, four);
}

/** Before the product that gives `dRh`: dz of u and k; leaves in `dh` what went past the candidate and past the cell. */
export function gruCandidateBackward(
  rows: i32, units: i32, gates: usize, before: usize, dh: usize, dy: usize, dyRow: usize, dz: usize, mask: usize, maskRow: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++, gates += 3 * row, dz += 3 * row, before += row, dh += row) {
    const m = mask ? v128.load32_splat(mask) : splat(1);
    let j: usize = 0;
    for (; j < fours; j += 16) gruCandidateElement(row, gates, before, dh, dy, dz, mask, m, j, true);
    for (; j < row; j += F) gruCandidateElement(row, gates, before, dh, dy, dz, mask, m, j, false);
    if (mask) mask += maskRow;
    if (dy) dy += dyRow;
  }
}

// @ts-ignore: decorator
@inline
function gruResetElement(row: usize, gates: usize, before: usize, dRh: usize, dh: usize, dz: usize, rh: usize, four: bool): void {
  const r = get(gates + row, four);
  const h = get(before, four);
  const grad = mul(get(dRh, four), r);
  put(dz + row, mul(mul(grad, h), rest(r)), four);
  put(dh, add(get(dh, four), grad), four);
  put(rh, mul(r, h), four);
}

/** After it: dz of r, the share of `dh` that came through r·h, and r·h itself for the gradient of its kernel. */
export function gruResetBackward(
  rows: i32, units: i32, gates: usize, before: usize, dRh: usize, dh: usize, dz: usize, rh: usize,
): void {
  const row = <usize>units * F;
  const fours = <usize>(units & ~3) * F;
  for (let r = 0; r < rows; r++, gates += 3 * row, dz += 3 * row, before += row, dRh += row, dh += row, rh += row) {
    let j: usize = 0;
    for (; j < fours; j += 16) gruResetElement(row, gates + j, before + j, dRh + j, dh + j, dz + j, rh + j, true);
    for (; j < row; j += F) gruResetElement(row, gates + j, before + j, dRh + j, dh + j, dz + j, rh + j, false);
  }
}
