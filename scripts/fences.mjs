/**
 * The direction of imports between folders, made executable. dependency-cruiser reports success over zero modules when it
 * cannot read TypeScript, so the number of modules is checked first.
 */
import { cruise } from 'dependency-cruiser';
import options from '../.dependency-cruiser.mjs';

const MIN_MODULES = 150;

const { output } = await cruise(['src'], {
  ...options.options,
  ruleSet: { forbidden: options.forbidden },
  validate: true,
});
const { modules, summary } = output;
const own = modules.filter((module) => module.source.startsWith('src/')).length;
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(
  `${own} modules, ${summary.totalDependenciesCruised} imports, ${summary.violations.length} violations`,
);
if (own < MIN_MODULES) {
  console.error(
    `Only ${own} modules were read, at least ${MIN_MODULES} were expected: the tool does not see the sources`,
  );
  process.exitCode = 1;
}
if (summary.violations.length > 0) process.exitCode = 1;
