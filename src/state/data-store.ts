/** Data sets that can be bound, the one that is, and the upload in progress. Rows never come here: the worker reads them. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { DATASETS } from '../data/datasets/index';
import type { GraphDoc } from '../graph/document';
import { listDatasets, removeDataset } from '../storage/datasets';
import { bindCommand } from './bind-dataset';
import type { DataState, DatasetEntry } from './contract';
import { documentStore } from './document-store';
import { workerLink } from './worker-link';

/** Beyond the contract: for the start of the page. */
export interface DataStore extends DataState {
  /** Reads the list of stored sets again. */
  refresh(): Promise<void>;
}

const SHIPPED: readonly DatasetEntry[] = DATASETS.map(({ id, schema }) => ({
  source: { kind: 'shipped', id },
  schema,
}));

const find = (entries: readonly DatasetEntry[], doc: GraphDoc): DatasetEntry | null =>
  entries.find((entry) => entry.schema.id === doc.meaning.dataset?.id) ?? null;

export const dataStore = createStore<DataStore>()((set, get) => {
  let cancel: AbortController | null = null;

  const show = (entries: readonly DatasetEntry[]) => {
    const bound = find(entries, documentStore.getState().doc);
    set({ entries, bound });
    documentStore.getState().setSchema(bound?.schema ?? null);
  };

  return {
    entries: SHIPPED,
    bound: null,
    upload: { kind: 'idle' },
    async startUpload(files, options) {
      cancel?.abort();
      const own = new AbortController();
      cancel = own;
      set({ upload: { kind: 'working', done: 0, total: 0 } });
      const answer = await workerLink().request(
        'importData',
        { files, options },
        {
          signal: own.signal,
          onProgress: (done, total) => {
            if (cancel === own) set({ upload: { kind: 'working', done, total } });
          },
        },
      );
      if (answer.ok) await get().refresh();
      // Cancelled, or overtaken by another upload.
      if (cancel !== own) return;
      cancel = null;
      set({
        upload: answer.ok ? { kind: 'done', ...answer.value } : { kind: 'failed', problems: answer.error },
      });
    },
    cancelUpload() {
      cancel?.abort();
      cancel = null;
      set({ upload: { kind: 'idle' } });
    },
    resetUpload: () => set({ upload: { kind: 'idle' } }),
    bind(id) {
      const entry = get().entries.find((each) => each.schema.id === id);
      if (!entry) return;
      documentStore.getState().dispatch(bindCommand(documentStore.getState().doc, entry.schema));
    },
    async remove(id) {
      const entry = get().entries.find((each) => each.schema.id === id);
      if (entry?.source.kind !== 'stored') return;
      const removed = await removeDataset(id);
      if (removed.ok) await get().refresh();
    },
    async preview(from, count) {
      const { bound } = get();
      if (!bound) return null;
      const answer = await workerLink().request('previewRows', { source: bound.source, from, count });
      return answer.ok ? answer.value : null;
    },
    async refresh() {
      const stored = await listDatasets();
      // Without a database there are no stored sets; the shipped ones still work.
      const own = stored.ok ? stored.value : [];
      show([
        ...SHIPPED,
        ...own.map((schema): DatasetEntry => ({ source: { kind: 'stored', id: schema.id }, schema })),
      ]);
    },
  };
});

documentStore.subscribe(({ doc }, before) => {
  if (doc.meaning.dataset === before.doc.meaning.dataset) return;
  const bound = find(dataStore.getState().entries, doc);
  dataStore.setState({ bound });
  documentStore.getState().setSchema(bound?.schema ?? null);
});

export const useData = <T>(select: (state: DataStore) => T): T => useStore(dataStore, select);
