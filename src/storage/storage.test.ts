/** The parts of storage that need no database: what errors mean, and when a save would lose work. The rest runs in the browser tests. */
import { Dexie } from 'dexie';
import { describe, expect, test } from 'vitest';
import { apply } from '../graph/apply';
import { emptyDocument, newNode } from '../graph/new-document';
import { attempt, storageProblem } from './db';
import { loadImportedWeights, saveImportedWeights } from './imported-weights';
import { losesWork, projectEntry, saveProject } from './projects';

const quota = new DOMException('no room', 'QuotaExceededError');

describe('errors of the database', () => {
  test.each([
    [quota, 'storage-full'],
    [new Dexie.AbortError('transaction aborted', quota), 'storage-full'],
    [new Dexie.AbortError('outer', new Dexie.AbortError('inner', quota)), 'storage-full'],
    [new Dexie.MissingAPIError('no indexedDB'), 'storage-unavailable'],
    [new Dexie.OpenFailedError('blocked'), 'storage-unavailable'],
    [new DOMException('private window', 'SecurityError'), 'storage-unavailable'],
    [new TypeError('boom'), 'storage-failed'],
    ['a string', 'storage-failed'],
  ])('%s', (error, code) => {
    expect(storageProblem(error)).toMatchObject({ code, severity: 'error' });
  });

  test('an error that names itself as its cause comes to an end', () => {
    const loop: Error & { cause?: unknown } = new Error('loop');
    loop.cause = loop;
    expect(storageProblem(loop)).toEqual({
      code: 'storage-failed',
      severity: 'error',
      facts: { message: 'loop' },
    });
  });

  test('work that fails answers with the problem', async () => {
    expect(await attempt(async () => 5)).toEqual({ ok: true, value: 5 });
    expect(await attempt(() => Promise.reject(quota))).toMatchObject({
      ok: false,
      problem: { code: 'storage-full' },
    });
  });

  test('where there is no database, as here in Node, saving says so', async () => {
    const refused = { ok: false, problem: { code: 'storage-unavailable' } };
    expect(await saveProject('p', emptyDocument('x'), 1)).toMatchObject(refused);
    expect(await saveImportedWeights('p', [])).toMatchObject(refused);
    expect(await loadImportedWeights('p')).toMatchObject(refused);
  });
});

test('only an empty document over one with nodes loses work', () => {
  const empty = projectEntry('p', emptyDocument('x'), 1);
  const { doc } = apply(emptyDocument('x'), {
    kind: 'addNode',
    node: newNode('dense', 1, {}),
    position: { x: 0, y: 0 },
  });
  const full = projectEntry('p', doc, 2);
  expect(full).toEqual({ id: 'p', name: 'x', nodes: 1, modifiedAt: 2 });
  expect(losesWork(empty, full)).toBe(true);
  expect(losesWork(empty, empty)).toBe(false);
  expect(losesWork(empty, undefined)).toBe(false);
  expect(losesWork(full, full)).toBe(false);
});
