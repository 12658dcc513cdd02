/** History and memoised compilation of the document store, with a clock of its own. */
import { describe, expect, test } from 'vitest';
import { findDataset } from '../data/datasets/index';
import type { Command } from '../graph/command';
import { nodeId } from '../graph/document';
import { emptyDocument, newNode } from '../graph/new-document';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { createDocumentStore } from './document-store';
import { MERGE_MS } from './history';

const node = nodeId('hidden1');
/** As the starter has it. */
const UNITS = Number(digitsMlp.document().meaning.nodes[node]!.config['units']);
const units = (value: number): Command => ({ kind: 'setConfig', node, config: { units: value } });
const move = (x: number): Command => ({ kind: 'moveNodes', positions: { [node]: { x, y: 0 } } });

function opened() {
  let time = 0;
  const store = createDocumentStore(() => time);
  store.getState().open(digitsMlp.document());
  return {
    ...store,
    wait: (ms: number) => {
      time += ms;
    },
    unitsNow: () => store.getState().doc.meaning.nodes[node]!.config['units'],
  };
}

describe('history', () => {
  test('undo and redo walk through every edit, and a new edit forgets what was undone', () => {
    const { getState, unitsNow } = opened();
    getState().dispatch(units(10));
    getState().dispatch(units(20));
    expect([unitsNow(), getState().canUndo, getState().canRedo, getState().revision]).toEqual([
      20,
      true,
      false,
      2,
    ]);
    getState().undo();
    expect([unitsNow(), getState().canRedo]).toEqual([10, true]);
    getState().undo();
    expect([unitsNow(), getState().canUndo]).toEqual([UNITS, false]);
    getState().undo();
    expect(unitsNow()).toBe(UNITS);
    getState().redo();
    expect(unitsNow()).toBe(10);
    getState().dispatch(units(30));
    expect(getState().canRedo).toBe(false);
    getState().redo();
    expect(unitsNow()).toBe(30);
  });

  test('a burst under one key is one entry, as long as its edits follow each other quickly', () => {
    const { getState, wait, unitsNow } = opened();
    for (const value of [1, 2, 3]) {
      getState().dispatch(units(value), 'typing');
      wait(MERGE_MS);
    }
    wait(1);
    getState().dispatch(units(4), 'typing');
    getState().undo();
    expect(unitsNow()).toBe(3);
    getState().undo();
    expect(unitsNow()).toBe(UNITS);
    getState().redo();
    expect(unitsNow()).toBe(3);
  });

  test('other keys, no key and an undo in between do not merge', () => {
    const { getState, unitsNow } = opened();
    getState().dispatch(units(1), 'a');
    getState().dispatch(units(2), 'b');
    getState().dispatch(units(3));
    getState().dispatch(units(4));
    getState().undo();
    getState().dispatch(units(5), 'b');
    for (const expected of [3, 2, 1, UNITS]) {
      getState().undo();
      expect(unitsNow()).toBe(expected);
    }
  });

  test('an edit that changes nothing is no entry and no new state', () => {
    const { getState } = opened();
    const before = getState();
    before.dispatch(units(UNITS));
    before.dispatch({ kind: 'removeNode', node: nodeId('ghost') });
    expect(getState()).toBe(before);
  });

  test('opening another document starts afresh', () => {
    const { getState } = opened();
    getState().dispatch(units(1));
    getState().open(emptyDocument('other'));
    expect(getState()).toMatchObject({ canUndo: false, canRedo: false, revision: 0 });
    getState().undo();
    expect(getState().doc.name).toBe('other');
  });
});

describe('compilation', () => {
  test('follows meaning and schema, and only these', () => {
    const { getState } = opened();
    const first = getState().compiled;
    expect(first.training).toBeNull();
    getState().dispatch(move(500));
    getState().dispatch({ kind: 'renameProject', name: 'x' });
    expect(getState().compiled).toBe(first);
    const { schema } = findDataset('digits')!;
    getState().setSchema(schema);
    const bound = getState().compiled;
    expect(bound.training).not.toBeNull();
    getState().setSchema(schema);
    expect(getState().compiled).toBe(bound);
    getState().dispatch(units(7));
    expect(getState().compiled.shapes.get('hidden1:output')?.shape).toEqual(['batch', 7]);
    getState().undo();
    expect(getState().compiled.shapes.get('hidden1:output')?.shape).toEqual(['batch', UNITS]);
    getState().dispatch({
      kind: 'addNode',
      node: newNode('dense', 1, {}, 'lonely'),
      position: { x: 0, y: 0 },
    });
    expect(getState().compiled.diagnostics.some(({ code }) => code === 'missing-input')).toBe(true);
  });
});
