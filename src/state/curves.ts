/**
 * Step curves of one run, outside React: growable typed arrays that double when full, and a view of a column small enough to draw.
 * A run of a million steps costs 8 bytes per step and column.
 */
import type { Measures } from '../engine/run-event';
import type { StepBlock } from '../worker/protocol';

export interface Curve {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

const EMPTY: Curve = { x: new Float32Array(0), y: new Float32Array(0) };
const FIRST_CAPACITY = 256;

/** float32 holds whole numbers exactly up to 2^24 steps, which is more than a browser trains. */
class Series {
  #x = new Float32Array(FIRST_CAPACITY);
  #y = new Float32Array(FIRST_CAPACITY);
  #length = 0;
  /** Filled from the epochs, not from the steps. */
  readonly isPerEpoch: boolean;
  #view: (Curve & { readonly points: number; readonly of: number }) | null = null;

  constructor(isPerEpoch: boolean) {
    this.isPerEpoch = isPerEpoch;
  }

  push(x: number, y: number): void {
    if (this.#length === this.#x.length) {
      this.#x = grown(this.#x);
      this.#y = grown(this.#y);
    }
    this.#x[this.#length] = x;
    this.#y[this.#length] = y;
    this.#length += 1;
  }

  all(): Curve {
    return { x: this.#x.slice(0, this.#length), y: this.#y.slice(0, this.#length) };
  }

  /** Remembered until the series grows or another width is asked for: several charts may draw one column. */
  sampled(points: number): Curve {
    if (this.#view?.points === points && this.#view.of === this.#length) return this.#view;
    const curve = minMax(this.#x.subarray(0, this.#length), this.#y.subarray(0, this.#length), points);
    this.#view = { ...curve, points, of: this.#length };
    return this.#view;
  }
}

function grown(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/**
 * At most `points` points: the smallest and the largest value of each bucket, in their order, so that spikes survive. Values that
 * are not finite are left out; a chart has no place for them.
 */
export function minMax(x: Float32Array, y: Float32Array, points: number): Curve {
  const kept: number[] = [];
  const buckets = Math.max(1, y.length <= points ? y.length : Math.floor(points / 2));
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * y.length) / buckets);
    const to = Math.floor(((bucket + 1) * y.length) / buckets);
    let low = -1;
    let high = -1;
    for (let at = from; at < to; at++) {
      if (!Number.isFinite(y[at])) continue;
      if (low < 0 || y[at]! < y[low]!) low = at;
      if (high < 0 || y[at]! > y[high]!) high = at;
    }
    if (low < 0) continue;
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  return { x: Float32Array.from(kept, (at) => x[at]!), y: Float32Array.from(kept, (at) => y[at]!) };
}

export class Curves {
  readonly #series = new Map<string, Series>();

  /** In order of appearance: step columns, then the validation columns of the first epoch. */
  columns(): readonly string[] {
    return [...this.#series.keys()];
  }

  addSteps({ columns, globalSteps, values }: StepBlock): void {
    columns.forEach((column, at) => {
      const series = this.#of(column, false);
      for (let row = 0; row < globalSteps.length; row++) {
        series.push(globalSteps[row]!, values[row * columns.length + at]!);
      }
    });
  }

  /** Columns that the steps already draw are skipped: their epoch mean is in the table. */
  addEpoch(globalStep: number, measures: Measures): void {
    for (const [column, value] of Object.entries(measures)) {
      const series = this.#of(column, true);
      if (series.isPerEpoch) series.push(globalStep, value);
    }
  }

  curve(column: string, points: number): Curve {
    return this.#series.get(column)?.sampled(points) ?? EMPTY;
  }

  /** Everything, for storage. */
  snapshot(): { readonly [column: string]: Curve } {
    return Object.fromEntries([...this.#series].map(([column, series]) => [column, series.all()]));
  }

  static restored(snapshot: { readonly [column: string]: Curve }): Curves {
    const curves = new Curves();
    for (const [column, { x, y }] of Object.entries(snapshot)) {
      const series = curves.#of(column, true);
      for (let at = 0; at < x.length; at++) series.push(x[at]!, y[at]!);
    }
    return curves;
  }

  #of(column: string, isPerEpoch: boolean): Series {
    const found = this.#series.get(column) ?? new Series(isPerEpoch);
    this.#series.set(column, found);
    return found;
  }
}
