/** Project files: what is supplied, what is refused and with which facts, and how the text looks. */
import { describe, expect, test } from 'vitest';
import { FORMAT_VERSION, type GraphDoc } from './document';
import { MIGRATIONS, type Migrations, migrate } from './migrations';
import { parseDocument } from './parse';
import { serialise } from './serialise';
import { DEFAULT_TRAINING } from './training-settings';

const written = {
  format: 'weft',
  version: 1,
  name: 'by hand',
  meaning: {
    nodes: {
      in: { type: 'image-input' },
      d: { type: 'dense', config: { units: 10 } },
      x: { type: 'from-the-future', typeVersion: 9 },
    },
    edges: {
      e: { source: { node: 'in', port: 'output' }, target: { node: 'd', port: 'input' } },
      lost: { source: { node: 'gone', port: 'output' }, target: { node: 'd', port: 'input' } },
      inherited: { source: { node: 'constructor', port: 'output' }, target: { node: 'd', port: 'input' } },
    },
    training: { epochs: 3 },
  },
};
const opened = (source: unknown): GraphDoc => {
  const result = parseDocument(source);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.doc;
};
const problem = (source: unknown) => {
  const result = parseDocument(source);
  return result.ok ? null : { code: result.problem.code, ...result.problem.facts };
};
const changed = (path: string, value: unknown) => {
  const copy = structuredClone(written);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  parent[last] = value;
  return copy;
};

describe('a file written by hand', () => {
  test('gets defaults, places from left to right, and keeps unknown types', () => {
    const doc = opened(JSON.stringify(written));
    expect(doc.meaning.nodes['in']).toEqual({
      id: 'in',
      type: 'image-input',
      typeVersion: 1,
      title: '',
      config: {},
    });
    expect(doc.meaning.nodes['x']).toMatchObject({ type: 'from-the-future', typeVersion: 9 });
    expect(doc.meaning.training).toEqual({ ...DEFAULT_TRAINING, epochs: 3 });
    expect(doc.meaning.dataset).toBeNull();
    expect(doc.layout.positions['in']!.x).toBeLessThan(doc.layout.positions['d']!.x);
    expect(Object.keys(doc.layout.positions).sort()).toEqual(['d', 'in', 'x']);
  });

  test('loses dangling wires, with a warning for each', () => {
    const result = parseDocument(written);
    expect(result.ok && Object.keys(result.doc.meaning.edges)).toEqual(['e']);
    expect(
      result.ok && result.diagnostics.map(({ code, severity, where }) => [code, severity, where]),
    ).toEqual([
      ['dangling-edge', 'warning', { kind: 'edge', edge: 'lost' }],
      ['dangling-edge', 'warning', { kind: 'edge', edge: 'inherited' }],
    ]);
  });

  test('keeps the places it gives and drops those of nodes that are not there', () => {
    const doc = opened({ ...written, layout: { positions: { d: { x: 7, y: 8 }, ghost: { x: 1, y: 1 } } } });
    expect(doc.layout.positions['d']).toEqual({ x: 7, y: 8 });
    expect(Object.keys(doc.layout.positions).sort()).toEqual(['d', 'in', 'x']);
  });

  test('the key is the id, and flags are canonical', () => {
    const doc = opened(
      changed('meaning.nodes.d', { id: 'other', type: 'dense', bypassed: false, trainable: true }),
    );
    expect(doc.meaning.nodes['d']).toEqual({ id: 'd', type: 'dense', typeVersion: 1, title: '', config: {} });
  });
});

describe('refused with facts', () => {
  test.each([
    ['{\n  "format": "weft",\n  oops', { code: 'not-json', line: 3 }],
    ['', { code: 'not-json', line: 1 }],
    ['[1, 2]', { code: 'not-weft' }],
    ['null', { code: 'not-weft' }],
    [undefined, { code: 'not-weft' }],
    [
      { format: 'weft', version: FORMAT_VERSION + 1 },
      { code: 'newer-format', version: FORMAT_VERSION + 1, known: FORMAT_VERSION },
    ],
    [{ format: 'weft' }, { code: 'unknown-version', version: 'undefined' }],
    [
      { format: 'weft', version: 0.5 },
      { code: 'unknown-version', version: '0.5' },
    ],
    [
      { format: 'weft', version: 1 },
      { code: 'invalid-content', path: 'meaning', expected: 'object' },
    ],
    [
      changed('meaning.nodes.d.type', 3),
      { code: 'invalid-content', path: 'meaning.nodes.d.type', expected: 'string' },
    ],
    [
      changed('meaning.nodes.d.config', []),
      { code: 'invalid-content', path: 'meaning.nodes.d.config', expected: 'JSON object' },
    ],
    [
      changed('meaning.nodes.d.config', { f: () => 1 }),
      { code: 'invalid-content', path: 'meaning.nodes.d.config', expected: 'JSON object' },
    ],
    [
      changed('meaning.nodes.a/b', { type: 'dense' }),
      { code: 'invalid-content', path: 'meaning.nodes.a/b', expected: 'id' },
    ],
    [
      changed('meaning.training.epochs', 0),
      { code: 'invalid-content', path: 'meaning.training.epochs', expected: '≥ 1' },
    ],
    [
      changed('meaning.training.validationSplit', 2),
      { code: 'invalid-content', path: 'meaning.training.validationSplit', expected: '≤ 0.9' },
    ],
  ])('%j', (source, facts) => {
    expect(problem(source)).toEqual(facts);
  });

  test('text larger than any project', () => {
    expect(problem(' '.repeat(65 * 2 ** 20))).toEqual({ code: 'too-large', megabytes: 65, limit: 64 });
  });

  test('config nested deep enough to overflow a stack', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const text = JSON.stringify(written).replace('{"units":10}', `{"units":${deep}}`);
    expect(problem(text)).toMatchObject({ code: 'invalid-content', path: 'meaning.nodes.d.config' });
  });
});

test('one node per line: a one-field edit is a one-line difference', () => {
  const before = serialise(opened(written)).split('\n');
  const after = serialise(opened(changed('meaning.nodes.d.config', { units: 11 }))).split('\n');
  expect(after.filter((line, at) => line !== before[at])).toEqual([
    '      "d": { "id": "d", "type": "dense", "typeVersion": 1, "title": "", "config": { "units": 11 } },',
  ]);
  expect(before.length).toBeLessThan(50);
});

test('nodes are sorted as people count', () => {
  const nodes = Object.fromEntries(
    ['dense-10', 'dense-2', 'dense', 'add'].map((id) => [id, { type: 'dense' }]),
  );
  const text = serialise(opened({ format: 'weft', version: 1, meaning: { nodes } }));
  const at = ['add', 'dense', 'dense-2', 'dense-10'].map((id) => text.indexOf(`"${id}": {`));
  expect(at).toEqual([...at].sort((a, b) => a - b));
});

describe('migrations', () => {
  /** A stored file of each version before the current one, as it was written then. */
  const stored: { readonly [version: number]: unknown } = {};

  test('there is a step and a stored file for every version before the current one, and each file opens', () => {
    for (let version = 1; version < FORMAT_VERSION; version++) {
      expect(MIGRATIONS[version], `step from version ${version}`).toBeDefined();
      expect(parseDocument(stored[version]), `stored file of version ${version}`).toMatchObject({
        ok: true,
        diagnostics: [],
      });
    }
    expect(Object.keys(MIGRATIONS).length).toBe(FORMAT_VERSION - 1);
  });

  test('run in order, each once, and only those that are needed', () => {
    const hit: number[] = [];
    const step = (from: number) => ({
      what: '',
      up: (document: { readonly [key: string]: unknown }) => {
        hit.push(from);
        expect(document['version']).toBe(from);
        return { ...document, name: `${document['name']}${from}` };
      },
    });
    const steps: Migrations = { 1: step(1), 2: step(2), 3: step(3) };
    expect(migrate({ version: 2, name: 'n' }, 2, 4, steps)).toEqual({ version: 4, name: 'n23' });
    expect(hit).toEqual([2, 3]);
    expect(() => migrate({ version: 2 }, 2, 3, {})).toThrow('version 2');
  });
});
