/** Counts per bin for the small histograms of number columns. */

export function histogram(
  values: readonly number[],
  min: number,
  max: number,
  bins: number,
): readonly number[] {
  const counts = new Array<number>(bins).fill(0);
  const width = (max - min) / bins;
  for (const value of values) {
    if (!Number.isFinite(value) || value < min || value > max) continue;
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - min) / width)) : 0;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
