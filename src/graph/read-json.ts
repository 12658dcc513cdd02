/** Text of unknown origin to a JSON value, or a file problem that says in which line it breaks off. */
import { type FileProblem, fileError } from './file-problem';

/** Project files and model topologies are small; what is larger is not one. */
export const MAX_JSON_MEGABYTES = 64;

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: FileProblem };

export function readJson(text: string): ReadJson {
  const megabytes = text.length / 2 ** 20;
  if (megabytes > MAX_JSON_MEGABYTES) {
    const facts = { megabytes: Math.round(megabytes), limit: MAX_JSON_MEGABYTES };
    return { ok: false, problem: fileError('too-large', facts) };
  }
  try {
    // A byte order mark, as some Windows editors write, is no JSON.
    return { ok: true, value: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    return { ok: false, problem: fileError('not-json', { line: lineOf(error, text) }) };
  }
}

/** Engines name either the line or the position in the message; where neither is given, the end of the file is meant. */
function lineOf(error: unknown, text: string): number {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  return text.slice(0, position ? Number(position) : text.length).split('\n').length;
}
