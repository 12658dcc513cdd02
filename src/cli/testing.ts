/** For tests: the command line as a process of its own, and a folder for its files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const weft = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

/** To be ended from outside. */
export function start(...args: readonly string[]): {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
} {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'src/cli/main.ts'), ...args], {
    cwd: ROOT,
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

/** Every line of stdout as JSON; throws where one is not. */
// biome-ignore lint/suspicious/noExplicitAny: output of another process, looked at field by field
export const lines = ({ out }: Ended): any[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  const at = (...parts: readonly string[]): string => join(folder, ...parts);
  return {
    folder,
    at,
    write(name: string, content: string | Uint8Array): string {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), content);
      return at(name);
    },
    remove: (): void => rmSync(folder, { recursive: true, force: true }),
  };
}
