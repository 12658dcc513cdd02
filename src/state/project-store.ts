/**
 * Projects and autosave. A document is stored 600 ms after the last edit, and at once when the page is hidden or left; one that
 * nobody has edited yet is not stored, so that trying a starter leaves nothing behind.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import { type FileProblem, fileError } from '../graph/file-problem';
import { emptyDocument } from '../graph/new-document';
import type { ProjectRow, Stored } from '../storage/db';
import { loadImportedWeights, saveImportedWeights } from '../storage/imported-weights';
import { listProjects, loadProject, removeProject, saveProject } from '../storage/projects';
import type { NamedWeight } from '../worker/protocol';
import { keep, recall } from './browser-memory';
import type { ProjectState } from './contract';
import { documentStore } from './document-store';
import { runStore } from './run-store';
import { findUnsaved, forgetUnsaved, keepUnsaved } from './unsaved';

const AUTOSAVE_MS = 600;
const MEMORY = 'project';

/** Beyond the contract: for the start of the page and for messages. */
export interface ProjectStore extends ProjectState {
  /** Why the last opening or saving failed. */
  readonly problem: FileProblem | null;
  /** Reads the list of projects, after storing what an earlier visit could not. */
  refresh(): Promise<void>;
  /** Shows a document that becomes a project with its first edit. */
  show(doc: GraphDoc): Promise<void>;
  /** Stores now what is not stored yet. */
  flush(): Promise<void>;
  /** The same when the page may be gone before storage has answered. */
  leave(): void;
}

/** `?doc=…` asks for a new document; once that is a project of the user's own, a reload shall find it. */
function forgetScenario(): void {
  const address = new URL(window.location.href);
  if (!address.searchParams.has('doc')) return;
  address.searchParams.delete('doc');
  address.searchParams.delete('epochs');
  window.history.replaceState(window.history.state, '', address);
}

/** The project that was open when the page was left. */
export const lastProject = (): string | null => {
  const { id } = recall(MEMORY);
  return typeof id === 'string' ? id : null;
};

export const projectStore = createStore<ProjectStore>()((set, get) => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** The document as it lies in storage, or as it was opened. */
  let stored: GraphDoc | null = null;
  /** Saves run one after another: an older document must not overtake a newer one. */
  let queue: Promise<unknown> = Promise.resolve();

  const setCurrent = (current: string | null) => {
    set({ current });
    keep(MEMORY, current ? { id: current } : {});
    if (current !== null) forgetScenario();
  };

  /** `weights`: those of a project that is not in storage yet. */
  const show = async (doc: GraphDoc, id: string | null, weights?: readonly NamedWeight[]) => {
    stored = doc;
    setCurrent(id);
    set({ saved: 'saved', problem: null });
    documentStore.getState().open(doc);
    await runStore.getState().openProject(id, weights);
  };

  const withEntry = (entry: ProjectRow) => {
    set({ entries: [entry, ...get().entries.filter((each) => each.id !== entry.id)] });
  };

  const write = (id: string, doc: GraphDoc, at = Date.now()): Promise<Stored<ProjectRow | null>> => {
    const saving = queue.then(() => saveProject(id, doc, at));
    queue = saving;
    return saving;
  };

  const isUnsaved = (): boolean => stored !== null && documentStore.getState().doc !== stored;

  /** The id of the project on screen, which has none before its first edit is stored. */
  const settled = (): string => {
    const known = get().current;
    if (known !== null) return known;
    const id = crypto.randomUUID();
    setCurrent(id);
    runStore.getState().adoptProject(id);
    return id;
  };

  const flush = async () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const { doc } = documentStore.getState();
    if (!isUnsaved()) return;
    const current = settled();
    set({ saved: 'saving' });
    const result = await write(current, doc);
    if (get().current !== current) return;
    if (!result.ok) return set({ saved: 'failed', problem: result.problem });
    if (result.value === null) return set({ saved: 'unsaved' });
    stored = doc;
    withEntry(result.value);
    if (documentStore.getState().doc === doc) forgetUnsaved(current);
    set({ saved: documentStore.getState().doc === doc ? 'saved' : 'unsaved', problem: null });
  };

  /** A run that is under way must be found again after a reload, so the first one makes a project too. */
  runStore.subscribe(({ status }, before) => {
    if (status !== 'starting' || before.status === 'starting' || get().current !== null) return;
    const { doc } = documentStore.getState();
    void write(settled(), doc).then((result) => {
      if (result.ok && result.value) withEntry(result.value);
    });
  });

  documentStore.subscribe(({ doc }, before) => {
    if (doc === before.doc || doc === stored || stored === null) return;
    if (get().saved !== 'saving') set({ saved: 'unsaved' });
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void flush(), AUTOSAVE_MS);
  });

  /** A new project in storage, with the weights that it starts from. */
  const add = async (id: string, doc: GraphDoc, weights: readonly NamedWeight[]) => {
    const result = await write(id, doc);
    if (!result.ok || result.value === null) return result;
    withEntry(result.value);
    return weights.length > 0 ? await saveImportedWeights(id, weights) : result;
  };

  const create = async (doc: GraphDoc, weights: readonly NamedWeight[]) => {
    await flush();
    const id = crypto.randomUUID();
    await show(doc, id, weights);
    const result = await add(id, doc, weights);
    if (!result.ok) set({ saved: 'failed', problem: result.problem });
  };

  const open = async (id: string) => {
    await flush();
    const loaded = await loadProject(id);
    const problem = !loaded.ok
      ? loaded.problem
      : loaded.value === null
        ? fileError('project-missing', {})
        : loaded.value.ok
          ? null
          : loaded.value.problem;
    if (problem) set({ problem });
    else if (loaded.ok && loaded.value?.ok) await show(loaded.value.doc, id);
  };

  /** The stored document of a project that need not be open. */
  const read = async (id: string): Promise<GraphDoc | null> => {
    if (id === get().current) return documentStore.getState().doc;
    const loaded = await loadProject(id);
    return loaded.ok && loaded.value?.ok ? loaded.value.doc : null;
  };

  return {
    current: null,
    entries: [],
    saved: 'saved',
    problem: null,
    open,
    create: (doc) => create(doc, []),
    flush,
    leave() {
      if (!isUnsaved()) return;
      keepUnsaved({ id: settled(), doc: documentStore.getState().doc, modifiedAt: Date.now() });
      void flush();
    },
    show: async (doc) => {
      await flush();
      await show(doc, null);
    },
    async refresh() {
      let listed = await listProjects();
      const left = listed.ok ? findUnsaved() : [];
      for (const { id, doc, modifiedAt } of left) {
        const isOlder =
          listed.ok && listed.value.some((row) => row.id === id && row.modifiedAt >= modifiedAt);
        if (isOlder || (await write(id, doc, modifiedAt)).ok) forgetUnsaved(id);
      }
      if (left.length > 0) listed = await listProjects();
      set(listed.ok ? { entries: listed.value } : { entries: [], problem: listed.problem });
    },
    async duplicate(id) {
      const doc = await read(id);
      if (!doc) return;
      const names = get().entries.map((entry) => entry.name);
      const weights = await loadImportedWeights(id);
      const result = await add(
        crypto.randomUUID(),
        { ...doc, name: copyName(doc.name, names) },
        weights.ok ? weights.value : [],
      );
      if (!result.ok) set({ problem: result.problem });
    },
    async rename(id, name) {
      if (id === get().current) return documentStore.getState().dispatch({ kind: 'renameProject', name });
      const doc = await read(id);
      if (!doc) return;
      const result = await write(id, apply(doc, { kind: 'renameProject', name }).doc);
      if (!result.ok) set({ problem: result.problem });
      else if (result.value) withEntry(result.value);
    },
    async remove(id) {
      if (id === get().current) {
        if (timer !== null) clearTimeout(timer);
        stored = null;
      }
      await queue;
      forgetUnsaved(id);
      const removed = await removeProject(id);
      if (!removed.ok) return set({ problem: removed.problem });
      const entries = get().entries.filter((entry) => entry.id !== id);
      set({ entries });
      if (id !== get().current) return;
      const next = entries[0];
      if (next) await open(next.id);
      else await show(emptyDocument(''), null);
    },
    async importFiles(files) {
      // The importers come when they are first used.
      const { openFiles } = await import('./open-files');
      const { doc, weights, diagnostics, problems } = await openFiles(files);
      if (doc) await create(doc, weights);
      return { opened: doc !== null, diagnostics, problems };
    },
  };
});

export const useProject = <T>(select: (state: ProjectStore) => T): T => useStore(projectStore, select);

/** `Digits`, `Digits (2)`, `Digits (3)`: the same in every language. */
export function copyName(name: string, taken: readonly string[]): string {
  const base = name.replace(/ \(\d+\)$/, '');
  for (let count = 2; ; count++) {
    const candidate = `${base} (${count})`;
    if (!taken.includes(candidate)) return candidate;
  }
}
