/** Whether a second run of the same thing gives the same numbers: step by step, bit by bit. */
import type { StepBlock } from '../worker/protocol';
import type { Reproduction } from './contract';
import type { Curve } from './curves';

export interface Difference {
  readonly globalStep: number;
  readonly column: string;
  readonly before: number;
  readonly now: number;
}

export class Comparison {
  readonly #before: { readonly [column: string]: Curve };
  /** Steps compared so far. */
  steps = 0;

  /** `before`: all steps of the first run, from step 1 on. */
  constructor(before: { readonly [column: string]: Curve }) {
    this.#before = before;
  }

  /** The first difference in the block; steps that the first run had not come to do not count. */
  compare({ columns, globalSteps, values }: StepBlock): Difference | null {
    for (const [row, globalStep] of globalSteps.entries()) {
      for (const [at, column] of columns.entries()) {
        const curve = this.#before[column];
        const index = globalStep - 1;
        if (!curve || curve.x[index] !== globalStep) continue;
        const before = curve.y[index]!;
        const now = values[row * columns.length + at]!;
        if (!Object.is(before, now)) return { globalStep, column, before, now };
      }
      this.steps += 1;
    }
    return null;
  }
}

/** A comparison that goes on while a run does, as it is shown. */
export class Reproducing {
  #comparison: Comparison | null = null;
  #shown: Reproduction | null = null;

  begin(before: { readonly [column: string]: Curve }): Reproduction {
    this.#comparison = new Comparison(before);
    this.#shown = { status: 'running', steps: 0, difference: null, changed: [] };
    return this.#shown;
  }

  /** Null when nothing is being compared. */
  add(block: StepBlock): Reproduction | null {
    if (!this.#comparison || !this.#shown) return null;
    const difference = this.#comparison.compare(block);
    const { steps } = this.#comparison;
    if (difference) this.#comparison = null;
    this.#shown = { ...this.#shown, status: difference ? 'different' : 'running', steps, difference };
    return this.#shown;
  }

  /** The receipts are known. */
  changed(changed: Reproduction['changed']): Reproduction | null {
    if (this.#shown) this.#shown = { ...this.#shown, changed };
    return this.#shown;
  }

  /** The run has come to its end: what was equal until now is equal. */
  end(): Reproduction | null {
    if (this.#comparison && this.#shown)
      this.#shown = { ...this.#shown, status: 'equal', steps: this.#comparison.steps };
    this.#comparison = null;
    return this.#shown;
  }

  cancel(): void {
    this.#comparison = null;
    this.#shown = null;
  }
}
