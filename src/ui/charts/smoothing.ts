/** Curves made lighter for the eye and for the frame: an exponential mean and a cap on points that keeps the extremes. */

export interface Curve {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/**
 * Exponential moving average with the start corrected (Kingma and Ba 2015, section 3): without the correction the first
 * points of a loss curve would be pulled towards zero. Values that are no numbers are passed over.
 */
export function smooth(curve: Curve, weight: number): Curve {
  if (weight <= 0) return curve;
  const y = new Float32Array(curve.y.length);
  let mean = 0;
  let seen = 0;
  for (let index = 0; index < curve.y.length; index++) {
    const value = curve.y[index] ?? Number.NaN;
    if (Number.isFinite(value)) {
      mean = weight * mean + (1 - weight) * value;
      seen++;
    }
    y[index] = seen ? mean / (1 - weight ** seen) : Number.NaN;
  }
  return { x: curve.x, y };
}

/** At most `limit` points; each bucket keeps its smallest and its largest value, in their order. */
export function thin(curve: Curve, limit: number): Curve {
  const length = curve.x.length;
  if (length <= limit) return curve;
  const buckets = Math.floor(limit / 2);
  const x: number[] = [];
  const y: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * length) / buckets);
    const to = Math.floor(((bucket + 1) * length) / buckets);
    let low = from;
    let high = from;
    for (let index = from + 1; index < to; index++) {
      if ((curve.y[index] ?? 0) < (curve.y[low] ?? 0)) low = index;
      if ((curve.y[index] ?? 0) > (curve.y[high] ?? 0)) high = index;
    }
    for (const index of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      x.push(curve.x[index] ?? 0);
      y.push(curve.y[index] ?? 0);
    }
  }
  return { x, y };
}

/** Range that a chart should show: all of the few epoch points, and of the noisy steps what is not an outlier. */
export function visibleRange(
  epochs: readonly Curve[],
  steps: readonly Curve[],
  onlyPositive: boolean,
): readonly [number, number] | null {
  const usable = (value: number): boolean => Number.isFinite(value) && (!onlyPositive || value > 0);
  const values = epochs.flatMap((curve) => Array.from(curve.y)).filter(usable);
  for (const curve of steps) {
    const sorted = Array.from(curve.y)
      .filter(usable)
      .sort((a, b) => a - b);
    if (sorted.length === 0) continue;
    values.push(
      sorted[Math.floor((sorted.length - 1) * 0.02)] ?? 0,
      sorted[Math.ceil((sorted.length - 1) * 0.98)] ?? 0,
    );
  }
  return values.length ? [Math.min(...values), Math.max(...values)] : null;
}

/** The value at the largest x that is not after `at`; curves are in ascending order. */
export function valueAt(curve: Curve, at: number): number | null {
  let low = 0;
  let high = curve.x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((curve.x[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : (curve.y[low - 1] ?? null);
}
