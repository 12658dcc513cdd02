/**
 * Gives waiting messages their turn during a long computation. A promise alone does not: microtasks run before the next
 * message. `setTimeout(0)` is clamped to 4 ms when nested, so a message to oneself (or Node's setImmediate) is used.
 */
const BUSY_MS = 16;

type Immediate = (callback: () => void) => void;

let hop: (() => Promise<void>) | undefined;

function makeHop(): () => Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: Immediate };
  if (setImmediate) return () => new Promise((resolve) => setImmediate(resolve));
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/** One turn of the event loop. */
export function nextTurn(): Promise<void> {
  hop ??= makeHop();
  return hop();
}

/** Turns once per frame: often enough to answer at once for a person, and a hop per step would slow small models down. */
export class Breather {
  #last = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#last >= BUSY_MS;
  }

  async breathe(): Promise<void> {
    await nextTurn();
    this.#last = performance.now();
  }
}
