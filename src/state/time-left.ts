/** How long a run will still take, from what it has taken so far. */

export interface Pace {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean time of a step, recent steps weighing more; null before the first. */
  readonly stepMs: number | null;
  /** Durations of the finished epochs: these include validation and what else happens between steps. */
  readonly epochMs: readonly number[];
}

/** `epoch` counts from 1, `step` within it from 1. */
export function secondsLeft({ epoch, epochs, step, stepsPerEpoch, stepMs, epochMs }: Pace): number | null {
  if (stepMs === null || stepsPerEpoch === 0) return null;
  // The last three epochs speak for those to come; the machine may have become busier or idle since the first.
  const recent = epochMs.slice(-3);
  const perEpoch =
    recent.length > 0
      ? recent.reduce((sum, value) => sum + value, 0) / recent.length
      : stepMs * stepsPerEpoch;
  const rest = Math.max(0, stepsPerEpoch - step) / stepsPerEpoch;
  const epochsAfter = Math.max(0, epochs - Math.max(1, epoch));
  return (perEpoch * (rest + epochsAfter)) / 1000;
}

/** Exponential mean over roughly the last ten messages, so that the shown time does not jump. */
export const smoothed = (before: number | null, next: number): number =>
  before === null ? next : before + 0.2 * (next - before);
