/** Projects and data sets from the file system. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../data/dataset';
import { findDataset, parseShipped } from '../data/datasets/index';
import { importUpload } from '../data/import-upload';
import type { FileEntry } from '../data/zip-entries';
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import { parseDocument } from '../graph/parse';
import type { DatasetSchema } from '../graph/schema';
import { decodeImage } from './decode-image';
import { CliProblem, dataProblemText, diagnosticText, refuseData, refuseFile } from './print';
import { PROJECT_FILE } from './run-folder';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The file, or the project inside a folder written by `train --out`. */
const projectPath = (path: string): string =>
  existsSync(path) && statSync(path).isDirectory() ? join(path, PROJECT_FILE) : path;

export function loadProject(path: string): GraphDoc {
  const parsed = parseDocument(readText(projectPath(path)));
  if (!parsed.ok) return refuseFile(parsed.problem);
  for (const diagnostic of parsed.diagnostics)
    process.stderr.write(`warning: ${diagnosticText(diagnostic, parsed.doc)}\n`);
  return parsed.doc;
}

export const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

export function readText(path: string): string {
  if (!isFile(path)) throw new CliProblem('file-missing', `There is no file ${path}`);
  return readFileSync(path, 'utf8');
}

/** The same project on the data that it was really given, so that its run is not taken for one on the shipped set. */
export const boundTo = (doc: GraphDoc, dataset: Dataset): GraphDoc =>
  apply(doc, { kind: 'setDataset', dataset: { id: dataset.schema.id } }).doc;

/** What a project may know of its data without reading a row: the schema of a shipped set. */
export const shippedSchema = (doc: GraphDoc): DatasetSchema | null =>
  (doc.meaning.dataset && findDataset(doc.meaning.dataset.id)?.schema) ?? null;

/** `--data PATH` (a table, a ZIP, a folder of images), else the shipped set that the project is bound to. */
export async function loadDataset(
  doc: GraphDoc,
  path: string | undefined,
  target: string | undefined,
): Promise<Dataset> {
  if (path !== undefined) return importPath(path, target ?? null);
  const id = doc.meaning.dataset?.id;
  const descriptor = id === undefined ? undefined : findDataset(id);
  if (!descriptor) {
    throw new CliProblem(
      'no-dataset',
      'The project is bound to no data set that ships with Weft: name one with --data PATH',
    );
  }
  const files = descriptor.files.map(
    (file) => new Uint8Array(readFileSync(join(ROOT, 'public/datasets', descriptor.id, file))),
  );
  const parsed = parseShipped(descriptor, files);
  return parsed.ok ? parsed.value : refuseData(parsed.problems);
}

async function importPath(path: string, target: string | null): Promise<Dataset> {
  if (!existsSync(path)) throw new CliProblem('file-missing', `There is no file or folder ${path}`);
  const title = basename(path);
  const options = { id: `cli-${title}`, title, target, separator: null, imageSize: null };
  const imported = await importUpload(filesOf(path), options, decodeImage);
  if (!imported.ok) return refuseData(imported.problems);
  for (const warning of imported.warnings) process.stderr.write(`warning: ${dataProblemText(warning)}\n`);
  return imported.value;
}

function filesOf(path: string): FileEntry[] {
  const entry = (file: string, name: string): FileEntry => ({
    path: name,
    size: statSync(file).size,
    read: async () => new Uint8Array(readFileSync(file)),
  });
  if (!statSync(path).isDirectory()) return [entry(path, basename(path))];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => {
      const file = join(found.parentPath, found.name);
      return entry(file, relative(path, file).replaceAll('\\', '/'));
    });
}
