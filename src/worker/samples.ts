/** Single rows with what the model says about them, for the results view. */
import type { Dataset, PreparedData, TensorData } from '../data/dataset';
import { previewRows } from '../data/preview';
import { createRandom, shuffle } from '../data/random';
import { ownUnits } from '../engine/head-meter';
import { type HeadPrediction, type PredictOptions, predict } from '../engine/predict';
import type { PredictionSample } from './protocol';

export interface SampleOptions extends Pick<PredictOptions, 'tf' | 'model' | 'batchSize'> {
  readonly dataset: Dataset;
  readonly data: PreparedData;
  readonly count: number;
  /** Class heads: rows with a wrong class. Numbers heads only: the rows with the largest errors. */
  readonly wrongOnly: boolean;
}

/** Rows looked at for the largest errors. */
const RANKED = 2000;
/** Rows predicted at a time while looking for wrong ones. */
const CHUNK = 256;

type HeadSample = PredictionSample['heads'][number];
interface Candidate {
  readonly row: number;
  readonly heads: readonly HeadSample[];
  /** Sum of absolute errors of the numbers heads. */
  readonly error: number;
}

/** Out of the test rows (validation rows where there are none), in an order that depends on the seed alone. */
export async function sampleRows(options: SampleOptions): Promise<PredictionSample[]> {
  const { data, dataset, model, count, wrongOnly } = options;
  const pool = data.rows.test.length > 0 ? data.rows.test : data.rows.validation;
  const order = shuffle<Int32Array, number>(pool.slice(), createRandom(data.spec.seed));
  const isRanked = wrongOnly && model.plan.heads.every(({ target }) => target.kind === 'numbers');
  let found: Candidate[] = [];
  if (isRanked) {
    const all = await candidates(options, order.subarray(0, RANKED));
    found = all.sort((a, b) => b.error - a.error).slice(0, count);
  } else {
    for (let from = 0; from < order.length && found.length < count; from += CHUNK) {
      const size = wrongOnly ? CHUNK : Math.min(CHUNK, count - found.length);
      const chunk = await candidates(options, order.subarray(from, from + size));
      found.push(
        ...(wrongOnly ? chunk.filter(({ heads }) => heads.some((head) => head.correct === false)) : chunk),
      );
    }
    found = found.slice(0, count);
  }
  const cells = previewRows(
    dataset,
    found.map(({ row }) => row),
  );
  return found.map(({ row, heads }, i) => ({ row, cells: cells[i]!.cells, heads }));
}

async function candidates(
  { tf, model, data, batchSize }: SampleOptions,
  rows: Int32Array,
): Promise<Candidate[]> {
  const inputs = (of: ArrayLike<number>) => data.batch(of).inputs;
  const predictions = await predict({ tf, model, fitted: data.fitted, inputs, rows, batchSize });
  const { targets } = data.batch(rows);
  const names = model.plan.heads.map(({ name }) => name);
  const units = data.fitted.targets.map(ownUnits);
  return Array.from(rows, (row, i) => {
    const described = predictions.map((prediction, h) =>
      describe(names[h]!, prediction, targets[h]!, units[h]!, i),
    );
    return {
      row,
      heads: described.map(({ sample }) => sample),
      error: described.reduce((sum, { error }) => sum + error, 0),
    };
  });
}

function describe(
  head: string,
  prediction: HeadPrediction,
  { values }: TensorData,
  units: (column: number, value: number) => number,
  i: number,
): { readonly sample: HeadSample; readonly error: number } {
  switch (prediction.kind) {
    case 'class': {
      const { classes, indices, scores } = prediction;
      const target = values[i]!;
      return {
        sample: {
          head,
          target: classes[target]!,
          prediction: classes[indices[i]!]!,
          correct: indices[i] === target,
          scores: Array.from(scores.subarray(i * classes.length, (i + 1) * classes.length)),
        },
        error: 0,
      };
    }
    case 'tags': {
      const { classes, indices, length } = prediction;
      const real = Array.from({ length }, (_, k) => i * length + k).filter((at) => indices[at]! >= 0);
      return {
        sample: {
          head,
          target: real.map((at) => classes[values[at]!]).join(' '),
          prediction: real.map((at) => classes[indices[at]!]).join(' '),
          correct: real.every((at) => indices[at] === values[at]),
          scores: null,
        },
        error: 0,
      };
    }
    case 'numbers': {
      const { columns, values: predicted } = prediction;
      const at = columns.map((_, k) => i * columns.length + k);
      const target = at.map((index, k) => units(k, values[index]!));
      const guess = at.map((index) => predicted[index]!);
      return {
        sample: { head, target: inWords(target), prediction: inWords(guess), correct: null, scores: null },
        error: guess.reduce((sum, value, k) => sum + Math.abs(value - target[k]!), 0),
      };
    }
  }
}

const inWords = (values: readonly number[]): string =>
  values.map((value) => String(Number(value.toPrecision(4)))).join(', ');
