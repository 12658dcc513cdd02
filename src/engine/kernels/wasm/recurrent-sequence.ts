// AssemblyScript (not TypeScript): a recurrent layer over its whole sequence, forward and backward through time.
//
// Position p counts steps in the order in which they are read (from the last to the first when `backwards`). x is [batch, time,
// features] and the output of every step [batch, time, units], as everywhere; what is recorded for the backward pass lies by
// position, so that the rows of a step are one dense matrix:
//   gates [time·batch, gates·units]   hidden, cellState [(time + 1)·batch, units], states BEFORE position p   bent [time·batch, units]
// Backwards, the gradients of the kernels are collected over blocks of some 256 rows, as soon as these are made.

import {
  gruCandidateBackward, gruForward, gruGates, gruResetBackward, lstmBackward, lstmForward, simpleBackward, simpleForward,
} from './recurrent-cells';
import { multiply, packedSize, packPanels, padded } from './recurrent-product';
import { columnSums } from './rows';

const F: usize = 4;
const BLOCK: i32 = 256; // rows from which the gradients of the kernels are summed at a time
const TILE: i32 = 32;
const ZEROS: i32 = 8;
const LINE: i32 = 16; // floats of a cache line

/** Where the packed matrices begin: tfjs's memory is a multiple of 8 bytes, and vectors that straddle two lines cost twice. */
// @ts-ignore: decorator
@inline
function aligned(scratch: usize): usize {
  return (scratch + bytes(LINE) - 1) & ~(bytes(LINE) - 1);
}

// The cells: SimpleRNN with tanh and with relu, then these.
const LSTM: i32 = 2;
const GRU: i32 = 3;

// @ts-ignore: decorator
@inline
function gatesOf(cell: i32): i32 {
  return cell == LSTM ? 4 : cell == GRU ? 3 : 1;
}

/** Columns of the recurrent kernel that multiply h; those of the GRU's candidate multiply r·h. */
// @ts-ignore: decorator
@inline
function directColumns(cell: i32, units: i32): i32 {
  return cell == GRU ? 2 * units : gatesOf(cell) * units;
}

// @ts-ignore: decorator
@inline
function bytes(floats: i32): usize {
  return <usize>floats * F;
}

/** Address of the mask's column for step t, whose rows are `time` apart. */
// @ts-ignore: decorator
@inline
function column(mask: usize, t: i32): usize {
  return mask ? mask + bytes(t) : 0;
}

/** Floats of scratch that `recurrentForward` needs. */
export function recurrentForwardScratch(cell: i32, batch: i32, features: i32, units: i32, record: i32): i32 {
  const width = gatesOf(cell) * units;
  const direct = directColumns(cell, units);
  const weights = packedSize(features, width) + packedSize(units, direct) + packedSize(units, width - direct);
  return weights + padded(width) + TILE + LINE + (cell == GRU ? batch * units : 0) + (record ? 0 : batch * (width + 2 * units));
}

/** Where `gates` is 0, nothing is recorded. `bias` and `mask` may be 0. */
export function recurrentForward(
  cell: i32, batch: i32, time: i32, features: i32, units: i32, backwards: i32, everyStep: i32,
  x: usize, kernel: usize, recurrent: usize, bias: usize, mask: usize,
  y: usize, gates: usize, hidden: usize, cellState: usize, bent: usize, scratch: usize,
): void {
  const record = gates != 0;
  const width = gatesOf(cell) * units;
  const direct = directColumns(cell, units);
  const states = bytes(batch * units);
  const row = bytes(width);

  const w = aligned(scratch);
  const u = w + bytes(packedSize(features, width));
  const uCandidate = u + bytes(packedSize(units, direct));
  const start = uCandidate + bytes(packedSize(units, width - direct));
  const tile = start + bytes(padded(width));
  const rh = tile + bytes(TILE);
  if (!record) {
    // One step's gates, and the states changed in place.
    gates = rh + (cell == GRU ? states : 0);
    hidden = gates + bytes(batch * width);
    cellState = hidden + states;
  }
  packPanels(kernel, row, F, features, width, w);
  packPanels(recurrent, row, F, units, direct, u);
  packPanels(recurrent + bytes(direct), row, F, units, width - direct, uCandidate);
  memory.fill(start, 0, bytes(padded(width)));
  if (bias) memory.copy(start, bias, row);
  memory.fill(hidden, 0, states);
  if (cell == LSTM) memory.fill(cellState, 0, states);

  const xRow = bytes(time * features);
  const maskRow = bytes(time);
  const yRow = bytes(time * units);
  for (let p = 0; p < time; p++) {
    const t = backwards ? time - 1 - p : p;
    const next = record ? hidden + states : hidden;
    const m = column(mask, t);
    const out = everyStep ? y + bytes(p * units) : 0;
    multiply(batch, width, features, x + bytes(t * features), xRow, F, w, gates, row, start, 0, F, tile);
    multiply(batch, direct, units, hidden, bytes(units), F, u, gates, row, gates, row, F, tile);
    if (cell == LSTM) {
      const nextCellState = record ? cellState + states : cellState;
      lstmForward(batch, units, gates, cellState, nextCellState, record ? bent : 0, hidden, next, m, maskRow, out, yRow);
      cellState = nextCellState;
      if (record) bent += states;
    } else if (cell == GRU) {
      const candidate = gates + bytes(direct);
      gruGates(batch, units, gates, hidden, rh);
      multiply(batch, units, units, rh, bytes(units), F, uCandidate, candidate, row, candidate, row, F, tile);
      gruForward(batch, units, gates, hidden, next, m, maskRow, out, yRow);
    } else simpleForward(cell, batch, units, gates, hidden, next, m, maskRow, out, yRow);
    hidden = next;
    if (record) gates += bytes(batch * width);
  }
  if (!everyStep) memory.copy(y, hidden, states);
}

/** Steps whose rows are summed together into the gradients of the kernels. */
// @ts-ignore: decorator
@inline
function stepsPerBlock(batch: i32, time: i32): i32 {
  return max(1, min(time, BLOCK / max(1, batch)));
}

/** Floats of scratch that `recurrentBackward` needs. */
export function recurrentBackwardScratch(cell: i32, batch: i32, time: i32, features: i32, units: i32): i32 {
  const width = gatesOf(cell) * units;
  const direct = directColumns(cell, units);
  const rows = stepsPerBlock(batch, time) * batch;
  const weights = packedSize(width, features) + packedSize(width, units);
  const block = rows * (width + features + units) + packedSize(rows, direct) + packedSize(rows, width - direct);
  return weights + block + 3 * batch * units + width + ZEROS + TILE + LINE;
}

/** `dy` is [batch, time, units] by position, or [batch, units]. `mask` and `dBias` may be 0. */
export function recurrentBackward(
  cell: i32, batch: i32, time: i32, features: i32, units: i32, backwards: i32, everyStep: i32,
  x: usize, kernel: usize, recurrent: usize, mask: usize,
  gates: usize, hidden: usize, cellState: usize, bent: usize, dy: usize,
  dx: usize, dKernel: usize, dRecurrent: usize, dBias: usize, scratch: usize,
): void {
  const width = gatesOf(cell) * units;
  const direct = directColumns(cell, units);
  const states = bytes(batch * units);
  const stateRow = bytes(units);
  const row = bytes(width);
  const steps = stepsPerBlock(batch, time);
  const rows = steps * batch;

  const w = aligned(scratch);
  const u = w + bytes(packedSize(width, features));
  const uCandidate = u + bytes(packedSize(direct, units));
  const panels = u + bytes(packedSize(width, units));
  const block = panels + bytes(packedSize(rows, direct) + packedSize(rows, width - direct));
  const xBlock = block + bytes(rows * width);
  const rhBlock = xBlock + bytes(rows * features);
  const dh = rhBlock + bytes(rows * units);
  const dc = dh + states;
  const dRh = dc + states;
  const sums = dRh + states;
  const zeros = sums + row;
  const tile = zeros + bytes(ZEROS);

  // Transposed: a row of the packed matrix is a column of the kernel.
  packPanels(kernel, F, row, width, features, w);
  packPanels(recurrent, F, row, direct, units, u);
  packPanels(recurrent + bytes(direct), F, row, width - direct, units, uCandidate);
  memory.fill(zeros, 0, bytes(ZEROS));
  memory.fill(dKernel, 0, bytes(features) * width);
  memory.fill(dRecurrent, 0, stateRow * width);
  if (dBias) memory.fill(dBias, 0, row);
  memory.fill(dc, 0, states);
  if (everyStep) memory.fill(dh, 0, states);
  else memory.copy(dh, dy, states);

  const xRow = bytes(time * features);
  const maskRow = bytes(time);
  const dyRow = bytes(time * units);
  for (let end = time; end > 0; ) {
    const first = max(0, end - steps);
    for (let p = end - 1; p >= first; p--) {
      const t = backwards ? time - 1 - p : p;
      const at = bytes(batch * width) * p;
      const before = hidden + states * p;
      const m = column(mask, t);
      const arriving = everyStep ? dy + bytes(p * units) : 0;
      const dz = block + bytes(batch * width) * (p - first);
      if (cell == LSTM) {
        lstmBackward(
          batch, units, gates + at, cellState + states * p, bent + states * p, dh, dc, arriving, dyRow, dz, m, maskRow,
        );
      } else if (cell == GRU) {
        gruCandidateBackward(batch, units, gates + at, before, dh, arriving, dyRow, dz, m, maskRow);
        multiply(batch, units, units, dz + bytes(direct), row, F, uCandidate, dRh, stateRow, zeros, 0, 0, tile);
        gruResetBackward(batch, units, gates + at, before, dRh, dh, dz, rhBlock + states * (p - first));
      } else simpleBackward(cell, batch, units, gates + at, dh, arriving, dyRow, dz, m, maskRow);
      // No one asks for the gradient of the state before the first step.
      if (p > 0) multiply(batch, units, direct, dz, row, F, u, dh, stateRow, dh, stateRow, F, tile);
      multiply(batch, features, width, dz, row, F, w, dx + bytes(t * features), xRow, zeros, 0, 0, tile);
      let to = xBlock + bytes(batch * features) * (p - first);
      let from = x + bytes(t * features);
      for (let b = 0; b < batch; b++, from += xRow, to += bytes(features)) memory.copy(to, from, bytes(features));
    }

    const count = (end - first) * batch;
    const candidates = panels + bytes(packedSize(count, direct));
    packPanels(block, row, F, count, direct, panels);
    packPanels(block + bytes(direct), row, F, count, width - direct, candidates);
    const xStep = bytes(features);
    multiply(features, direct, count, xBlock, F, xStep, panels, dKernel, row, dKernel, row, F, tile);
    multiply(units, direct, count, hidden + states * first, F, stateRow, panels, dRecurrent, row, dRecurrent, row, F, tile);
    if (cell == GRU) {
      const dw = dKernel + bytes(direct);
      const du = dRecurrent + bytes(direct);
      multiply(features, units, count, xBlock, F, xStep, candidates, dw, row, dw, row, F, tile);
      multiply(units, units, count, rhBlock, F, stateRow, candidates, du, row, du, row, F, tile);
    }
    if (dBias) {
      columnSums(block, sums, count, width, 1);
      for (let j: usize = 0; j < row; j += F) store<f32>(dBias + j, load<f32>(dBias + j) + load<f32>(sums + j));
    }
    end = first;
  }
}
