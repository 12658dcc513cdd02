/**
 * Dropped files to a data set: looks at what they are, unpacks archives, and hands them to the parser that fits. Sizes are
 * checked before anything is read.
 */
import { Gunzip } from 'fflate';
import type { Dataset, Result } from './dataset';
import { signatureKind } from './file-kind';
import { type DecodeImage, isImageName, isJunk, parseImages } from './parse-images';
import { megabytes, parseTable, TABLE_LIMIT_MB } from './parse-table';
import { nextTask, type Progress } from './platform';
import { type DataProblem, dataError, dataWarning, failure, firstFew } from './problems';
import { type FileEntry, zipEntries } from './zip-entries';

export interface ImportOptions {
  /** Id that the new data set gets. */
  readonly id: string;
  readonly title: string;
  readonly target: string | null;
  readonly separator: string | null;
  readonly imageSize: number | null;
}

const ZIP_LIMIT_MB = 500;
const UNPACKED_LIMIT_MB = 2000;
/** Archives within archives: there are some that contain themselves. */
const MAX_DEPTH = 2;
/** Deflate packs at most about 1000 to 1: one slice is at most some 64 MB. */
const GZIP_SLICE = 1 << 16;
const TABLE_NAME = /\.(?:csv|tsv|tab|txt|dat|data)(?:\.gz)?$/iu;
const ZIP_NAME = /\.zip$/iu;

export async function importUpload(
  files: readonly FileEntry[],
  options: ImportOptions,
  decode: DecodeImage,
  progress: Progress = {},
  depth = 0,
): Promise<Result<Dataset>> {
  const real = files.filter((file) => !isJunk(file.path));
  if (real.length === 0) return failure(dataError('no-files', {}));
  const tooLarge = real.filter((file) => file.size > limitOf(file) * 1e6).map(sizeProblem);
  if (tooLarge.length > 0) return failure(...tooLarge);
  const unpacked: FileEntry[] = [];
  for (const file of real) {
    if (progress.signal?.aborted) return failure(dataError('cancelled', {}));
    const entries = await unpack(file, real.length > 1);
    if (!entries.ok) return entries;
    unpacked.push(...entries.value);
  }
  return parse(unpacked, options, decode, progress, depth);
}

const limitOf = (file: FileEntry): number => (ZIP_NAME.test(file.path) ? ZIP_LIMIT_MB : TABLE_LIMIT_MB);

const sizeProblem = (file: FileEntry): DataProblem =>
  dataError('file-too-large', { file: file.path, megabytes: megabytes(file.size), limit: limitOf(file) });

/** The files of an archive, or the file itself. With several files, an archive counts as a folder of its name. */
async function unpack(file: FileEntry, asFolder: boolean): Promise<Result<readonly FileEntry[]>> {
  if (!ZIP_NAME.test(file.path)) return { ok: true, value: [file], warnings: [] };
  const bytes = await file.read().catch(() => null);
  if (!bytes) return failure(dataError('file-unreadable', { file: file.path }));
  if (bytes.length === 0) return failure(dataError('empty-file', { file: file.path }));
  const entries = zipEntries(bytes)?.filter((entry) => !isJunk(entry.path));
  if (!entries) return failure(dataError('zip-damaged', { file: file.path }));
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > UNPACKED_LIMIT_MB * 1e6) {
    return failure(
      dataError('zip-too-large', { file: file.path, megabytes: megabytes(size), limit: UNPACKED_LIMIT_MB }),
    );
  }
  const tooLarge = entries.filter((entry) => entry.size > TABLE_LIMIT_MB * 1e6).map(sizeProblem);
  if (tooLarge.length > 0) return failure(...tooLarge);
  const folder = asFolder ? `${file.path.replace(ZIP_NAME, '')}/` : '';
  return { ok: true, value: entries.map((entry) => ({ ...entry, path: folder + entry.path })), warnings: [] };
}

async function parse(
  files: readonly FileEntry[],
  options: ImportOptions,
  decode: DecodeImage,
  progress: Progress,
  depth: number,
): Promise<Result<Dataset>> {
  if (files.some((file) => isImageName(file.path))) return parseImages(files, options, decode, progress);
  const named = files.filter((file) => TABLE_NAME.test(file.path));
  const tables = named.length > 0 || files.length > 1 ? named : files;
  if (tables.length === 0) return failure(dataError('no-images', { files: files.length }));
  if (tables.length > 1) {
    return failure(
      dataError('several-tables', { count: tables.length, files: firstFew(tables.map((file) => file.path)) }),
    );
  }
  const [table] = tables;
  const bytes = await table!.read().catch(() => null);
  if (!bytes) return failure(dataError('file-unreadable', { file: table!.path }));
  const others = files.filter((file) => file !== table);
  const result = await parseFile(bytes, table!.path, options, decode, progress, depth);
  if (!result.ok || others.length === 0) return result;
  const warning = dataWarning('skipped-files', {
    count: others.length,
    files: firstFew(others.map((file) => file.path)),
  });
  return { ...result, warnings: [...result.warnings, warning] };
}

/** The name said nothing certain: the first bytes do. */
async function parseFile(
  bytes: Uint8Array,
  path: string,
  options: ImportOptions,
  decode: DecodeImage,
  progress: Progress,
  depth: number,
): Promise<Result<Dataset>> {
  switch (signatureKind(bytes)) {
    case 'gzip':
      return gunzipped(bytes, path, options, progress);
    case 'ZIP': {
      const entries = zipEntries(bytes);
      if (!entries) return failure(dataError('zip-damaged', { file: path }));
      if (entries.some((entry) => entry.path.startsWith('xl/'))) {
        return failure(dataError('not-a-table', { file: path, found: 'Excel' }));
      }
      if (depth >= MAX_DEPTH) return failure(dataError('not-a-table', { file: path, found: 'ZIP' }));
      const inner = {
        path: ZIP_NAME.test(path) ? path : `${path}.zip`,
        size: bytes.length,
        read: async () => bytes,
      };
      return importUpload([inner], options, decode, progress, depth + 1);
    }
    default:
      return parseTable(bytes, path, options, progress);
  }
}

/** Unpacked in slices, so that a small file cannot turn into more than the limit. */
async function gunzipped(
  bytes: Uint8Array,
  path: string,
  options: ImportOptions,
  progress: Progress,
): Promise<Result<Dataset>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const gunzip = new Gunzip((part) => {
    parts.push(part);
    size += part.length;
  });
  for (let from = 0; from < bytes.length; from += GZIP_SLICE) {
    if (progress.signal?.aborted) return failure(dataError('cancelled', {}));
    try {
      gunzip.push(bytes.subarray(from, from + GZIP_SLICE), from + GZIP_SLICE >= bytes.length);
    } catch {
      return failure(dataError('zip-damaged', { file: path }));
    }
    if (size > TABLE_LIMIT_MB * 1e6) {
      return failure(
        dataError('file-too-large', { file: path, megabytes: megabytes(size), limit: TABLE_LIMIT_MB }),
      );
    }
    await nextTask();
  }
  const unpacked = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    unpacked.set(part, at);
    at += part.length;
  }
  return parseTable(unpacked, path.replace(/\.gz$/iu, ''), options, progress);
}
