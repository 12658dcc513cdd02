/** `weft export` and `weft import`: files of other programs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from '../compile/index';
import { buildModel } from '../engine/build-model';
import { exportTfjs, WEIGHTS_FILE } from '../engine/export-tfjs';
import { tf } from '../engine/tf-node';
import { serialise } from '../graph/serialise';
import { importLayersModel } from '../targets/tfjs/import';
import { loadProject, readText, shippedSchema } from './load';
import { CliProblem, diagnosticText, fileProblemText, refuseFile } from './print';
import { isRunFolder, readRun } from './run-folder';
import { startBackend } from './session';
import { trainedModel } from './use-model';

const TARGETS = ['tfjs', 'weft'] as const;

/** FILE: a project (fresh weights) or a folder written by `train --out` (trained ones). */
export async function exportModel(file: string, to: string, out: string): Promise<number> {
  if (!(TARGETS as readonly string[]).includes(to)) {
    throw new CliProblem('target', `--to is one of ${TARGETS.join(', ')}, not ${to}`);
  }
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

/** A tfjs `model.json` becomes a project; weight files are looked for beside it. */
export function importModel(file: string, out: string): number {
  const text = readText(file);
  const imported = importLayersModel(text, weightFilesBeside(file, text));
  if (!imported.ok) return refuseFile(imported.problem);
  for (const warning of imported.warnings) process.stderr.write(`warning: ${fileProblemText(warning)}\n`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, serialise(imported.doc));
  process.stdout.write(`${Object.keys(imported.doc.meaning.nodes).length} nodes: ${out}\n`);
  return 0;
}

function weightFilesBeside(
  file: string,
  text: string,
): { readonly name: string; readonly data: Uint8Array }[] {
  const names = [...text.matchAll(/"paths"\s*:\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  );
  return names.flatMap((name) => {
    try {
      return [{ name, data: new Uint8Array(readFileSync(join(dirname(file), name))) }];
    } catch {
      return [];
    }
  });
}
