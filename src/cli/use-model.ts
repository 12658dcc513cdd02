/** `weft evaluate RUN` and `weft predict RUN`: a trained model on its own test rows or on new data. */
import type { Dataset } from '../data/dataset';
import { prepareData, prepareInputs } from '../data/prepare';
import { type BuiltModel, buildModel } from '../engine/build-model';
import { evaluate as evaluateModel } from '../engine/evaluate';
import { type HeadPrediction, predict as predictRows } from '../engine/predict';
import { tf } from '../engine/tf-node';
import { loadWeights } from '../engine/trained-model';
import { loadDataset, loadProject } from './load';
import { CliProblem, printJson, printTable, refuseData } from './print';
import { type RunFolder, readRun } from './run-folder';
import { type NodeBackend, startBackend } from './session';

export interface UseOptions {
  readonly file: string;
  readonly data: string | undefined;
  readonly target: string | undefined;
  readonly backend: NodeBackend;
  readonly json: boolean;
}

const BATCH = 128;

/** The built model with its trained weights. */
export function trainedModel(run: RunFolder): BuiltModel {
  const model = buildModel(tf, run.plan, run.seed);
  const [mismatch] = loadWeights(tf, model, run.weights);
  if (mismatch) throw new CliProblem('run-damaged', `The weight ${mismatch.name} does not fit the model`);
  return model;
}

async function open({
  file,
  data,
  target,
  backend,
}: UseOptions): Promise<{ run: RunFolder; dataset: Dataset; model: BuiltModel }> {
  const run = readRun(file);
  const dataset = await loadDataset(loadProject(file), data, target);
  await startBackend(backend);
  return { run, dataset, model: trainedModel(run) };
}

/** On the test rows (validation where there are none); with `--data`, on all its rows. */
export async function evaluate(options: UseOptions): Promise<number> {
  const { run, dataset, model } = await open(options);
  const isForeign = options.data !== undefined;
  const spec = isForeign ? { ...run.spec, validationSplit: 0, testSplit: 0 } : run.spec;
  const prepared = prepareData(dataset, spec, run.fitted);
  if (!prepared.ok) return refuseData(prepared.problems);
  const { rows } = prepared.value;
  const split = isForeign ? 'train' : rows.test.length > 0 ? 'test' : 'validation';
  const evaluation = await evaluateModel({ tf, model, data: prepared.value, split, batchSize: BATCH });
  model.dispose();
  if (!evaluation) throw new CliProblem('no-rows', 'There are no rows to evaluate on');
  if (options.json) printJson(evaluation);
  else {
    process.stdout.write(`${evaluation.rows} rows (${isForeign ? 'all' : split})\n`);
    printTable(Object.entries(evaluation.measures).map(([name, value]) => [name, value.toFixed(4)]));
  }
  return 0;
}

/** One line per row: the class and its probability, or the number. */
export async function predict(options: UseOptions): Promise<number> {
  const { run, dataset, model } = await open(options);
  const prepared = prepareInputs(dataset, run.spec, run.fitted);
  if (!prepared.ok) return refuseData(prepared.problems);
  const { rows, batch } = prepared.value;
  const predictions = await predictRows({
    tf,
    model,
    fitted: run.fitted,
    inputs: batch,
    rows,
    batchSize: BATCH,
  });
  model.dispose();
  const heads = run.plan.heads.map((head) => head.name);
  for (let at = 0; at < rows.length; at++) {
    const answers = predictions.map((prediction) => answer(prediction, at));
    if (options.json)
      printJson({ row: rows[at], ...Object.fromEntries(heads.map((head, h) => [head, answers[h]])) });
    else
      process.stdout.write(
        `${rows[at]}\t${answers.map((value) => Object.values(value).flat().join(' ')).join('\t')}\n`,
      );
  }
  return 0;
}

function answer(prediction: HeadPrediction, at: number): { readonly [name: string]: unknown } {
  switch (prediction.kind) {
    case 'class': {
      const index = prediction.indices[at]!;
      const score = prediction.scores[at * prediction.classes.length + index]!;
      return { class: prediction.classes[index], score: Number(score.toFixed(4)) };
    }
    case 'tags': {
      const indices = [...prediction.indices.subarray(at * prediction.length, (at + 1) * prediction.length)];
      return { tags: indices.filter((index) => index >= 0).map((index) => prediction.classes[index]) };
    }
    case 'numbers': {
      const width = prediction.columns.length;
      return Object.fromEntries(
        prediction.columns.map((column, c) => [column, prediction.values[at * width + c]]),
      );
    }
  }
}
