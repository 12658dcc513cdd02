/** Files that the user chose or dropped → a document, with what was lost on the way. Reads only; nothing is opened or stored. */
import type { Diagnostic } from '../graph/diagnostic';
import type { GraphDoc } from '../graph/document';
import { type FileProblem, fileError, fileWarning } from '../graph/file-problem';
import { isWeft, parseDocument } from '../graph/parse';
import { MAX_JSON_MEGABYTES, readJson } from '../graph/read-json';
import { importLayersModel } from '../targets/tfjs/import';

export interface OpenedFiles {
  readonly doc: GraphDoc | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly problems: readonly FileProblem[];
}

const refused = (problem: FileProblem): OpenedFiles => ({ doc: null, diagnostics: [], problems: [problem] });

export async function openFiles(files: readonly File[]): Promise<OpenedFiles> {
  const json = files.find((file) => file.name.toLowerCase().endsWith('.json'));
  if (!json)
    return refused(fileError('nothing-to-open', { files: files.map((file) => file.name).join(', ') }));
  const megabytes = json.size / 2 ** 20;
  if (megabytes > MAX_JSON_MEGABYTES) {
    return refused(fileError('too-large', { megabytes: Math.round(megabytes), limit: MAX_JSON_MEGABYTES }));
  }
  const read = readJson(await json.text());
  if (!read.ok) return refused(read.problem);
  if (isWeft(read.value)) {
    const parsed = parseDocument(read.value);
    if (!parsed.ok) return refused(parsed.problem);
    const doc = parsed.doc.name === '' ? { ...parsed.doc, name: nameOf(json) } : parsed.doc;
    return { doc, diagnostics: parsed.diagnostics, problems: [] };
  }
  const weights = await Promise.all(
    files
      .filter((file) => file !== json)
      .map(async (file) => ({ name: file.name, data: await file.arrayBuffer() })),
  );
  const imported = importLayersModel(read.value, weights);
  if (!imported.ok) return refused(imported.problem);
  const doc = { ...imported.doc, name: imported.doc.name || nameOf(json) };
  const count = imported.weights.length;
  const problems =
    count > 0 ? [...imported.diagnostics, fileWarning('weights-unused', { count })] : imported.diagnostics;
  return { doc, diagnostics: [], problems };
}

const nameOf = (file: File): string => file.name.replace(/(\.weft)?\.json$/i, '');
