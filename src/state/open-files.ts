/** Files that the user chose or dropped → a document, with what was lost on the way. Reads only; nothing is opened or stored. */
import type { Diagnostic } from '../graph/diagnostic';
import type { GraphDoc } from '../graph/document';
import { type FileProblem, fileError } from '../graph/file-problem';
import { isWeft, parseDocument } from '../graph/parse';
import { MAX_JSON_MEGABYTES, readJson } from '../graph/read-json';
import { importLayersModel } from '../targets/tfjs/import';
import type { NamedWeight } from '../worker/protocol';

export interface OpenedFiles {
  readonly doc: GraphDoc | null;
  /** Named `<node id>/<weight>`; none in a project file. */
  readonly weights: readonly NamedWeight[];
  readonly diagnostics: readonly Diagnostic[];
  readonly problems: readonly FileProblem[];
}

const refused = (problem: FileProblem): OpenedFiles => ({
  doc: null,
  weights: [],
  diagnostics: [],
  problems: [problem],
});

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
    return { doc, weights: [], diagnostics: parsed.diagnostics, problems: [] };
  }
  const weightFiles = await Promise.all(
    files
      .filter((file) => file !== json)
      .map(async (file) => ({ name: file.name, data: await file.arrayBuffer() })),
  );
  const imported = importLayersModel(read.value, weightFiles);
  if (!imported.ok) return refused(imported.problem);
  const doc = { ...imported.doc, name: imported.doc.name || nameOf(json) };
  return { doc, weights: imported.weights, diagnostics: [], problems: imported.diagnostics };
}

const nameOf = (file: File): string => file.name.replace(/(\.weft)?\.json$/i, '');
