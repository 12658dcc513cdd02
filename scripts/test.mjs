/**
 * `npm test`: everything, in order, on a clean clone. Each stage counts as one test; the vitest stages count what their JSON
 * reports say. The last line is `N passed, N failed`. Name stages to run only those: node scripts/test.mjs types unit
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const REPORTS = 'test-results';
const node = process.execPath;
const bin = (path) => `node_modules/${path}`;

/** report: a vitest JSON report whose tests are counted instead of the stage itself. */
const STAGES = [
  { name: 'types', command: [node, bin('typescript7/bin/tsc'), '-b'] },
  { name: 'lint', command: [node, bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'fences', command: [node, 'scripts/fences.mjs'] },
  { name: 'unused', command: [node, bin('knip/bin/knip.js')] },
  { name: 'unit', command: [node, bin('vitest/vitest.mjs'), 'run'], report: 'unit.json' },
  { name: 'build', command: [node, bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'] },
  { name: 'size', command: [node, 'scripts/size.mjs'] },
  {
    name: 'e2e',
    command: [node, bin('vitest/vitest.mjs'), 'run', '--config', 'vitest.e2e.config.ts'],
    report: 'e2e.json',
  },
];

const wanted = process.argv.slice(2);
const stages = wanted.length > 0 ? STAGES.filter(({ name }) => wanted.includes(name)) : STAGES;
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

let passed = 0;
let failed = 0;
for (const { name, command, report } of stages) {
  const file = report && `${REPORTS}/${report}`;
  const [program, ...words] = report
    ? [...command, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    : command;
  console.log(`\n── ${name}`);
  const started = performance.now();
  const { status } = spawnSync(program, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  const counts = file
    ? readReport(file, status)
    : { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  passed += counts.passed;
  failed += counts.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** A run that broke off, or that skipped a test, has failed even where its report counts no failure. */
function readReport(file, status) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    const bad = numFailedTests + numPendingTests + numTodoTests;
    return { passed: numPassedTests, failed: bad > 0 ? bad : status === 0 && numPassedTests > 0 ? 0 : 1 };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
