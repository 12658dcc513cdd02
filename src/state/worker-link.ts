/** The worker's client in the shape that stores use (progress and cancel belong to the request), and the one of this page. */
import { WorkerClient } from '../worker/client';
import type { Notification, RequestKind, Requests } from '../worker/protocol';

export type Outcome<K extends RequestKind> =
  | { readonly ok: true; readonly value: Requests[K]['value'] }
  | { readonly ok: false; readonly error: Requests[K]['error'] };

export interface RequestOptions {
  /** Aborting abandons the request; it still answers, with an error. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WorkerLink {
  request<K extends RequestKind>(
    kind: K,
    args: Requests[K]['args'],
    options?: RequestOptions,
  ): Promise<Outcome<K>>;
  subscribe(listener: (notification: Notification) => void): () => void;
}

function linkTo(client: Pick<WorkerClient, 'send' | 'cancel' | 'subscribe'>): WorkerLink {
  return {
    subscribe: (listener) => client.subscribe(listener),
    async request(kind, args, { signal, onProgress } = {}) {
      const { id, result } = client.send(kind, args);
      const cancel = () => client.cancel(id);
      signal?.addEventListener('abort', cancel);
      const unsubscribe = client.subscribe((notification) => {
        if (notification.kind === 'progress' && notification.id === id) {
          onProgress?.(notification.done, notification.total);
        }
      });
      const answer = await result;
      unsubscribe();
      signal?.removeEventListener('abort', cancel);
      return answer;
    },
  };
}

let shared: WorkerLink | null = null;
/** The worker itself starts with the first request. */
export const workerLink = (): WorkerLink => {
  shared ??= linkTo(new WorkerClient());
  return shared;
};
