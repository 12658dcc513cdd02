/** Many runs in a few numbers: which measure counts, its best run, means with deviations, and the band that curves lie in. */
import { metricType } from '../../nodes/training-index';
import type { ModelPlan, TrainingPlan } from '../plan';

export type Measures = { readonly [column: string]: number };

/** Columns of the history that runs can be compared by: of the validation rows where there are some. */
export function comparableColumns(plan: ModelPlan, hasValidation: boolean): readonly string[] {
  const prefix = hasValidation ? 'val_' : '';
  const { heads } = plan;
  const perHead = heads.flatMap(({ name, metrics }) => {
    const head = heads.length > 1 ? `${name}.` : '';
    const loss = heads.length > 1 ? [`${prefix}${head}loss`] : [];
    return [...loss, ...metrics.map((metric) => `${prefix}${head}${metric}`)];
  });
  return [`${prefix}loss`, ...perHead];
}

export function betterOf(column: string): 'higher' | 'lower' {
  const id = column.replace(/^val_/, '').split('.').at(-1)!;
  return metricType(id)?.better ?? 'lower';
}

export interface Statistics {
  readonly count: number;
  readonly mean: number;
  /** Of a sample (n − 1); null for a single value. */
  readonly std: number | null;
  readonly min: number;
  readonly max: number;
}

export function statistics(values: readonly number[]): Statistics | null {
  const finite = values.filter(Number.isFinite);
  const count = finite.length;
  if (count === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = count > 1 ? Math.sqrt(squares / (count - 1)) : null;
  return { count, mean, std, min: Math.min(...finite), max: Math.max(...finite) };
}

export interface EpochMeasures {
  readonly epoch: number;
  readonly measures: Measures;
}

/** What a checkpoint knows of the epochs before it, which a run that goes on from it does not tell again. */
export function epochsBefore({
  epochs,
  history,
}: {
  readonly epochs: number;
  readonly history: readonly Measures[];
}): readonly EpochMeasures[] {
  const first = epochs - history.length + 1;
  return history.map((measures, i) => ({ epoch: first + i, measures }));
}

/** Measures of the model that a run ended with: of its last epoch, or of the one whose weights it went back to. */
export function keptMeasures(
  history: readonly EpochMeasures[],
  { phases }: TrainingPlan,
  bestEpoch: number,
): Measures | null {
  const restoresBest = phases.at(-1)?.earlyStopping?.restoreBest ?? false;
  const best = restoresBest ? history.find(({ epoch }) => epoch === bestEpoch) : undefined;
  return (best ?? history.at(-1))?.measures ?? null;
}

export interface BandPoint extends Statistics {
  readonly epoch: number;
}

/** By epoch over all runs that came as far; a run that ended earlier is missing from then on. */
export function band(
  runs: readonly (readonly { readonly epoch: number; readonly measures: Measures }[])[],
  column: string,
): readonly BandPoint[] {
  const byEpoch = new Map<number, number[]>();
  for (const { epoch, measures } of runs.flat()) {
    const value = measures[column];
    if (value === undefined) continue;
    byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value]);
  }
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .flatMap(([epoch, values]) => {
      const at = statistics(values);
      return at ? [{ epoch, ...at }] : [];
    });
}
