/** The command line: the core and the engine of the page, in Node. Exit code 0, or 1 with diagnostics. */
import { parseArgs } from 'node:util';
import { check } from './check';
import { exportModel, importModel } from './exchange';
import { CliProblem, printJson } from './print';
import { train } from './train';
import { evaluate, predict } from './use-model';

const USAGE = `weft check FILE [--data PATH] [--target COLUMN] [--json]
weft train FILE [--data PATH] [--target COLUMN] [--epochs N] [--seed N] [--backend wasm|cpu] [--out DIR] [--json]
weft evaluate RUN [--data PATH] [--backend wasm|cpu] [--json]
weft predict RUN [--data PATH] [--backend wasm|cpu] [--json]
weft export FILE|RUN --to tfjs|weft --out PATH
weft import MODEL.json --out FILE.weft.json

FILE is a project (.weft.json) or a folder written by train --out (RUN); --data is a CSV, a ZIP or a folder of images.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      target: { type: 'string' },
      epochs: { type: 'string' },
      seed: { type: 'string' },
      backend: { type: 'string', default: 'wasm' },
      out: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [verb, file] = positionals;
  if (values.help || verb === undefined || file === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 1;
  }
  const { data, target, backend, json } = values;
  switch (verb) {
    case 'check':
      return check({ file, data, target, json });
    case 'train': {
      const epochs = wholeNumber('epochs', values.epochs);
      const seed = wholeNumber('seed', values.seed);
      return train({ file, data, target, epochs, seed, backend, out: values.out, json });
    }
    case 'evaluate':
      return evaluate({ file, data, target, backend, json });
    case 'predict':
      return predict({ file, data, target, backend, json });
    case 'export':
      return exportModel(file, required('to', values.to), required('out', values.out));
    case 'import':
      return importModel(file, required('out', values.out));
    default:
      throw new CliProblem('verb', `There is no verb ${verb}.\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new CliProblem('option', `--${name} is a whole number, not ${text}`);
  return value;
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new CliProblem('option', `--${name} is missing.\n${USAGE}`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsers = error instanceof CliProblem || (error instanceof TypeError && 'code' in error);
  if (!isUsers) throw error;
  const message = error instanceof Error ? error.message : String(error);
  if (process.argv.includes('--json')) printJson({ ok: false, code: (error as CliProblem).code, message });
  else process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
