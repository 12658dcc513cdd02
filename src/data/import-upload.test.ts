import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Dataset, Result } from './dataset';
import { importUpload } from './import-upload';
import type { FileEntry } from './zip-entries';

const utf8 = (text: string) => new TextEncoder().encode(text);
const file = (path: string, content: string | Uint8Array): FileEntry => {
  const bytes = typeof content === 'string' ? utf8(content) : content;
  return { path, size: bytes.length, read: async () => bytes };
};
/** A file that must not be read. */
const closed = (path: string, size: number): FileEntry => ({
  path,
  size,
  read: () => {
    throw new Error(`${path} was read`);
  },
});
const options = { id: 'own', title: 'Own', target: null, separator: null, imageSize: null };
const run = (files: FileEntry[], progress = {}) => importUpload(files, options, async () => null, progress);
const codes = (result: Result<Dataset>) =>
  (result.ok ? result.warnings : result.problems).map(({ code, facts }) => ({ code, facts }));
const table = `a,b\n${Array.from({ length: 10 }, (_, i) => `${i * 1.5},${i % 2 ? 'x' : 'y'}`).join('\n')}`;

describe('importUpload reads a table', () => {
  it.each<[string, FileEntry[], object[]]>([
    ['as CSV', [file('t.csv', table)], []],
    ['with no telling name', [file('t', table)], []],
    ['compressed', [file('t.csv.gz', gzipSync(utf8(table)))], []],
    ['in a ZIP', [file('t.zip', zipSync({ 'data/t.csv': utf8(table), '__MACOSX/._t.csv': utf8('x') }))], []],
    ['in a ZIP without the name', [file('t.bin', zipSync({ 't.csv': utf8(table) }))], []],
    ['in a ZIP in a ZIP', [file('t.zip', zipSync({ 'inner.zip': zipSync({ 't.csv': utf8(table) }) }))], []],
    [
      'beside other files',
      [file('t.csv', table), file('readme.md', '# hello')],
      [{ code: 'skipped-files', facts: { count: 1, files: 'readme.md' } }],
    ],
  ])('%s', async (_, files, warnings) => {
    const result = await run(files);
    expect(result).toMatchObject({ ok: true, value: { schema: { id: 'own', rows: 10, target: 'b' } } });
    expect(codes(result)).toEqual(warnings);
  });
});

describe('importUpload refuses', () => {
  const nested = (depth: number): Uint8Array =>
    zipSync({ 'z.zip': depth === 0 ? utf8('x') : nested(depth - 1) });
  it.each<[string, FileEntry[], object]>([
    ['nothing', [], { code: 'no-files', facts: {} }],
    ['junk alone', [file('.DS_Store', 'x')], { code: 'no-files', facts: {} }],
    [
      'a large table without reading it',
      [closed('big.csv', 201e6)],
      { code: 'file-too-large', facts: { file: 'big.csv', megabytes: 201, limit: 200 } },
    ],
    [
      'a large ZIP without reading it',
      [closed('big.zip', 501e6)],
      { code: 'file-too-large', facts: { file: 'big.zip', megabytes: 501, limit: 500 } },
    ],
    ['an empty ZIP file', [file('t.zip', '')], { code: 'empty-file', facts: { file: 't.zip' } }],
    ['an empty table', [file('t.csv', '')], { code: 'empty-file', facts: { file: 't.csv' } }],
    ['a ZIP that is none', [file('t.zip', 'hello')], { code: 'zip-damaged', facts: { file: 't.zip' } }],
    [
      'a ZIP cut short',
      [file('t.zip', zipSync({ 't.csv': utf8(table) }).subarray(0, 60))],
      { code: 'zip-damaged', facts: { file: 't.zip' } },
    ],
    [
      'a gzip cut short',
      [file('t.csv.gz', gzipSync(utf8(table)).subarray(0, 30))],
      { code: 'zip-damaged', facts: { file: 't.csv.gz' } },
    ],
    [
      'a spreadsheet',
      [file('t.xlsx', zipSync({ 'xl/workbook.xml': utf8('<x/>') }))],
      { code: 'not-a-table', facts: { file: 't.xlsx', found: 'Excel' } },
    ],
    [
      'an old spreadsheet',
      [file('t.xls', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]))],
      { code: 'not-a-table', facts: { file: 't.xls', found: 'Excel' } },
    ],
    [
      'JSON',
      [file('t.json', '[{"a":1}]')],
      { code: 'not-a-table', facts: { file: 't.json', found: 'JSON' } },
    ],
    [
      'Parquet',
      [file('t.parquet', 'PAR1\u0015\u0004')],
      { code: 'not-a-table', facts: { file: 't.parquet', found: 'Parquet' } },
    ],
    [
      'several tables',
      [file('a.csv', table), file('b.csv', table)],
      { code: 'several-tables', facts: { count: 2, files: 'a.csv, b.csv' } },
    ],
    [
      'files without a table',
      [file('a.md', 'x'), file('b.doc', 'y')],
      { code: 'no-images', facts: { files: 2 } },
    ],
    [
      'a file that is gone',
      [{ path: 't.csv', size: 10, read: () => Promise.reject(new Error('NotReadableError')) }],
      { code: 'file-unreadable', facts: { file: 't.csv' } },
    ],
    [
      'a ZIP in a ZIP in a ZIP …',
      [file('t.zip', nested(6))],
      { code: 'not-a-table', facts: { file: 'z.zip', found: 'ZIP' } },
    ],
  ])('%s', async (_, files, problem) => {
    const result = await run(files);
    expect(result.ok).toBe(false);
    expect(codes(result)).toEqual([problem]);
  });

  it('a ZIP whose directory promises too much, without unpacking it', async () => {
    const bytes = zipSync({ 't.csv': utf8(table) });
    const view = new DataView(bytes.buffer);
    const directory = bytes.findIndex(
      (_, i) => i + 4 <= bytes.length && view.getUint32(i, true) === 0x02014b50,
    );
    view.setUint32(directory + 24, 300e6, true);
    expect(codes(await run([file('bomb.zip', bytes)]))).toEqual([
      { code: 'file-too-large', facts: { file: 't.csv', megabytes: 300, limit: 200 } },
    ]);
  });

  it('a gzip that unpacks to more than the limit', async () => {
    const bomb = gzipSync(new Uint8Array(230e6).fill(0x61), { level: 9 });
    const result = await run([file('bomb.csv.gz', bomb)]);
    expect(codes(result)).toMatchObject([
      { code: 'file-too-large', facts: { file: 'bomb.csv.gz', limit: 200 } },
    ]);
  });

  it('when it was cancelled before it began', async () => {
    expect(codes(await run([file('t.csv', table)], { signal: { aborted: true } }))).toEqual([
      { code: 'cancelled', facts: {} },
    ]);
  });
});
