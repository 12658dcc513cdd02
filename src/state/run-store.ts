/**
 * The run that is shown: what the worker tells about it, curves outside React, and the model it left behind. Numbers that arrive many
 * times a second are gathered and shown once per animation frame; events (an epoch, the end, a failure) are shown at once.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { compile } from '../compile/index';
import type { ModelPlan } from '../compile/plan';
import type { FailureCause, RunEvent } from '../engine/run-event';
import type { Meaning } from '../graph/document';
import { receiptDifferences } from '../graph/receipt';
import {
  changeUnfinished,
  type FoundRun,
  loadUnfinished,
  saveUnfinished,
  type UnfinishedRun,
} from '../storage/checkpoints';
import { loadImportedWeights } from '../storage/imported-weights';
import { loadLatestRun, type StoredRun, saveRun } from '../storage/runs';
import {
  type Backend,
  type NamedWeight,
  type Notification,
  type Receipt,
  type Requests,
  type RunId,
  runLock,
  type StepBlock,
} from '../worker/protocol';
import type { DataState, DocumentState, RunState } from './contract';
import { Curves } from './curves';
import { dataStore } from './data-store';
import { documentStore } from './document-store';
import { Frames } from './frames';
import { historyOf, mayGoOn, resumedOnce, stepOf } from './kept-run';
import { LearnedWeights } from './learned-weights';
import { type PreflightState, preflightStore } from './preflight-store';
import { Reproducing } from './reproduction';
import { hasAdapted, IDLE, isActive, sameMeaning } from './run-state';
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
  readonly saveUnfinished: typeof saveUnfinished;
  readonly changeUnfinished: typeof changeUnfinished;
  readonly loadUnfinished: typeof loadUnfinished;
}

export interface RunParts {
  readonly link: () => WorkerLink;
  readonly document: StoreApi<DocumentState>;
  readonly data: StoreApi<DataState>;
  readonly storage: RunStorage;
  readonly nextFrame: (callback: () => void) => void;
  readonly newId: () => string;
  /** Another tab is running this run: its worker holds the lock, and not just until the page before has gone. */
  readonly isElsewhere: (run: RunId) => Promise<boolean>;
  /** Tries the model before a new run; see `PreflightState`. Without it a run starts at once. */
  readonly check?: PreflightState['check'];
}

const SAMPLES = 24;

export function createRunStore({
  link,
  document,
  data,
  storage,
  nextFrame,
  newId,
  isElsewhere,
  check,
}: RunParts): StoreApi<RunStore> {
  let curves = new Curves();
  let project: string | null = null;
  /** Projects shown so far. Not their ids: a project may get its id at any time. */
  let opened = 0;
  /** What the run shown was started with. */
  let meaning: Meaning | null = null;
  let batchSize = 1;
  let stepMs: number | null = null;
  const weights = new LearnedWeights();
  let isSubscribed = false;
  const reproducing = new Reproducing();

  const store = createStore<RunStore>()((set, get) => {
    const frames = new Frames<RunState>(nextFrame, (patch) => set({ ...patch, version: get().version + 1 }));
    const showNow = (patch: Partial<RunState>) => frames.now(patch);

    const onSteps = (block: StepBlock) => {
      const { epochs, stepsPerEpoch, epochRows } = get();
      curves.addSteps(block);
      stepMs = smoothed(stepMs, block.stepMs);
      const reproduction = reproducing.add(block);
      frames.soon({
        ...(reproduction ? { reproduction } : {}),
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
          if (event.cause.kind === 'worker-lost') return void revive(event.cause);
          return fail(event.cause);
        case 'done':
          showNow({
            ...{ status: 'done', reason: event.reason, evaluation: event.evaluation, secondsLeft: null },
            reproduction: reproducing.end(),
          });
          void keepModel();
          return;
      }
    };

    /** The run ended by itself. What it had come to can be gone on from, except where it would only fail again. */
    const fail = (failure: FailureCause) => {
      const { run, keptAt } = get();
      reproducing.cancel();
      const goesOn = keptAt !== null && failure.kind !== 'non-finite' && failure.kind !== 'data';
      const interrupted = goesOn ? { globalStep: keptAt, isElsewhere: false } : null;
      showNow({ status: 'failed', failure, interrupted, reproduction: null, secondsLeft: null });
      if (run) void storage.changeUnfinished(run, { failed: true });
    };

    /** The worker is gone, the run need not be. */
    const revive = async (cause: FailureCause) => {
      const { run, status } = get();
      if (!run) return;
      const found = status === 'stopping' ? null : await storage.loadUnfinished({ run });
      if (get().run !== run) return;
      if (found?.ok && found.value && mayGoOn(found.value)) await goOn(found.value);
      else fail(cause);
    };

    /** Shows what is known of an interrupted run and starts it from its last checkpoint. */
    const goOn = async (found: FoundRun) => {
      const { run, plan, training, source, backend, receipt, startsFrom, given } = found.unfinished;
      const { checkpoint } = found;
      const resumed = resumedOnce(found);
      await storage.changeUnfinished(run, { resumed, failed: false });
      showFound(found);
      showNow({ status: 'starting', resumed, startsFrom });
      await launch({ run, plan, training, source, backend, given, resume: checkpoint }, receipt);
    };

    /** A run that was under way when the page was left. */
    const pickUp = async (found: FoundRun) => {
      const { run, failed } = found.unfinished;
      showFound(found);
      showNow({ status: 'starting' });
      const elsewhere = await isElsewhere(run);
      if (get().run !== run || get().status !== 'starting') return;
      if (mayGoOn(found) && !elsewhere) return goOn(found);
      const failure = failed || elsewhere ? null : ({ kind: 'worker-lost', message: '' } as const);
      const interrupted = { globalStep: stepOf(found), isElsewhere: elsewhere };
      showNow({ status: 'failed', failure, interrupted });
    };

    const showFound = (found: FoundRun) => {
      const { unfinished, checkpoint } = found;
      const history = historyOf(found);
      meaning = unfinished.meaning;
      batchSize = unfinished.training.batchSize;
      reproducing.cancel();
      clear({
        ...{ run: unfinished.run, receipt: unfinished.receipt, epochRows: history.epochRows },
        epochs: unfinished.training.phases.reduce((sum, phase) => sum + phase.epochs, 0),
        epoch: checkpoint?.epochs ?? 0,
        keptAt: checkpoint?.globalStep ?? null,
        stale: isStale(),
      });
      curves = history.curves;
    };

    /** One message to the worker, and what follows from its answer. */
    const launch = async (
      args: Omit<Requests['startRun']['args'], 'keep'>,
      before: Receipt | null = null,
    ) => {
      if (!isSubscribed) link().subscribe(onNotification);
      isSubscribed = true;
      const { run } = args;
      const answer = await link().request('startRun', { ...args, keep: true });
      if (get().run !== run) return;
      if (!answer.ok) {
        if (answer.error.kind === 'worker-lost') await revive(answer.error);
        else fail(answer.error);
        return;
      }
      const { kept, receipt } = answer.value;
      if (kept && (kept.kept > 0 || hasAdapted(kept))) set({ startsFrom: kept });
      set({ receipt: before ?? receipt });
      const { startsFrom } = get();
      // A run goes on where it began: on another backend it would be another run.
      await storage.changeUnfinished(run, {
        receipt: before ?? receipt,
        backend: receipt.backend,
        startsFrom,
      });
    };

    /** Fetches the weights once and stores them with the history; a full disk costs the reload, not the session. */
    const keepModel = async () => {
      const { run, reason } = get();
      const of = meaning;
      if (!run || !of || !reason) return;
      const answer = await link().request('trainedModel', { run });
      if (get().run !== run) return;
      // The worker died with the model; the last checkpoint is a moment away from it.
      if (!answer.ok) return revive({ kind: 'worker-lost', message: '' });
      weights.trained = { meaning: of, model: answer.value };
      await persist();
    };
    const persist = async () => {
      const {
        run,
        reason,
        startsFrom,
        backend,
        threads,
        epochs,
        stepsPerEpoch,
        epochRows,
        evaluation,
        receipt,
      } = get();
      if (!project || !run || !reason || !weights.trained) return;
      const stored: StoredRun = {
        ...{
          project,
          run,
          savedAt: Date.now(),
          ...weights.trained,
          backend,
          threads,
          epochs,
          stepsPerEpoch,
          reason,
        },
        ...{ startsFrom, epochRows, evaluation, receipt, curves: curves.snapshot() },
      };
      await storage.saveRun(stored);
    };

    /** The worker has lost the run, by a reload or with its own life, but its model is here. */
    const reopen = async (run: string): Promise<boolean> => {
      if (!weights.trained || isActive(get())) return false;
      const { model, meaning: of } = weights.trained;
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
      if (notification.kind === 'kept') {
        const { globalStep, problem } = notification;
        set(problem ? { keepProblem: problem } : { keptAt: globalStep, keepProblem: null });
      } else if (notification.kind === 'steps') onSteps(notification.block);
      else if (notification.kind === 'event') onEvent(notification.event);
    };

    const clear = (patch: Partial<RunState>) => {
      curves = new Curves();
      stepMs = null;
      frames.drop();
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

    /** A new run. `weightsFor`: the plan to find starting weights for; null starts with fresh ones. */
    const begin = async (
      starting: Pick<UnfinishedRun, 'meaning' | 'plan' | 'training' | 'source'>,
      backend: Backend,
      weightsFor: ModelPlan | null,
    ) => {
      const { plan, training, source } = starting;
      const run = newId();
      reproducing.cancel();
      meaning = starting.meaning;
      batchSize = training.batchSize;
      clear({
        status: 'starting',
        run,
        epochs: training.phases.reduce((sum, phase) => sum + phase.epochs, 0),
        stale: isStale(),
      });
      const given = weightsFor && (await weights.toStart(weightsFor, get().startFrom));
      weights.trained = null;
      // Stopped, or overtaken, while the weights were read.
      if (get().run !== run || get().status !== 'starting') return;
      const resumed = { globalStep: 0, times: 0, total: 0 };
      const unsaved = storage.saveUnfinished({
        ...{ run, project, startedAt: Date.now(), ...starting, backend, resumed },
        ...{ given, receipt: null, startsFrom: null, failed: false },
      });
      const launched = launch({ run, plan, training, source, backend, given, resume: null });
      const saved = await unsaved;
      if (!saved.ok && get().run === run) set({ keepProblem: saved.problem });
      await launched;
    };

    return {
      ...IDLE,
      version: 0,
      startFrom: 'fresh',
      importedWeights: 0,
      backendWish: 'auto',
      curve: (column, points) => curves.curve(column, points),
      columns: () => curves.columns(),
      async start() {
        const { doc, compiled } = document.getState();
        const { bound } = data.getState();
        if (!compiled.plan || !compiled.training || !bound) return;
        const { plan, training } = compiled;
        const { source } = bound;
        const of = opened;
        const wish = get().backendWish;
        let backend: Backend | null = wish;
        if (check) {
          if (isActive(get())) return;
          backend = await check({ plan, training, source, backend: wish });
          // Refused or cancelled; or meanwhile something else was opened or started.
          if (backend === null || opened !== of || isActive(get())) return;
        }
        await begin({ meaning: doc.meaning, plan, training, source }, backend, plan);
      },
      async continueRun() {
        const { run, interrupted } = get();
        if (!run || !interrupted || isActive(get())) return;
        const found = await storage.loadUnfinished({ run });
        if (get().run !== run || isActive(get())) return;
        if (found.ok && found.value) await goOn(found.value);
        else set({ interrupted: null });
      },
      async reproduce() {
        const { receipt, status } = get();
        if (!meaning || !receipt || status !== 'done') return;
        const of = meaning;
        const entry = data.getState().entries.find(({ schema }) => schema.id === of.dataset?.id);
        const { doc } = document.getState();
        const { plan, training } = compile({ ...doc, meaning: of }, entry?.schema ?? null);
        if (!plan || !training || !entry) return;
        const original = curves.snapshot();
        const starting = { meaning: of, plan, training, source: entry.source };
        const launched = begin(starting, receipt.backend, null);
        set({ reproduction: reproducing.begin(original) });
        await launched;
        const { receipt: now } = get();
        if (now) set({ reproduction: reproducing.changed(receiptDifferences(receipt, now)) });
      },
      setStartFrom: (startFrom) => set({ startFrom }),
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
        const model = await weights.toExport(plan, doc.meaning);
        const { seed } = doc.meaning.training;
        const answer = await link().request('exportTfjs', { plan, model, seed });
        if (!answer.ok) return { ok: false, cause: answer.error };
        const { kept } = answer.value;
        return { ok: true, ...answer.value, trained: kept !== null && kept.kept === kept.total };
      },
      async openProject(id, given) {
        if (isActive(get())) void ask('stop');
        project = id;
        opened += 1;
        meaning = null;
        weights.trained = null;
        clear({ importedWeights: given?.length ?? 0 });
        weights.imported = given || id === null ? Promise.resolve(given ?? []) : importedInto(id);
        if (id === null) return;
        const kept = await storage.loadUnfinished({ project: id });
        if (project !== id || get().run !== null) return;
        if (kept.ok && kept.value) {
          // Whether another tab runs it is known after a moment; the page need not wait for that.
          void pickUp(kept.value);
          return;
        }
        const found = await storage.loadLatestRun(id);
        const run = found.ok ? found.value : null;
        // Something else may have been opened or started while the database was read.
        if (!run || project !== id || get().run !== null) return;
        curves = Curves.restored(run.curves);
        meaning = run.meaning;
        weights.trained = { meaning: run.meaning, model: run.model };
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
          receipt: run.receipt ?? null,
        });
      },
      adoptProject(id) {
        project = id;
        const { run, status } = get();
        if (status === 'done') void persist();
        else if (run) void storage.changeUnfinished(run, { project: id });
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

/** After a reload the worker of the page before may take a moment to go. */
const GONE_MS = 3000;

async function isElsewhere(run: RunId): Promise<boolean> {
  try {
    await navigator.locks.request(runLock(run), { signal: AbortSignal.timeout(GONE_MS) }, () => undefined);
    return false;
  } catch {
    return true;
  }
}

export const runStore = createRunStore({
  link: workerLink,
  document: documentStore,
  data: dataStore,
  storage: {
    ...{ loadLatestRun, saveRun, loadImportedWeights },
    ...{ saveUnfinished, changeUnfinished, loadUnfinished },
  },
  nextFrame: (callback) => {
    requestAnimationFrame(callback);
  },
  newId: () => crypto.randomUUID(),
  isElsewhere,
  check: (request) => preflightStore.getState().check(request),
});
export const useRun = <T>(select: (state: RunStore) => T): T => useStore(runStore, select);
