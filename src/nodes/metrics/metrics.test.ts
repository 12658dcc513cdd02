import { describe, expect, it } from 'vitest';
import type { ConfusionCounts, RegressionSums } from '../define-training';
import { METRICS, metricType } from '../training-index';

function counted(classes: number, truth: readonly number[], predicted: readonly number[]): ConfusionCounts {
  const counts = new Float64Array(classes * classes);
  for (const [i, row] of truth.entries()) counts[row * classes + predicted[i]!]! += 1;
  return { classes, counts };
}
function confusionMetric(type: string, counts: ConfusionCounts): number {
  const metric = metricType(type)!;
  if (metric.of !== 'confusion') throw new Error(type);
  return metric.compute(counts);
}
function summed(truth: readonly number[], predicted: readonly number[]): RegressionSums {
  const errors = truth.map((y, i) => predicted[i]! - y);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    n: truth.length,
    absoluteError: sum(errors.map(Math.abs)),
    squaredError: sum(errors.map((e) => e * e)),
    target: sum(truth),
    targetSquared: sum(truth.map((y) => y * y)),
  };
}
function regressionMetric(type: string, sums: RegressionSums): number {
  const metric = metricType(type)!;
  if (metric.of !== 'regression') throw new Error(type);
  return metric.compute(sums);
}

describe('classification, against scikit-learn', () => {
  // y_true = [0, 1, 2, 0, 1, 2]; y_pred = [0, 2, 1, 0, 0, 1]: the example of scikit-learn's own documentation
  // accuracy_score 2/6; precision_score(average='macro') 2/9; recall_score(average='macro') 1/3; f1_score(average='macro') 0.8/3
  const macro = counted(3, [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]);
  it.each([
    ['accuracy', 1 / 3],
    ['precision', 2 / 9],
    ['recall', 1 / 3],
    ['f1', 0.8 / 3],
  ])('%s over three classes is the macro mean', (type, expected) => {
    expect(confusionMetric(type, macro)).toBeCloseTo(expected, 12);
  });

  // y_true = [0, 0, 0, 1, 1, 1, 1]; y_pred = [0, 1, 1, 1, 1, 1, 0]: TP 3, FP 2, FN 1
  const binary = counted(2, [0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1, 0]);
  it.each([
    ['accuracy', 4 / 7],
    ['precision', 3 / 5],
    ['recall', 3 / 4],
    ['f1', 2 / 3],
  ])('%s over two classes is that of class 1', (type, expected) => {
    expect(confusionMetric(type, binary)).toBeCloseTo(expected, 12);
  });

  it('counts a class that is never predicted or never occurs as 0 (zero_division=0)', () => {
    const onlyFirst = counted(2, [0, 0], [0, 0]);
    expect(confusionMetric('precision', onlyFirst)).toBe(0);
    expect(confusionMetric('recall', onlyFirst)).toBe(0);
    expect(confusionMetric('f1', onlyFirst)).toBe(0);
    expect(confusionMetric('accuracy', onlyFirst)).toBe(1);
  });

  it('is 0, not NaN, before the first row', () => {
    const none = counted(3, [], []);
    for (const type of ['accuracy', 'precision', 'recall', 'f1']) expect(confusionMetric(type, none)).toBe(0);
  });
});

describe('regression, against scikit-learn', () => {
  // y_true = [3, -0.5, 2, 7]; y_pred = [2.5, 0.0, 2, 8]: scikit-learn's own example
  // mean_absolute_error 0.5; mean_squared_error 0.375; r2_score 0.948608137...
  const sums = summed([3, -0.5, 2, 7], [2.5, 0, 2, 8]);
  it.each([
    ['mae', 0.5],
    ['rmse', Math.sqrt(0.375)],
    ['r2', 0.9486081370449679],
  ])('%s', (type, expected) => {
    expect(regressionMetric(type, sums)).toBeCloseTo(expected, 12);
  });

  it('r2 of a constant target is 1 when hit and 0 when not', () => {
    expect(regressionMetric('r2', summed([2, 2, 2], [2, 2, 2]))).toBe(1);
    expect(regressionMetric('r2', summed([2, 2, 2], [2, 2, 3]))).toBe(0);
  });

  it('r2 survives a large offset', () => {
    const truth = [2001, 2002, 2003, 2004];
    expect(regressionMetric('r2', summed(truth, [2002, 2003, 2004, 2005]))).toBeCloseTo(0.2, 6);
  });
});

it('every metric says which way is better and has both languages', () => {
  for (const { title, formula, better } of METRICS) {
    expect(title.en).not.toBe('');
    expect(title.zh).not.toBe('');
    expect(formula).not.toBe('');
    expect(['higher', 'lower']).toContain(better);
  }
});
