/** The user's own data sets. Typed arrays are stored as they are; listing reads schemas only. */
import type { Dataset } from '../data/dataset';
import type { DatasetSchema } from '../graph/schema';
import { attempt, database, type Stored } from './db';

export const saveDataset = ({ schema, columns }: Dataset): Promise<Stored<void>> =>
  attempt(async () => {
    const db = await database();
    return db.transaction('rw', db.datasets, db.columns, async () => {
      await db.columns.put({ dataset: schema.id, columns });
      await db.datasets.put({ id: schema.id, addedAt: Date.now(), schema });
    });
  });

/** Null when there is none of that id. */
export const loadDataset = (id: string): Promise<Stored<Dataset | null>> =>
  attempt(async () => {
    const db = await database();
    return db.transaction('r', db.datasets, db.columns, async () => {
      const [row, columns] = await Promise.all([db.datasets.get(id), db.columns.get(id)]);
      return row && columns ? { schema: row.schema, columns: columns.columns } : null;
    });
  });

/** In the order they were added. */
export const listDatasets = (): Promise<Stored<readonly DatasetSchema[]>> =>
  attempt(async () => {
    const rows = await (await database()).datasets.orderBy('addedAt').toArray();
    return rows.map((row) => row.schema);
  });

export const removeDataset = (id: string): Promise<Stored<void>> =>
  attempt(async () => {
    const db = await database();
    return db.transaction('rw', db.datasets, db.columns, async () => {
      await Promise.all([db.datasets.delete(id), db.columns.delete(id)]);
    });
  });
