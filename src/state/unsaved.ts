/**
 * What was edited a moment before the page was left. The database answers too late for a page that is going away; these few lines
 * are written at once, and the next visit stores them.
 */
import type { GraphDoc } from '../graph/document';
import type { JsonObject } from '../graph/json';
import { parseDocument } from '../graph/parse';
import { forget, keep, keysFrom, recall } from './browser-memory';

export interface Unsaved {
  readonly id: string;
  readonly doc: GraphDoc;
  readonly modifiedAt: number;
}

const PREFIX = 'unsaved.';

export function keepUnsaved({ id, doc, modifiedAt }: Unsaved): void {
  keep(PREFIX + id, { modifiedAt, document: doc as unknown as JsonObject });
}

export function forgetUnsaved(id: string): void {
  forget(PREFIX + id);
}

/** Oldest first. What cannot be read is forgotten. */
export function findUnsaved(): readonly Unsaved[] {
  const found = keysFrom(PREFIX).flatMap((key): Unsaved[] => {
    const { modifiedAt, document } = recall(key);
    const parsed = parseDocument(document);
    if (parsed.ok && typeof modifiedAt === 'number')
      return [{ id: key.slice(PREFIX.length), doc: parsed.doc, modifiedAt }];
    forget(key);
    return [];
  });
  return found.sort((a, b) => a.modifiedAt - b.modifiedAt);
}
