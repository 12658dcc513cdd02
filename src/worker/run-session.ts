/** One run in the worker: from its request to its last event, and what may be asked of its model afterwards. */
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { Dataset, PreparedData } from '../data/dataset';
import { dataError } from '../data/problems';
import { type BackendEnv, type ChosenBackend, chooseBackend } from '../engine/backend';
import { type BuiltModel, buildModel } from '../engine/build-model';
import { evaluate } from '../engine/evaluate';
import { failureOf } from '../engine/failure';
import { run } from '../engine/run';
import { RunControl } from '../engine/run-control';
import type { Evaluation, FailureCause } from '../engine/run-event';
import { extractWeights, loadWeights } from '../engine/trained-model';
import type { DataSpec } from '../graph/data-spec';
import type { Tfjs } from '../nodes/define-node';
import type { DataSources } from './data-sources';
import type { Notification, PredictionSample, Requests, RunId, TrainedModel } from './protocol';
import { sampleRows } from './samples';
import { StepCoalescer } from './step-coalescer';

type StartArgs = Requests['startRun']['args'];
type Outcome<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export interface SessionContext {
  readonly tf: Tfjs;
  readonly backends: BackendEnv;
  readonly sources: DataSources;
  readonly notify: (notification: Notification, transfer: Transferable[]) => void;
}

interface SessionParts {
  readonly args: StartArgs;
  readonly dataset: Dataset;
  readonly data: PreparedData;
  readonly backend: ChosenBackend;
  readonly model: BuiltModel;
}

export class RunSession {
  readonly control = new RunControl();
  readonly run: RunId;
  readonly #context: SessionContext;
  readonly #parts: SessionParts;
  #finished: Promise<void> = Promise.resolve();
  #sequence = 0;

  private constructor(context: SessionContext, parts: SessionParts) {
    this.#context = context;
    this.#parts = parts;
    this.run = parts.args.run;
  }

  /** Everything that can fail before the first step. */
  static async prepare(context: SessionContext, args: StartArgs): Promise<Outcome<RunSession, FailureCause>> {
    const { tf, sources, backends } = context;
    const { plan, training, source, resume } = args;
    const spec = dataSpec(plan, training);
    if (!spec) return failed(dataError('dataset-missing', { id: source.id }));
    const dataset = await sources.dataset(source);
    if (!dataset.ok) return failed(dataset.problems[0]!);
    const data = await sources.prepared(source, spec);
    if (!data.ok)
      return failed(data.problems.find(({ severity }) => severity === 'error') ?? data.problems[0]!);
    let model: BuiltModel | null = null;
    try {
      const backend = await chooseBackend(tf, args.backend, backends);
      model = buildModel(tf, plan, training.seed);
      const mismatches = resume ? loadWeights(tf, model, resume.weights) : [];
      if (mismatches.length > 0) throw new Error(`Weights do not fit the model: ${mismatches[0]!.name}`);
      const parts = { args, dataset: dataset.value, data: data.value, backend, model };
      return { ok: true, value: new RunSession(context, parts) };
    } catch (error) {
      model?.dispose();
      return { ok: false, error: failureOf(error) };
    }
  }

  /** Returns at once; the events follow. */
  start(): void {
    this.#finished = this.#pump();
  }

  /** Stops, waits for the last event, frees the model. */
  async end(): Promise<void> {
    this.control.stop();
    await this.#finished;
    this.#parts.model.dispose();
  }

  async trainedModel(): Promise<TrainedModel> {
    const { args, data, model } = this.#parts;
    return { plan: args.plan, fitted: data.fitted, weights: await extractWeights(model) };
  }

  async evaluate(split: 'validation' | 'test'): Promise<Outcome<Evaluation, FailureCause>> {
    const { args, data, model } = this.#parts;
    const { tf } = this.#context;
    const evaluation = await evaluate({ tf, model, data, split, batchSize: args.training.batchSize });
    return evaluation
      ? { ok: true, value: evaluation }
      : failed(dataError('too-few-rows', { rows: 0, needed: 1 }));
  }

  samples(count: number, wrongOnly: boolean): Promise<PredictionSample[]> {
    const { args, data, dataset, model } = this.#parts;
    const { batchSize } = args.training;
    return sampleRows({ tf: this.#context.tf, model, data, dataset, batchSize, count, wrongOnly });
  }

  async #pump(): Promise<void> {
    const { args, data, backend, model } = this.#parts;
    const { tf, notify } = this.#context;
    const steps = new StepCoalescer((block) => {
      notify({ kind: 'steps', run: this.run, sequence: this.#next(), block }, [
        block.globalSteps.buffer as ArrayBuffer,
        block.values.buffer as ArrayBuffer,
      ]);
    });
    for await (const event of run({
      tf,
      model,
      training: args.training,
      data,
      control: this.control,
      backend,
    })) {
      if (event.kind === 'step') {
        steps.add(event);
        continue;
      }
      steps.flush();
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
function dataSpec(plan: ModelPlan, training: TrainingPlan): DataSpec | null {
  const features = plan.inputs.flatMap(({ name, feature }) => (feature ? [{ name, feature }] : []));
  if (features.length < plan.inputs.length) return null;
  return {
    features,
    targets: plan.heads.map(({ name, target }) => ({ name, target })),
    validationSplit: training.validationSplit,
    testSplit: training.testSplit,
    seed: training.seed,
  };
}
