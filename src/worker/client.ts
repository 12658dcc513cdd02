/**
 * The page's end of the conversation: requests as promises, notifications to subscribers, and a worker that is replaced when it
 * dies or hangs. Nothing here throws on a lost worker; pending requests get their own kind of error and a run in progress ends
 * as `failed`.
 */
import type { FailureCause } from '../engine/run-event';
import {
  type AnswerMessage,
  type FromWorker,
  type Notification,
  PROTOCOL_VERSION,
  type RequestKind,
  type RequestMessage,
  type Requests,
  type RunId,
  runLock,
  type ToWorker,
} from './protocol';
import { requestError } from './request-error';

export type RequestResult<K extends RequestKind> =
  | { readonly ok: true; readonly value: Requests[K]['value'] }
  | { readonly ok: false; readonly error: Requests[K]['error'] };

export interface SentRequest<K extends RequestKind> {
  /** For `cancel`, and to tell progress notifications apart. */
  readonly id: number;
  readonly result: Promise<RequestResult<K>>;
}

/** What is used of a `Worker`. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: { readonly data: FromWorker }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

export interface ClientOptions {
  readonly spawn?: () => WorkerLike;
  /** How long a `stop` may go unanswered before the worker is replaced. */
  readonly graceMs?: number;
  /** Resolves when nobody holds the lock any more; rejects when `signal` is aborted. Null where there are no locks. */
  readonly lockFreed?: ((name: string, signal: AbortSignal) => Promise<void>) | null;
}

const lockFreed = (name: string, signal: AbortSignal): Promise<void> =>
  navigator.locks.request(name, { signal }, () => undefined);

interface Pending {
  readonly kind: RequestKind;
  settle(
    answer: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown },
  ): void;
}

const spawnWorker = (): WorkerLike =>
  new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: 'weft-engine' }) as WorkerLike;

export class WorkerClient {
  readonly #spawn: () => WorkerLike;
  readonly #graceMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(notification: Notification) => void>();
  #worker: WorkerLike | null = null;
  #nextId = 1;
  /** The run that notifications are passed on of, and its last sequence number; null when none is under way. */
  #run: { readonly id: RunId; sequence: number } | null = null;
  #watchdog: ReturnType<typeof setTimeout> | null = null;

  readonly #lockFreed: ClientOptions['lockFreed'];
  /** Ends the watch over the run under way. */
  #unguard: AbortController | null = null;

  constructor(options: ClientOptions = {}) {
    this.#spawn = options.spawn ?? spawnWorker;
    this.#graceMs = options.graceMs ?? 5000;
    const hasLocks = typeof navigator !== 'undefined' && 'locks' in navigator;
    this.#lockFreed = options.lockFreed ?? (hasLocks ? lockFreed : null);
  }

  request<K extends RequestKind>(
    kind: K,
    args: Requests[K]['args'],
    transfer: Transferable[] = [],
  ): Promise<RequestResult<K>> {
    return this.send(kind, args, transfer).result;
  }

  /** As `request`, with the id at once. */
  send<K extends RequestKind>(
    kind: K,
    args: Requests[K]['args'],
    transfer: Transferable[] = [],
  ): SentRequest<K> {
    const id = this.#nextId;
    this.#nextId += 1;
    const result = new Promise<RequestResult<K>>((resolve) => {
      this.#pending.set(id, { kind, settle: (answer) => resolve(answer as RequestResult<K>) });
    });
    if (kind === 'startRun') this.#run = { id: (args as Requests['startRun']['args']).run, sequence: 0 };
    if (kind === 'stop') this.#watch();
    this.#post({ kind: 'request', id, request: kind, args } as RequestMessage, transfer);
    return { id, result };
  }

  /** Abandons a request that can be (an upload); it still answers, with an error. */
  cancel(id: number): void {
    if (this.#pending.has(id)) this.#post({ kind: 'cancel', id }, []);
  }

  /** Gives the function that ends the subscription. Steps of runs before the last one started are not passed on. */
  subscribe(listener: (notification: Notification) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#lose({ kind: 'internal', message: 'The page closed the worker' });
  }

  #post(message: ToWorker, transfer: Transferable[]): void {
    try {
      this.#worker ??= this.#open();
      this.#worker.postMessage(message, transfer);
    } catch (error) {
      // Blocked by the browser, or a value that cannot be cloned: the request answers, the page goes on.
      const cause: FailureCause = {
        kind: 'internal',
        message: error instanceof Error ? error.message : String(error),
      };
      if (message.kind === 'request') this.#settleLost(message.id, cause);
    }
  }

  #open(): WorkerLike {
    const worker = this.#spawn();
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = ({ message }) => this.#lose({ kind: 'worker-lost', message: message ?? '' });
    return worker;
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'answer') this.#answer(message);
    else this.#notify(message);
  }

  #answer(answer: AnswerMessage): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (pending?.kind === 'stop') this.#unwatch();
    if (pending?.kind === 'startRun') {
      if (answer.ok) void this.#guard();
      else this.#run = null;
    }
    pending?.settle(answer.ok ? { ok: true, value: answer.value } : { ok: false, error: answer.error });
  }

  #notify(notification: Notification): void {
    if (notification.kind !== 'progress') {
      if (notification.run !== this.#run?.id) return;
      this.#run.sequence = notification.sequence;
      const event = notification.kind === 'event' ? notification.event : null;
      if (event?.kind === 'done' || event?.kind === 'failed') this.#endRun();
      // A full wasm heap does not shrink and a lost GPU does not come back: the next request gets a fresh worker.
      if (
        event?.kind === 'failed' &&
        (event.cause.kind === 'out-of-memory' || event.cause.kind === 'backend')
      ) {
        this.#lose(event.cause);
      }
    }
    for (const listener of this.#listeners) listener(notification);
  }

  /**
   * A worker that the browser ends (for its memory, say) sends nothing. But it holds a lock while a run goes on, and the browser lets
   * that go: whoever gets it while the run is still under way asks the worker whether it lives.
   */
  async #guard(): Promise<void> {
    const run = this.#run;
    if (!run || !this.#lockFreed) return;
    this.#unguard?.abort();
    const unguard = new AbortController();
    this.#unguard = unguard;
    try {
      await this.#lockFreed(runLock(run.id), unguard.signal);
    } catch {
      return;
    }
    if (this.#run !== run) return;
    const silence = setTimeout(() => {
      if (this.#run === run) this.#lose({ kind: 'worker-lost', message: '' });
    }, this.#graceMs);
    await this.request('hello', { protocol: PROTOCOL_VERSION });
    clearTimeout(silence);
  }

  #endRun(): void {
    this.#run = null;
    this.#unguard?.abort();
    this.#unguard = null;
  }

  #watch(): void {
    this.#watchdog ??= setTimeout(() => this.#lose({ kind: 'unresponsive' }), this.#graceMs);
  }

  #unwatch(): void {
    if (this.#watchdog !== null) clearTimeout(this.#watchdog);
    this.#watchdog = null;
  }

  /** The next request spawns a new worker. */
  #lose(cause: FailureCause): void {
    this.#unwatch();
    if (this.#worker) {
      this.#worker.onmessage = null;
      this.#worker.onerror = null;
      this.#worker.terminate();
      this.#worker = null;
    }
    for (const id of [...this.#pending.keys()]) this.#settleLost(id, cause);
    const run = this.#run;
    this.#endRun();
    if (!run) return;
    const failed: Notification = {
      kind: 'event',
      run: run.id,
      sequence: run.sequence + 1,
      event: { kind: 'failed', cause },
    };
    for (const listener of this.#listeners) listener(failed);
  }

  #settleLost(id: number, cause: FailureCause): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending) pending.settle({ ok: false, error: requestError(pending.kind, cause) });
  }
}
