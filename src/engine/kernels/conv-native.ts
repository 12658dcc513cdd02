// Convolution and its filter gradient with the native module (wasm/convolve.ts, wasm/depthwise.ts), without a column matrix:
// windows are lists of contiguous runs over an image that has been copied, a block of rows at a time, into scratch with its
// padding around it; the block stays in the L2 cache while every output channel passes over it. The input gradient is in
// conv-native-input.ts.
import type { ConvGeometry } from './conv-geometry';
import {
  collapsed,
  F,
  fetch,
  forEachBlock,
  isEmpty,
  Layout,
  type Source,
  SPARE,
  sourceOf,
} from './conv-source';
import type { WasmBackend } from './kernel';
import type { Address, Native } from './native';

/** Floats that a panel may read past its last row. */
const SLACK = 8;

/** Floats of `packFilter`'s panels for a filter of `depth` rows and `width` columns. */
export const panelFloats = (depth: number, width: number): number => depth * Math.ceil(width / 4) * 4;

/** Where the cells of a window lie, in bytes from its first; with `merged`, only the first of each row of cells. */
function placesOf(g: ConvGeometry, source: Source, merged: boolean): number[] {
  const places: number[] = [];
  for (let kd = 0; kd < g.filterDepth; kd++) {
    for (let kh = 0; kh < g.filterHeight; kh++) {
      const row = (kd * source.height + kh * g.dilationHeight) * source.width;
      for (let kw = 0; kw < (merged ? 1 : g.filterWidth); kw++) {
        places.push((row + kw * g.dilationWidth) * source.channels * F);
      }
    }
  }
  return places;
}

/** out = act(x * filter + bias); bias may be 0 for none. At least one product: see `isEmpty`. */
export function convolve(
  native: Native,
  backend: WasmBackend,
  geometry: ConvGeometry,
  x: Address,
  filter: Address,
  bias: Address,
  relu: boolean,
  out: Address,
): void {
  const g = collapsed(geometry);
  const source = sourceOf(g);
  const D = g.outChannels;
  const taps = placesOf(g, source, !g.depthwise && g.dilationWidth === 1);
  const depth = g.filterDepth * g.filterHeight * g.filterWidth * g.inChannels;
  const layout = new Layout();
  const parts = {
    spare: layout.take(SPARE),
    taps: layout.take(taps.length),
    panels: layout.take(g.depthwise ? 0 : panelFloats(depth, D)),
    image: layout.take(source.floats),
  };
  const { col } = native.scratch(layout.floats);
  new Int32Array(backend.wasm.HEAPU8.buffer, col + parts.taps, taps.length).set(taps);
  if (!g.depthwise) native.packFilter(filter, D * F, F, depth, D, col + parts.panels, depth, 0);
  const rowStep = g.strideHeight * source.width * source.channels * F;
  const cellStep = g.strideWidth * source.channels * F;
  forEachBlock(g, source.blockRows, (b, od, oh, rows) => {
    const image = fetch(native, g, source, x, b, od, oh, col + parts.image);
    const to = out + ((b * g.outDepth + od) * g.outHeight + oh) * g.outWidth * D * F;
    const windows = [image, rowStep, cellStep, rows, g.outWidth, col + parts.taps, taps.length] as const;
    const outRow = g.outWidth * D * F;
    if (g.depthwise) native.depthwise(...windows, filter, D, bias, relu ? 1 : 0, to, outRow, D * F);
    else {
      const [run, panels] = [depth / taps.length, col + parts.panels];
      native.convolve(...windows, run, panels, D, bias, relu ? 1 : 0, to, outRow, D * F, col + parts.spare);
    }
  });
}

/** dW += x ⋆ dy, where `gate` (an output of ReLU, or 0 for none) is above 0. Zero dW before. */
export function addFilterGradient(
  native: Native,
  backend: WasmBackend,
  geometry: ConvGeometry,
  x: Address,
  dy: Address,
  gate: Address,
  dW: Address,
): void {
  if (isEmpty(geometry)) return;
  const g = collapsed(geometry);
  const source = sourceOf(g);
  const [C, D] = [g.inChannels, g.outChannels];
  const places = placesOf(g, source, false);
  const cells = g.depthwise
    ? places
    : places.flatMap((place) => Array.from({ length: C }, (_, c) => place + c * F));
  const rowFloats = g.outWidth * D;
  // The last panel reads whole vectors: past the end of a tensor there may be nothing.
  const copiesDy = gate !== 0 || (!g.depthwise && D % 4 !== 0);
  const layout = new Layout();
  const parts = {
    spare: layout.take(SPARE),
    cells: layout.take(cells.length),
    image: layout.take(source.floats),
    dy: layout.take(copiesDy ? source.blockRows * rowFloats + SLACK : 0),
  };
  const { col } = native.scratch(layout.floats);
  new Int32Array(backend.wasm.HEAPU8.buffer, col + parts.cells, cells.length).set(cells);
  const rowStep = g.strideHeight * source.width * source.channels * F;
  const cellStep = g.strideWidth * source.channels * F;
  forEachBlock(g, source.blockRows, (b, od, oh, rows) => {
    const image = fetch(native, g, source, x, b, od, oh, col + parts.image);
    const from = ((b * g.outDepth + od) * g.outHeight + oh) * rowFloats * F;
    let block = dy + from;
    if (copiesDy) {
      block = col + parts.dy;
      native.padImage(dy + from, gate && gate + from, block, rows, g.outWidth, D, 0, rows, 0, g.outWidth);
    }
    const windows = [image, rowStep, cellStep, rows, g.outWidth, col + parts.cells, cells.length] as const;
    if (g.depthwise) native.depthwiseFilterSums(...windows, block, D, dW);
    else native.convolveFilterGradient(...windows, block, rowFloats * F, D * F, D, dW, col + parts.spare);
  });
}
