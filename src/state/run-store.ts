/**
 * The run that is shown: what the worker tells about it, curves outside React, and the model it left behind. Numbers that arrive many
 * times a second are gathered and shown once per animation frame; events (an epoch, the end, a failure) are shown at once.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ModelPlan } from '../compile/plan';
import type { RunEvent } from '../engine/run-event';
import type { Meaning } from '../graph/document';
import type { Json } from '../graph/json';
import { jsonEqual } from '../graph/json-equal';
import { loadImportedWeights } from '../storage/imported-weights';
import { loadLatestRun, type StoredRun, saveRun } from '../storage/runs';
import { weightsForPlan } from '../targets/tfjs/weights-for-plan';
import type { GivenWeights, NamedWeight, Notification, StepBlock, TrainedModel } from '../worker/protocol';
import type { DataState, DocumentState, RunState } from './contract';
import { Curves } from './curves';
import { dataStore } from './data-store';
import { documentStore } from './document-store';
import { secondsLeft, smoothed } from './time-left';
import { type WorkerLink, workerLink } from './worker-link';

/** Beyond the contract: for the project store. */
export interface RunStore extends RunState {
  /**
   * Shows the latest run of that project (none for a project not saved yet); a run in progress is stopped. `imported`: the weights
   * of a model that has just been imported and is not in storage yet.
   */
  openProject(project: string | null, imported?: readonly NamedWeight[]): Promise<void>;
  /** The project on screen has got its place in storage; what runs now will be kept there. */
  adoptProject(project: string): void;
}

export interface RunStorage {
  readonly loadLatestRun: typeof loadLatestRun;
  readonly saveRun: typeof saveRun;
  readonly loadImportedWeights: typeof loadImportedWeights;
}

export interface RunParts {
  readonly link: () => WorkerLink;
  readonly document: StoreApi<DocumentState>;
  readonly data: StoreApi<DataState>;
  readonly storage: RunStorage;
  readonly nextFrame: (callback: () => void) => void;
  readonly newId: () => string;
}

const SAMPLES = 24;

const IDLE = {
  status: 'idle',
  run: null,
  backend: null,
  threads: 0,
  epoch: 0,
  epochs: 0,
  step: 0,
  stepsPerEpoch: 0,
  secondsLeft: null,
  samplesPerSecond: null,
  failure: null,
  reason: null,
  startsFrom: null,
  epochRows: [],
  evaluation: null,
  samples: [],
  stale: false,
} as const satisfies Partial<RunState>;

/** The same network on the same data; training settings do not matter to a model that is trained already. */
function sameModel(a: Meaning, b: Meaning): boolean {
  return (['nodes', 'edges', 'dataset'] as const).every((part) =>
    jsonEqual(a[part] as Json, b[part] as Json),
  );
}
const sameMeaning = (a: Meaning, b: Meaning): boolean =>
  a === b || jsonEqual(a as unknown as Json, b as unknown as Json);

const isActive = ({ status }: RunState): boolean =>
  status === 'starting' || status === 'running' || status === 'paused' || status === 'stopping';

export function createRunStore({
  link,
  document,
  data,
  storage,
  nextFrame,
  newId,
}: RunParts): StoreApi<RunStore> {
  let curves = new Curves();
  let project: string | null = null;
  /** What the run shown was started with. */
  let meaning: Meaning | null = null;
  let batchSize = 1;
  let stepMs: number | null = null;
  let trained: { readonly meaning: Meaning; readonly model: TrainedModel } | null = null;
  /** Named by node; a promise, because training may be asked for while they are still being read. */
  let imported: Promise<readonly NamedWeight[]> = Promise.resolve([]);
  let isSubscribed = false;
  let frame: Partial<RunState> | null = null;

  const store = createStore<RunStore>()((set, get) => {
    /** Merges into what the next frame shows. */
    const showSoon = (patch: Partial<RunState>) => {
      if (frame) {
        Object.assign(frame, patch);
        return;
      }
      frame = { ...patch };
      nextFrame(flush);
    };
    const flush = () => {
      if (!frame) return;
      const patch = frame;
      frame = null;
      set({ ...patch, version: get().version + 1 });
    };
    const showNow = (patch: Partial<RunState>) => {
      frame = { ...frame, ...patch };
      flush();
    };

    const onSteps = (block: StepBlock) => {
      const { epochs, stepsPerEpoch, epochRows } = get();
      curves.addSteps(block);
      stepMs = smoothed(stepMs, block.stepMs);
      showSoon({
        epoch: block.epoch,
        step: block.step,
        samplesPerSecond: stepMs > 0 ? (1000 * batchSize) / stepMs : null,
        secondsLeft: secondsLeft({
          epoch: block.epoch,
          epochs,
          step: block.step,
          stepsPerEpoch,
          stepMs,
          epochMs: epochRows.map((row) => row.durationMs),
        }),
      });
    };

    const onEvent = (event: Exclude<RunEvent, { kind: 'step' }>) => {
      switch (event.kind) {
        case 'started': {
          const { backend, threads, epochs, stepsPerEpoch } = event;
          return showNow({ status: 'running', backend, threads, epochs, stepsPerEpoch });
        }
        case 'epoch': {
          const { epoch, measures, durationMs } = event;
          curves.addEpoch(event.globalStep, measures);
          return showNow({ epoch, epochRows: [...get().epochRows, { epoch, measures, durationMs }] });
        }
        case 'paused':
          return showNow({ status: 'paused' });
        case 'resumed':
          return showNow({ status: 'running' });
        case 'failed':
          return showNow({ status: 'failed', failure: event.cause, secondsLeft: null });
        case 'done':
          showNow({ status: 'done', reason: event.reason, evaluation: event.evaluation, secondsLeft: null });
          void keepModel();
          return;
      }
    };

    /** Fetches the weights once and stores them with the history; a full disk costs the reload, not the session. */
    const keepModel = async () => {
      const { run, reason } = get();
      const of = meaning;
      if (!run || !of || !reason) return;
      const answer = await link().request('trainedModel', { run });
      if (!answer.ok || get().run !== run) return;
      trained = { meaning: of, model: answer.value };
      await persist();
    };
    const persist = async () => {
      const { run, reason, startsFrom, backend, threads, epochs, stepsPerEpoch, epochRows, evaluation } =
        get();
      if (!project || !run || !reason || !trained) return;
      const stored: StoredRun = {
        ...{ project, run, savedAt: Date.now(), ...trained, backend, threads, epochs, stepsPerEpoch, reason },
        ...{ startsFrom, epochRows, evaluation, curves: curves.snapshot() },
      };
      await storage.saveRun(stored);
    };

    /** What the import left for this plan; null when nothing did. */
    const importedFor = async (plan: ModelPlan): Promise<GivenWeights | null> => {
      const weights = weightsForPlan(plan, await imported);
      return weights.length > 0 ? { weights } : null;
    };

    /** The worker has lost the run, by a reload or with its own life, but its model is here. */
    const reopen = async (run: string): Promise<boolean> => {
      if (!trained || isActive(get())) return false;
      const { model, meaning: of } = trained;
      const entry = data.getState().entries.find(({ schema }) => schema.id === of.dataset?.id);
      if (!entry) return false;
      const { batchSize, validationSplit, testSplit, seed } = of.training;
      const answer = await link().request('openRun', {
        ...{ run, model, source: entry.source, backend: get().backendWish },
        settings: { batchSize, validationSplit, testSplit, seed },
      });
      return answer.ok && get().run === run;
    };

    const onNotification = (notification: Notification) => {
      if (notification.kind === 'progress' || notification.run !== get().run) return;
      if (notification.kind === 'steps') onSteps(notification.block);
      else onEvent(notification.event);
    };

    const clear = (patch: Partial<RunState>) => {
      curves = new Curves();
      stepMs = null;
      frame = null;
      set({ ...IDLE, ...patch, version: get().version + 1 });
    };

    /** Asks something of the current run. A run that the worker no longer has is over. */
    const ask = async (kind: 'pause' | 'resume' | 'step' | 'stop') => {
      const { run } = get();
      if (!run) return;
      const answer = await link().request(kind, { run });
      if (!answer.ok && get().run === run && isActive(get())) showNow({ status: 'done', reason: 'stopped' });
    };

    /** Without storage there is nothing to start from; that is said where storing fails. */
    const importedInto = async (id: string): Promise<readonly NamedWeight[]> => {
      const found = await storage.loadImportedWeights(id);
      if (!found.ok) return [];
      if (project === id) set({ importedWeights: found.value.length });
      return found.value;
    };

    return {
      ...IDLE,
      version: 0,
      importedWeights: 0,
      backendWish: 'auto',
      curve: (column, points) => curves.curve(column, points),
      columns: () => curves.columns(),
      async start() {
        const { doc, compiled } = document.getState();
        const { bound } = data.getState();
        if (!compiled.plan || !compiled.training || !bound) return;
        if (!isSubscribed) link().subscribe(onNotification);
        isSubscribed = true;
        const run = newId();
        meaning = doc.meaning;
        trained = null;
        batchSize = compiled.training.batchSize;
        clear({
          status: 'starting',
          run,
          epochs: compiled.training.phases.reduce((sum, phase) => sum + phase.epochs, 0),
        });
        const { plan, training } = compiled;
        const resume = await importedFor(plan);
        // Stopped, or overtaken, while the weights were read.
        if (get().run !== run || get().status !== 'starting') return;
        const { source } = bound;
        const answer = await link().request('startRun', {
          ...{ run, plan, training, source, resume },
          backend: get().backendWish,
        });
        if (get().run !== run) return;
        if (!answer.ok) showNow({ status: 'failed', failure: answer.error });
        else if (answer.value && answer.value.kept > 0) set({ startsFrom: answer.value });
      },
      pause: () => void ask('pause'),
      resume: () => void ask('resume'),
      stepOnce: () => void ask('step'),
      stop() {
        if (!isActive(get())) return;
        showNow({ status: 'stopping' });
        void ask('stop');
      },
      setBackend: (backendWish) => set({ backendWish }),
      async loadSamples(wrongOnly) {
        const { run } = get();
        if (!run) return;
        const sample = () => link().request('samples', { run, count: SAMPLES, wrongOnly });
        let answer = await sample();
        if (!answer.ok && answer.error === 'no-run' && (await reopen(run))) answer = await sample();
        if (get().run === run) set({ samples: answer.ok ? answer.value : [] });
      },
      async exportTfjs() {
        const { doc, compiled } = document.getState();
        if (!compiled.plan) throw new Error('exportTfjs needs a document that compiles');
        const { plan } = compiled;
        const own = trained && sameModel(trained.meaning, doc.meaning) ? trained.model : null;
        const model = own ?? (await importedFor(plan));
        const { seed } = doc.meaning.training;
        const answer = await link().request('exportTfjs', { plan, model, seed });
        if (!answer.ok) return { ok: false, cause: answer.error };
        const { kept } = answer.value;
        return { ok: true, ...answer.value, trained: kept !== null && kept.kept === kept.total };
      },
      async openProject(id, given) {
        if (isActive(get())) void ask('stop');
        project = id;
        meaning = null;
        trained = null;
        clear({ importedWeights: given?.length ?? 0 });
        imported = given || id === null ? Promise.resolve(given ?? []) : importedInto(id);
        if (id === null) return;
        const found = await storage.loadLatestRun(id);
        const run = found.ok ? found.value : null;
        // Something else may have been opened or started while the database was read.
        if (!run || project !== id || get().run !== null) return;
        curves = Curves.restored(run.curves);
        meaning = run.meaning;
        trained = { meaning: run.meaning, model: run.model };
        const { backend, threads, epochs, stepsPerEpoch, reason, epochRows, evaluation } = run;
        const epoch = epochRows.at(-1)?.epoch ?? 0;
        showNow({
          ...{
            status: 'done',
            run: run.run,
            backend,
            threads,
            epoch,
            epochs,
            step: stepsPerEpoch,
            stepsPerEpoch,
          },
          ...{ reason, startsFrom: run.startsFrom ?? null, epochRows, evaluation, stale: isStale() },
        });
      },
      adoptProject(id) {
        project = id;
        if (get().status === 'done') void persist();
      },
    };
  });

  const isStale = (): boolean => meaning !== null && !sameMeaning(meaning, document.getState().doc.meaning);
  document.subscribe((state, before) => {
    if (state.doc.meaning === before.doc.meaning) return;
    const stale = isStale();
    if (stale !== store.getState().stale) store.setState({ stale });
  });
  return store;
}

export const runStore = createRunStore({
  link: workerLink,
  document: documentStore,
  data: dataStore,
  storage: { loadLatestRun, saveRun, loadImportedWeights },
  nextFrame: (callback) => {
    requestAnimationFrame(callback);
  },
  newId: () => crypto.randomUUID(),
});
export const useRun = <T>(select: (state: RunStore) => T): T => useStore(runStore, select);
