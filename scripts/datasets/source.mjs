// Shared by the data-set scripts: fetch a pinned npm or Debian package, check its sha256, unpack it,
// and write or check the files made from it. Node built-ins only; needs npm, tar, apt-get and dpkg-deb.
//
// WEFT_DATASET_PACKAGES may name a folder that already holds package files; one with the pinned sha256
// is used instead of a download (useful once a mirror has dropped the pinned version).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Where the shipped files live. */
export const DATASETS_DIR = fileURLToPath(new URL('../../public/datasets/', import.meta.url));

/** Seed of every shuffle, recorded in each dataset.json. */
export const SEED = 42;

export const sha256 = (data) => createHash('sha256').update(data).digest('hex');

function run(command, args, cwd) {
  try {
    execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(
      `${command} ${args.join(' ')} failed: ${String(error.stderr ?? '').trim() || error.message}`,
    );
  }
}

function localCopy(pkg) {
  const dir = process.env.WEFT_DATASET_PACKAGES;
  if (!dir) return undefined;
  return readdirSync(dir)
    .filter((name) => /\.(deb|tgz)$/.test(name) && name.includes(pkg.name))
    .map((name) => join(dir, name))
    .find((path) => sha256(readFileSync(path)) === pkg.sha256);
}

function download(pkg, dir) {
  const local = localCopy(pkg);
  if (local) return local;
  if (pkg.kind === 'npm') {
    run('npm', ['pack', `${pkg.name}@${pkg.version}`, '--ignore-scripts', '--silent'], dir);
  } else {
    run('apt-get', ['download', `${pkg.name}=${pkg.version}`], dir);
  }
  const file = readdirSync(dir).find((name) => /\.(deb|tgz)$/.test(name));
  if (!file) throw new Error(`${pkg.name} ${pkg.version}: nothing was downloaded`);
  return join(dir, file);
}

/**
 * Fetch and unpack `pkg` ({ kind: 'npm' | 'debian', name, version, sha256 }) into a temporary folder, call
 * `use(read)` where `read(path)` gives the bytes of one file inside it, and remove the folder again.
 */
export function withPackage(pkg, use) {
  const dir = mkdtempSync(join(tmpdir(), 'weft-dataset-'));
  try {
    const file = download(pkg, dir);
    const actual = sha256(readFileSync(file));
    if (actual !== pkg.sha256) {
      throw new Error(`${pkg.name} ${pkg.version}: sha256 is ${actual}, expected ${pkg.sha256}`);
    }
    const root = join(dir, 'unpacked');
    mkdirSync(root);
    if (pkg.kind === 'npm') run('tar', ['-xzf', file, '--strip-components=1', '-C', root], dir);
    else run('dpkg-deb', ['-x', file, root], dir);
    return use((path) => readFileSync(join(root, path)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** gzip with level 9, mtime 0 and the OS byte set to "unknown", so that the platform does not show. */
export function gzip(data) {
  const out = gzipSync(data, { level: 9 });
  out.fill(0, 4, 8);
  out[9] = 255;
  return out;
}

/** Fisher-Yates with mulberry32; returns a new array. */
export function shuffled(items, seed = SEED) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** Stop the build when the source is not what this script was written for. */
export function expect(condition, message) {
  if (!condition) throw new Error(`unexpected source data: ${message}`);
}

/** What dataset.json says; `files` is [{ name, data }]. */
function descriptor({ id, rows, files, split, classes, image, columns, pkg, path, licence, citation, seed }) {
  return {
    id,
    rows,
    files: files.map(({ name, data }) => ({ name, bytes: data.length, sha256: sha256(data) })),
    split,
    ...(classes && { classes }),
    ...(image && { image }),
    ...(columns && { columns }),
    source: { package: `${pkg.kind}:${pkg.name}`, version: pkg.version, path },
    licence,
    citation,
    seed,
  };
}

const outputs = (built) => [
  ...built.files,
  { name: 'dataset.json', data: Buffer.from(`${JSON.stringify(descriptor(built), null, 2)}\n`) },
];

/** Write a built data set under public/datasets/<id>/. */
export function write(built) {
  const dir = join(DATASETS_DIR, built.id);
  mkdirSync(dir, { recursive: true });
  for (const { name, data } of outputs(built)) {
    const path = join(dir, name);
    const same = existsSync(path) && readFileSync(path).equals(data);
    writeFileSync(path, data);
    console.log(
      `${built.id}/${name}  ${data.length} bytes  ${sha256(data)}  ${same ? 'unchanged' : 'written'}`,
    );
  }
}

/**
 * Compare a built data set with the files in public/datasets/<id>/ and return the problems found. Another zlib
 * may compress the same bytes differently, so a .gz with other bytes but equal content is only remarked on,
 * and the committed dataset.json is then held against the committed files instead.
 */
export function check(built) {
  const dir = join(DATASETS_DIR, built.id);
  const problems = [];
  const shipped = built.files.map(({ name, data }) => {
    const path = join(dir, name);
    if (!existsSync(path)) {
      problems.push(`${built.id}/${name}: missing`);
      return { name, data };
    }
    const committed = readFileSync(path);
    if (committed.equals(data)) {
      console.log(`ok  ${built.id}/${name}  ${sha256(data)}`);
    } else if (name.endsWith('.gz') && sameContent(committed, data)) {
      console.log(`ok  ${built.id}/${name}  same content; this Node's zlib compresses it differently`);
    } else {
      problems.push(`${built.id}/${name}: committed ${sha256(committed)}, rebuilt ${sha256(data)}`);
    }
    return { name, data: committed };
  });
  const json = outputs({ ...built, files: shipped }).at(-1);
  const path = join(dir, json.name);
  if (!existsSync(path)) problems.push(`${built.id}/dataset.json: missing`);
  else if (
    JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))) !== JSON.stringify(JSON.parse(String(json.data)))
  ) {
    problems.push(`${built.id}/dataset.json: differs from what the script says`);
  } else console.log(`ok  ${built.id}/dataset.json`);

  const notice = join(DATASETS_DIR, 'NOTICE.md');
  const text = existsSync(notice) ? readFileSync(notice, 'utf8') : '';
  for (const { name, data } of shipped) {
    if (!text.includes(sha256(data))) problems.push(`NOTICE.md: sha256 of ${built.id}/${name} is not listed`);
  }
  return problems;
}

function sameContent(a, b) {
  try {
    return gunzipSync(a).equals(gunzipSync(b));
  } catch {
    return false;
  }
}

/** Entry point of a single data-set script: write the files, or compare them with --check. */
export function main(meta, build) {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  if (!process.argv.includes('--check')) {
    write(build());
    return;
  }
  const problems = check(build());
  for (const problem of problems) console.error(`FAIL  ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
