/**
 * The check before a run: the worker tries the model, and the run starts on the backend that turned out fastest, or not at all where
 * it cannot fit. The same model on the same data is not tried twice.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Preflight } from '../engine/preflight';
import type { StepProfile } from '../engine/step-profile';
import type { Backend, Requests } from '../worker/protocol';
import { healthStore } from './health-store';
import { type WorkerLink, workerLink } from './worker-link';

export type PreflightRequest = Requests['preflight']['args'];

export interface PreflightState {
  readonly status: 'idle' | 'measuring' | 'ready' | 'refused';
  /** Backends tried so far, of how many. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** Of the last check that came to an end. */
  readonly result: Preflight | null;
  /** The backend to train on; null to stop: it cannot fit, the check was cancelled, or another one is under way. */
  check(request: PreflightRequest): Promise<Backend | null>;
  cancel(): void;
  /** What was refused is no longer what would be trained. */
  dismiss(): void;
}

export interface PreflightParts {
  readonly link: () => WorkerLink;
  readonly onProfile: (profile: StepProfile | null) => void;
}

export function createPreflightStore({ link, onProfile }: PreflightParts): StoreApi<PreflightState> {
  let abort: AbortController | null = null;
  let checked: { readonly key: string; readonly chosen: Backend } | null = null;
  return createStore<PreflightState>()((set, get) => ({
    status: 'idle',
    progress: null,
    result: null,
    async check(request) {
      if (abort) return null;
      const key = keyOf(request);
      if (checked?.key === key) {
        set({ status: 'ready' });
        return checked.chosen;
      }
      abort = new AbortController();
      set({ status: 'measuring', progress: null });
      const answer = await link().request('preflight', request, {
        signal: abort.signal,
        onProgress: (done, total) => set({ progress: { done, total } }),
      });
      // An answer that was on its way when it was cancelled.
      const isCancelled = abort.signal.aborted || (!answer.ok && answer.error === 'cancelled');
      abort = null;
      set({ progress: null });
      if (isCancelled) {
        set({ status: get().result ? 'ready' : 'idle' });
        return null;
      }
      if (!answer.ok) {
        // The run will meet the same and tell it in full.
        set({ status: 'idle', result: null });
        return request.backend;
      }
      const { verdict, chosen, profile } = answer.value;
      const isRefused = verdict.kind === 'smaller-batch' || verdict.kind === 'cannot-fit';
      set({ status: isRefused ? 'refused' : 'ready', result: answer.value });
      onProfile(profile);
      checked = chosen ? { key, chosen } : null;
      return isRefused ? null : (chosen ?? request.backend);
    },
    cancel: () => abort?.abort(),
    dismiss: () => set({ status: 'idle', result: null }),
  }));
}

/** What the figures depend on. Not the number of epochs, and not the learning rate. */
function keyOf({ plan, training, source, backend }: PreflightRequest): string {
  const phases = training.phases.map(({ trainable, optimizer, clipping, accumulate, averaging }) => [
    ...[trainable, optimizer.type, clipping?.kind, accumulate > 1, averaging?.kind],
  ]);
  return JSON.stringify([plan, phases, training.batchSize, training.validationSplit, source, backend]);
}

export const preflightStore = createPreflightStore({
  link: workerLink,
  onProfile: (profile) => healthStore.getState().setProfile(profile),
});
export const usePreflight = <T>(select: (state: PreflightState) => T): T => useStore(preflightStore, select);
