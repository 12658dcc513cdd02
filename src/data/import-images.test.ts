import fc from 'fast-check';
import { unzlibSync, zipSync, zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Dataset, Result } from './dataset';
import { type ImageHeader, readImageHeader } from './image-header';
import { importUpload } from './import-upload';
import { chooseSize, type DecodeImage, parseImages } from './parse-images';
import type { FileEntry } from './zip-entries';

fc.configureGlobal({ seed: 42 });

/** A real PNG, 8 bits per channel, every row with filter 0. Checksums are left zero: the reader here does not ask for them. */
function png(
  height: number,
  width: number,
  channels: 1 | 3,
  value: (y: number, x: number, c: number) => number,
): Uint8Array {
  const raw: number[] = [];
  for (let y = 0; y < height; y++) {
    raw.push(0);
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) raw.push(value(y, x, c));
  }
  const chunk = (name: string, data: Uint8Array): number[] => {
    const head = new DataView(new ArrayBuffer(4));
    head.setUint32(0, data.length);
    return [...new Uint8Array(head.buffer), ...new TextEncoder().encode(name), ...data, 0, 0, 0, 0];
  };
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, channels === 3 ? 2 : 0);
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const pixels = zlibSync(Uint8Array.from(raw));
  return Uint8Array.from([
    ...signature,
    ...chunk('IHDR', new Uint8Array(header.buffer)),
    ...chunk('IDAT', pixels),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Decodes what `png` writes; nearest neighbour to the wanted size. */
const decode: DecodeImage = async (bytes, size, channels) => {
  const header = readImageHeader(bytes);
  if (!header) return null;
  const start = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === 'IDAT');
  const raw = unzlibSync(bytes.subarray(start + 4));
  const own = header.isGrey ? 1 : 3;
  const out = new Uint8Array(size.height * size.width * channels);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const sy = Math.floor((y * header.height) / size.height);
      const sx = Math.floor((x * header.width) / size.width);
      for (let c = 0; c < channels; c++) {
        out[(y * size.width + x) * channels + c] =
          raw[sy * (header.width * own + 1) + 1 + sx * own + (own === 3 ? c : 0)]!;
      }
    }
  }
  return out;
};

const file = (path: string, bytes: Uint8Array): FileEntry => ({
  path,
  size: bytes.length,
  read: async () => bytes,
});
const grey = (value: number, height = 2, width = 2) => png(height, width, 1, () => value);
const options = { id: 'own', title: 'Own', target: null, separator: null, imageSize: null };
const codes = (result: Result<Dataset>) =>
  (result.ok ? result.warnings : result.problems).map(({ code, facts }) => ({ code, facts }));
function datasetOf(result: Result<Dataset>): Dataset {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
const labels = ({ schema, columns }: Dataset) => {
  const column = schema.columns[1]!;
  const held = columns['label'];
  if (column.kind !== 'category' || held?.kind !== 'category') throw new Error('no labels');
  return Array.from(held.indices, (i) => column.classes[i]);
};

describe('readImageHeader', () => {
  const ascii = (text: string) => Array.from(text, (c) => c.charCodeAt(0));
  const pad = (bytes: number[]) => Uint8Array.from([...bytes, ...new Array<number>(32).fill(0)]);
  it.each<[string, Uint8Array, ImageHeader | null]>([
    ['grey PNG', grey(1, 3, 5), { height: 3, width: 5, isGrey: true }],
    ['colour PNG', png(4, 2, 3, () => 0), { height: 4, width: 2, isGrey: false }],
    [
      'JPEG, frame behind a table and filling bytes',
      pad([
        0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9, 0xff, 0xff, 0xc2, 0, 11, 8, 0, 30, 0, 40, 3,
      ]),
      { height: 30, width: 40, isGrey: false },
    ],
    [
      'grey JPEG',
      pad([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 0, 0, 7, 1]),
      { height: 256, width: 7, isGrey: true },
    ],
    ['GIF', pad([...ascii('GIF89a'), 6, 0, 4, 1]), { height: 260, width: 6, isGrey: false }],
    [
      'BMP, top-down',
      pad([...ascii('BM'), ...new Array<number>(16).fill(0), 9, 0, 0, 0, 0xf9, 0xff, 0xff, 0xff]),
      { height: 7, width: 9, isGrey: false },
    ],
    [
      'lossy WebP',
      pad([
        ...ascii('RIFF'),
        0,
        0,
        0,
        0,
        ...ascii('WEBPVP8 '),
        ...new Array<number>(10).fill(0),
        0x20,
        0x40,
        0x10,
        0,
      ]),
      { height: 16, width: 32, isGrey: false },
    ],
    [
      'lossless WebP',
      pad([...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8L'), 0, 0, 0, 0, 0x2f, 0x1f, 0xc0, 0x03, 0]),
      { height: 16, width: 32, isGrey: false },
    ],
    [
      'extended WebP',
      pad([
        ...ascii('RIFF'),
        0,
        0,
        0,
        0,
        ...ascii('WEBPVP8X'),
        ...new Array<number>(8).fill(0),
        31,
        0,
        0,
        15,
        0,
        0,
      ]),
      { height: 16, width: 32, isGrey: false },
    ],
    ['cut PNG', grey(1).subarray(0, 20), null],
    ['cut JPEG', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 200]), null],
    ['text', new TextEncoder().encode('this is not an image at all, sorry'), null],
    ['nothing', new Uint8Array(0), null],
  ])('%s', (_, bytes, header) => {
    expect(readImageHeader(bytes)).toEqual(header);
  });

  it('never throws, nor loops', () => {
    const start = fc.constantFrom(
      [0xff, 0xd8, 0xff],
      [0x89, 0x50, 0x4e, 0x47],
      ascii('RIFF0000WEBPVP8X'),
      ascii('BM'),
      ascii('GIF8'),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 60 }), (head, tail) => {
        readImageHeader(Uint8Array.from([...head, ...tail]));
      }),
    );
  });
});

describe('chooseSize', () => {
  const header = (height: number, width: number): ImageHeader => ({ height, width, isGrey: false });
  it.each<[string, (ImageHeader | null)[], number | null, { height: number; width: number }]>([
    ['the most common', [header(28, 28), header(28, 28), header(10, 12)], null, { height: 28, width: 28 }],
    ['at most 64 with its proportions', [header(100, 200)], null, { height: 32, width: 64 }],
    [
      'a square of the median when none is common',
      [header(40, 30), header(22, 50), header(90, 80)],
      null,
      { height: 30, width: 30 },
    ],
    ['what the user says', [header(28, 28)], 16, { height: 16, width: 16 }],
    ['64 when nothing is known', [null], null, { height: 64, width: 64 }],
    ['never zero', [header(1, 1000)], null, { height: 1, width: 64 }],
  ])('%s', (_, headers, wanted, size) => {
    expect(chooseSize(headers, wanted)).toEqual(size);
  });
});

describe('parseImages', () => {
  it('makes one class per folder, rows in file order, grey as one channel', async () => {
    const files = [
      file('pets/cats/1.png', grey(10)),
      file('pets/dogs/1.png', grey(20)),
      file('pets/cats/2.png', grey(30)),
    ];
    const result = await parseImages(files, options, decode);
    expect(codes(result)).toEqual([]);
    expect(datasetOf(result)).toEqual({
      schema: {
        id: 'own',
        title: { en: 'Own', zh: 'Own' },
        rows: 3,
        columns: [
          { kind: 'image', name: 'image', height: 2, width: 2, channels: 1 },
          { kind: 'category', name: 'label', classes: ['cats', 'dogs'], counts: [2, 1], missing: 0 },
        ],
        target: 'label',
        sequence: null,
        fixedTestRows: 0,
      },
      columns: {
        image: {
          kind: 'image',
          pixels: Uint8Array.from([10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30]),
          max: 255,
        },
        label: { kind: 'category', indices: Int32Array.from([0, 1, 0]) },
      },
    });
  });

  it('keeps colour, and finds grey that was saved as colour', async () => {
    const colour = png(1, 1, 3, (_y, _x, c) => 50 * c);
    const flat = png(1, 1, 3, () => 70);
    const mixed = datasetOf(
      await parseImages([file('a/1.png', colour), file('b/1.png', flat)], options, decode),
    );
    expect(mixed.columns['image']).toMatchObject({ pixels: Uint8Array.from([0, 50, 100, 70, 70, 70]) });
    const both = datasetOf(
      await parseImages([file('a/1.png', flat), file('b/1.png', flat)], options, decode),
    );
    expect(both.columns['image']).toMatchObject({ pixels: Uint8Array.from([70, 70]) });
  });

  it.each<[string, string[], (string | undefined)[], number]>([
    ['train and test', ['d/test/a/1.png', 'd/train/a/1.png', 'd/train/b/2.png'], ['a', 'b', 'a'], 1],
    ['train and val', ['train/a/1.png', 'val/b/1.png'], ['a', 'b'], 1],
    ['all three', ['train/a/1.png', 'test/b/1.png', 'val/b/2.png'], ['a', 'b', 'b'], 1],
    ['deeper folders', ['a/x/1.png', 'a/y/1.png', 'b/z/q/1.png'], ['a', 'a', 'b'], 0],
    ['numbered classes in order', ['10/1.png', '9/1.png'], ['10', '9'], 0],
    ['names in Chinese', ['./猫/1.png', './狗/1.png'], ['猫', '狗'], 0],
  ])('reads folders: %s', async (_, paths, expected, tests) => {
    const dataset = datasetOf(
      await parseImages(
        paths.map((path) => file(path, grey(1))),
        options,
        decode,
      ),
    );
    expect(labels(dataset)).toEqual(expected);
    expect(dataset.schema.fixedTestRows).toBe(tests);
  });

  const good = [file('a/1.png', grey(1)), file('b/1.png', grey(2))];
  it.each<[string, FileEntry[], object[]]>([
    [
      'damaged images',
      [...good, file('a/bad.png', new Uint8Array(9))],
      [{ code: 'damaged-images', facts: { count: 1, files: 'a/bad.png' } }],
    ],
    [
      'unreadable images',
      [...good, { path: 'b/gone.png', size: 9, read: () => Promise.reject(new Error('moved')) }],
      [{ code: 'damaged-images', facts: { count: 1, files: 'b/gone.png' } }],
    ],
    [
      'other files',
      [...good, file('a/notes.txt', new Uint8Array(9))],
      [{ code: 'skipped-files', facts: { count: 1, files: 'a/notes.txt' } }],
    ],
    [
      'images beside the folders',
      [...good, file('cover.png', grey(3))],
      [{ code: 'images-without-folder', facts: { count: 1, files: 'cover.png' } }],
    ],
    [
      'another size',
      [...good, file('a/2.png', grey(3, 4, 4))],
      [{ code: 'images-resized', facts: { count: 1, height: 2, width: 2 } }],
    ],
    [
      'junk of operating systems, silently',
      [
        ...good,
        file('__MACOSX/a/._1.png', grey(1)),
        file('a/.DS_Store', grey(1)),
        file('b/Thumbs.db', grey(1)),
        file('a/._2.png', grey(9)),
      ],
      [],
    ],
  ])('goes on after %s', async (_, files, warnings) => {
    const result = await parseImages(files, options, decode);
    datasetOf(result);
    expect(codes(result)).toEqual(warnings);
  });

  it.each<[string, FileEntry[], object]>([
    [
      'one class',
      [file('x/a/1.png', grey(1)), file('x/a/2.png', grey(1))],
      { code: 'too-few-classes', facts: { classes: 1, found: 'a' } },
    ],
    [
      'no folder',
      [file('1.png', grey(1)), file('2.png', grey(1))],
      { code: 'too-few-classes', facts: { classes: 0, found: '' } },
    ],
    ['no image', [file('a/1.doc', grey(1))], { code: 'no-images', facts: { files: 1 } }],
    [
      'nothing that decodes',
      [file('a/1.png', new Uint8Array(3)), file('b/1.png', new Uint8Array(0))],
      { code: 'no-readable-image', facts: { count: 2 } },
    ],
    [
      'a class without one good image',
      [...good.slice(0, 1), file('b/1.png', new Uint8Array(3))],
      { code: 'too-few-classes', facts: { classes: 1, found: 'a' } },
    ],
  ])('refuses %s', async (_, files, problem) => {
    const result = await parseImages(files, options, decode);
    expect(result.ok).toBe(false);
    expect(codes(result)[0]).toEqual(problem);
  });

  it('refuses more pixels than fit, before it decodes any', async () => {
    let decoded = 0;
    const result = await parseImages(good, { ...options, imageSize: 20_000 }, async () => {
      decoded++;
      return null;
    });
    expect(codes(result)).toEqual([
      {
        code: 'too-many-pixels',
        facts: { images: 2, height: 20_000, width: 20_000, megabytes: 800, limit: 512 },
      },
    ]);
    expect(decoded).toBe(0);
  });

  it('treats a decoder that throws as a damaged image', async () => {
    const result = await parseImages(good, options, async () => {
      throw new Error('decoder');
    });
    expect(codes(result)).toEqual([{ code: 'no-readable-image', facts: { count: 2 } }]);
  });

  it('reports progress over both passes and stops when asked to', async () => {
    const files = Array.from({ length: 50 }, (_, i) => file(`${i % 2}/${i}.png`, grey(i)));
    const seen: number[][] = [];
    await parseImages(files, options, decode, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([16, 32, 48, 50, 66, 82, 98, 100].map((done) => [done, 100]));
    const signal = { aborted: false };
    const onProgress = (done: number) => {
      signal.aborted = done >= 66;
    };
    expect(codes(await parseImages(files, options, decode, { signal, onProgress }))).toEqual([
      { code: 'cancelled', facts: {} },
    ]);
  });
});

describe('a ZIP of images', () => {
  const zip = (files: { [path: string]: Uint8Array }) => file('pets.zip', zipSync(files));

  it('is read as its folders are, in more than one batch', async () => {
    const files: { [path: string]: Uint8Array } = { '__MACOSX/._x.png': grey(1) };
    for (let i = 0; i < 600; i++) files[`pets/${i % 2 ? 'cat' : 'dog'}/${i}.png`] = grey(i % 256, 1, 1);
    const result = await importUpload([zip(files)], options, decode);
    expect(codes(result)).toEqual([]);
    const dataset = datasetOf(result);
    expect(dataset.schema.rows).toBe(600);
    expect(labels(dataset)).toEqual(Array.from({ length: 600 }, (_, i) => (i % 2 ? 'cat' : 'dog')));
    const image = dataset.columns['image'];
    expect(image?.kind === 'image' && Array.from(image.pixels)).toEqual(
      Array.from({ length: 600 }, (_, i) => i % 256),
    );
  });

  it('loses only the entry that is damaged', async () => {
    const bytes = zipSync({ 'a/1.png': grey(1), 'a/2.png': grey(2), 'b/1.png': grey(3) }, { level: 9 });
    const name = new TextEncoder().encode('a/2.png');
    const at = bytes.findIndex((_, i) => name.every((byte, k) => bytes[i + k] === byte)) + name.length;
    bytes.fill(0xff, at, at + 20);
    const result = await importUpload([file('pets.zip', bytes)], options, decode);
    expect(codes(result)).toEqual([{ code: 'damaged-images', facts: { count: 1, files: 'a/2.png' } }]);
    expect(labels(datasetOf(result))).toEqual(['a', 'b']);
  });

  it('counts as a folder beside another', async () => {
    const cats = file('cats.zip', zipSync({ '1.png': grey(1) }));
    const dogs = file('dogs.zip', zipSync({ '1.png': grey(2), '2.png': grey(3) }));
    expect(labels(datasetOf(await importUpload([cats, dogs], options, decode)))).toEqual([
      'cats',
      'dogs',
      'dogs',
    ]);
  });
});
