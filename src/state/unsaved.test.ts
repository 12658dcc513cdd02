/** What the last visit could not store, over the browser's own small storage or what stands in for it here. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyDocument } from '../graph/new-document';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { keep, keysFrom } from './browser-memory';
import { findUnsaved, forgetUnsaved, keepUnsaved } from './unsaved';

/** As browsers do it: entries are properties, methods are not. */
class Memory {
  getItem(key: string): string | null {
    return (this as unknown as Record<string, string>)[key] ?? null;
  }
  setItem(key: string, value: string): void {
    (this as unknown as Record<string, string>)[key] = value;
  }
  removeItem(key: string): void {
    delete (this as unknown as Record<string, string>)[key];
  }
}

beforeEach(() => void vi.stubGlobal('localStorage', new Memory()));
afterEach(() => void vi.unstubAllGlobals());

test('is found again, oldest first, until it is stored', () => {
  const doc = digitsMlp.document();
  keepUnsaved({ id: 'b', doc, modifiedAt: 2 });
  keepUnsaved({ id: 'a', doc: emptyDocument('x'), modifiedAt: 1 });
  keepUnsaved({ id: 'b', doc, modifiedAt: 3 });
  expect(findUnsaved()).toEqual([
    { id: 'a', doc: emptyDocument('x'), modifiedAt: 1 },
    { id: 'b', doc, modifiedAt: 3 },
  ]);
  forgetUnsaved('a');
  expect(findUnsaved().map(({ id }) => id)).toEqual(['b']);
});

test('what cannot be read is forgotten, and other settings are left alone', () => {
  keep('unsaved.a', { modifiedAt: 1, document: { format: 'weft', version: 99 } });
  keep('unsaved.b', { document: {} });
  keep('view', { theme: 'dark' });
  expect(findUnsaved()).toEqual([]);
  expect([keysFrom('unsaved.'), keysFrom('')]).toEqual([[], ['view']]);
});

test('a browser that forbids it keeps nothing and goes on', () => {
  vi.stubGlobal('localStorage', undefined);
  keepUnsaved({ id: 'a', doc: emptyDocument('x'), modifiedAt: 1 });
  expect(findUnsaved()).toEqual([]);
});
