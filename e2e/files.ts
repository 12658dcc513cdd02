/** Files that tests hand to the page: tables and pictures, made here so that a test shows what is in them. */
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';

export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const textFile = (name: string, text: string, encoding: BufferEncoding = 'utf8'): TestFile => ({
  name,
  mimeType: name.endsWith('.json') ? 'application/json' : 'text/csv',
  buffer: Buffer.from(text, encoding),
});

/** Two lengths and a kind that follows from them: short and broad are `pea`, long and narrow are `bean`. */
export function seeds(rows: number, separator = ','): readonly string[] {
  const lines = [['length', 'width', 'kind'].join(separator)];
  for (let row = 0; row < rows; row++) {
    const isPea = row % 2 === 0;
    const wobble = ((row * 7) % 10) / 20;
    const cells = isPea ? [5 + wobble, 5 - wobble, 'pea'] : [14 + wobble, 3 + wobble, 'bean'];
    lines.push(cells.join(separator));
  }
  return lines;
}
export const table = (name: string, lines: readonly string[]): TestFile =>
  textFile(name, `${lines.join('\n')}\n`);

/** An 8×8 picture in one grey, with a dot that makes each different. */
function picture(grey: number, index: number): Uint8Array {
  const data = new Uint8Array(64).fill(grey);
  data[index % 64] = 255 - grey;
  return encode({ width: 8, height: 8, channels: 1, data });
}

/** `dark/0.png … light/19.png`: one folder per class. */
export function pictures(count: number): { readonly [path: string]: Uint8Array } {
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < count; index++) {
    files[`dark/${index}.png`] = picture(30, index);
    files[`light/${index}.png`] = picture(220, index);
  }
  return files;
}

/** Hands files to the dialog that is open, through the input behind its button. */
export async function choose(page: Page, files: TestFile | readonly TestFile[] | string): Promise<void> {
  const input = page.getByRole('dialog').locator('input[type=file]').first();
  await input.setInputFiles(typeof files === 'string' || 'name' in files ? files : [...files]);
}
