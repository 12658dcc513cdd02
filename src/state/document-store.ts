/**
 * The document on the canvas with its history and what the compiler says about it. Thin: edits are `apply`, undo is the stored
 * inverse, and compilation happens here and only when meaning or schema has changed.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { compile } from '../compile/index';
import type { CompileResult } from '../compile/result';
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import { emptyDocument } from '../graph/new-document';
import type { DatasetSchema } from '../graph/schema';
import type { DocumentState } from './contract';
import { type History, moved, NO_HISTORY, remember } from './history';

export function createDocumentStore(now: () => number = () => performance.now()): StoreApi<DocumentState> {
  let history: History = NO_HISTORY;
  let schema: DatasetSchema | null = null;

  return createStore<DocumentState>()((set, get) => {
    const recompiled = (doc: GraphDoc): CompileResult => {
      const { doc: before, compiled } = get();
      return doc.meaning === before.meaning ? compiled : compile(doc, schema);
    };
    const show = (doc: GraphDoc, revision: number) => {
      set({
        doc,
        compiled: recompiled(doc),
        canUndo: history.past.length > 0,
        canRedo: history.future.length > 0,
        revision,
      });
    };
    const travel = (direction: 'undo' | 'redo') => {
      const entry = (direction === 'undo' ? history.past : history.future).at(-1);
      if (!entry) return;
      const { doc, inverse } = apply(get().doc, entry.command);
      history = moved(history, direction, inverse);
      show(doc, get().revision + 1);
    };
    const first = emptyDocument('');
    return {
      doc: first,
      compiled: compile(first, schema),
      canUndo: false,
      canRedo: false,
      revision: 0,
      dispatch(command, mergeKey) {
        const { doc, revision } = get();
        const { doc: next, inverse } = apply(doc, command);
        if (next === doc) return;
        history = remember(history, inverse, mergeKey ?? null, now());
        show(next, revision + 1);
      },
      undo: () => travel('undo'),
      redo: () => travel('redo'),
      open(doc) {
        history = NO_HISTORY;
        show(doc, 0);
      },
      setSchema(next) {
        if (next === schema) return;
        schema = next;
        set({ compiled: compile(get().doc, schema) });
      },
    };
  });
}

export const documentStore = createDocumentStore();
export const useDocument = <T>(select: (state: DocumentState) => T): T => useStore(documentStore, select);
