import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnValues, Dataset, Result } from './dataset';
import { parseTable, type TableOptions } from './parse-table';
import type { Progress } from './platform';

fc.configureGlobal({ seed: 42 });

const options: TableOptions = { id: 'own', title: 'Own table', target: null, separator: null };
const parse = (text: string, part: Partial<TableOptions> = {}, progress?: Progress) =>
  parseTable(new TextEncoder().encode(text), 'f.csv', { ...options, ...part }, progress);

function datasetOf(result: Result<Dataset>): Dataset {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
const codes = (result: Result<Dataset>) =>
  (result.ok ? result.warnings : result.problems).map(({ code, facts }) => ({ code, facts }));
const kinds = (result: Result<Dataset>) =>
  Object.fromEntries(datasetOf(result).schema.columns.map((c) => [c.name, c.kind]));
const lines = (n: number, line: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

describe('a clean table', () => {
  it('gives schema, statistics and values', async () => {
    const result = await parse(
      'size,colour,price\n1,red,10\n2,blue,20\n3,red,\n4,blue,30\n5,red,20\n6,red,20\n',
    );
    expect(codes(result)).toEqual([]);
    const { schema, columns } = datasetOf(result);
    expect(schema).toEqual({
      id: 'own',
      title: { en: 'Own table', zh: 'Own table' },
      rows: 6,
      columns: [
        { kind: 'number', name: 'size', min: 1, max: 6, mean: 3.5, std: Math.sqrt(17.5 / 6), missing: 0 },
        { kind: 'category', name: 'colour', classes: ['blue', 'red'], counts: [2, 4], missing: 0 },
        { kind: 'number', name: 'price', min: 10, max: 30, mean: 20, std: Math.sqrt(40), missing: 1 },
      ],
      target: 'colour',
      sequence: null,
      fixedTestRows: 0,
    });
    expect(columns['colour']).toEqual({ kind: 'category', indices: Int32Array.from([1, 0, 1, 0, 1, 1]) });
    expect(columns['price']).toEqual({
      kind: 'number',
      values: Float64Array.from([10, 20, Number.NaN, 30, 20, 20]),
    });
  });

  it.each<[string, string]>([
    ['comma', 'a,b\n1,x\n2,y\n3,x\n4,y\n'],
    ['semicolon', 'a;b\n1;x\n2;y\n3;x\n4;y\n'],
    ['tab', 'a\tb\n1\tx\n2\ty\n3\tx\n4\ty\n'],
    ['bar', 'a|b\n1|x\n2|y\n3|x\n4|y\n'],
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n3,x\r\n4,y\r\n'],
    ['CR', 'a,b\r1,x\r2,y\r3,x\r4,y\r'],
    ['mixed line ends', 'a,b\r\n1,x\n2,y\r\n3,x\n4,y'],
    ['blank lines', '\n\na,b\n\n1,x\n2,y\n , \n3,x\n4,y\n\n\n'],
    ['quoted cells', '"a","b"\r\n"1","x"\r\n"2","y"\r\n"3","x"\r\n"4","y"\r\n'],
    ['outer spaces', ' a , b \n 1 , x \n 2 , y\n3,x\n4,y'],
    ['trailing separators', 'a,b\n1,x,\n2,y,\n3,x\n4,y'],
    ['byte-order mark', '\uFEFFa,b\n1,x\n2,y\n3,x\n4,y\n'],
  ])('reads %s', async (_, text) => {
    const result = await parse(text);
    expect(codes(result)).toEqual([]);
    expect(datasetOf(result).columns).toEqual({
      a: { kind: 'number', values: Float64Array.from([1, 2, 3, 4]) },
      b: { kind: 'category', indices: Int32Array.from([0, 1, 0, 1]) },
    });
  });

  it('keeps separators, line ends and doubled quotes inside quoted cells', async () => {
    const text = 'note,n\n"one, two",1\n"say ""hi""",2\n"two\nlines",3\n"a completely different note",4\n';
    const { columns } = datasetOf(await parse(text));
    expect(columns['note']).toEqual({
      kind: 'text',
      values: ['one, two', 'say "hi"', 'two\nlines', 'a completely different note'],
    });
  });
});

it('trusts quotes around several lines, however many rows they hide', async () => {
  const rows = lines(
    30,
    (i) => `${i * 1.5},"first line of ${i}\nsecond line, too","${i % 2 ? 'yes' : 'no'}"`,
  );
  const result = await parse(`n,text,label\n${rows}\n`);
  expect(codes(result)).toEqual([]);
  expect(datasetOf(result).schema.rows).toBe(30);
});

describe('hopeless input is refused with its facts', () => {
  it.each<[string, string, Partial<TableOptions>, { code: string; facts: object }]>([
    ['empty', '', {}, { code: 'empty-file', facts: { file: 'f.csv' } }],
    ['blank', ' \n\t\n', {}, { code: 'empty-file', facts: { file: 'f.csv' } }],
    [
      'one column',
      'a\n1\n2\n',
      {},
      { code: 'one-column', facts: { file: 'f.csv', tried: ', ; TAB |', line: 'a' } },
    ],
    [
      'the wrong separator',
      'a,b\n1,2\n',
      { separator: ';' },
      { code: 'one-column', facts: { file: 'f.csv', tried: ';', line: 'a,b' } },
    ],
    ['header only', 'name,size\n', {}, { code: 'no-rows', facts: { file: 'f.csv' } }],
    ['JSON', '[{"a": 1, "b": 2}]', {}, { code: 'not-a-table', facts: { file: 'f.csv', found: 'JSON' } }],
    [
      'JSON object',
      '{"a": [1, 2], "b": 2}',
      {},
      { code: 'not-a-table', facts: { file: 'f.csv', found: 'JSON' } },
    ],
    [
      'HTML',
      '<!DOCTYPE html><html><body>a,b</body></html>',
      {},
      { code: 'not-a-table', facts: { file: 'f.csv', found: 'HTML' } },
    ],
    [
      'XML',
      '<?xml version="1.0"?><rows a="1,2"/>',
      {},
      { code: 'not-a-table', facts: { file: 'f.csv', found: 'XML' } },
    ],
    ['PDF', '%PDF-1.7\n1 0 obj', {}, { code: 'not-a-table', facts: { file: 'f.csv', found: 'PDF' } }],
    [
      'binary',
      `a,b\u0001\u0002\u0003\u0004${'\u0005'.repeat(40)}`,
      {},
      { code: 'not-a-table', facts: { file: 'f.csv', found: 'binary' } },
    ],
    [
      'a target that is not there',
      'a,b\n1,2\n2,4\n',
      { target: 'c' },
      { code: 'target-missing', facts: { column: 'c', columns: 'a, b' } },
    ],
    [
      'a third of the rows uneven',
      'a,b,c\n1,2,3\n1,2\n4,5,6\n1,2,3,4\n7,8,9\n1\n1,2,3\n',
      {},
      { code: 'ragged-table', facts: { count: 3, total: 8, expected: 3, separator: ',', rows: '3, 5, 7' } },
    ],
    [
      'too many columns',
      `${new Array(2001).fill('x').join(',')}\n`,
      {},
      { code: 'too-many-columns', facts: { columns: 2001, limit: 2000 } },
    ],
    [
      'an empty target',
      'a,b,c\n1,,x\n2,,y\n3,NA,x\n',
      { target: 'b' },
      { code: 'target-missing', facts: { column: 'b', columns: 'a, c' } },
    ],
    ['nothing but a target', 'a,b\n1,\n2,\n3,\n', {}, { code: 'no-usable-column', facts: { file: 'f.csv' } }],
  ])('%s', async (_, text, part, problem) => {
    const result = await parse(text, part);
    expect(result.ok).toBe(false);
    expect(codes(result)).toContainEqual(problem);
  });

  it('a file over the limit, before it is decoded', async () => {
    // A view of the right length that fails on any use shows that nothing was read.
    const bytes = new Proxy({ length: 250_000_000 } as Uint8Array, {
      get(target, key) {
        if (key === 'length') return target.length;
        throw new Error(`read ${String(key)}`);
      },
    });
    expect(codes(await parseTable(bytes, 'big.csv', options))).toEqual([
      { code: 'file-too-large', facts: { file: 'big.csv', megabytes: 250, limit: 200 } },
    ]);
  });
});

describe('what is repaired or guessed is a warning', () => {
  const table = (header: string, row: (i: number) => string, n = 20) => `${header}\n${lines(n, row)}\n`;
  it.each<[string, string, object[]]>([
    [
      'short and long rows',
      table('a,b,c', (i) => (i === 3 ? '1,2' : i === 5 ? '1,2,3,4' : `${i},${i * 2},${i * 3}`)),
      [{ code: 'ragged-rows', facts: { count: 2, expected: 3, rows: '5, 7' } }],
    ],
    [
      'a quote that never closes',
      table(
        'text,label',
        (i) => `${i === 4 ? '"so good' : `line no ${i} of the text`}\t${i % 2 ? 'yes' : 'no'}`,
      ).replace(',', '\t'),
      [{ code: 'stray-quotes', facts: { row: 6 } }],
    ],
    [
      'quotes that pair up by chance, rows apart',
      table(
        'text\tlabel',
        (i) =>
          `${i === 4 ? '"Good" start' : i === 9 ? '"Bad" start' : `line ${i} of it`}\t${i % 2 ? 'yes' : 'no'}`,
      ),
      [{ code: 'stray-quotes', facts: { row: 6 } }],
    ],
    [
      'a last quote that never closes among quotes that do',
      table('text,label', (i) => `"${i}, and more","${i % 2 ? 'yes' : 'no'}"`).replace(/"\n$/u, '\n'),
      [{ code: 'open-quote', facts: { row: 21 } }],
    ],
    [
      'no header',
      lines(20, (i) => `${i * 1.5},${i % 2 ? 'yes' : 'no'}`),
      [{ code: 'no-header', facts: { columns: 'column_1, column_2' } }],
    ],
    [
      'no header over text',
      lines(20, (i) => `sentence number ${i} of the file,${i % 2 ? 'yes' : 'no'}`),
      [{ code: 'no-header', facts: { columns: 'column_1, column_2' } }],
    ],
    [
      'repeated and empty names',
      table('a,a,,a', (i) => `${i},${i * 2},${i * 3},${i * 5 + 0.5}`),
      [{ code: 'renamed-columns', facts: { columns: 'a_2, column_3, a_3' } }],
    ],
    [
      'an empty column',
      table('a,b,c', (i) => `${i * 2},NA,${i * 3}`),
      [{ code: 'empty-column', facts: { column: 'b' } }],
    ],
    [
      'a constant number',
      table('a,b,c', (i) => `${i * 2},7,${i * 3}`),
      [{ code: 'constant-column', facts: { column: 'b', value: '7' } }],
    ],
    [
      'a constant class',
      table('a,b,c', (i) => `${i * 2},yes,${i * 3}`),
      [{ code: 'constant-column', facts: { column: 'b', value: 'yes' } }],
    ],
    [
      'an identifier by name',
      table('customer_id,b,c', (i) => `${1000 + i * 7},${i * 2},${i * 3.5}`),
      [{ code: 'identifier-column', facts: { column: 'customer_id' } }],
    ],
    [
      'a row number without a name',
      table(',b,c', (i) => `${i + 1},${i * 2},${i * 3.5}`),
      [
        { code: 'renamed-columns', facts: { columns: 'column_1' } },
        { code: 'identifier-column', facts: { column: 'column_1' } },
      ],
    ],
    [
      'decimal commas',
      table('a;b', (i) => `${i},5;${i * 2},25`),
      [{ code: 'decimal-comma', facts: { columns: 'a, b' } }],
    ],
    [
      'a few cells that are no numbers',
      table('a,b', (i) => `${i === 7 ? 'broken' : i * 2},${i * 3.5}`, 40),
      [{ code: 'not-numbers', facts: { column: 'a', count: 1, example: 'broken' } }],
    ],
    [
      'classes that occur once',
      table('a,b', (i) => `${i * 2},${i === 7 ? 'odd' : i % 2 ? 'yes' : 'no'}`),
      [{ code: 'rare-classes', facts: { column: 'b', classes: 1 } }],
    ],
    [
      'a time series',
      table('day,b', (i) => `2020-01-${String(i + 1).padStart(2, '0')},${(i * 7) % 5}`),
      [{ code: 'time-series', facts: { order: 'day' } }],
    ],
    [
      'time series in groups, newest first',
      table(
        'city,day,b',
        (i) => `${i < 10 ? 'Rome' : 'Oslo'},2020-01-${String(20 - (i % 10)).padStart(2, '0')},${(i * 7) % 5}`,
      ),
      [{ code: 'time-series-groups', facts: { order: 'day', group: 'city' } }],
    ],
  ])('%s', async (_, text, warnings) => {
    const result = await parse(text);
    datasetOf(result);
    expect(codes(result)).toEqual(warnings);
  });

  it('names the encoding it fell back to', async () => {
    const bytes = Uint8Array.from('Gr\xf6\xdfe;b\n1;x\n2;y\n3;x\n4;y', (c) => c.charCodeAt(0));
    const result = await parseTable(bytes, 'f.csv', options);
    expect(Object.keys(datasetOf(result).columns)).toEqual(['Größe', 'b']);
    expect(codes(result)).toEqual([
      { code: 'encoding-fallback', facts: { file: 'f.csv', encoding: 'Windows-1252' } },
    ]);
  });

  it('fills short rows with missing values and drops extra cells', async () => {
    const text = `a,b,c\n${lines(12, (i) => (i === 2 ? '9' : i === 3 ? '9,9,9,9' : `${i},${i},${i * 1.5}`))}`;
    const { columns } = datasetOf(await parse(text));
    expect(columns['b']).toMatchObject({ kind: 'number' });
    const { values } = columns['b'] as { values: Float64Array };
    expect(values[2]).toBeNaN();
    expect(values[3]).toBe(9);
  });
});

it('keeps columns whose names mean something to JavaScript', async () => {
  const text = `__proto__,constructor\n${lines(20, (i) => `${i * 1.5},${i % 2 ? 'x' : 'y'}`)}`;
  const { schema, columns } = datasetOf(await parse(text));
  expect(schema.columns.map((column) => [column.name, column.kind])).toEqual([
    ['__proto__', 'number'],
    ['constructor', 'category'],
  ]);
  expect(Object.entries(columns).map(([name, { kind }]) => [name, kind])).toEqual([
    ['__proto__', 'number'],
    ['constructor', 'category'],
  ]);
});

describe('column kinds', () => {
  const column = async (cells: readonly string[], part: Partial<TableOptions> = {}, name = 'x') => {
    const quoted = cells.map((cell, i) => `"${cell.replaceAll('"', '""')}",${i * 1.5 + 0.25}`);
    return kinds(await parse(`${name},other\n${quoted.join('\n')}`, part))[name];
  };
  const repeat = (values: readonly string[], n: number) =>
    Array.from({ length: n }, (_, i) => values[i % values.length]!);

  it.each<[string, string[], string]>([
    ['numbers', ['1', '-2.5', '+3', '.5', '1e3', '4.', '\u22127'], 'number'],
    [
      'numbers with every mark for missing',
      ['1', 'NA', 'n/a', 'NaN', 'null', '?', '-', '#N/A', '2', '2'],
      'number',
    ],
    ['thousands', ['1,234', '12,345,678.5', '7'], 'number'],
    ['few values', repeat(['red', 'green', 'blue'], 30), 'category'],
    ['booleans', repeat(['true', 'false'], 10), 'category'],
    ['distinct words', Array.from({ length: 30 }, (_, i) => `name${i}`), 'text'],
    [
      'many classes in many rows',
      repeat(
        Array.from({ length: 80 }, (_, i) => `c${i}`),
        2000,
      ),
      'category',
    ],
    [
      'many classes in few rows',
      repeat(
        Array.from({ length: 80 }, (_, i) => `c${i}`),
        200,
      ),
      'text',
    ],
    ['repeated sentences', repeat(['x'.repeat(101), 'y'.repeat(101)], 30), 'text'],
    ['dates', repeat(['2020-01-01', '2020-01-02'], 30), 'text'],
    ['numbers that end in words', repeat(['1', '2', 'many'], 30), 'category'],
    ['whole numbers', repeat(['0', '1', '2'], 30), 'number'],
    ['versions', ['1.2.3', '1.2.4', '1.3.0'], 'text'],
  ])('%s', async (_, cells, kind) => {
    expect(await column(cells)).toBe(kind);
  });

  it('turns whole numbers into classes only where they are to be predicted', async () => {
    const cells = repeat(['3', '10', '5'], 30);
    expect(await column(cells)).toBe('number');
    expect(await column(cells, { target: 'x' })).toBe('category');
    expect(await column(cells, {}, 'label')).toBe('category');
    const { schema } = datasetOf(
      await parse(`label,other\n${cells.map((c, i) => `${c},${i + 0.5}`).join('\n')}`),
    );
    expect(schema.columns[0]).toMatchObject({ classes: ['3', '5', '10'] });
    expect(schema.target).toBe('label');
  });

  it('takes a last column of 0, 1, 2 as the label', async () => {
    const text = `a,b\n${lines(30, (i) => `${i * 1.5},${i % 3}`)}`;
    expect(kinds(await parse(text))).toEqual({ a: 'number', b: 'category' });
  });

  it('reads 1,234 by the separator of the file', async () => {
    const thousands = datasetOf(await parse('a,b\n"1,234",1.5\n"2,345",2.5\n"3,456",9.5')).columns['a'];
    const decimals = datasetOf(await parse('a;b\n1,234;1,5\n2,345;2,5\n3,456;9,5')).columns['a'];
    expect(thousands).toEqual({ kind: 'number', values: Float64Array.from([1234, 2345, 3456]) });
    expect(decimals).toEqual({ kind: 'number', values: Float64Array.from([1.234, 2.345, 3.456]) });
  });

  it('finds the tags of a text by their count, however often they repeat', async () => {
    const rows = [
      'the cat sat\tD N V',
      'a dog ran away\tD N V R',
      'birds sing\tN V',
      'the end\tD N',
      'the dog sat\tD N V',
    ];
    const { schema, columns } = datasetOf(await parse(`text\ttags\n${rows.join('\n')}`));
    expect(schema.columns).toEqual([
      { kind: 'text', name: 'text', maxWords: 4, medianWords: 3, distinctWords: 10, missing: 0 },
      { kind: 'tags', name: 'tags', classes: ['D', 'N', 'R', 'V'] },
    ]);
    expect(columns['tags']).toEqual({ kind: 'tags', values: ['D N V', 'D N V R', 'N V', 'D N', 'D N V'] });
    expect(schema.target).toBe('tags');
  });
});

describe('the proposed target', () => {
  it.each<[string, string, string]>([
    [
      'a name that says so',
      `species,size\n${lines(20, (i) => `${i % 2 ? 'a' : 'b'},${i * 1.5}`)}`,
      'species',
    ],
    ['else the last class', `a,b,c\n${lines(20, (i) => `${i % 2},${i % 2 ? 'x' : 'y'},${i * 1.5}`)}`, 'b'],
    ['else the last number', `a,b\n${lines(20, (i) => `${i * 1.5},${i * 2.5}`)}`, 'b'],
    [
      'a number in a time series',
      `day,a,b\n${lines(20, (i) => `2020-01-${i + 1},${i * 1.5},${i % 2 ? 'x' : 'y'}`)}`,
      'a',
    ],
  ])('%s', async (_, text, target) => {
    expect(datasetOf(await parse(text)).schema.target).toBe(target);
  });
});

describe('long work', () => {
  const big = `a,b\n${lines(400_000, (i) => `${i * 0.5},"${i % 7}"`)}`;

  it('reports progress and yields between slices', async () => {
    const seen: [number, number][] = [];
    const result = await parse(big, {}, { onProgress: (done, total) => seen.push([done, total]) });
    expect(datasetOf(result).schema.rows).toBe(400_000);
    expect(seen.length).toBeGreaterThan(3);
    for (const [done, total] of seen) expect(done).toBeLessThanOrEqual(total);
  });

  it('stops when asked to', async () => {
    const signal = { aborted: false };
    const progress = {
      signal,
      onProgress: () => {
        signal.aborted = true;
      },
    };
    expect(codes(await parse(big, {}, progress))).toEqual([{ code: 'cancelled', facts: {} }]);
  });

  it('reads a quoted cell that is longer than a slice', async () => {
    const long = 'word '.repeat(500_000).trim();
    const { columns } = datasetOf(
      await parse(`text,n\n"${long}\n${long}",1.5\nshort one,2.5\nother words,3\n`),
    );
    expect((columns['text'] as Extract<ColumnValues, { kind: 'text' }>).values[0]!.length).toBe(
      long.length * 2 + 1,
    );
  });
});

it('reads back any table that was written with RFC 4180 quoting', async () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'B', ' ', ',', ';', '"', '\n', '\t', '0', '.', '字'),
    maxLength: 8,
  });
  const row = fc.tuple(cell, cell, cell);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
      const written = rows.map((cells) => cells.map((c) => `"${c.replaceAll('"', '""')}"`).join(','));
      // A key that is never empty keeps blank rows, a text column keeps the cells as they are.
      const text = `key,x,y,z\n${written.map((line, i) => `"key ${i} ${'k'.repeat(101)}",${line}`).join('\r\n')}\n`;
      const result = await parse(text, { separator: ',' });
      const { schema, columns } = datasetOf(result);
      expect(schema.rows).toBe(rows.length);
      ['x', 'y', 'z'].forEach((name, k) => {
        const held = columns[name];
        if (held?.kind !== 'text') return;
        const missing = new Set(['', '-', '--', '?']);
        expect(held.values).toEqual(
          rows.map((cells) => (missing.has(cells[k]!.trim()) ? '' : cells[k]!.trim())),
        );
      });
    }),
  );
});

it('never throws, whatever the bytes are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      const result = await parseTable(bytes, 'f.csv', options);
      if (!result.ok) expect(result.problems[0]!.severity).toBe('error');
    }),
    { numRuns: 300 },
  );
});
