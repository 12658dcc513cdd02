/** Whether a second run of the same thing gives the same numbers: step by step, bit by bit. */
import type { StepBlock } from '../worker/protocol';
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
