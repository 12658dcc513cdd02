/**
 * The size budget: what the browser must load before the page opens, gzipped, and no tfjs in it. Reads the entry and its
 * static imports from dist/index.html and the chunks themselves.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET = 300_000;
const ASSETS = 'dist/assets';

const html = readFileSync('dist/index.html', 'utf8');
const initial = new Set(
  [...html.matchAll(/(?:src|href)="\.?\/?assets\/([^"]+\.js)"/g)].map((match) => match[1]),
);
for (const chunk of initial) {
  const code = readFileSync(join(ASSETS, chunk), 'utf8');
  for (const [, name] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) initial.add(name);
}
if (initial.size === 0) throw new Error('dist/index.html names no script');

let total = 0;
let failed = false;
const rows = [];
for (const file of readdirSync(ASSETS).sort()) {
  if (!/\.(js|css|wasm)$/.test(file)) continue;
  const bytes = readFileSync(join(ASSETS, file));
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  const isInitial = initial.has(file);
  if (isInitial) {
    total += gzipped;
    if (
      /tensorflow|tfjs_backend|backprop/i.test(bytes.toString('latin1')) &&
      /registerKernel|"Conv2DBackpropInput"/.test(bytes.toString('latin1'))
    ) {
      console.error(`${file} is loaded at start and contains tfjs`);
      failed = true;
    }
  }
  rows.push({ file, gzipped, isInitial });
}
for (const { file, gzipped, isInitial } of rows.sort((a, b) => b.gzipped - a.gzipped)) {
  console.log(`${String(gzipped).padStart(9)}  ${isInitial ? 'first load' : 'on demand '}  ${file}`);
}
console.log(`First load: ${total} of ${BUDGET} bytes gzipped`);
if (!existsSync('dist/datasets/NOTICE.md')) {
  console.error('dist/datasets/NOTICE.md is missing: data sets may not be shipped without their notice');
  failed = true;
}
if (total > BUDGET) failed = true;
process.exitCode = failed ? 1 : 0;
