/** `npm run bench`: every measurement of the budgets, or the suites named: `npm run bench -- training`. */
import { parseArgs } from 'node:util';
import { benchCanvas } from './canvas';
import { benchCompile } from './compile';
import { benchLive } from './live';
import { benchLoad } from './load';
import { machine } from './machine';
import { save } from './report';
import { benchTraining } from './training';

const SUITES: { readonly [name: string]: (dist: string, runs: number) => void | Promise<void> } = {
  compile: benchCompile,
  canvas: benchCanvas,
  training: benchTraining,
  live: benchLive,
  load: benchLoad,
};

const { values, positionals } = parseArgs({
  options: { dist: { type: 'string', default: 'dist' }, runs: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const wanted = positionals.length > 0 ? positionals : Object.keys(SUITES);
const unknown = wanted.find((name) => !SUITES[name]);
if (unknown !== undefined) {
  console.error(`No suite ${unknown}. There are: ${Object.keys(SUITES).join(', ')}`);
  process.exit(1);
}
console.log(machine());
for (const name of wanted) await SUITES[name]!(values.dist, Number(values.runs));
save('test-results/bench.json');
