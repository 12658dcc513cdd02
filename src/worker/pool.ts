/**
 * A few workers that run many jobs, each job one `startRun` on a worker of its own while it lasts. The page's own worker is not among
 * them: Train goes on working beside. A worker is kept for the next job (it has the data already) and ended when there is none.
 */
import type { FailureCause } from '../engine/run-event';
import type { Notification, Requests, RunCheckpoint, RunId, StepBlock } from './protocol';

type Event = Extract<Notification, { kind: 'event' }>['event'];
export type DoneEvent = Extract<Event, { kind: 'done' }>;

/** What is used of a `WorkerClient`. */
export interface PoolClient {
  request(
    kind: 'startRun',
    args: Requests['startRun']['args'],
  ): Promise<
    | { readonly ok: true; readonly value: Requests['startRun']['value'] }
    | { readonly ok: false; readonly error: FailureCause }
  >;
  subscribe(listener: (notification: Notification) => void): () => void;
  dispose(): void;
}

export interface PoolJob {
  /** Nothing of it is kept: a job that is lost is begun again, from `resume` where that is given. */
  readonly args: Omit<Requests['startRun']['args'], 'resume' | 'keep'>;
  readonly resume?: RunCheckpoint | null;
  /** A worker has taken it; the second time, all that was told before is void. */
  readonly onStart?: (attempt: number) => void;
  readonly onSteps?: (block: StepBlock) => void;
  readonly onEvent?: (event: Event) => void;
  /** The job has come as far as its `until`, and another can go on from there. */
  readonly onReached?: (checkpoint: RunCheckpoint) => void;
}

export type PoolOutcome =
  | { readonly kind: 'done'; readonly event: DoneEvent }
  | { readonly kind: 'failed'; readonly cause: FailureCause }
  | { readonly kind: 'cancelled' };

interface Entry {
  readonly job: PoolJob;
  readonly settle: (outcome: PoolOutcome) => void;
  attempt: number;
}
interface Seat {
  readonly client: PoolClient;
  readonly unsubscribe: () => void;
  entry: Entry | null;
}

const ATTEMPTS = 2;
const MOST = 4;

/** One core is left to the page and its own worker. */
export const poolSize = (cores: number): number => Math.min(MOST, Math.max(1, cores - 1));

export class WorkerPool {
  readonly #size: number;
  readonly #connect: () => PoolClient;
  #queue: Entry[] = [];
  readonly #seats = new Set<Seat>();

  constructor(size: number, connect: () => PoolClient) {
    this.#size = size;
    this.#connect = connect;
  }

  /** Runs the job when its turn comes; never rejects. */
  submit(job: PoolJob): Promise<PoolOutcome> {
    return new Promise((settle) => {
      this.#queue.push({ job, settle, attempt: 0 });
      this.#fill();
    });
  }

  /**
   * Ends jobs at once, whether they wait or run: a worker is ended with its job, since nothing of it is needed any more. Those that
   * wait go first, or they would take the places of those that run.
   */
  cancel(...runs: readonly RunId[]): void {
    const isMeant = ({ job }: Entry) => runs.includes(job.args.run);
    const waiting = this.#queue.filter(isMeant);
    this.#queue = this.#queue.filter((entry) => !isMeant(entry));
    for (const { settle } of waiting) settle({ kind: 'cancelled' });
    for (const seat of [...this.#seats]) {
      const { entry } = seat;
      if (!entry || !isMeant(entry)) continue;
      this.#leave(seat);
      entry.settle({ kind: 'cancelled' });
    }
    this.#fill();
  }

  dispose(): void {
    for (const { settle } of this.#queue.splice(0)) settle({ kind: 'cancelled' });
    for (const seat of [...this.#seats]) {
      const { entry } = seat;
      this.#leave(seat);
      entry?.settle({ kind: 'cancelled' });
    }
  }

  #fill(): void {
    while (this.#queue.length > 0) {
      const seat = [...this.#seats].find(({ entry }) => entry === null) ?? this.#open();
      if (!seat) return;
      void this.#run(seat, this.#queue.shift()!);
    }
    // Each holds the heap of its last model.
    for (const seat of [...this.#seats]) if (seat.entry === null) this.#leave(seat);
  }

  #open(): Seat | null {
    if (this.#seats.size >= this.#size) return null;
    const client = this.#connect();
    const seat: Seat = {
      client,
      entry: null,
      unsubscribe: client.subscribe((notification) => this.#receive(seat, notification)),
    };
    this.#seats.add(seat);
    return seat;
  }

  #leave(seat: Seat): void {
    this.#seats.delete(seat);
    seat.entry = null;
    seat.unsubscribe();
    seat.client.dispose();
  }

  async #run(seat: Seat, entry: Entry): Promise<void> {
    seat.entry = entry;
    entry.attempt += 1;
    const { attempt } = entry;
    entry.job.onStart?.(attempt);
    const { args, resume = null } = entry.job;
    const answer = await seat.client.request('startRun', { ...args, resume, keep: false });
    // A worker that is lost while it starts is told of twice; by now the second attempt may be under way.
    if (!answer.ok && entry.attempt === attempt)
      this.#end(seat, entry, { kind: 'failed', cause: answer.error });
  }

  #receive(seat: Seat, notification: Notification): void {
    const { entry } = seat;
    if (!entry || notification.kind === 'progress' || notification.run !== entry.job.args.run) return;
    if (notification.kind === 'steps') entry.job.onSteps?.(notification.block);
    if (notification.kind === 'reached') entry.job.onReached?.(notification.checkpoint);
    if (notification.kind !== 'event') return;
    const { event } = notification;
    entry.job.onEvent?.(event);
    if (event.kind === 'done') this.#end(seat, entry, { kind: 'done', event });
    else if (event.kind === 'failed') this.#end(seat, entry, { kind: 'failed', cause: event.cause });
  }

  #end(seat: Seat, entry: Entry, outcome: PoolOutcome): void {
    // Told twice, or cancelled by a listener.
    if (seat.entry !== entry) return;
    seat.entry = null;
    const isLost = outcome.kind === 'failed' && outcome.cause.kind === 'worker-lost';
    if (isLost && entry.attempt < ATTEMPTS) this.#queue.unshift(entry);
    else entry.settle(outcome);
    this.#fill();
  }
}
