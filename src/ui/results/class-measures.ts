/** Precision, recall and F1 of each class from the confusion counts; empty classes count as 0, as everywhere in Weft. */

export interface ClassMeasures {
  readonly name: string;
  /** Rows whose true class this is. */
  readonly rows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export function classMeasures(confusion: {
  readonly classes: readonly string[];
  readonly counts: readonly number[];
}): readonly ClassMeasures[] {
  const { classes, counts } = confusion;
  const size = classes.length;
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return classes.map((name, index) => {
    let rows = 0;
    let predicted = 0;
    for (let other = 0; other < size; other++) {
      rows += counts[index * size + other] ?? 0;
      predicted += counts[other * size + index] ?? 0;
    }
    const hits = counts[index * size + index] ?? 0;
    return {
      name,
      rows,
      precision: ratio(hits, predicted),
      recall: ratio(hits, rows),
      f1: ratio(2 * hits, rows + predicted),
    };
  });
}
