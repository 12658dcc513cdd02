/**
 * Image files to a data set, one folder per class (as in torchvision's ImageFolder); folders `train` and `test` above the
 * classes fix the test rows. Decoding is handed in: pages have `createImageBitmap`, Node has none.
 */
import type { DatasetSchema } from '../graph/schema';
import { categoryColumn } from './column-stats';
import type { Dataset, Result } from './dataset';
import { type ImageHeader, readImageHeader } from './image-header';
import { sortClasses } from './infer-column';
import { nextTask, type Progress } from './platform';
import { type DataProblem, dataError, dataWarning, failure, firstFew, success } from './problems';
import type { FileEntry } from './zip-entries';

/** Stretches the picture to `size` (channels last, 0..255, alpha over white); null when it cannot be decoded. */
export type DecodeImage = (
  bytes: Uint8Array,
  size: { readonly height: number; readonly width: number },
  channels: 1 | 3,
) => Promise<Uint8Array | null>;

export interface ImageOptions {
  readonly id: string;
  readonly title: string;
  /** Side length that images are stored at; null = their own most common size, at most `MAX_SIDE`. */
  readonly imageSize: number | null;
}

const MAX_SIDE = 64;
const MAX_STORED_MB = 512;
/** Decoded at the same time: enough to keep a browser's decoder threads busy. */
const PARALLEL = 16;

const IMAGE_NAME = /\.(?:png|jpe?g|jfif|gif|bmp|webp|avif)$/iu;
const JUNK = /(?:^|\/)(?:__MACOSX\/|\.[^./]|Thumbs\.db$|desktop\.ini$)/iu;

export const isImageName = (path: string): boolean => IMAGE_NAME.test(path);
/** What operating systems leave in folders and archives. */
export const isJunk = (path: string): boolean => JUNK.test(path);

export async function parseImages(
  files: readonly FileEntry[],
  options: ImageOptions,
  decode: DecodeImage,
  progress: Progress = {},
): Promise<Result<Dataset>> {
  const real = files.filter((file) => !isJunk(file.path));
  const images = real.filter((file) => isImageName(file.path));
  const others = real.filter((file) => !isImageName(file.path));
  if (images.length === 0) return failure(dataError('no-images', { files: real.length }));
  const warnings: DataProblem[] = [];
  if (others.length > 0) warnings.push(skipped('skipped-files', others));
  const { placed, unplaced } = placeImages(images);
  const found = new Set(placed.map(({ className }) => className));
  if (found.size < 2)
    return failure(dataError('too-few-classes', { classes: found.size, found: firstFew([...found]) }));
  if (unplaced.length > 0) warnings.push(skipped('images-without-folder', unplaced));

  // Two passes over the files: sizes first, then pixels; progress counts both.
  const steps = { done: 0, total: placed.length * 2 };
  const headers = await forEachFile(placed, steps, progress, async (bytes) => readImageHeader(bytes));
  if (headers === null) return failure(dataError('cancelled', {}));
  const size = chooseSize(headers, options.imageSize);
  const channels =
    headers.every((header) => header === null || header.isGrey) && headers.some(Boolean) ? 1 : 3;
  const perImage = size.height * size.width * channels;
  const megabytes = Math.round((placed.length * perImage) / 1e6);
  if (megabytes > MAX_STORED_MB) {
    return failure(
      dataError('too-many-pixels', { images: placed.length, ...size, megabytes, limit: MAX_STORED_MB }),
    );
  }
  const decoded = await forEachFile(placed, steps, progress, (bytes) =>
    decodeSafely(decode, bytes, size, channels),
  );
  if (decoded === null) return failure(dataError('cancelled', {}));
  const damaged = placed.filter((_, i) => decoded[i]?.length !== perImage);
  if (damaged.length === placed.length)
    return failure(dataError('no-readable-image', { count: damaged.length }));
  if (damaged.length > 0)
    warnings.push(
      skipped(
        'damaged-images',
        damaged.map(({ file }) => file),
      ),
    );
  const resized = headers.filter((h) => h && (h.height !== size.height || h.width !== size.width)).length;
  if (resized > 0) warnings.push(dataWarning('images-resized', { count: resized, ...size }));

  const kept = placed
    .map((image, i) => ({ ...image, pixels: decoded[i] }))
    .filter((image): image is typeof image & { pixels: Uint8Array } => image.pixels?.length === perImage);
  const classes = sortClasses([...new Set(kept.map(({ className }) => className))]);
  if (classes.length < 2)
    return failure(
      dataError('too-few-classes', { classes: classes.length, found: firstFew(classes) }),
      ...warnings,
    );
  // Stable: rows stay in the order of the files, test rows last.
  kept.sort((a, b) => Number(a.isTest) - Number(b.isTest));
  return success(assemble(kept, classes, size, channels, options), warnings);
}

const skipped = (
  code: 'skipped-files' | 'images-without-folder' | 'damaged-images',
  files: readonly FileEntry[],
): DataProblem => dataWarning(code, { count: files.length, files: firstFew(files.map((file) => file.path)) });

interface PlacedImage {
  readonly file: FileEntry;
  readonly className: string;
  readonly isTest: boolean;
}

const TRAIN = /^train(?:ing)?$/iu;
const TEST = /^test(?:ing)?$/iu;
const VALIDATION = /^val(?:id|idation)?$/iu;

/**
 * The class is the first folder below what all images share. A level of train, test and validation folders above it says
 * which rows test; validation counts as test only where there is no test folder.
 */
function placeImages(images: readonly FileEntry[]): { placed: PlacedImage[]; unplaced: FileEntry[] } {
  const folders = images.map((file) =>
    file.path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .slice(0, -1),
  );
  let shared = 0;
  const first = folders[0]!;
  // Never the last folder that there is: with a single class it is that class's name.
  while (folders.every((f) => f.length > shared + 1 && f[shared] === first[shared])) shared++;
  const tops = new Set(folders.map((f) => f[shared] ?? ''));
  const isSplit =
    [...tops].every((top) => TRAIN.test(top) || TEST.test(top) || VALIDATION.test(top)) && tops.size > 1;
  const hasTest = [...tops].some((top) => TEST.test(top));
  const placed: PlacedImage[] = [];
  const unplaced: FileEntry[] = [];
  images.forEach((file, i) => {
    const top = folders[i]![shared] ?? '';
    const className = folders[i]![isSplit ? shared + 1 : shared];
    const isTest = isSplit && (hasTest ? TEST.test(top) : VALIDATION.test(top));
    if (className === undefined) unplaced.push(file);
    else placed.push({ file, className, isTest });
  });
  return { placed, unplaced };
}

/** Runs over all files in order, a few at a time; null when cancelled. A file that cannot be read gives null. */
async function forEachFile<T>(
  placed: readonly PlacedImage[],
  steps: { done: number; readonly total: number },
  progress: Progress,
  work: (bytes: Uint8Array) => Promise<T | null>,
): Promise<(T | null)[] | null> {
  const results: (T | null)[] = [];
  for (let from = 0; from < placed.length; from += PARALLEL) {
    if (progress.signal?.aborted) return null;
    const batch = placed.slice(from, from + PARALLEL);
    const done = await Promise.all(
      batch.map(async ({ file }) => {
        const bytes = await file.read().catch(() => null);
        return bytes && work(bytes);
      }),
    );
    results.push(...done);
    steps.done += batch.length;
    progress.onProgress?.(steps.done, steps.total);
    await nextTask();
  }
  return results;
}

/** A decoder that throws on bad input is treated like one that answers null. */
async function decodeSafely(
  decode: DecodeImage,
  bytes: Uint8Array,
  size: { height: number; width: number },
  channels: 1 | 3,
): Promise<Uint8Array | null> {
  try {
    return await decode(bytes, size, channels);
  } catch {
    return null;
  }
}

/**
 * The most common size, shrunk with its proportions until its longer side is at most `MAX_SIDE`; a square of the median
 * side where no size is shared by half of the images.
 */
export function chooseSize(
  headers: readonly (ImageHeader | null)[],
  wanted: number | null,
): { height: number; width: number } {
  if (wanted !== null) return { height: wanted, width: wanted };
  const known = headers.filter((header): header is ImageHeader => header !== null);
  if (known.length === 0) return { height: MAX_SIDE, width: MAX_SIDE };
  const counts = new Map<string, { header: ImageHeader; count: number }>();
  for (const header of known) {
    const key = `${header.height}×${header.width}`;
    const held = counts.get(key);
    if (held) held.count++;
    else counts.set(key, { header, count: 1 });
  }
  let best = [...counts.values()][0]!;
  for (const entry of counts.values()) if (entry.count > best.count) best = entry;
  if (best.count * 2 < known.length) {
    const sides = known.map(({ height, width }) => Math.min(height, width)).sort((a, b) => a - b);
    const side = Math.min(MAX_SIDE, sides[Math.floor((sides.length - 1) / 2)]!);
    return { height: side, width: side };
  }
  const { height, width } = best.header;
  const shrink = Math.min(1, MAX_SIDE / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * shrink)), width: Math.max(1, Math.round(width * shrink)) };
}

function assemble(
  images: readonly { className: string; isTest: boolean; pixels: Uint8Array }[],
  classes: readonly string[],
  size: { height: number; width: number },
  decodedChannels: 1 | 3,
  options: ImageOptions,
): Dataset {
  const isGrey = decodedChannels === 3 && images.every(({ pixels }) => holdsGrey(pixels));
  const channels = isGrey ? 1 : decodedChannels;
  const perImage = size.height * size.width * channels;
  const pixels = new Uint8Array(images.length * perImage);
  images.forEach((image, row) => {
    if (isGrey) for (let k = 0; k < perImage; k++) pixels[row * perImage + k] = image.pixels[k * 3]!;
    else pixels.set(image.pixels, row * perImage);
  });
  const place = new Map(classes.map((name, i) => [name, i]));
  const indices = Int32Array.from(images, ({ className }) => place.get(className)!);
  const schema: DatasetSchema = {
    id: options.id,
    title: { en: options.title, zh: options.title },
    rows: images.length,
    columns: [{ kind: 'image', name: 'image', ...size, channels }, categoryColumn('label', classes, indices)],
    target: 'label',
    sequence: null,
    fixedTestRows: images.filter(({ isTest }) => isTest).length,
  };
  return {
    schema,
    columns: { image: { kind: 'image', pixels, max: 255 }, label: { kind: 'category', indices } },
  };
}

/** Grey pictures are often saved as RGB; one channel is a third of the work. JPEG may be off by one. */
function holdsGrey(pixels: Uint8Array): boolean {
  for (let k = 0; k < pixels.length; k += 3) {
    if (Math.abs(pixels[k]! - pixels[k + 1]!) > 1 || Math.abs(pixels[k]! - pixels[k + 2]!) > 1) return false;
  }
  return true;
}
