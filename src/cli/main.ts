/** The command line: the core and the engine of the page, in Node. Exit code 0, or 1 with diagnostics. */
import { parseArgs } from 'node:util';
import { check } from './check';
import { importModel } from './import-model';
import { CliProblem, printJson } from './print';

const USAGE = `weft check FILE [--data PATH] [--target COLUMN] [--json]
weft train FILE [--data PATH] [--target COLUMN] [--epochs N] [--seed N] [--backend wasm|cpu] [--out DIR [--resume]] [--json]
weft search FILE --field PLACE.FIELD=VALUES … [--strategy grid|random|halving] [--runs N] [--minutes M] [--measure COLUMN] [--seed N]
            [--data PATH] [--target COLUMN] [--backend wasm|cpu] [--out DIR] [--json]
weft evaluate RUN [--data PATH] [--backend wasm|cpu] [--json]
weft predict RUN [--data PATH] [--backend wasm|cpu] [--json]
weft export FILE|RUN --to tfjs|weft --out PATH
weft import MODEL.json --out FILE.weft.json

FILE is a project (.weft.json) or a folder written by train --out (RUN); --data is a CSV, a ZIP or a folder of images.
A PLACE is the id of a node, or training; VALUES are a list (16,32,64) or a range (0.0001..0.1, with :log by equal factors). The seed
of a search is that of its points; its best project is written to DIR. train --resume goes on from the checkpoint in DIR.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      target: { type: 'string' },
      epochs: { type: 'string' },
      field: { type: 'string', multiple: true, default: [] },
      strategy: { type: 'string', default: 'random' },
      runs: { type: 'string' },
      minutes: { type: 'string' },
      measure: { type: 'string' },
      seed: { type: 'string' },
      backend: { type: 'string', default: 'wasm' },
      out: { type: 'string' },
      to: { type: 'string' },
      resume: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [verb, file] = positionals;
  if (values.help || verb === undefined || file === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 1;
  }
  const { data, target, json } = values;
  const backend = choice('backend', values.backend, ['wasm', 'cpu']);
  // tfjs takes a second to load: the verbs that need it come with it.
  switch (verb) {
    case 'check':
      return check({ file, data, target, json });
    case 'train': {
      const epochs = wholeNumber('epochs', values.epochs, 1);
      const seed = wholeNumber('seed', values.seed, 0);
      const { resume } = values;
      const out = resume ? required('out', values.out) : values.out;
      const { train } = await import('./train');
      return train({ file, data, target, epochs, seed, backend, out, resume, json });
    }
    case 'search': {
      const strategy = choice('strategy', values.strategy, ['grid', 'random', 'halving']);
      const runs = wholeNumber('runs', values.runs, 1);
      const minutes = positive('minutes', values.minutes);
      const seed = wholeNumber('seed', values.seed, 0);
      const { field: fields, measure, out } = values;
      const { search } = await import('./search');
      const about = { file, data, target, backend, out, json };
      return search({ ...about, fields, strategy, runs, minutes, measure, seed });
    }
    case 'evaluate':
    case 'predict':
      return (await import('./use-model'))[verb]({ file, data, target, backend, json });
    case 'export': {
      const to = choice('to', required('to', values.to), ['tfjs', 'weft']);
      const out = required('out', values.out);
      return (await import('./export-model')).exportModel(file, to, out);
    }
    case 'import':
      return importModel(file, required('out', values.out));
    default:
      throw new CliProblem('verb', `There is no verb ${verb}.\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new CliProblem('option', `--${name} is a whole number from ${least}, not ${text}`);
  return value;
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new CliProblem('option', `--${name} is a number above 0, not ${text}`);
  return value;
}

function choice<const O extends string>(name: string, text: string, options: readonly O[]): O {
  const found = options.find((option) => option === text);
  if (!found) throw new CliProblem('option', `--${name} is ${options.join(' or ')}, not ${text}`);
  return found;
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new CliProblem('option', `--${name} is missing.\n${USAGE}`);
  return value;
}

/** `parseArgs` throws a TypeError with such a code for an option that it does not know. */
const isOptionError = (error: unknown): error is TypeError & { readonly code: string } =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

// A reader that has seen enough (`weft predict … | head`) closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof CliProblem) && !isOptionError(error)) throw error;
  const { code, message } = error;
  if (process.argv.includes('--json')) printJson({ ok: false, code, message });
  else process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
