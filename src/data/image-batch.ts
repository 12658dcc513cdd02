/**
 * Stored pixels (bytes, channels last) to the floats that a model sees. Same size: one table look-up per value. Other
 * sizes: separable triangle filter with half-pixel centres, widened when shrinking, i.e. bilinear when enlarging and
 * antialiased when shrinking (as Pillow's BILINEAR and tf.image.resize with antialias=True).
 */
import type { FeatureSpec } from '../graph/data-spec';
import type { ImageColumn } from '../graph/schema';

type ImageFeature = Extract<FeatureSpec, { kind: 'image' }>;

/** Writes one image per row number into `out`. */
export type ImageWriter = (rows: ArrayLike<number>, out: Float32Array) => void;

export function imageWriter(
  pixels: Uint8Array,
  max: number,
  column: ImageColumn,
  feature: ImageFeature,
): ImageWriter {
  const table = Float32Array.from({ length: 256 }, (_, value) =>
    feature.scale === 'none' ? value : feature.scale === 'unit' ? value / max : (value / max) * 2 - 1,
  );
  const size = column.height * column.width * column.channels;
  const isSameSize = column.height === feature.height && column.width === feature.width;
  if (isSameSize && column.channels === feature.channels) {
    return (rows, out) => {
      for (let i = 0, to = 0; i < rows.length; i++) {
        const from = rows[i]! * size;
        for (let k = from; k < from + size; k++) out[to++] = table[pixels[k]!]!;
      }
    };
  }
  const area = column.height * column.width;
  const outArea = feature.height * feature.width;
  const planes = new Float32Array(area * feature.channels);
  const resize = isSameSize ? null : resizer(column, feature);
  return (rows, out) => {
    for (let i = 0; i < rows.length; i++) {
      convertChannels(pixels, rows[i]! * size, area, column.channels, feature.channels, table, planes);
      const to = i * outArea * feature.channels;
      if (resize) resize(planes, out, to);
      else out.set(planes, to);
    }
  };
}

/** Grey from colour is Rec. 601 luma, as in Pillow and `tf.image.rgb_to_grayscale`; colour from grey repeats the value. */
function convertChannels(
  pixels: Uint8Array,
  from: number,
  area: number,
  source: 1 | 3,
  wanted: 1 | 3,
  table: Float32Array,
  out: Float32Array,
): void {
  if (source === wanted) {
    for (let k = 0; k < area * source; k++) out[k] = table[pixels[from + k]!]!;
  } else if (wanted === 3) {
    for (let k = 0; k < area; k++) out.fill(table[pixels[from + k]!]!, k * 3, k * 3 + 3);
  } else {
    for (let k = 0; k < area; k++) {
      const at = from + k * 3;
      out[k] =
        0.299 * table[pixels[at]!]! + 0.587 * table[pixels[at + 1]!]! + 0.114 * table[pixels[at + 2]!]!;
    }
  }
}

interface Taps {
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float32Array;
  readonly stride: number;
}

/** For each output position the input positions that it is a weighted mean of. */
function filterTaps(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(1, scale);
  const stride = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float32Array(to * stride);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const last = Math.min(from, Math.floor(centre + support + 0.5));
    let sum = 0;
    for (let k = first; k < last; k++) {
      const weight = Math.max(0, 1 - Math.abs(k + 0.5 - centre) / support);
      weights[i * stride + k - first] = weight;
      sum += weight;
    }
    start[i] = first;
    count[i] = last - first;
    for (let k = 0; k < last - first; k++) weights[i * stride + k]! /= sum;
  }
  return { start, count, weights, stride };
}

function resizer(column: ImageColumn, feature: ImageFeature) {
  const { channels, height, width } = feature;
  const across = filterTaps(column.width, width);
  const down = filterTaps(column.height, height);
  const narrowed = new Float32Array(column.height * width * channels);
  return (planes: Float32Array, out: Float32Array, to: number): void => {
    for (let y = 0; y < column.height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let k = 0; k < across.count[x]!; k++) {
            const at = (y * column.width + across.start[x]! + k) * channels + c;
            sum += across.weights[x * across.stride + k]! * planes[at]!;
          }
          narrowed[(y * width + x) * channels + c] = sum;
        }
      }
    }
    const line = width * channels;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < line; x++) {
        let sum = 0;
        for (let k = 0; k < down.count[y]!; k++) {
          sum += down.weights[y * down.stride + k]! * narrowed[(down.start[y]! + k) * line + x]!;
        }
        out[to + y * line + x] = sum;
      }
    }
  };
}
