/** The folder that `train --out` writes and that `evaluate`, `predict` and `export` read: project, model, fitted preprocessing, history. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelPlan } from '../compile/plan';
import type { Fitted } from '../data/dataset';
import type { Measures } from '../engine/run-event';
import type { extractWeights } from '../engine/trained-model';
import type { DataSpec } from '../graph/data-spec';
import type { GraphDoc } from '../graph/document';
import { serialise } from '../graph/serialise';
import { CliProblem } from './print';

export const PROJECT_FILE = 'project.weft.json';
const RUN_FILE = 'run.json';
const WEIGHTS_FILE = 'weights.f32';

/** As the engine hands a weight out. */
type NamedWeight = Awaited<ReturnType<typeof extractWeights>>[number];

export interface RunFolder {
  readonly plan: ModelPlan;
  readonly spec: DataSpec;
  readonly fitted: Fitted;
  readonly seed: number;
  readonly weights: readonly NamedWeight[];
}
export type EpochRow = { readonly epoch: number; readonly measures: Measures };

export function writeRun(folder: string, doc: GraphDoc, run: RunFolder, history: readonly EpochRow[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, PROJECT_FILE), serialise(doc));
  const { weights, ...rest } = run;
  const index = weights.map(({ name, shape }) => ({ name, shape }));
  writeFileSync(join(folder, RUN_FILE), `${JSON.stringify({ ...rest, weights: index }, null, 1)}\n`);
  const all = new Float32Array(weights.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of weights) {
    all.set(values, at);
    at += values.length;
  }
  writeFileSync(join(folder, WEIGHTS_FILE), new Uint8Array(all.buffer));
  const columns = Object.keys(history[0]?.measures ?? {});
  const lines = history.map(({ epoch, measures }) =>
    [epoch, ...columns.map((column) => measures[column] ?? '')].join(','),
  );
  writeFileSync(join(folder, 'history.csv'), `${['epoch', ...columns].join(',')}\n${lines.join('\n')}\n`);
}

export const isRunFolder = (path: string): boolean =>
  existsSync(path) && statSync(path).isDirectory() && existsSync(join(path, RUN_FILE));

export function readRun(folder: string): RunFolder {
  if (!isRunFolder(folder))
    throw new CliProblem('no-run', `${folder} is no folder written by: weft train --out`);
  const { weights: index, ...rest } = JSON.parse(readFileSync(join(folder, RUN_FILE), 'utf8')) as Omit<
    RunFolder,
    'weights'
  > & {
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  };
  const bytes = readFileSync(join(folder, WEIGHTS_FILE));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let at = 0;
  const weights = index.map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = all.slice(at, at + size);
    at += size;
    return { name, shape, values };
  });
  if (at !== all.length)
    throw new CliProblem('run-damaged', `${WEIGHTS_FILE} does not fit ${RUN_FILE} in ${folder}`);
  return { ...rest, weights };
}
