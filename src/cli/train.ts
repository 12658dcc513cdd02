/** `weft train FILE`: the engine's stream of events as lines; `--out` keeps project, model and history, and meanwhile a checkpoint. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModel } from '../engine/build-model';
import { exportTfjs, WEIGHTS_FILE } from '../engine/export-tfjs';
import { runReceipt } from '../engine/receipt';
import { run } from '../engine/run';
import { RunControl } from '../engine/run-control';
import type { Measures, RunEvent } from '../engine/run-event';
import { tf } from '../engine/tf-node';
import { extractWeights } from '../engine/trained-model';
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import type { TrainingSettings } from '../graph/training-settings';
import { formatDuration } from '../messages/catalogue';
import { CheckpointWriter, readCheckpoint, removeCheckpoint } from './checkpoint-file';
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
  /** Goes on from the checkpoint in `out`. */
  readonly resume: boolean;
  readonly json: boolean;
}

export async function train(options: TrainOptions): Promise<number> {
  const loaded = withSettings(loadProject(options.file), options);
  const dataset = await loadDataset(loaded, options.data, options.target);
  const doc = boundTo(loaded, dataset);
  const { plan, training, spec, data } = ready(doc, dataset);
  const backend = await startBackend(options.backend);
  const receipt = await runReceipt({ tf, plan, training, dataset, backend });
  const { out } = options;
  const saved = options.resume && out !== undefined ? readCheckpoint(out, receipt) : null;
  const keeper = out === undefined ? null : new CheckpointWriter(out, receipt);
  const model = buildModel(tf, plan, training.seed);
  const control = new RunControl();
  const interrupt = (): void => control.stop();
  process.once('SIGINT', interrupt);
  const history: EpochRow[] = [...(saved?.history ?? [])];
  let isGood = false;
  let isOver = false;
  for await (const event of run({
    ...{ tf, model, training, data, control, backend, resume: saved?.checkpoint ?? null },
    ...(keeper ? { wantsCheckpoint: (atEpochEnd) => keeper.wants(atEpochEnd) } : {}),
  })) {
    if (event.kind === 'checkpoint') {
      keeper?.write(event.checkpoint, history);
      continue;
    }
    if (options.json) printJson(event);
    else printEvent(event, doc);
    if (event.kind === 'epoch') history.push({ epoch: event.epoch, measures: event.measures });
    if (event.kind !== 'done') continue;
    isGood = true;
    // One that was stopped can go on.
    isOver = event.reason !== 'stopped';
  }
  process.removeListener('SIGINT', interrupt);
  if (isGood && out !== undefined) {
    const weights = await extractWeights(model);
    writeRun(out, doc, { plan, spec, fitted: data.fitted, seed: training.seed, weights }, history);
    const files = await exportTfjs(tf, model);
    writeFileSync(join(out, 'model.json'), files.modelJson);
    writeFileSync(join(out, WEIGHTS_FILE), new Uint8Array(files.weights));
    // Only now: until the result is whole, it can be made again.
    if (isOver) removeCheckpoint(out);
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
