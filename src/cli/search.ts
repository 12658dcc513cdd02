/** `weft search FILE`: the runs of a search one after another in this process, a table of them, and the best document. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bestScored,
  epochsOf,
  nextRung,
  planSearch,
  type SearchSettings,
  type TrialRun,
} from '../compile/experiments/search';
import { gridSize, pointCommand } from '../compile/experiments/space';
import { betterOf, comparableColumns, epochsBefore, keptMeasures } from '../compile/experiments/summary';
import type { Skipped } from '../compile/experiments/trials';
import type { PreparedData } from '../data/dataset';
import { createRandom } from '../data/random';
import type { ChosenBackend } from '../engine/backend';
import { type BuiltModel, buildModel } from '../engine/build-model';
import type { RunCheckpoint } from '../engine/checkpoint';
import { failureOf } from '../engine/failure';
import { run } from '../engine/run';
import { RunControl } from '../engine/run-control';
import type { Evaluation, Measures } from '../engine/run-event';
import { tf } from '../engine/tf-node';
import { apply } from '../graph/apply';
import type { DataSpec } from '../graph/data-spec';
import type { GraphDoc } from '../graph/document';
import type { Json } from '../graph/json';
import { serialise } from '../graph/serialise';
import { formatDuration } from '../messages/catalogue';
import { boundTo, loadDataset, loadProject } from './load';
import { CliProblem, diagnosticText, failureText, printJson, printTable } from './print';
import { PROJECT_FILE } from './run-folder';
import { fieldName, searchDimensions } from './search-field';
import { type NodeBackend, prepareRows, ready, startBackend } from './session';

export interface SearchOptions {
  readonly file: string;
  readonly data: string | undefined;
  readonly target: string | undefined;
  readonly fields: readonly string[];
  readonly strategy: SearchSettings['strategy'];
  readonly runs: number | undefined;
  readonly minutes: number | undefined;
  readonly measure: string | undefined;
  readonly seed: number | undefined;
  readonly backend: NodeBackend;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** As the form of the page begins. */
const RUNS = 12;
const FACTOR = 3;
const SEED = 1;

interface EndedRun extends Pick<TrialRun, 'variation'> {
  readonly number: number;
  readonly epochs: number;
  readonly status: 'done' | 'failed' | 'cancelled';
  readonly failure: string | null;
  /** Null unless it is done, and has the measure. */
  readonly score: number | null;
  readonly measures: Measures | null;
  readonly evaluation: Pick<Evaluation, 'split' | 'rows' | 'measures'> | null;
  readonly durationMs: number;
}

export async function search(options: SearchOptions): Promise<number> {
  const loaded = loadProject(options.file);
  const dataset = await loadDataset(loaded, options.data, options.target);
  const doc = boundTo(loaded, dataset);
  const { plan, spec, data } = ready(doc, dataset);
  const settings = settingsOf(options, doc, comparableColumns(plan, data.rows.validation.length > 0));
  const { dimensions, measure, minutes } = settings;
  const planned = planSearch(doc, dataset.schema, settings, createRandom(settings.seed));
  for (const skipped of planned.skipped) process.stderr.write(`warning: ${skippedText(skipped, doc)}\n`);
  if (planned.runs.length === 0) throw new CliProblem('no-runs', 'None of the values can be trained');

  // What a trial wants from the data may differ (the size of an image); most want the same.
  const prepared = new Map([[JSON.stringify(spec), data]]);
  const rowsFor = (wanted: DataSpec): PreparedData => {
    const key = JSON.stringify(wanted);
    const rows = prepared.get(key) ?? prepareRows(dataset, wanted);
    prepared.set(key, rows);
    return rows;
  };
  const backend = await startBackend(options.backend);
  const names = dimensions.map(({ place }) => fieldName(place));
  const total = planned.rungs.reduce((sum, { trials }) => sum + trials, 0) || planned.runs.length;
  const ended: EndedRun[] = [];
  // A run under way ends with the time: it has not come as far as the others and does not count.
  let control: RunControl | null = null;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    control?.stop();
  };
  process.once('SIGINT', end);
  const timer = minutes === null ? null : setTimeout(end, minutes * 60_000);
  // Of the rung under way, by trial: the next one goes on from there.
  const reached = new Map<number, RunCheckpoint>();
  let rung = 0;
  for (let runs = planned.runs; runs.length > 0 && !isOver; rung += 1) {
    for (const trial of runs) {
      if (isOver) break;
      control = new RunControl();
      const rows = rowsFor(planned.trials[trial.variation.trial]!.data);
      const result = await runTrial({
        trial,
        rows,
        control,
        backend,
        measure,
        doc,
        reached,
        number: ended.length + 1,
      });
      ended.push(result);
      if (options.json) printJson({ kind: 'run', ...jsonOf(result, names) });
      else process.stdout.write(`${lineOf(result, names, measure, total)}\n`);
    }
    runs = nextRung(planned, ended, measure, rung);
    const going = new Set(runs.map(({ variation }) => variation.trial));
    for (const trial of reached.keys()) if (!going.has(trial)) reached.delete(trial);
  }
  if (timer !== null) clearTimeout(timer);
  process.removeListener('SIGINT', end);

  const best = bestScored(ended, measure);
  const found =
    best &&
    apply(
      doc,
      pointCommand(
        doc.meaning,
        dimensions.map(({ place }) => place),
        best.variation.point,
      ),
    ).doc;
  const file = found && options.out !== undefined ? writeBest(options.out, found) : null;
  if (options.json) {
    const tried = { measure, runs: ended.length, skipped: planned.skipped, isComplete: !isOver };
    printJson({ kind: 'done', ...tried, best: best && jsonOf(best, names), file });
  } else {
    printTable(tableOf(ended, best, names, measure));
    if (isOver) process.stdout.write('ended before all runs were over\n');
    if (file !== null) process.stdout.write(`the best is in ${file}\n`);
  }
  return best ? 0 : 1;
}

function settingsOf(options: SearchOptions, doc: GraphDoc, columns: readonly string[]): SearchSettings {
  const { strategy, minutes = null, seed = SEED } = options;
  const dimensions = searchDimensions(options.fields, doc.meaning);
  const measure = options.measure ?? columns[0]!;
  if (!columns.includes(measure))
    throw new CliProblem('option', `--measure is one of ${columns.join(', ')}, not ${measure}`);
  const runs = options.runs ?? (strategy === 'grid' ? gridSize(dimensions) : RUNS);
  return { dimensions, strategy, runs, minutes, measure, factor: FACTOR, seed };
}

function skippedText({ code, count, diagnostic }: Skipped, doc: GraphDoc): string {
  const reason = diagnostic ? diagnosticText(diagnostic, doc) : '';
  if (code === 'duplicate') return `${count} left out, each the same as another`;
  return `${count} left out that cannot be trained${reason && `: ${reason}`}`;
}

interface TrialParts {
  readonly trial: TrialRun;
  readonly rows: PreparedData;
  readonly control: RunControl;
  readonly backend: ChosenBackend;
  readonly measure: string;
  readonly doc: GraphDoc;
  readonly reached: Map<number, RunCheckpoint>;
  readonly number: number;
}

async function runTrial({
  trial,
  rows,
  measure,
  doc,
  reached,
  number,
  ...how
}: TrialParts): Promise<EndedRun> {
  const { plan, training, variation, until } = trial;
  const resume = reached.get(variation.trial) ?? null;
  const history = resume ? [...epochsBefore(resume)] : [];
  const startedAt = performance.now();
  let status: EndedRun['status'] = 'failed';
  let failure: string | null = null;
  let measures: Measures | null = null;
  let evaluation: EndedRun['evaluation'] = null;
  let model: BuiltModel | null = null;
  try {
    model = buildModel(tf, plan, training.seed);
    for await (const event of run({ tf, model, training, data: rows, resume, until, ...how })) {
      if (event.kind === 'epoch') history.push({ epoch: event.epoch, measures: event.measures });
      if (event.kind === 'checkpoint') reached.set(variation.trial, event.checkpoint);
      if (event.kind === 'failed') failure = failureText(event.cause, doc);
      if (event.kind !== 'done') continue;
      status = event.reason === 'stopped' ? 'cancelled' : 'done';
      measures = keptMeasures(history, training, event.bestEpoch);
      evaluation = event.evaluation && {
        split: event.evaluation.split,
        rows: event.evaluation.rows,
        measures: event.evaluation.measures,
      };
    }
  } catch (error) {
    // A model too large to be built is a bad point, not the end of the search.
    failure = failureText(failureOf(error), doc);
  } finally {
    model?.dispose();
  }
  const score = status === 'done' ? (measures?.[measure] ?? null) : null;
  const durationMs = performance.now() - startedAt;
  const epochs = until ?? epochsOf(training);
  return { variation, number, epochs, status, failure, score, measures, evaluation, durationMs };
}

const pointOf = ({ variation }: EndedRun, names: readonly string[]): { readonly [name: string]: Json } =>
  Object.fromEntries(names.map((name, i) => [name, variation.point[i]!]));

function jsonOf(ended: EndedRun, names: readonly string[]): object {
  const { variation, ...rest } = ended;
  return { ...rest, trial: variation.trial, rung: variation.rung, point: pointOf(ended, names) };
}

function lineOf(ended: EndedRun, names: readonly string[], measure: string, total: number): string {
  const point = names.map((name, i) => `${name} ${ended.variation.point[i]}`).join('  ');
  const result =
    ended.score !== null ? `${measure} ${ended.score.toFixed(4)}` : (ended.failure ?? ended.status);
  return `run ${ended.number} of ${total}  ${formatDuration(ended.durationMs)}  ${point}  ${result}`;
}

/** The best first, those of a later rung above those of an earlier one. */
function tableOf(
  ended: readonly EndedRun[],
  best: EndedRun | null,
  names: readonly string[],
  measure: string,
): readonly (readonly (string | number)[])[] {
  const sign = betterOf(measure) === 'higher' ? -1 : 1;
  const key = ({ score }: EndedRun): number => (score === null ? Number.POSITIVE_INFINITY : sign * score);
  const sorted = ended.toSorted((a, b) => {
    if (a.score !== null && b.score !== null && a.variation.rung !== b.variation.rung)
      return b.variation.rung - a.variation.rung;
    const [x, y] = [key(a), key(b)];
    return x === y ? a.number - b.number : x < y ? -1 : 1;
  });
  return [
    ['', 'run', 'epochs', measure, ...names, 'status'],
    ...sorted.map((each) => [
      each === best ? '*' : '',
      each.number,
      each.epochs,
      each.score === null ? '–' : each.score.toFixed(4),
      ...each.variation.point.map((value) => (typeof value === 'number' ? value : String(value))),
      each.status,
    ]),
  ];
}

function writeBest(folder: string, doc: GraphDoc): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, PROJECT_FILE);
  writeFileSync(file, serialise(doc));
  return file;
}
