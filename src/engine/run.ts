/**
 * Trains a model and tells what happens as a stream of events. The loop is ours (not `fit`), so that it can be paused, stepped
 * and stopped between any two steps. It knows nothing of messages or stores: the worker forwards the events, the command line
 * prints them, tests iterate them.
 */
import type { Phase, PlanHead, TrainingPlan } from '../compile/plan';
import type { Batch, PreparedData } from '../data/dataset';
import { epochOrder } from '../data/random';
import type { StopSettings } from '../graph/training-settings';
import type { Tfjs } from '../nodes/define-node';
import { BestWeights, isHigherBetter } from './best-weights';
import type { BuiltModel } from './build-model';
import { CHECKPOINT_VERSION, type RunCheckpoint } from './checkpoint';
import { balancedWeights } from './class-weights';
import { evaluate, meterSplit } from './evaluate';
import { Breather } from './event-loop';
import { failureOf } from './failure';
import { HealthProbe, HealthWatch } from './health';
import { findNonFinite } from './non-finite';
import { Meter, Objective } from './objective';
import { type Report, readsSynchronously } from './report';
import type { RunControl } from './run-control';
import type { EndReason, Evaluation, Measures, RunEvent } from './run-event';
import { type StepContext, trainStep } from './train-step';
import { extractWeights, fitWeights } from './trained-model';
import { Updater } from './updater';

export interface RunOptions {
  readonly tf: Tfjs;
  /** Built by `buildModel` with the training plan's seed; the caller owns it and may read its weights at any pause. */
  readonly model: BuiltModel;
  readonly training: TrainingPlan;
  readonly data: PreparedData;
  readonly control: RunControl;
  /** Goes on from there; the model's weights are set from it. Made by a run of the same plans on the same data. */
  readonly resume?: RunCheckpoint | null;
  /** Ends after so many epochs of the whole run, with a checkpoint to go on from, unless it has ended before by itself. */
  readonly until?: number | null;
  /** Asked after each step and at each end of an epoch; `checkpoint` events follow where it says yes. */
  readonly wantsCheckpoint?: (atEpochEnd: boolean) => boolean;
  /** Told in `started`. */
  readonly backend: { readonly name: string; readonly threads: number; readonly nativeOff?: string | null };
  /** Tells of its health now and then. */
  readonly watchesHealth?: boolean;
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
  /** Of a step that was looked into. */
  readonly probe: HealthProbe | null;
}

type PhaseEnd = EndReason | 'failed';

class Session {
  readonly #options: RunOptions;
  readonly #breather = new Breather();
  readonly #looks = new HealthWatch();
  readonly #metered = (head: PlanHead) => head.metrics.length > 0;
  #objective: Objective | null = null;
  #updater: Updater | null = null;
  #best: BestWeights | null = null;
  #pending: PendingStep[] = [];
  #phaseIndex = 0;
  #epochs = 0;
  #globalStep = 0;
  /** Measures of the epochs of the phase that are over. */
  #history: Measures[] = [];
  #lastReportAt = 0;
  /** The batch of the last step, where nobody reads it any more. */
  #spent: Batch | null = null;
  /** On the clock of this session, as if it had run from the beginning. */
  #startedAt = 0;
  #epochStartedAt = 0;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Also when the consumer leaves early. Reports still under way free their tensors when they arrive. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#pending.map(({ report }) => report));
    this.#endPhase();
  }

  #endPhase(): void {
    this.#updater?.dispose();
    this.#best?.dispose();
    this.#objective?.dispose();
    this.#objective = null;
    this.#updater = null;
    this.#best = null;
    this.#history = [];
  }

  async *train(): AsyncGenerator<RunEvent, void, undefined> {
    const { tf, model, training, data, backend, resume = null } = this.#options;
    if (resume) {
      fitWeights(tf, model, resume.weights);
      this.#epochs = resume.epochs;
      this.#globalStep = resume.globalStep;
    }
    this.#startedAt = performance.now() - (resume?.elapsedMs ?? 0);
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
      globalStep: this.#globalStep,
      ...(backend.nativeOff ? { nativeOff: backend.nativeOff } : {}),
    };
    let reason: PhaseEnd = 'epochs';
    let bestEpoch = 0;
    for (const [index, phase] of training.phases.entries()) {
      if (index < (resume?.phase ?? 0)) continue;
      this.#phaseIndex = index;
      reason = yield* this.#phase(phase, index === resume?.phase ? resume : null);
      bestEpoch = this.#best!.bestEpoch;
      if (reason === 'failed') return;
      this.#updater!.averaged?.show();
      this.#best!.restore();
      this.#endPhase();
      if (reason === 'stopped' || reason === 'time' || this.#isAsFarAsWanted) break;
    }
    const evaluation = await this.#finalEvaluation(reason === 'stopped');
    const durationMs = performance.now() - this.#startedAt;
    yield { kind: 'done', reason, epochs: this.#epochs, bestEpoch, evaluation, durationMs };
  }

  get #stepsPerEpoch(): number {
    const { data, training } = this.#options;
    return Math.ceil(data.rows.train.length / training.batchSize);
  }

  async *#phase(phase: Phase, resume: RunCheckpoint | null): AsyncGenerator<RunEvent, PhaseEnd, undefined> {
    const { tf, model, data, control } = this.#options;
    model.setTrainable(phase.trainable);
    const objective = new Objective(tf, model.plan, {
      classWeights: phase.classWeights === 'balanced' ? balancedWeights(model.plan, data) : [],
      lossWeighting: phase.lossWeighting,
    });
    this.#objective = objective;
    const others = objective.variables;
    const updater = new Updater({ tf, model, phase, stepsPerEpoch: this.#stepsPerEpoch, others });
    const best = new BestWeights(tf, model, phase.earlyStopping);
    this.#updater = updater;
    this.#best = best;
    if (resume) {
      updater.restore(resume.updater);
      best.resume(resume.best);
      this.#history = [...resume.history];
    }
    const context: StepContext = {
      ...{ tf, model, updater, objective },
      history: this.#history,
      metered: this.#metered,
    };
    const firstEpoch = resume?.phaseEpochs ?? 0;
    for (let i = firstEpoch; i < phase.epochs; i += 1) {
      const begun = i === firstEpoch && resume && resume.step > 0 ? resume : null;
      this.#epochStartedAt = performance.now() - (begun?.epochMs ?? 0);
      const meter = yield* this.#epoch(context, begun);
      if (meter === 'failed' || meter === 'stopped' || meter === 'time') return meter;
      updater.averaged?.afterEpoch(i + 1);
      updater.averaged?.show();
      const validation = await this.#validate();
      if (control.isStopped && !validation) return 'stopped';
      this.#epochs += 1;
      const measures = { ...meter.measures('mean'), ...validation };
      const isOver = best.update(this.#epochs, measures);
      updater.averaged?.hide();
      this.#history.push(measures);
      const durationMs = performance.now() - this.#epochStartedAt;
      yield { kind: 'epoch', epoch: this.#epochs, globalStep: this.#globalStep, measures, durationMs };
      if (isOver) return 'early-stopping';
      if (isReached(phase.stop, measures)) return 'target';
      if (this.#isAsFarAsWanted || this.#options.wantsCheckpoint?.(true))
        yield { kind: 'checkpoint', checkpoint: await this.#checkpoint(0, null) };
      if (this.#isAsFarAsWanted) return 'epochs';
    }
    return 'epochs';
  }

  get #isAsFarAsWanted(): boolean {
    return this.#epochs === this.#options.until;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** With all reports in: `step` steps of the epoch under way have been taken and metered. */
  async #checkpoint(step: number, meter: Meter | null): Promise<RunCheckpoint> {
    return {
      version: CHECKPOINT_VERSION,
      phase: this.#phaseIndex,
      phaseEpochs: this.#history.length,
      epochs: this.#epochs,
      step,
      globalStep: this.#globalStep,
      elapsedMs: this.#elapsedMs,
      epochMs: step > 0 ? performance.now() - this.#epochStartedAt : 0,
      weights: await extractWeights(this.#options.model),
      updater: await this.#updater!.save(),
      best: await this.#best!.save(),
      meter: meter?.save() ?? null,
      history: [...this.#history],
    };
  }

  async *#epoch(
    context: StepContext,
    resume: RunCheckpoint | null,
  ): AsyncGenerator<RunEvent, Meter | 'stopped' | 'time' | 'failed', undefined> {
    const { tf, model, training, data, control } = this.#options;
    const { batchSize, seed } = training;
    const epoch = this.#epochs + 1;
    const order = epochOrder(data.rows.train, seed, epoch);
    const meter = new Meter(model.plan, data.fitted, this.#metered, order.length);
    if (resume?.meter) meter.restore(resume.meter);
    const inFlight = readsSynchronously(tf) ? 0 : IN_FLIGHT;
    const minutes = training.phases[this.#phaseIndex]!.stop.minutes ?? Number.POSITIVE_INFINITY;
    for (let step = (resume?.step ?? 0) + 1; step <= this.#stepsPerEpoch; step += 1) {
      if (this.#breather.isDue) await this.#breather.breathe();
      while (control.mustWait) {
        if (yield* this.#tell(0, epoch, meter)) return 'failed';
        // A pause may be the last thing that the page does.
        if (step > 1 && this.#options.wantsCheckpoint)
          yield { kind: 'checkpoint', checkpoint: await this.#checkpoint(step - 1, meter) };
        yield { kind: 'paused' };
        await control.whenAllowed();
        if (!control.isPaused && !control.isStopped) yield { kind: 'resumed' };
      }
      if (control.isStopped) break;
      control.takeStep();
      const rows = order.subarray((step - 1) * batchSize, step * batchSize);
      this.#pending.push(this.#takeStep(context, step, rows));
      if (yield* this.#tell(inFlight, epoch, meter)) return 'failed';
      if (step < this.#stepsPerEpoch && this.#options.wantsCheckpoint?.(false)) {
        if (yield* this.#tell(0, epoch, meter)) return 'failed';
        yield { kind: 'checkpoint', checkpoint: await this.#checkpoint(step, meter) };
      }
      if (this.#elapsedMs > minutes * 60_000) {
        if (yield* this.#tell(0, epoch, meter)) return 'failed';
        return 'time';
      }
    }
    if (yield* this.#tell(0, epoch, meter)) return 'failed';
    return control.isStopped ? 'stopped' : meter;
  }

  #takeStep(context: StepContext, step: number, rows: Int32Array): PendingStep {
    const { model, data } = this.#options;
    const startedAt = performance.now();
    const batch = data.batch(rows, this.#spent ?? undefined);
    // wasm copies what it is given at once and no step is in flight there: the arrays can be written again.
    if (context.tf.getBackend() === 'wasm') this.#spent = batch;
    model.seekStep(this.#globalStep);
    this.#globalStep += 1;
    const epoch = this.#epochs + 1;
    const isDue = this.#options.watchesHealth && this.#looks.isDue(epoch);
    const probe = isDue ? new HealthProbe(context.tf, model) : null;
    try {
      const report = trainStep(context, batch, probe);
      if (probe) this.#looks.looked(epoch, probe.spentMs);
      return { step, globalStep: this.#globalStep, batch, rows: rows.length, startedAt, report, probe };
    } catch (error) {
      probe?.dispose();
      throw error;
    }
  }

  /** Tells of steps until at most `upTo` are in flight; true when one has failed. */
  async *#tell(upTo: number, epoch: number, meter: Meter): AsyncGenerator<RunEvent, boolean, undefined> {
    while (this.#pending.length > upTo) {
      const pending = this.#pending.shift()!;
      // Without a GPU the report is there already, and an `await` would only cost a turn.
      const report = pending.report instanceof Promise ? await pending.report : pending.report;
      const event = this.#settle(pending, report, epoch, meter);
      yield event;
      if (pending.probe)
        yield { kind: 'health', globalStep: pending.globalStep, nodes: await pending.probe.result() };
      if (event.kind === 'failed') return true;
    }
    return false;
  }

  /** A finished step as an event. */
  #settle(pending: PendingStep, report: Report, epoch: number, meter: Meter): RunEvent {
    const { step, globalStep, batch, rows, startedAt } = pending;
    if (!Number.isFinite(report[0]![0])) {
      const { tf, model } = this.#options;
      const found = findNonFinite(tf, model, batch, globalStep > 1);
      return { kind: 'failed', cause: { kind: 'non-finite', epoch, step, ...found } };
    }
    meter.add(report, batch.targets, rows);
    const now = performance.now();
    // Steps in flight overlap; each is charged for the time since the last one came in.
    const durationMs = now - Math.max(startedAt, this.#lastReportAt);
    this.#lastReportAt = now;
    return { kind: 'step', epoch, step, globalStep, measures: meter.measures(report), durationMs };
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

/** Whether the watched column is as good as was asked for. */
function isReached({ target }: StopSettings, measures: Measures): boolean {
  const value = target && measures[target.monitor];
  if (value === null || value === undefined) return false;
  return isHigherBetter(target!.monitor) ? value >= target!.value : value <= target!.value;
}
