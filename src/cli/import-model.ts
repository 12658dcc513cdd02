/** `weft import`: a model of another program becomes a project. Needs no tfjs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serialise } from '../graph/serialise';
import { importLayersModel } from '../targets/tfjs/import';
import type { WeightFile } from '../targets/tfjs/read-weights';
import { isFile, readText } from './load';
import { fileProblemText, refuseFile } from './print';

/** A tfjs `model.json` becomes a project, which trains anew; what did not come through is said on stderr. */
export function importModel(file: string, out: string): number {
  const text = readText(file);
  const imported = importLayersModel(text, weightFilesBeside(file, text));
  if (!imported.ok) return refuseFile(imported.problem);
  for (const problem of imported.diagnostics)
    process.stderr.write(`${problem.severity}: ${fileProblemText(problem)}\n`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, serialise(imported.doc));
  process.stdout.write(`${Object.keys(imported.doc.meaning.nodes).length} nodes: ${out}\n`);
  return 0;
}

function weightFilesBeside(file: string, text: string): WeightFile[] {
  const names = [...text.matchAll(/"paths"\s*:\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  );
  return names.flatMap((name) => {
    const path = join(dirname(file), name);
    return isFile(path) ? [{ name, data: new Uint8Array(readFileSync(path)).buffer }] : [];
  });
}
