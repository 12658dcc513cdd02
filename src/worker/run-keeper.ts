/** Decides when a run is worth a checkpoint and stores it with what has happened since the last one. */
import type { RunCheckpoint } from '../engine/checkpoint';
import type { RunEvent } from '../engine/run-event';
import type { EpochRow } from '../storage/checkpoints';
import type { Stored } from '../storage/db';
import type { StepBlock } from './protocol';
import type { RunKeeping } from './run-session';

/** At most this much is lost. */
const INTERVAL_MS = 3000;
/** Ends of epochs are good places, but some networks finish dozens of them in a second. */
const SOONER_AT_EPOCH_END = 1 / 3;
/** Storing may take this share of the time: a large model is stored less often. */
const SHARE = 1 / 25;

export class RunKeeper {
  readonly #run: string;
  readonly #store: RunKeeping['saveCheckpoint'];
  readonly #everyMs: number;
  readonly #now: () => number;
  #blocks: StepBlock[] = [];
  #epochs: EpochRow[] = [];
  #isBusy = false;
  #lastAt: number;
  #costMs = 0;

  constructor(
    run: string,
    { saveCheckpoint, keepEveryMs = INTERVAL_MS }: Omit<RunKeeping, 'holdLock'>,
    now: () => number = () => performance.now(),
  ) {
    this.#run = run;
    this.#store = saveCheckpoint;
    this.#everyMs = keepEveryMs;
    this.#now = now;
    this.#lastAt = now();
  }

  /** Before the block is transferred away. */
  addSteps(block: StepBlock): void {
    this.#blocks.push({ ...block, globalSteps: block.globalSteps.slice(), values: block.values.slice() });
  }

  addEpoch({ epoch, globalStep, measures, durationMs }: Extract<RunEvent, { kind: 'epoch' }>): void {
    this.#epochs.push({ epoch, globalStep, measures, durationMs });
  }

  wants(atEpochEnd: boolean): boolean {
    if (this.#isBusy) return false;
    const interval = this.#everyMs * (atEpochEnd ? SOONER_AT_EPOCH_END : 1);
    return this.#now() - this.#lastAt >= Math.max(interval, this.#costMs / SHARE);
  }

  /** Null when one is still being stored (a pause asks without regard to the time): then what happened since stays for the next. */
  async save(checkpoint: RunCheckpoint): Promise<Stored<void> | null> {
    if (this.#isBusy) return null;
    const startedAt = this.#now();
    const blocks = this.#blocks;
    const epochs = this.#epochs;
    this.#blocks = [];
    this.#epochs = [];
    this.#isBusy = true;
    const stored = await this.#store({ run: this.#run, savedAt: Date.now(), checkpoint }, { blocks, epochs });
    this.#isBusy = false;
    this.#lastAt = this.#now();
    this.#costMs = this.#lastAt - startedAt;
    if (!stored.ok) {
      // The next one that can be stored has all of it.
      this.#blocks = [...blocks, ...this.#blocks];
      this.#epochs = [...epochs, ...this.#epochs];
    }
    return stored;
  }
}
