/** One run in the worker: from its request to its last event, and what may be asked of its model afterwards. */
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { Dataset, PreparedData } from '../data/dataset';
import { dataError } from '../data/problems';
import { adaptWeights } from '../engine/adapt-weights';
import { type BackendEnv, type ChosenBackend, chooseBackend } from '../engine/backend';
import { type BuiltModel, buildModel } from '../engine/build-model';
import type { RunCheckpoint } from '../engine/checkpoint';
import { evaluate } from '../engine/evaluate';
import { failureOf } from '../engine/failure';
import { runReceipt } from '../engine/receipt';
import { run } from '../engine/run';
import { RunControl } from '../engine/run-control';
import type { Evaluation, FailureCause } from '../engine/run-event';
import { extractWeights, fitWeights } from '../engine/trained-model';
import type { DataSpec } from '../graph/data-spec';
import type { FileProblem } from '../graph/file-problem';
import type { Receipt } from '../graph/receipt';
import type { Tfjs } from '../nodes/define-node';
import type { CheckpointRow, HistoryRow } from '../storage/checkpoints';
import type { Stored } from '../storage/db';
import type { DataSources } from './data-sources';
import type {
  Backend,
  DataSource,
  GivenWeights,
  KeptWeights,
  Notification,
  PredictionSample,
  RunId,
  RunSettings,
  TrainedModel,
} from './protocol';
import { runLock } from './protocol';
import { RunKeeper } from './run-keeper';
import { sampleRows } from './samples';
import { StepCoalescer } from './step-coalescer';

type Outcome<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** How a run outlives its worker. */
export interface RunKeeping {
  readonly saveCheckpoint: (
    row: CheckpointRow,
    history: Pick<HistoryRow, 'blocks' | 'epochs'>,
  ) => Promise<Stored<void>>;
  /** Absent: as `RunKeeper` sees fit. */
  readonly keepEveryMs?: number;
  /** Gives the function that lets the lock go; it goes by itself when the worker ends in any way. */
  readonly holdLock: (name: string) => Promise<() => void>;
}

export interface SessionContext extends RunKeeping {
  readonly tf: Tfjs;
  readonly backends: BackendEnv;
  readonly sources: DataSources;
  readonly notify: (notification: Notification, transfer: Transferable[]) => void;
}

export interface SessionRequest {
  readonly run: RunId;
  readonly plan: ModelPlan;
  readonly settings: RunSettings;
  readonly source: DataSource;
  readonly backend: Backend;
  readonly given: GivenWeights | null;
  /** The model may have been edited since; else only whole weights are taken over. */
  readonly adapts: boolean;
}

export interface RunStart {
  readonly resume: RunCheckpoint | null;
  readonly keep: boolean;
  readonly until: number | null;
}

interface SessionParts {
  readonly request: SessionRequest;
  readonly dataset: Dataset;
  readonly data: PreparedData;
  readonly backend: ChosenBackend;
  readonly model: BuiltModel;
  readonly kept: KeptWeights | null;
}

export class RunSession {
  readonly control = new RunControl();
  readonly run: RunId;
  /** Null when the model began with fresh weights alone. */
  readonly kept: KeptWeights | null;
  readonly #context: SessionContext;
  readonly #parts: SessionParts;
  #finished: Promise<void> = Promise.resolve();
  #sequence = 0;

  private constructor(context: SessionContext, parts: SessionParts) {
    this.#context = context;
    this.#parts = parts;
    this.run = parts.request.run;
    this.kept = parts.kept;
  }

  /** Everything that can fail before the first step. */
  static async prepare(
    context: SessionContext,
    request: SessionRequest,
  ): Promise<Outcome<RunSession, FailureCause>> {
    const { tf, sources, backends } = context;
    const { plan, settings, source, given } = request;
    const spec = dataSpec(plan, settings);
    if (!spec) return failed(dataError('dataset-missing', { id: source.id }));
    const dataset = await sources.dataset(source);
    if (!dataset.ok) return failed(dataset.problems[0]!);
    const data = await sources.prepared(source, spec);
    if (!data.ok)
      return failed(data.problems.find(({ severity }) => severity === 'error') ?? data.problems[0]!);
    let model: BuiltModel | null = null;
    try {
      const backend = await chooseBackend(tf, request.backend, backends);
      model = buildModel(tf, plan, settings.seed);
      const kept = given && (request.adapts ? adaptWeights : fitWeights)(tf, model, given.weights);
      const parts = { request, dataset: dataset.value, data: data.value, backend, model, kept };
      return { ok: true, value: new RunSession(context, parts) };
    } catch (error) {
      model?.dispose();
      return { ok: false, error: failureOf(error) };
    }
  }

  /** What the numbers of a run of this training depend on. */
  receipt(training: TrainingPlan): Promise<Receipt> {
    const { request, dataset, backend } = this.#parts;
    return runReceipt({ tf: this.#context.tf, plan: request.plan, training, dataset, backend });
  }

  /** Resolves when the run is under way and its lock is held, so that whoever waits for the lock waits for its end. */
  async start(training: TrainingPlan, how: RunStart): Promise<void> {
    const release = await this.#context.holdLock(runLock(this.run));
    this.#finished = this.#pump(training, how).finally(release);
  }

  /** Stops, waits for the last event, frees the model. */
  async end(): Promise<void> {
    this.control.stop();
    await this.#finished;
    this.#parts.model.dispose();
  }

  async trainedModel(): Promise<TrainedModel> {
    const { request, data, model } = this.#parts;
    return { plan: request.plan, fitted: data.fitted, weights: await extractWeights(model) };
  }

  async evaluate(split: 'validation' | 'test'): Promise<Outcome<Evaluation, FailureCause>> {
    const { request, data, model } = this.#parts;
    const { tf } = this.#context;
    const { batchSize } = request.settings;
    const evaluation = await evaluate({ tf, model, data, split, batchSize });
    return evaluation
      ? { ok: true, value: evaluation }
      : failed(dataError('too-few-rows', { rows: 0, needed: 1 }));
  }

  samples(count: number, wrongOnly: boolean): Promise<PredictionSample[]> {
    const { request, data, dataset, model } = this.#parts;
    const { batchSize } = request.settings;
    return sampleRows({ tf: this.#context.tf, model, data, dataset, batchSize, count, wrongOnly });
  }

  async #pump(training: TrainingPlan, { resume, keep, until }: RunStart): Promise<void> {
    const { data, backend, model } = this.#parts;
    const { tf, notify } = this.#context;
    const keeper = keep ? new RunKeeper(this.run, this.#context) : null;
    const onKept = (globalStep: number, problem: FileProblem | null) =>
      notify({ kind: 'kept', run: this.run, sequence: this.#next(), globalStep, problem }, []);
    const steps = new StepCoalescer((block) => {
      keeper?.addSteps(block);
      notify({ kind: 'steps', run: this.run, sequence: this.#next(), block }, [
        block.globalSteps.buffer as ArrayBuffer,
        block.values.buffer as ArrayBuffer,
      ]);
    });
    for await (const event of run({
      tf,
      model,
      training,
      data,
      control: this.control,
      backend,
      ...{ resume, until },
      watchesHealth: true,
      ...(keeper ? { wantsCheckpoint: (atEpochEnd) => keeper.wants(atEpochEnd) } : {}),
    })) {
      if (event.kind === 'step') {
        steps.add(event);
        continue;
      }
      steps.flush();
      if (event.kind === 'checkpoint') {
        void keeper?.save(event.checkpoint).then((kept) => {
          if (kept) onKept(event.checkpoint.globalStep, kept.ok ? null : kept.problem);
        });
        const { checkpoint } = event;
        if (checkpoint.step === 0 && checkpoint.epochs === until)
          notify({ kind: 'reached', run: this.run, sequence: this.#next(), checkpoint }, []);
        continue;
      }
      if (event.kind === 'epoch') keeper?.addEpoch(event);
      notify({ kind: 'event', run: this.run, sequence: this.#next(), event }, []);
    }
  }

  #next(): number {
    this.#sequence += 1;
    return this.#sequence;
  }
}

const failed = ({
  code,
  facts,
}: {
  readonly code: string;
  readonly facts: { readonly [name: string]: string | number };
}): { readonly ok: false; readonly error: FailureCause } => ({
  ok: false,
  error: { kind: 'data', code, facts },
});

/** What the plan wants from the data; null when an input is bound to none. */
export function dataSpec(plan: ModelPlan, settings: RunSettings): DataSpec | null {
  const features = plan.inputs.flatMap(({ name, feature }) => (feature ? [{ name, feature }] : []));
  if (features.length < plan.inputs.length) return null;
  return {
    features,
    targets: plan.heads.map(({ name, target }) => ({ name, target })),
    validationSplit: settings.validationSplit,
    testSplit: settings.testSplit,
    seed: settings.seed,
    ...(settings.fold ? { fold: settings.fold } : {}),
  };
}
