/**
 * Experiments of the open project: many runs on a pool of workers, beside the one that Train starts. Their results are stored after
 * every run, so that a reload loses at most what was under way.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { epochsOf } from '../compile/experiments/search';
import { pointCommand } from '../compile/experiments/space';
import { epochsBefore } from '../compile/experiments/summary';
import type { FileProblem } from '../graph/file-problem';
import {
  type Experiment,
  type ExperimentJob,
  type ExperimentSettings,
  loadExperiments,
  removeExperiment,
  saveExperiment,
} from '../storage/experiments';
import { loadImportedWeights } from '../storage/imported-weights';
import { weightsForPlan } from '../targets/tfjs/weights-for-plan';
import { WorkerClient } from '../worker/client';
import { poolSize, WorkerPool } from '../worker/pool';
import type { Backend, DataSource, NamedWeight, RunCheckpoint } from '../worker/protocol';
import type { DataState, DocumentState } from './contract';
import { dataStore } from './data-store';
import { documentStore } from './document-store';
import { type PlannedExperiment, type PlannedRun, planExperiment, runsAfter } from './experiment-jobs';
import { JobListener } from './experiment-listener';
import { projectStore } from './project-store';
import { runStore } from './run-store';

/** What the interface shows of an experiment: as it is stored. */
export type {
  Experiment,
  ExperimentJob,
  ExperimentKind,
  ExperimentSettings,
  SearchSettings,
} from '../storage/experiments';

export interface ExperimentState {
  /** Newest first. */
  readonly experiments: readonly Experiment[];
  /** Why results could not be stored or read. */
  readonly problem: FileProblem | null;
  /** Workers that run jobs side by side. */
  readonly workers: number;
  /** Gives the id of the experiment; null when the document cannot be trained, or no point of a search can. */
  start(settings: ExperimentSettings): string | null;
  cancelJob(experiment: string, run: string): void;
  cancel(experiment: string): void;
  cancelAll(): void;
  /** Cancels it when it is under way. */
  remove(experiment: string): void;
  /** Makes the document what that run of a search was, as one undoable edit. */
  apply(experiment: string, run: string): void;
  setLearningRate(rate: number): void;
  /** Shows the experiments of that project; those under way are cancelled. */
  openProject(project: string | null): Promise<void>;
  /** The project on screen has got its place in storage. */
  adoptProject(project: string): void;
}

export interface ExperimentParts {
  readonly pool: Pick<WorkerPool, 'submit' | 'cancel'>;
  readonly workers: number;
  readonly document: StoreApi<DocumentState>;
  readonly data: StoreApi<DataState>;
  readonly backend: () => Backend;
  readonly storage: {
    readonly save: typeof saveExperiment;
    readonly load: typeof loadExperiments;
    readonly remove: typeof removeExperiment;
    readonly importedWeights: typeof loadImportedWeights;
  };
  readonly nextFrame: (callback: () => void) => void;
  readonly newId: () => string;
  readonly now: () => number;
}

/** What a running experiment needs and nobody else does. */
interface Running {
  readonly planned: PlannedExperiment;
  readonly source: DataSource;
  readonly backend: Backend;
  /** What an imported model brought with it: runs start from it, as one by Train does. */
  readonly imported: Promise<readonly NamedWeight[]>;
  readonly deadline: ReturnType<typeof setTimeout> | null;
  /** By trial: where successive halving goes on. */
  readonly reached: Map<number, RunCheckpoint>;
}

const NEW_JOB = {
  status: 'queued',
  attempt: 0,
  progress: 0,
  backend: null,
  history: [],
  measures: null,
  evaluation: null,
  failure: null,
  durationMs: null,
  curve: null,
} as const satisfies Partial<ExperimentJob>;

const isOpen = ({ status }: ExperimentJob): boolean => status === 'queued' || status === 'running';

export function createExperimentStore(parts: ExperimentParts): StoreApi<ExperimentState> {
  const { pool, document, data, storage, now } = parts;
  const running = new Map<string, Running>();
  let project: string | null = null;
  /** Changes of jobs that the next frame shows, by run. */
  let frame: Map<string, Partial<ExperimentJob>> | null = null;

  return createStore<ExperimentState>()((set, get) => {
    const find = (id: string) => get().experiments.find((each) => each.id === id);
    const change = (id: string, edit: (experiment: Experiment) => Experiment) =>
      set({ experiments: get().experiments.map((each) => (each.id === id ? edit(each) : each)) });
    const changeJobs = (patches: ReadonlyMap<string, Partial<ExperimentJob>>) =>
      set({
        experiments: get().experiments.map((experiment) =>
          experiment.jobs.some(({ run }) => patches.has(run))
            ? { ...experiment, jobs: experiment.jobs.map((job) => ({ ...job, ...patches.get(job.run) })) }
            : experiment,
        ),
      });
    const flush = () => {
      const patches = frame;
      frame = null;
      if (patches) changeJobs(patches);
    };
    /** Progress comes many times a second from each worker, and is shown once per frame. */
    const showSoon = (run: string, patch: Partial<ExperimentJob>) => {
      if (!frame) {
        frame = new Map();
        parts.nextFrame(flush);
      }
      frame.set(run, { ...frame.get(run), ...patch });
    };
    const showNow = (run: string, patch: Partial<ExperimentJob>) => {
      flush();
      changeJobs(new Map([[run, patch]]));
    };

    const store = async (id: string) => {
      const experiment = find(id);
      if (!experiment?.project) return;
      const saved = await storage.save({ ...experiment, project: experiment.project });
      set({ problem: saved.ok ? null : saved.problem });
    };

    const newJob = ({ variation, training, until }: PlannedRun): ExperimentJob => ({
      ...NEW_JOB,
      ...{ run: parts.newId(), variation, seed: training.seed, epochs: until ?? epochsOf(training) },
    });

    const importedWeights = async (): Promise<readonly NamedWeight[]> => {
      const found = project === null ? null : await storage.importedWeights(project);
      return found?.ok ? found.value : [];
    };

    const launch = async (id: string, job: ExperimentJob, { plan, training, until }: PlannedRun) => {
      const { source, backend, imported, reached } = running.get(id)!;
      const { run, variation } = job;
      const trial = variation.kind === 'trial' ? variation.trial : null;
      const resume = (trial !== null && reached.get(trial)) || null;
      const weights = weightsForPlan(plan, await imported);
      const given = weights.length > 0 ? { weights } : null;
      if (!running.has(id) || !find(id)?.jobs.some((each) => each.run === run && isOpen(each))) return;
      const listener = new JobListener(job, training, resume ? epochsBefore(resume) : [], (patch) =>
        showSoon(run, patch),
      );
      listener.onEnough = () => pool.cancel(run);
      const outcome = await pool.submit({
        args: { run, plan, training, source, backend, given, until },
        resume,
        onReached: (checkpoint) => {
          if (trial !== null) reached.set(trial, checkpoint);
        },
        onStart: (attempt) => {
          listener.begin(now());
          showNow(run, { ...NEW_JOB, status: 'running', attempt });
        },
        onSteps: (block) => listener.addSteps(block),
        onEvent: (event) => {
          if (event.kind === 'started') listener.started(event.backend, event.stepsPerEpoch);
          if (event.kind === 'epoch') listener.addEpoch(event.epoch, event.measures);
        },
      });
      // A cancelled one has its end already.
      if (!find(id)?.jobs.some((each) => each.run === run && isOpen(each))) return;
      showNow(run, listener.end(outcome, now()));
      afterJob(id, job);
    };

    const afterJob = (id: string, job: ExperimentJob) => {
      const experiment = find(id);
      const how = running.get(id);
      if (!experiment || !how) return;
      void store(id);
      if (experiment.jobs.some(isOpen)) return;
      const next = runsAfter(how.planned, experiment, job);
      if (next.length > 0) {
        keepOnly(how.reached, next);
        add(id, next);
      } else finish([id], 'done');
    };

    const add = (id: string, runs: readonly PlannedRun[]) => {
      const jobs = runs.map(newJob);
      change(id, (experiment) => ({ ...experiment, jobs: [...experiment.jobs, ...jobs] }));
      for (const [i, job] of jobs.entries()) void launch(id, job, runs[i]!);
    };

    /** The end of experiments, whatever is still open in them. */
    const finish = (ids: readonly string[], status: Experiment['status']) => {
      const ending = ids.filter((id) => running.has(id));
      if (ending.length === 0) return;
      flush();
      const open = ending.flatMap((id) => find(id)?.jobs.filter(isOpen) ?? []);
      for (const id of ending) {
        const { deadline } = running.get(id)!;
        if (deadline !== null) clearTimeout(deadline);
        running.delete(id);
        change(id, (experiment) => ({
          ...experiment,
          status,
          durationMs: now() - experiment.startedAt,
          jobs: experiment.jobs.map((job) => (isOpen(job) ? { ...job, status: 'cancelled' } : job)),
        }));
      }
      pool.cancel(...open.map(({ run }) => run));
      for (const id of ending) void store(id);
    };

    return {
      experiments: [],
      problem: null,
      workers: parts.workers,
      start(settings) {
        const { doc, compiled } = document.getState();
        const { bound } = data.getState();
        const planned = bound && planExperiment(doc, compiled, bound.schema, settings);
        if (!bound || !planned || planned.runs.length === 0) return null;
        const id = parts.newId();
        const experiment: Experiment = {
          ...{ id, project, startedAt: now(), durationMs: null, status: 'running', settings },
          ...{ meaning: doc.meaning, jobs: [], skipped: planned.skipped },
        };
        const minutes = settings.kind === 'search' ? settings.search.minutes : null;
        const deadline =
          minutes === null ? null : setTimeout(() => finish([id], 'out-of-time'), minutes * 60_000);
        const imported = importedWeights();
        running.set(id, {
          planned,
          source: bound.source,
          backend: parts.backend(),
          imported,
          deadline,
          reached: new Map(),
        });
        set({ experiments: [experiment, ...get().experiments] });
        add(id, planned.runs);
        void store(id);
        return id;
      },
      cancelJob(id, run) {
        const job = find(id)?.jobs.find((each) => each.run === run);
        if (!job || !isOpen(job)) return;
        showNow(run, { status: 'cancelled' });
        pool.cancel(run);
        afterJob(id, job);
      },
      cancel: (id) => finish([id], 'cancelled'),
      cancelAll: () => finish([...running.keys()], 'cancelled'),
      remove(id) {
        finish([id], 'cancelled');
        set({ experiments: get().experiments.filter((each) => each.id !== id) });
        void storage.remove(id);
      },
      apply(id, run) {
        const experiment = find(id);
        const job = experiment?.jobs.find((each) => each.run === run);
        if (experiment?.settings.kind !== 'search' || job?.variation.kind !== 'trial') return;
        const { doc, dispatch } = document.getState();
        const places = experiment.settings.search.dimensions.map(({ place }) => place);
        dispatch(pointCommand(doc.meaning, places, job.variation.point));
      },
      setLearningRate(rate) {
        const { doc, dispatch } = document.getState();
        const { type, config } = doc.meaning.training.optimizer;
        const optimizer = { type, config: { ...config, learningRate: rate } };
        dispatch({ kind: 'setTraining', training: { optimizer } });
      },
      async openProject(next) {
        get().cancelAll();
        project = next;
        set({ experiments: [], problem: null });
        if (next === null) return;
        const loaded = await storage.load(next);
        if (project !== next) return;
        if (!loaded.ok) return set({ problem: loaded.problem });
        set({ experiments: [...get().experiments, ...loaded.value.map(interrupted)] });
      },
      adoptProject(id) {
        project = id;
        set({ experiments: get().experiments.map((each) => ({ ...each, project: id })) });
        for (const each of get().experiments) void store(each.id);
      },
    };
  });
}

/** Each holds the model and its optimizer several times over: those that do not go on are let go. */
function keepOnly(reached: Map<number, RunCheckpoint>, next: readonly PlannedRun[]): void {
  const going = new Set(next.map(({ variation }) => (variation.kind === 'trial' ? variation.trial : null)));
  for (const trial of reached.keys()) if (!going.has(trial)) reached.delete(trial);
}

/** What was under way when the page was left cannot be any more. */
function interrupted(experiment: Experiment): Experiment {
  if (experiment.status !== 'running') return experiment;
  const jobs = experiment.jobs.map(
    (job): ExperimentJob => (isOpen(job) ? { ...job, status: 'cancelled' } : job),
  );
  return { ...experiment, status: 'interrupted', jobs };
}

const workers = poolSize(globalThis.navigator?.hardwareConcurrency ?? 1);

const experimentStore = createExperimentStore({
  pool: new WorkerPool(workers, () => new WorkerClient()),
  workers,
  document: documentStore,
  data: dataStore,
  backend: () => runStore.getState().backendWish,
  storage: {
    save: saveExperiment,
    load: loadExperiments,
    remove: removeExperiment,
    importedWeights: loadImportedWeights,
  },
  nextFrame: (callback) => void requestAnimationFrame(callback),
  newId: () => crypto.randomUUID(),
  now: Date.now,
});
export const useExperiments = <T>(select: (state: ExperimentState) => T): T =>
  useStore(experimentStore, select);

/**
 * Follows the project on screen. A project that gets its first place in storage keeps its document; another one brings its own in
 * the same turn, before the microtask.
 */
function followProject(): void {
  let openings = 0;
  documentStore.subscribe((state, before) => {
    if (state.doc === before.doc || state.revision !== 0) return;
    openings += 1;
    void experimentStore.getState().openProject(projectStore.getState().current);
  });
  projectStore.subscribe(({ current }, before) => {
    if (current === null || before.current !== null) return;
    const at = openings;
    queueMicrotask(() => {
      if (openings === at) experimentStore.getState().adoptProject(current);
    });
  });
  void experimentStore.getState().openProject(projectStore.getState().current);
}
followProject();
