/** Projects in the browser: a list of names, and one document each. Opening parses what is stored, exactly as it parses a file. */
import type { GraphDoc } from '../graph/document';
import { parseDocument } from '../graph/parse';
import { forget } from './checkpoints';
import { attempt, database, type ProjectRow, type Stored } from './db';

/** Newest first. */
export const listProjects = (): Promise<Stored<readonly ProjectRow[]>> =>
  attempt(async () => (await database()).projects.orderBy('modifiedAt').reverse().toArray());

/** What `parseDocument` makes of the stored document; null when there is none. */
export const loadProject = (id: string): Promise<Stored<ReturnType<typeof parseDocument> | null>> =>
  attempt(async () => {
    const row = await (await database()).documents.get(id);
    return row ? parseDocument(row.document) : null;
  });

/**
 * Writes document and list entry together. An empty document never replaces one that has nodes: whatever went wrong before,
 * the work is still there after a reload. Gives the entry, or null when that guard held.
 */
export const saveProject = (
  id: string,
  doc: GraphDoc,
  modifiedAt: number,
): Promise<Stored<ProjectRow | null>> =>
  attempt(async () => {
    const db = await database();
    return db.transaction('rw', db.projects, db.documents, async () => {
      const entry = projectEntry(id, doc, modifiedAt);
      const before = await db.projects.get(id);
      if (losesWork(entry, before)) return null;
      await db.documents.put({ project: id, document: doc });
      await db.projects.put(entry);
      return entry;
    });
  });

export function projectEntry(id: string, doc: GraphDoc, modifiedAt: number): ProjectRow {
  return { id, name: doc.name, nodes: Object.keys(doc.meaning.nodes).length, modifiedAt };
}

export const losesWork = (
  next: Pick<ProjectRow, 'nodes'>,
  before: Pick<ProjectRow, 'nodes'> | undefined,
): boolean => next.nodes === 0 && before !== undefined && before.nodes > 0;

/** Takes its weights along, trained and imported. */
export const removeProject = (id: string): Promise<Stored<void>> =>
  attempt(async () => {
    const db = await database();
    const tables = [db.projects, db.documents, db.runs, db.weights] as const;
    return db.transaction(
      'rw',
      [...tables, db.unfinished, db.checkpoints, db.history, db.experiments],
      async () => {
        await Promise.all(tables.map((table) => table.delete(id)));
        for (const run of await db.unfinished.where({ project: id }).primaryKeys()) await forget(db, run);
        await db.experiments.where({ project: id }).delete();
      },
    );
  });
