/** The columns that a run's history will have, as the engine names them: what can be watched. */
import type { PlanHead } from './plan';

export function historyColumns(
  heads: readonly Pick<PlanHead, 'name' | 'metrics'>[],
  hasValidation: boolean,
): readonly string[] {
  const several = heads.length > 1;
  const train = [
    'loss',
    ...heads.flatMap(({ name, metrics }) =>
      several ? [`${name}.loss`, ...metrics.map((metric) => `${name}.${metric}`)] : metrics,
    ),
  ];
  return hasValidation ? [...train, ...train.map((column) => `val_${column}`)] : train;
}
