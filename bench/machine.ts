/** On what the numbers were measured, in one line. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { findChromium } from '../scripts/chromium.mjs';

export function machine(): string {
  const cores = cpus();
  const path = findChromium();
  const browser = path ? execFileSync(path, ['--version']).toString().trim() : 'no browser';
  const load = loadavg()[0]!.toFixed(1);
  return `${cores.length} cores of ${cores[0]?.model.trim()}, Node ${process.version}, ${browser}, load ${load} at the start`;
}
