/** What precision, recall and F1 share: counts per class and the averaging convention. */
import type { ConfusionCounts } from '../define-training';

/** Of one class against the rest. */
export interface ClassCounts {
  readonly truePositives: number;
  /** Rows of this class. */
  readonly actual: number;
  /** Rows that were called this class. */
  readonly predicted: number;
}

/** An empty class counts as 0, as in scikit-learn with zero_division=0. */
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Class 1 when there are two classes, else the mean over all classes (scikit-learn: average='macro' over all labels). */
export function average({ classes, counts }: ConfusionCounts, score: (of: ClassCounts) => number): number {
  const actual = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  for (let row = 0; row < classes; row += 1) {
    for (let column = 0; column < classes; column += 1) {
      const count = counts[row * classes + column]!;
      actual[row]! += count;
      predicted[column]! += count;
    }
  }
  const scoreOf = (k: number): number =>
    score({ truePositives: counts[k * classes + k]!, actual: actual[k]!, predicted: predicted[k]! });
  if (classes === 2) return scoreOf(1);
  let sum = 0;
  for (let k = 0; k < classes; k += 1) sum += scoreOf(k);
  return ratio(sum, classes);
}
