/** `weft train FILE`: the engine's stream of events as lines; `--out` keeps project, model and history. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModel } from '../engine/build-model';
import { exportTfjs, WEIGHTS_FILE } from '../engine/export-tfjs';
import { run } from '../engine/run';
import { RunControl } from '../engine/run-control';
import type { Measures, RunEvent } from '../engine/run-event';
import { tf } from '../engine/tf-node';
import { extractWeights } from '../engine/trained-model';
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import type { TrainingSettings } from '../graph/training-settings';
import { formatDuration } from '../messages/catalogue';
import { boundTo, loadDataset, loadProject } from './load';
import { failureText, printJson } from './print';
import { type EpochRow, writeRun } from './run-folder';
import { type NodeBackend, ready, startBackend } from './session';

export interface TrainOptions {
  readonly file: string;
  readonly data: string | undefined;
  readonly target: string | undefined;
  readonly epochs: number | undefined;
  readonly seed: number | undefined;
  readonly backend: NodeBackend;
  readonly out: string | undefined;
  readonly json: boolean;
}

export async function train(options: TrainOptions): Promise<number> {
  const loaded = withSettings(loadProject(options.file), options);
  const dataset = await loadDataset(loaded, options.data, options.target);
  const doc = boundTo(loaded, dataset);
  const { plan, training, spec, data } = ready(doc, dataset);
  const backend = await startBackend(options.backend);
  const model = buildModel(tf, plan, training.seed);
  const control = new RunControl();
  const interrupt = (): void => control.stop();
  process.once('SIGINT', interrupt);
  const history: EpochRow[] = [];
  let isGood = false;
  for await (const event of run({ tf, model, training, data, control, backend })) {
    if (options.json) printJson(event);
    else printEvent(event, doc);
    if (event.kind === 'epoch') history.push({ epoch: event.epoch, measures: event.measures });
    if (event.kind === 'done') isGood = true;
  }
  process.removeListener('SIGINT', interrupt);
  if (isGood && options.out !== undefined) {
    const weights = await extractWeights(model);
    writeRun(options.out, doc, { plan, spec, fitted: data.fitted, seed: training.seed, weights }, history);
    const files = await exportTfjs(tf, model);
    writeFileSync(join(options.out, 'model.json'), files.modelJson);
    writeFileSync(join(options.out, WEIGHTS_FILE), new Uint8Array(files.weights));
  }
  model.dispose();
  return isGood ? 0 : 1;
}

function withSettings(doc: GraphDoc, { epochs, seed }: TrainOptions): GraphDoc {
  const training: Partial<TrainingSettings> = {
    ...(epochs === undefined ? {} : { epochs }),
    ...(seed === undefined ? {} : { seed }),
  };
  return apply(doc, { kind: 'setTraining', training }).doc;
}

const measuresText = (measures: Measures): string =>
  Object.entries(measures)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join('  ');

function printEvent(event: RunEvent, doc: GraphDoc): void {
  const line = (text: string): boolean => process.stdout.write(`${text}\n`);
  switch (event.kind) {
    case 'started': {
      const { train: rows, validation, test } = event.rows;
      line(
        `${event.parameters} parameters on ${event.backend} (${event.threads} threads); rows: ${rows} train, ${validation} validation, ${test} test`,
      );
      return;
    }
    case 'epoch':
      line(`epoch ${event.epoch}  ${formatDuration(event.durationMs)}  ${measuresText(event.measures)}`);
      return;
    case 'done':
      line(`done: ${event.reason} after ${event.epochs} epochs, ${formatDuration(event.durationMs)}`);
      if (event.evaluation) line(`${event.evaluation.split}  ${measuresText(event.evaluation.measures)}`);
      return;
    case 'failed':
      line(`failed: ${failureText(event.cause, doc)}`);
      return;
    case 'step':
    case 'checkpoint':
    case 'health':
    case 'paused':
    case 'resumed':
      return;
    default:
      event satisfies never;
  }
}
