// Rebuild every data set from its package and compare it with what is committed under public/datasets/.
//   node scripts/datasets/all.mjs           compare only; exit status 1 when something differs
//   node scripts/datasets/all.mjs --write   write the files instead
import { build as digits } from './digits.mjs';
import { build as fashionMnist } from './fashion-mnist.mjs';
import { build as penguins } from './penguins.mjs';
import { build as sentiment } from './sentiment.mjs';
import { check, write } from './source.mjs';
import { build as weather } from './weather.mjs';

const builds = [fashionMnist, digits, sentiment, penguins, weather];

if (process.argv.includes('--write')) {
  for (const build of builds) write(build());
} else {
  const problems = builds.flatMap((build) => check(build()));
  for (const problem of problems) console.error(`FAIL  ${problem}`);
  console.log(problems.length === 0 ? `${builds.length} data sets match` : `${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}
