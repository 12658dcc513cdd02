/**
 * From a data set and the compiler's `DataSpec` to batches: decides which rows can be used, splits them, fits on the training
 * rows, and hands out typed arrays. Nothing outside the training rows is ever looked at for fitting.
 */
import type { DataSpec } from '../graph/data-spec';
import type { Dataset, Fitted, PreparedData, Result, TensorData } from './dataset';
import { type FeatureContext, featureProblems, prepareFeature } from './prepare-features';
import { prepareTarget, targetProblems } from './prepare-targets';
import { type DataProblem, dataError, failure, success } from './problems';
import { splitRows } from './split';
import { type Timeline, timeline } from './time-order';

/** `fitted`: of an earlier run (resuming, or evaluating on other data); null learns from the training rows. */
export function prepareData(
  dataset: Dataset,
  spec: DataSpec,
  fitted: Fitted | null = null,
): Result<PreparedData> {
  const problems = specProblems(dataset, spec, true);
  if (problems.length > 0) return failure(...problems);
  const warnings: DataProblem[] = [];
  const time = timeline(dataset);
  const text = taggedText(dataset, spec);
  const targets = spec.targets.map(({ target }) =>
    prepareTarget({ dataset, timeline: time, taggedText: text, warnings }, target),
  );
  const usable = rowsWhere(
    dataset,
    (row) => targets.every((t) => t.valid[row] === 1) && hasHistory(spec, time, row),
  );
  const { fold } = spec;
  // Two rows for each fold: one alone says nothing about a class or a number.
  const forValidation = fold ? 2 * fold.of : spec.validationSplit > 0 ? 1 : 0;
  const needed = 1 + forValidation + (spec.testSplit > 0 ? 1 : 0);
  if (usable.length < needed)
    return failure(notEnoughRows(dataset, spec, usable.length, needed), ...warnings);

  const { schema } = dataset;
  const rows = splitRows({
    rows: usable,
    testFrom: schema.fixedTestRows > 0 ? schema.rows - schema.fixedTestRows : null,
    classes: targets.find((t) => t.classes)?.classes ?? null,
    timeline: time,
    validationSplit: spec.validationSplit,
    testSplit: spec.testSplit,
    seed: spec.seed,
    ...(fold ? { fold } : {}),
  });
  if (rows.train.length === 0 || (fold && rows.validation.length === 0))
    return failure(dataError('too-few-rows', { rows: 0, needed }), ...warnings);
  const context = { dataset, trainRows: rows.train, timeline: time, isTagged: text !== null, warnings };
  const features = prepareFeatures(context, spec, fitted);
  const fittedTargets = targets.map((t, i) => t.fit(rows.train, fitted?.targets[i] ?? null));
  return success(
    {
      spec,
      rows,
      fitted: { features: features.map((f) => f.fitted), targets: fittedTargets },
      batch: (batchRows, spent) => ({
        inputs: features.map((f, i) => f.batch(batchRows, spent?.inputs[i])),
        targets: targets.map((t) => t.batch(batchRows)),
      }),
      targets: (targetRows) => targets.map((t) => t.batch(targetRows)),
    },
    warnings,
  );
}

/** Inputs of a trained model for any rows, targets known or not; `rows` are those that have enough history. */
export interface PreparedInputs {
  readonly rows: Int32Array;
  batch(rows: ArrayLike<number>): readonly TensorData[];
}

/** For prediction: everything fitted comes from the training run. */
export function prepareInputs(dataset: Dataset, spec: DataSpec, fitted: Fitted): Result<PreparedInputs> {
  const problems = specProblems(dataset, spec, false);
  if (problems.length > 0) return failure(...problems);
  const warnings: DataProblem[] = [];
  const time = timeline(dataset);
  const isTagged = spec.targets.some(({ target }) => target.kind === 'tags');
  const context = { dataset, trainRows: new Int32Array(0), timeline: time, isTagged, warnings };
  const features = prepareFeatures(context, spec, fitted);
  return success(
    {
      rows: rowsWhere(dataset, (row) => hasHistory(spec, time, row)),
      batch: (rows) => features.map((f) => f.batch(rows)),
    },
    warnings,
  );
}

const prepareFeatures = (context: FeatureContext, spec: DataSpec, fitted: Fitted | null) =>
  spec.features.map(({ feature }, i) => prepareFeature(context, feature, fitted?.features[i] ?? null));

function specProblems(dataset: Dataset, spec: DataSpec, withTargets: boolean): DataProblem[] {
  const problems = spec.features.flatMap(({ feature }) => featureProblems(dataset, feature));
  const targets = withTargets ? spec.targets.map(({ target }) => target) : [];
  for (const target of targets) problems.push(...targetProblems(dataset, target));
  const needsTime =
    spec.features.some(({ feature }) => feature.kind === 'window') ||
    targets.some((target) => target.kind === 'numbers' && target.horizon > 0);
  if (needsTime && !dataset.schema.sequence) problems.push(dataError('not-sequential', {}));
  const tags = targets.find((target) => target.kind === 'tags');
  const words = spec.features.some(({ feature }) => feature.kind === 'tokens' && feature.level === 'word');
  if (tags?.kind === 'tags' && !words) problems.push(dataError('tags-need-words', { column: tags.column }));
  return problems;
}

function taggedText(dataset: Dataset, spec: DataSpec): readonly string[] | null {
  if (!spec.targets.some(({ target }) => target.kind === 'tags')) return null;
  for (const { feature } of spec.features) {
    if (feature.kind !== 'tokens' || feature.level !== 'word') continue;
    const column = dataset.columns[feature.column];
    if (column?.kind === 'text') return column.values;
  }
  return null;
}

function rowsWhere(dataset: Dataset, test: (row: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < dataset.schema.rows; row++) if (test(row)) rows.push(row);
  return Int32Array.from(rows);
}

function hasHistory(spec: DataSpec, time: Timeline | null, row: number): boolean {
  return spec.features.every(({ feature }) => {
    if (feature.kind !== 'window') return true;
    const p = time!.position[row]!;
    return p - feature.window + 1 >= time!.start[p]!;
  });
}

/** Names the window when it, and not the size of the data set, is what leaves too few rows. */
function notEnoughRows(dataset: Dataset, spec: DataSpec, rows: number, needed: number): DataProblem {
  const window = Math.max(
    0,
    ...spec.features.map(({ feature }) => (feature.kind === 'window' ? feature.window : 0)),
  );
  const horizon = Math.max(
    0,
    ...spec.targets.map(({ target }) => (target.kind === 'numbers' ? target.horizon : 0)),
  );
  if (window > 1 && dataset.schema.rows >= needed) {
    return dataError('window-too-long', { window, horizon, rows: dataset.schema.rows });
  }
  return dataError('too-few-rows', { rows, needed });
}
