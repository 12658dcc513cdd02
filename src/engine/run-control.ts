/** The handle by which a run is paused, stepped, resumed and stopped from outside. It never polls: waiting is a promise. */
export class RunControl {
  #state: 'running' | 'paused' | 'stopped' = 'running';
  /** Steps granted while paused. */
  #grants = 0;
  #wake: (() => void) | null = null;

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#grants = 0;
    this.#notify();
  }

  /** One step more, then pause (again). */
  step(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'paused';
    this.#grants += 1;
    this.#notify();
  }

  /** Final: nothing resumes a stopped run. */
  stop(): void {
    this.#state = 'stopped';
    this.#notify();
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** True while the loop may not take another step. */
  get mustWait(): boolean {
    return this.#state === 'paused' && this.#grants === 0;
  }

  /** The loop reports that it takes a step. */
  takeStep(): void {
    if (this.#state === 'paused') this.#grants -= 1;
  }

  /** Resolves as soon as `mustWait` is false. One waiter: the run. */
  async whenAllowed(): Promise<void> {
    while (this.mustWait) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
