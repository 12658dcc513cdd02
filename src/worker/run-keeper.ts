/** Stores a run's checkpoints, each with what has happened since the one before. */
import type { RunCheckpoint } from '../engine/checkpoint';
import { CheckpointClock } from '../engine/checkpoint-clock';
import type { RunEvent } from '../engine/run-event';
import type { EpochRow } from '../storage/checkpoints';
import type { Stored } from '../storage/db';
import type { StepBlock } from './protocol';
import type { RunKeeping } from './run-session';

export class RunKeeper {
  readonly #run: string;
  readonly #store: RunKeeping['saveCheckpoint'];
  readonly #clock: CheckpointClock;
  #blocks: StepBlock[] = [];
  #epochs: EpochRow[] = [];
  #isBusy = false;

  constructor(run: string, { saveCheckpoint, keepEveryMs }: Omit<RunKeeping, 'holdLock'>) {
    this.#run = run;
    this.#store = saveCheckpoint;
    this.#clock = new CheckpointClock(keepEveryMs);
  }

  /** Before the block is transferred away. */
  addSteps(block: StepBlock): void {
    this.#blocks.push({ ...block, globalSteps: block.globalSteps.slice(), values: block.values.slice() });
  }

  addEpoch({ epoch, globalStep, measures, durationMs }: Extract<RunEvent, { kind: 'epoch' }>): void {
    this.#epochs.push({ epoch, globalStep, measures, durationMs });
  }

  wants(atEpochEnd: boolean): boolean {
    return !this.#isBusy && this.#clock.isDue(atEpochEnd);
  }

  /** Null when one is still being stored (a pause asks without regard to the time): then what happened since stays for the next. */
  async save(checkpoint: RunCheckpoint): Promise<Stored<void> | null> {
    if (this.#isBusy) return null;
    this.#clock.begin();
    const blocks = this.#blocks;
    const epochs = this.#epochs;
    this.#blocks = [];
    this.#epochs = [];
    this.#isBusy = true;
    const stored = await this.#store({ run: this.#run, savedAt: Date.now(), checkpoint }, { blocks, epochs });
    this.#isBusy = false;
    this.#clock.end();
    if (!stored.ok) {
      // The next one that can be stored has all of it.
      this.#blocks = [...blocks, ...this.#blocks];
      this.#epochs = [...epochs, ...this.#epochs];
    }
    return stored;
  }
}
