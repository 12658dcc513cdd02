/** Gathers steps into blocks, so that a run of thousands of steps a second becomes some twenty messages a second. */
import type { RunEvent } from '../engine/run-event';
import type { StepBlock } from './protocol';

export type StepEvent = Extract<RunEvent, { kind: 'step' }>;

const INTERVAL_MS = 50;

export class StepCoalescer {
  readonly #emit: (block: StepBlock) => void;
  readonly #now: () => number;
  #steps: StepEvent[] = [];
  #lastFlush = Number.NEGATIVE_INFINITY;

  constructor(emit: (block: StepBlock) => void, now: () => number = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  add(step: StepEvent): void {
    // A block has one set of columns.
    const first = this.#steps[0];
    if (first && !sameColumns(first, step)) this.flush();
    this.#steps.push(step);
    // No timer: it would not fire during the next step. A slow step goes out at once, or it would wait for that one.
    if (this.#now() - this.#lastFlush >= INTERVAL_MS || step.durationMs >= INTERVAL_MS) this.flush();
  }

  /** Before anything that must come after these steps. */
  flush(): void {
    const steps = this.#steps;
    const last = steps.at(-1);
    if (!last) return;
    this.#steps = [];
    this.#lastFlush = this.#now();
    const columns = Object.keys(last.measures);
    const values = new Float32Array(steps.length * columns.length);
    for (const [row, { measures }] of steps.entries()) {
      for (const [at, column] of columns.entries()) values[row * columns.length + at] = measures[column]!;
    }
    this.#emit({
      columns,
      globalSteps: Int32Array.from(steps, ({ globalStep }) => globalStep),
      values,
      epoch: last.epoch,
      step: last.step,
      stepMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0) / steps.length,
    });
  }
}

function sameColumns(a: StepEvent, b: StepEvent): boolean {
  const columns = Object.keys(a.measures);
  const others = Object.keys(b.measures);
  return columns.length === others.length && columns.every((column, i) => column === others[i]);
}
