// The input gradient of a convolution with the native module. It is a convolution too: of dy with the filter turned round, one for
// each phase of the stride. An input cell i gets, along each axis, from every tap k with i + pad - k·dilation = o·stride; for
// i = q·stride + phase that is o = q + first(k) with a constant first(k), so that the cells of one phase see the same taps at
// consecutive windows of dy. `gate`, an output of ReLU or 0 for none: dy counts only where it is above 0.
import type { ConvGeometry } from './conv-geometry';
import { panelFloats } from './conv-native';
import { BLOCK_BYTES, collapsed, F, isEmpty, Layout, SPARE } from './conv-source';
import type { WasmBackend } from './kernel';
import type { Address, Native } from './native';

/** The taps that reach the cells of one phase of one axis, by the window where they begin. */
interface Phase {
  /** The cells are phase, phase + stride, … */
  readonly phase: number;
  readonly count: number;
  readonly taps: readonly { readonly k: number; readonly first: number }[];
}

function phasesOf(size: number, filter: number, stride: number, dilation: number, pad: number): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, phase) => {
    const taps = [];
    // Descending taps are ascending windows.
    for (let k = filter - 1; k >= 0; k--) {
      const shift = phase + pad - k * dilation;
      if (shift % stride === 0) taps.push({ k, first: shift / stride });
    }
    return { phase, count: Math.ceil((size - phase) / stride), taps };
  });
}

interface Span {
  readonly low: number;
  readonly high: number;
}

/** The first and last window that any phase begins with. */
function spanOf(phases: readonly Phase[]): Span {
  const firsts = phases.flatMap(({ taps }) => taps.map(({ first }) => first));
  return { low: Math.min(...firsts), high: Math.max(...firsts) };
}

/** One convolution of dy: the cells of one phase along every axis. */
interface Pass {
  readonly phases: readonly [Phase, Phase, Phase];
  /** Where the runs of a window begin in the padded dy, in bytes. */
  readonly taps: number[];
  /** Cells of the filter in the order of the runs. */
  readonly cells: number[];
}

/** `merges`: neighbouring cells of a row are one run where their windows are neighbours too. */
function passesOf(
  [depths, heights, widths]: readonly [Phase[], Phase[], Phase[]],
  merges: boolean,
  at: (d: number, h: number, w: number) => number,
  cellAt: (kd: number, kh: number, kw: number) => number,
): Pass[] {
  const passes: Pass[] = [];
  for (const d of depths) {
    for (const h of heights) {
      for (const w of widths) {
        const isRun = merges && w.taps.every(({ first }, i) => first === w.taps[0]!.first + i);
        const pass: Pass = { phases: [d, h, w], taps: [], cells: [] };
        for (const td of d.taps) {
          for (const th of h.taps) {
            for (const [i, tw] of w.taps.entries()) {
              if (i === 0 || !isRun) pass.taps.push(at(td.first, th.first, tw.first));
              pass.cells.push(cellAt(td.k, th.k, tw.k));
            }
          }
        }
        passes.push(pass);
      }
    }
  }
  return passes;
}

/** dx = the input's share of dy. Every cell of dx is written. */
export function inputGradient(
  native: Native,
  backend: WasmBackend,
  geometry: ConvGeometry,
  dy: Address,
  gate: Address,
  filter: Address,
  dx: Address,
): void {
  const clear = (at: Address, floats: number) =>
    new Float32Array(backend.wasm.HEAPU8.buffer, at, floats).fill(0);
  const g = collapsed(geometry);
  const [C, D] = [g.inChannels, g.outChannels];
  const imageFloats = g.inDepth * g.inHeight * g.inWidth * C;
  const every = [
    phasesOf(g.inDepth, g.filterDepth, g.strideDepth, g.dilationDepth, g.padFront),
    phasesOf(g.inHeight, g.filterHeight, g.strideHeight, g.dilationHeight, g.padTop),
    phasesOf(g.inWidth, g.filterWidth, g.strideWidth, g.dilationWidth, g.padLeft),
  ];
  const axes = every.map((axis) => axis.filter(({ taps }) => taps.length > 0)) as [Phase[], Phase[], Phase[]];
  const leavesOut = axes.some((axis, i) => axis.length < every[i]!.length);
  if (isEmpty(g) || leavesOut) clear(dx, g.batch * imageFloats);
  if (isEmpty(g) || axes.some((axis) => axis.length === 0)) return;

  const [spanD, spanH, spanW] = axes.map(spanOf) as [Span, Span, Span];
  const [qDepth, qHeight, qWidth] = axes.map((axis) => Math.max(...axis.map(({ count }) => count))) as [
    number,
    number,
    number,
  ];
  // The padded dy that all phases see.
  const width = qWidth + spanW.high - spanW.low;
  const slices = spanD.high - spanD.low + 1;
  const perRow = (slices * width * D + g.strideHeight * g.inWidth * C) * F;
  const blockRows = Math.max(1, Math.min(qHeight, Math.floor(BLOCK_BYTES / perRow)));
  const height = blockRows + spanH.high - spanH.low;
  const inPlace =
    gate === 0 &&
    [spanD, spanH, spanW].every(({ low, high }) => low === 0 && high === 0) &&
    qDepth === g.outDepth &&
    qHeight === g.outHeight &&
    qWidth === g.outWidth;

  const passes = passesOf(
    axes,
    !g.depthwise,
    (d, h, w) => (((d - spanD.low) * height + (h - spanH.low)) * width + (w - spanW.low)) * D * F,
    (kd, kh, kw) => (kd * g.filterHeight + kh) * g.filterWidth + kw,
  );
  // Several filters per channel: the gradient of each by itself, to be added up.
  const N = g.depthwise ? D : C;
  const repeats = g.depthwise ? D / C : 1;
  const layout = new Layout();
  const spare = layout.take(SPARE);
  const dyPart = layout.take(inPlace ? 0 : slices * height * width * D);
  const widePart = layout.take(repeats === 1 ? 0 : imageFloats * repeats);
  const parts = passes.map(({ taps, cells }) => ({
    taps: layout.take(taps.length),
    filter: layout.take(g.depthwise ? cells.length * D : panelFloats(cells.length * D, C)),
  }));
  const { col } = native.scratch(layout.floats);
  if (repeats !== 1 && leavesOut) clear(col + widePart, imageFloats * repeats);
  const heap = backend.wasm.HEAPU8;
  for (const [i, { taps, cells }] of passes.entries()) {
    const part = parts[i]!;
    new Int32Array(heap.buffer, col + part.taps, taps.length).set(taps);
    for (const [at, cell] of cells.entries()) {
      const from = filter + cell * N * (g.depthwise ? 1 : D) * F;
      if (g.depthwise) heap.copyWithin(col + part.filter + at * D * F, from, from + D * F);
      // [C, D] read as [D, C].
      else native.packFilter(from, F, D * F, D, C, col + part.filter, cells.length * D, at * D);
    }
  }

  const slicePixels = g.outHeight * g.outWidth;
  for (let b = 0; b < g.batch; b++) {
    const target = repeats === 1 ? dx + b * imageFloats * F : col + widePart;
    for (let qd = 0; qd < qDepth; qd++) {
      for (let q = 0; q < qHeight; q += blockRows) {
        let image = dy + ((b * g.outDepth + qd) * g.outHeight + q) * g.outWidth * D * F;
        if (!inPlace) {
          image = col + dyPart;
          for (let s = 0; s < slices; s++) {
            const od = qd + spanD.low + s;
            const isInside = od >= 0 && od < g.outDepth;
            const from = isInside ? (b * g.outDepth + od) * slicePixels * D * F : 0;
            native.padImage(
              dy + from,
              gate && gate + from,
              image + s * height * width * D * F,
              g.outHeight,
              g.outWidth,
              D,
              isInside ? q + spanH.low : -height,
              height,
              spanW.low,
              width,
            );
          }
        }
        for (const [i, { phases, taps, cells }] of passes.entries()) {
          const [d, h, w] = phases;
          const rows = Math.min(blockRows, h.count - q);
          if (qd >= d.count || rows <= 0) continue;
          const id = qd * g.strideDepth + d.phase;
          const ih = q * g.strideHeight + h.phase;
          const to = target + ((id * g.inHeight + ih) * g.inWidth + w.phase) * N * F;
          const windows = [
            image,
            width * D * F,
            D * F,
            rows,
            w.count,
            col + parts[i]!.taps,
            taps.length,
          ] as const;
          const [outRow, outCell] = [g.strideHeight * g.inWidth * N * F, g.strideWidth * N * F];
          const weights = col + parts[i]!.filter;
          if (g.depthwise) native.depthwise(...windows, weights, D, 0, 0, to, outRow, outCell);
          else {
            const run = (cells.length / taps.length) * D;
            native.convolve(...windows, run, weights, C, 0, 0, to, outRow, outCell, col + spare);
          }
        }
      }
    }
    if (repeats !== 1) native.sumChannels(target, dx + b * imageFloats * F, imageFloats, repeats);
  }
}
