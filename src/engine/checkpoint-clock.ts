/** When a run is worth a checkpoint, wherever that is stored. No tfjs in here. */

/** At most this much is lost. */
const INTERVAL_MS = 3000;
/** Ends of epochs are good places, but some networks finish dozens of them in a second. */
const SOONER_AT_EPOCH_END = 1 / 3;
/** Storing may take this share of the time: a large model is stored less often. */
const SHARE = 1 / 25;

export class CheckpointClock {
  readonly #everyMs: number;
  readonly #now: () => number;
  #startedAt: number;
  #lastAt: number;
  #costMs = 0;

  constructor(everyMs: number = INTERVAL_MS, now: () => number = () => performance.now()) {
    this.#everyMs = everyMs;
    this.#now = now;
    this.#startedAt = now();
    this.#lastAt = this.#startedAt;
  }

  isDue(atEpochEnd: boolean): boolean {
    const interval = this.#everyMs * (atEpochEnd ? SOONER_AT_EPOCH_END : 1);
    return this.#now() - this.#lastAt >= Math.max(interval, this.#costMs / SHARE);
  }

  /** Storing begins. */
  begin(): void {
    this.#startedAt = this.#now();
  }

  /** Storing has come to its end, one way or another. */
  end(): void {
    this.#lastAt = this.#now();
    this.#costMs = this.#lastAt - this.#startedAt;
  }
}
