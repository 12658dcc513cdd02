/** `npm run bench`: every measurement of the budgets, or the suites named: `npm run bench -- training`. */
import { parseArgs } from 'node:util';
import { benchCanvas } from './canvas';
import { benchCompile } from './compile';
import { benchEndurance } from './endurance';
import { benchLive } from './live';
import { benchLoad } from './load';
import { machine } from './machine';
import { save } from './report';
import { benchTraining } from './training';
import { benchLoop } from './training-loop';

type Suite = (dist: string, runs: number, minutes: number) => void | Promise<void>;

const SUITES: { readonly [name: string]: Suite } = {
  compile: benchCompile,
  canvas: benchCanvas,
  training: benchTraining,
  loop: benchLoop,
  live: benchLive,
  load: benchLoad,
  endurance: benchEndurance,
};
/** Only when named: it takes half an hour. */
const LONG = ['endurance'];

const { values, positionals } = parseArgs({
  options: {
    dist: { type: 'string', default: 'dist' },
    runs: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '30' },
  },
  allowPositionals: true,
});
const wanted =
  positionals.length > 0 ? positionals : Object.keys(SUITES).filter((name) => !LONG.includes(name));
const unknown = wanted.find((name) => !SUITES[name]);
if (unknown !== undefined) {
  console.error(`No suite ${unknown}. There are: ${Object.keys(SUITES).join(', ')}`);
  process.exit(1);
}
console.log(machine());
for (const name of wanted) await SUITES[name]!(values.dist, Number(values.runs), Number(values.minutes));
save('test-results/bench.json');
