/** The part of the worker's client that stores use, and the one client of this page, started when it is first needed. */
import { WorkerClient } from '../worker/client';
import type { Notification, RequestKind, Requests } from '../worker/protocol';

export type Outcome<K extends RequestKind> =
  | { readonly ok: true; readonly value: Requests[K]['value'] }
  | { readonly ok: false; readonly error: Requests[K]['error'] };

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WorkerLink {
  request<K extends RequestKind>(kind: K, args: Requests[K]['args'], options?: RequestOptions): Promise<Outcome<K>>;
  subscribe(listener: (notification: Notification) => void): () => void;
}

let shared: WorkerLink | null = null;
export const workerLink = (): WorkerLink => {
  shared ??= new WorkerClient();
  return shared;
};
