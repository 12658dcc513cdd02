/**
 * Trains a model and tells what happens as a stream of events. The loop is ours (not `fit`), so that it can be paused, stepped
 * and stopped between any two steps. It knows nothing of messages or stores: the worker forwards the events, the command line
 * prints them, tests iterate them.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Phase, PlanHead, TrainingPlan } from '../compile/plan';
import type { Batch, PreparedData } from '../data/dataset';
import { epochOrder } from '../data/random';
import type { Tfjs } from '../nodes/define-node';
import { optimizerType } from '../nodes/training-index';
import { BestWeights } from './best-weights';
import type { BuiltModel } from './build-model';
import { evaluate, meterSplit } from './evaluate';
import { Breather } from './event-loop';
import { failureOf } from './failure';
import { Meter, Objective } from './objective';
import { type Report, readsSynchronously } from './report';
import type { RunControl } from './run-control';
import type { Evaluation, Measures, RunEvent } from './run-event';
import { type StepContext, trainStep } from './train-step';

export interface RunOptions {
  readonly tf: Tfjs;
  /** Built by `buildModel` with the training plan's seed; the caller owns it and may read its weights at any pause. */
  readonly model: BuiltModel;
  readonly training: TrainingPlan;
  readonly data: PreparedData;
  readonly control: RunControl;
  /** Told in `started`. */
  readonly backend: { readonly name: string; readonly threads: number };
}

/** Steps whose report a GPU may still owe us. Waiting for each one would leave it idle between steps. */
const IN_FLIGHT = 8;
/** A stopped run still evaluates when that is quick. */
const STOPPED_EVALUATION_MS = 2000;

/** Ends with `done` or `failed`, and never throws. Same seed, same plan, same backend: same numbers. */
export async function* run(options: RunOptions): AsyncGenerator<RunEvent, void, undefined> {
  const session = new Session(options);
  try {
    yield* session.train();
  } catch (error) {
    yield { kind: 'failed', cause: failureOf(error) };
  } finally {
    await session.end();
  }
}

interface PendingStep {
  readonly step: number;
  readonly globalStep: number;
  readonly batch: Batch;
  readonly rows: number;
  readonly startedAt: number;
  readonly report: Report | Promise<Report>;
}

type PhaseEnd = 'epochs' | 'early-stopping' | 'stopped' | 'failed';

class Session {
  readonly #options: RunOptions;
  readonly #objective: Objective;
  readonly #breather = new Breather();
  readonly #metered = (head: PlanHead) => head.metrics.length > 0;
  #optimizer: tfjs.Optimizer | null = null;
  #best: BestWeights | null = null;
  #pending: PendingStep[] = [];
  #epochs = 0;
  #globalStep = 0;
  #lastReportAt = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#objective = new Objective(options.tf, options.model.plan);
  }

  /** Also when the consumer leaves early. Reports still under way free their tensors when they arrive. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#pending.map(({ report }) => report));
    this.#endPhase();
  }

  #endPhase(): void {
    this.#optimizer?.dispose();
    this.#best?.dispose();
    this.#optimizer = null;
    this.#best = null;
  }

  async *train(): AsyncGenerator<RunEvent, void, undefined> {
    const { model, training, data, backend } = this.#options;
    const startedAt = performance.now();
    yield {
      kind: 'started',
      backend: backend.name,
      threads: backend.threads,
      parameters: model.parameters,
      epochs: training.phases.reduce((sum, { epochs }) => sum + epochs, 0),
      stepsPerEpoch: this.#stepsPerEpoch,
      rows: {
        train: data.rows.train.length,
        validation: data.rows.validation.length,
        test: data.rows.test.length,
      },
    };
    let reason: PhaseEnd = 'epochs';
    let bestEpoch = 0;
    for (const phase of training.phases) {
      reason = yield* this.#phase(phase);
      bestEpoch = this.#best!.bestEpoch;
      if (reason === 'failed') return;
      this.#best!.restore();
      this.#endPhase();
      if (reason === 'stopped') break;
    }
    const evaluation = await this.#finalEvaluation(reason === 'stopped');
    const durationMs = performance.now() - startedAt;
    yield { kind: 'done', reason, epochs: this.#epochs, bestEpoch, evaluation, durationMs };
  }

  get #stepsPerEpoch(): number {
    const { data, training } = this.#options;
    return Math.ceil(data.rows.train.length / training.batchSize);
  }

  async *#phase(phase: Phase): AsyncGenerator<RunEvent, PhaseEnd, undefined> {
    const { tf, model, control } = this.#options;
    const type = optimizerType(phase.optimizer.type);
    if (!type) throw new Error(`Plan: unknown optimizer ${phase.optimizer.type}`);
    model.setTrainable(phase.trainable);
    this.#optimizer = type.build(tf, phase.optimizer.config as never);
    this.#best = new BestWeights(tf, model, phase.earlyStopping);
    const context: StepContext = {
      tf,
      model,
      objective: this.#objective,
      optimizer: this.#optimizer,
      variables: model.trainableVariables(),
      metered: this.#metered,
    };
    for (let i = 0; i < phase.epochs; i += 1) {
      const startedAt = performance.now();
      const meter = yield* this.#epoch(context);
      if (meter === 'failed' || meter === 'stopped') return meter;
      const validation = await this.#validate();
      if (control.isStopped && !validation) return 'stopped';
      this.#epochs += 1;
      const measures = { ...meter.measures('mean'), ...validation };
      const durationMs = performance.now() - startedAt;
      yield { kind: 'epoch', epoch: this.#epochs, globalStep: this.#globalStep, measures, durationMs };
      if (this.#best.update(this.#epochs, measures)) return 'early-stopping';
    }
    return 'epochs';
  }

  async *#epoch(context: StepContext): AsyncGenerator<RunEvent, Meter | 'stopped' | 'failed', undefined> {
    const { tf, model, training, data, control } = this.#options;
    const { batchSize, seed } = training;
    const epoch = this.#epochs + 1;
    const order = epochOrder(data.rows.train, seed, epoch);
    const meter = new Meter(model.plan, data.fitted, this.#metered, order.length);
    const inFlight = readsSynchronously(tf) ? 0 : IN_FLIGHT;
    for (let step = 1; step <= this.#stepsPerEpoch; step += 1) {
      if (this.#breather.isDue) await this.#breather.breathe();
      while (control.mustWait) {
        if (yield* this.#tell(0, epoch, meter)) return 'failed';
        yield { kind: 'paused' };
        await control.whenAllowed();
        if (!control.isPaused && !control.isStopped) yield { kind: 'resumed' };
      }
      if (control.isStopped) break;
      control.takeStep();
      const rows = order.subarray((step - 1) * batchSize, step * batchSize);
      this.#pending.push(this.#takeStep(context, step, rows));
      if (yield* this.#tell(inFlight, epoch, meter)) return 'failed';
    }
    if (yield* this.#tell(0, epoch, meter)) return 'failed';
    return control.isStopped ? 'stopped' : meter;
  }

  #takeStep(context: StepContext, step: number, rows: Int32Array): PendingStep {
    const { model, data } = this.#options;
    const startedAt = performance.now();
    const batch = data.batch(rows);
    model.seekStep(this.#globalStep);
    this.#globalStep += 1;
    const report = trainStep(context, batch);
    return { step, globalStep: this.#globalStep, batch, rows: rows.length, startedAt, report };
  }

  /** Tells of steps until at most `upTo` are in flight; true when one has failed. */
  async *#tell(upTo: number, epoch: number, meter: Meter): AsyncGenerator<RunEvent, boolean, undefined> {
    while (this.#pending.length > upTo) {
      const pending = this.#pending.shift()!;
      // Without a GPU the report is there already, and an `await` would only cost a turn.
      const report = pending.report instanceof Promise ? await pending.report : pending.report;
      const event = this.#settle(pending, report, epoch, meter);
      yield event;
      if (event.kind === 'failed') return true;
    }
    return false;
  }

  /** A finished step as an event. */
  #settle(pending: PendingStep, report: Report, epoch: number, meter: Meter): RunEvent {
    const { step, globalStep, batch, rows, startedAt } = pending;
    if (!Number.isFinite(report[0]![0])) {
      const node = this.#culprit(batch);
      return { kind: 'failed', cause: { kind: 'non-finite', epoch, step, node } };
    }
    meter.add(report, batch.targets, rows);
    const now = performance.now();
    // Steps in flight overlap; each is charged for the time since the last one came in.
    const durationMs = now - Math.max(startedAt, this.#lastReportAt);
    this.#lastReportAt = now;
    return { kind: 'step', epoch, step, globalStep, measures: meter.measures(report), durationMs };
  }

  /** By one more forward pass over the failed batch; all finite up to the logits means that the loss itself overflowed. */
  #culprit(batch: Batch): string | null {
    const { tf, model } = this.#options;
    const inputs = batch.inputs.map(({ values, shape }) =>
      tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
    );
    const node = model.firstNonFinite(inputs);
    tf.dispose(inputs);
    return node ?? model.plan.heads[0]?.logits.node ?? null;
  }

  /** `val_` columns; nothing without validation rows, undefined when stopped meanwhile. */
  async #validate(): Promise<Measures | undefined> {
    const { tf, model, data, training, control } = this.#options;
    if (data.rows.validation.length === 0) return {};
    const meter = await meterSplit({
      tf,
      model,
      data,
      split: 'validation',
      batchSize: training.batchSize,
      isCancelled: () => control.isStopped,
    });
    if (!meter) return undefined;
    return Object.fromEntries(
      Object.entries(meter.measures('mean')).map(([column, value]) => [`val_${column}`, value]),
    );
  }

  async #finalEvaluation(isStopped: boolean): Promise<Evaluation | null> {
    const { tf, model, data, training, control } = this.#options;
    const split = data.rows.test.length > 0 ? 'test' : 'validation';
    const deadline = performance.now() + STOPPED_EVALUATION_MS;
    const isCancelled = isStopped ? () => performance.now() > deadline : () => control.isStopped;
    return evaluate({ tf, model, data, split, batchSize: training.batchSize, isCancelled });
  }
}
