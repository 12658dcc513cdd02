/** A few rows for the eye: cells as text, or as pixels ready for a canvas. */
import type { Column } from '../graph/schema';
import type { Dataset } from './dataset';

export type PreviewCell =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'image';
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8ClampedArray;
    };

export interface PreviewRow {
  readonly row: number;
  readonly cells: { readonly [column: string]: PreviewCell };
}

export const previewRows = (dataset: Dataset, rows: Iterable<number>): PreviewRow[] =>
  Array.from(rows, (row) => ({
    row,
    cells: Object.fromEntries(
      dataset.schema.columns.map((column) => [column.name, cell(dataset, column, row)]),
    ),
  }));

/** Rows `from` to `from + count`, cut at the end of the data set. */
export function previewPage(dataset: Dataset, from: number, count: number): PreviewRow[] {
  const first = Math.max(0, from);
  const last = Math.min(dataset.schema.rows, first + Math.max(0, count));
  return previewRows(
    dataset,
    Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i),
  );
}

/** A missing value shows as an empty cell. */
function cell(dataset: Dataset, column: Column, row: number): PreviewCell {
  const values = dataset.columns[column.name]!;
  switch (values.kind) {
    case 'image':
      if (column.kind !== 'image')
        throw new Error(`Column ${column.name} holds images, the schema says ${column.kind}`);
      return {
        kind: 'image',
        width: column.width,
        height: column.height,
        rgba: rgba(values.pixels, values.max, column, row),
      };
    case 'number': {
      const value = values.values[row]!;
      return { kind: 'text', text: Number.isNaN(value) ? '' : String(value) };
    }
    case 'category':
      return {
        kind: 'text',
        text: (column.kind === 'category' && column.classes[values.indices[row]!]) || '',
      };
    case 'text':
    case 'tags':
      return { kind: 'text', text: values.values[row]! };
  }
}

function rgba(
  pixels: Uint8Array,
  max: number,
  image: { height: number; width: number; channels: number },
  row: number,
) {
  const area = image.height * image.width;
  const from = row * area * image.channels;
  // A clamped array rounds, so 16 of 16 is 255 and 8 of 16 is 128.
  const out = new Uint8ClampedArray(area * 4);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) {
      const at = image.channels === 3 ? from + i * 3 + c : from + i;
      out[i * 4 + c] = (pixels[at]! * 255) / max;
    }
    out[i * 4 + 3] = 255;
  }
  return out;
}
