/** A run found in storage that had not come to its end: what to show of it, and whether it may go on by itself. */
import type { FoundRun, UnfinishedRun } from '../storage/checkpoints';
import type { RunState } from './contract';
import { Curves } from './curves';

/** A run that dies again and again at one place would take the page with it each time. */
const TIMES = 5;

export const stepOf = ({ checkpoint }: FoundRun): number => checkpoint?.globalStep ?? 0;

/** How often it will have been gone on with from where it stands. */
const timesResumed = (found: FoundRun): number =>
  found.unfinished.resumed.globalStep === stepOf(found) ? found.unfinished.resumed.times : 0;

export const mayGoOn = (found: FoundRun): boolean => !found.unfinished.failed && timesResumed(found) < TIMES;

export const resumedOnce = (found: FoundRun): UnfinishedRun['resumed'] => ({
  globalStep: stepOf(found),
  times: timesResumed(found) + 1,
  total: found.unfinished.resumed.total + 1,
});

/** Curves and rows up to the checkpoint, told in the order in which they happened. */
export function historyOf({ blocks, epochs }: FoundRun): {
  readonly curves: Curves;
  readonly epochRows: RunState['epochRows'];
} {
  const curves = new Curves();
  const left = [...epochs];
  for (const block of blocks) {
    curves.addSteps(block);
    const last = block.globalSteps.at(-1) ?? 0;
    while (left[0] && left[0].globalStep <= last) {
      const { globalStep, measures } = left.shift()!;
      curves.addEpoch(globalStep, measures);
    }
  }
  return {
    curves,
    epochRows: epochs.map(({ epoch, measures, durationMs }) => ({ epoch, measures, durationMs })),
  };
}
