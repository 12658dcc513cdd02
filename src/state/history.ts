/**
 * Undo and redo as two stacks of inverse commands. Plain values and pure functions; the document store holds one. A burst
 * of edits under one key within `MERGE_MS` is one entry. Selection, zoom and panels are not history.
 */
import type { Command } from '../graph/command';

export interface Entry {
  /** Takes the document back (in `past`) or forth again (in `future`). */
  readonly command: Command;
  readonly mergeKey: string | null;
  /** When the last edit of the burst happened, in ms. */
  readonly at: number;
}
export interface History {
  readonly past: readonly Entry[];
  readonly future: readonly Entry[];
}

export const NO_HISTORY: History = { past: [], future: [] };
export const MERGE_MS = 800;
/** More than anybody undoes; bounds what a long session keeps alive. */
const MAX_ENTRIES = 1000;

export function remember(history: History, inverse: Command, mergeKey: string | null, at: number): History {
  const last = history.past.at(-1);
  const merges = last && mergeKey !== null && last.mergeKey === mergeKey && at - last.at <= MERGE_MS;
  if (!merges) {
    return { past: [...history.past.slice(1 - MAX_ENTRIES), { command: inverse, mergeKey, at }], future: [] };
  }
  const command: Command = { kind: 'batch', commands: [inverse, ...parts(last.command)] };
  return { past: [...history.past.slice(0, -1), { command, mergeKey, at }], future: [] };
}

const parts = (command: Command): readonly Command[] =>
  command.kind === 'batch' ? command.commands : [command];

/** After the top of one stack was applied: its inverse goes to the other. The key is dropped, so that a later edit starts anew. */
export function moved(history: History, direction: 'undo' | 'redo', inverse: Command): History {
  const entry: Entry = { command: inverse, mergeKey: null, at: 0 };
  return direction === 'undo'
    ? { past: history.past.slice(0, -1), future: [...history.future, entry] }
    : { past: [...history.past, entry], future: history.future.slice(0, -1) };
}
