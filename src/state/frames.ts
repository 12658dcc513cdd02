/** Gathers changes that come many times a second into one per animation frame; what must be seen at once goes at once, with them. */
export class Frames<S> {
  readonly #nextFrame: (callback: () => void) => void;
  readonly #show: (patch: Partial<S>) => void;
  #patch: Partial<S> | null = null;

  constructor(nextFrame: (callback: () => void) => void, show: (patch: Partial<S>) => void) {
    this.#nextFrame = nextFrame;
    this.#show = show;
  }

  /** With the next frame. */
  soon(patch: Partial<S>): void {
    if (this.#patch) {
      Object.assign(this.#patch, patch);
      return;
    }
    this.#patch = { ...patch };
    this.#nextFrame(() => this.#flush());
  }

  now(patch: Partial<S>): void {
    this.#patch = { ...this.#patch, ...patch };
    this.#flush();
  }

  /** Forgets what no frame has shown yet. */
  drop(): void {
    this.#patch = null;
  }

  #flush(): void {
    const patch = this.#patch;
    this.#patch = null;
    if (patch) this.#show(patch);
  }
}
