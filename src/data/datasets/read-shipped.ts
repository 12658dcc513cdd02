/**
 * How shipped files become columns. They are ours and checked by their sums, so nothing is guessed or repaired here: kinds
 * and classes are those that the descriptor states, only values and statistics come from the bytes.
 */
import { gunzipSync } from 'fflate';
import type { Column, DatasetSchema, ImageColumn } from '../../graph/schema';
import { categoryColumn, numberColumn, textColumn } from '../column-stats';
import type { ColumnValues, Dataset } from '../dataset';
import { decodeStrictly } from '../platform';

/** Servers may already have undone the compression. */
const unpacked = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;

/** Lines of cells, header included; no quoting, which none of the shipped tables uses. */
function cellsOf(bytes: Uint8Array, separator: string): string[][] {
  const text = decodeStrictly(unpacked(bytes), 'utf-8');
  if (text === null) throw new Error('A shipped table is not UTF-8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/\r$/u, '').split(separator));
}

/** The columns that the schema names, found by the header. */
export function readTable(bytes: Uint8Array, separator: string, schema: DatasetSchema): Dataset {
  const [header, ...rows] = cellsOf(bytes, separator);
  const columns: Column[] = [];
  const values: { [name: string]: ColumnValues } = {};
  for (const stated of schema.columns) {
    const at = header!.indexOf(stated.name);
    if (at < 0) throw new Error(`A shipped table has no column ${stated.name}`);
    const cells = rows.map((row) => row[at]!);
    const { column, held } = readColumn(stated, cells);
    columns.push(column);
    values[stated.name] = held;
  }
  return { schema: { ...schema, rows: rows.length, columns }, columns: values };
}

function readColumn(stated: Column, cells: readonly string[]): { column: Column; held: ColumnValues } {
  if (stated.kind === 'number') {
    const values = Float64Array.from(cells, (cell) => (cell === '' ? Number.NaN : Number(cell)));
    return { column: numberColumn(stated.name, values), held: { kind: 'number', values } };
  }
  if (stated.kind === 'category') {
    const indices = Int32Array.from(cells, (cell) => stated.classes.indexOf(cell));
    return {
      column: categoryColumn(stated.name, stated.classes, indices),
      held: { kind: 'category', indices },
    };
  }
  return { column: textColumn(stated.name, cells), held: { kind: 'text', values: cells } };
}

/** One image column and one label column, a byte per value. */
export function readImages(files: readonly Uint8Array[], max: number, schema: DatasetSchema): Dataset {
  const image = schema.columns.find((column): column is ImageColumn => column.kind === 'image')!;
  const label = schema.columns.find((column) => column.kind === 'category')!;
  const pixels = unpacked(files[0]!);
  const indices = Int32Array.from(unpacked(files[1]!));
  const rows = pixels.length / (image.height * image.width * image.channels);
  if (rows !== indices.length) throw new Error(`${rows} shipped images have ${indices.length} labels`);
  return {
    schema: { ...schema, rows, columns: [image, categoryColumn(label.name, label.classes, indices)] },
    columns: { [image.name]: { kind: 'image', pixels, max }, [label.name]: { kind: 'category', indices } },
  };
}
