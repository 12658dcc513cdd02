/** `weft export`: the model as a file of another program, or the project in its canonical form. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from '../compile/index';
import { buildModel } from '../engine/build-model';
import { exportTfjs, WEIGHTS_FILE } from '../engine/export-tfjs';
import { tf } from '../engine/tf-node';
import { serialise } from '../graph/serialise';
import { loadProject, shippedSchema } from './load';
import { CliProblem, diagnosticText } from './print';
import { isRunFolder, readRun } from './run-folder';
import { startBackend } from './session';
import { trainedModel } from './use-model';

export type ExportTarget = 'tfjs' | 'weft';

/** FILE: a project (fresh weights) or a folder written by `train --out` (trained ones). */
export async function exportModel(file: string, to: ExportTarget, out: string): Promise<number> {
  const doc = loadProject(file);
  if (to === 'weft') {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, serialise(doc));
    return 0;
  }
  await startBackend('cpu');
  const { plan, diagnostics } = compile(doc, shippedSchema(doc));
  const isTrained = isRunFolder(file);
  if (!isTrained && !plan) {
    throw new CliProblem(
      'cannot-build',
      diagnostics.map((diagnostic) => diagnosticText(diagnostic, doc)).join('\n'),
    );
  }
  const model = isTrained ? trainedModel(readRun(file)) : buildModel(tf, plan!, doc.meaning.training.seed);
  const { modelJson, weights } = await exportTfjs(tf, model);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'model.json'), modelJson);
  writeFileSync(join(out, WEIGHTS_FILE), new Uint8Array(weights));
  process.stdout.write(`${isTrained ? 'trained' : 'untrained'} model: ${join(out, 'model.json')}\n`);
  return 0;
}
