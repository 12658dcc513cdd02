/**
 * Tries a model before it trains: a few real steps on each backend that may be worth it. Says which is fastest, how long an epoch
 * takes, and how much memory, which is predicted from two small steps before the full batch is tried. The model tried is one of
 * its own; nothing of it remains.
 */
import type { ModelPlan, Phase, PlanId, TrainingPlan } from '../compile/plan';
import type { Batch, PreparedData } from '../data/dataset';
import { epochOrder } from '../data/random';
import type { NodeId } from '../graph/document';
import type { Tfjs } from '../nodes/define-node';
import { AUTO_ORDER, type BackendEnv, type BackendName, nativeOff, tryBackend } from './backend';
import type { BackendWish } from './backend-wish';
import { type BuiltModel, buildModel } from './build-model';
import { balancedWeights } from './class-weights';
import { nextTurn } from './event-loop';
import { failureOf } from './failure';
import { registerWasmKernels } from './kernels/register';
import { memoryLimit, type PlanNeed, peakOf, planNeed, predictMemory } from './memory-need';
import { type MemoryWatch, watchMemory } from './memory-watch';
import { Objective } from './objective';
import { profileSteps, type StepProfile } from './step-profile';
import { type StepContext, trainStep } from './train-step';
import { Updater } from './updater';

export interface PreflightOptions {
  readonly tf: Tfjs;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  readonly data: PreparedData;
  readonly wish: BackendWish;
  readonly env: BackendEnv;
  /** `navigator.deviceMemory`; null where nothing says it. */
  readonly deviceGiB?: number | null;
  /** Asked between steps. */
  readonly isCancelled?: () => boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export type TrialOutcome =
  | 'measured'
  /** The batch, or the model, does not fit; found out before it was tried, or by trying. */
  | 'too-large'
  /** Could not be the fastest (cpu beside wasm), or was not asked for. */
  | 'not-tried'
  | 'no-adapter'
  | 'software-adapter'
  | 'failed';

export interface BackendTrial {
  readonly backend: BackendName;
  readonly outcome: TrialOutcome;
  /** Name of the adapter, or what went wrong. */
  readonly detail: string;
  /** The fastest of the steps tried. */
  readonly stepMs: number | null;
  readonly samplesPerSecond: number | null;
  /** From small batches: the full one would have taken too long to try. */
  readonly isEstimated: boolean;
  readonly predictedBytes: number | null;
  readonly peakBytes: number | null;
  readonly limitBytes: number;
}

export type PreflightVerdict =
  | { readonly kind: 'fits' }
  | { readonly kind: 'smaller-batch'; readonly batchSize: number }
  /** Whatever the batch size; `bytes` of the node that takes the most. */
  | { readonly kind: 'cannot-fit'; readonly node: PlanId; readonly source: NodeId; readonly bytes: number }
  /** No backend ran it, and not for lack of memory. */
  | { readonly kind: 'failed'; readonly message: string };

export interface Preflight {
  readonly trials: readonly BackendTrial[];
  readonly verdict: PreflightVerdict;
  /** The fastest, or what was wished for; null unless it fits. */
  readonly chosen: BackendName | null;
  readonly batchSize: number;
  /** Of the training steps alone. */
  readonly secondsPerEpoch: number | null;
  /** On the chosen backend. */
  readonly predictedBytes: number | null;
  readonly profile: StepProfile | null;
  /** Why wasm runs on the JavaScript kernels; null where it does not. */
  readonly nativeOff: string | null;
}

const HARDLY = 1e-9;
/** Sizes of the small batches. Not one row: kernels have paths of their own for that. */
const FEW_ROWS = 2;
const MORE_ROWS = 4;
/** At least this many steps of the full batch, and as many more as fit into the time: short steps get faster as code warms up. */
const STEPS = 3;
const QUICK_MS = 60;
/** No further step once they have taken this long together. */
const SLOW_MS = 3000;
/** A step that would take longer is not tried: it could not be cancelled. */
const LONGEST_STEP_MS = 5000;
/** On wasm a step this short is mostly the cost of calls, which plain JavaScript has less of. */
const CPU_WORTH_MS = 3;
/** Who is this many times slower in the first step is not measured more closely. */
const HOPELESS = 3;
/** As many steps as fit into the time are profiled, at least one. */
const PROFILED_MS = 30;
const MOST_PROFILED = 9;

/** Null when cancelled. Never throws for what a model does on a backend; the chosen backend is current afterwards. */
export async function preflight(options: PreflightOptions): Promise<Preflight | null> {
  const { tf, plan, training, data, wish, env, deviceGiB = null } = options;
  const before = tf.getBackend();
  const phase = heaviestPhase(training);
  const need = planNeed(plan, phase);
  const rows = data.rows.train.length;
  const batchSize = Math.min(training.batchSize, rows);
  const order =
    wish === 'auto' ? AUTO_ORDER : [wish, ...AUTO_ORDER.filter((name) => name === 'wasm' || name === 'cpu')];
  const names = [...new Set(order)];
  const done: Tried[] = [];
  for (const [index, backend] of names.entries()) {
    options.onProgress?.(index, names.length);
    await nextTurn();
    if (options.isCancelled?.()) return cancelled(tf, before);
    const tried = await tryOne(backend, done);
    if (!tried) return cancelled(tf, before);
    done.push(tried);
  }

  async function tryOne(backend: BackendName, soFar: readonly Tried[]): Promise<Tried | null> {
    const limitBytes = memoryLimit(backend, deviceGiB);
    const settled = (outcome: TrialOutcome, detail = ''): Tried => ({
      trial: trialOf(backend, limitBytes, outcome, detail),
    });
    const isSettled = soFar.some(
      ({ trial }) => trial.outcome === 'measured' || trial.outcome === 'too-large',
    );
    if (wish !== 'auto' && isSettled) return settled('not-tried');
    if (wish === 'auto' && backend === 'cpu' && !isWorthwhileOnCpu(soFar)) return settled('not-tried');
    if (need.fixedBytes + need.rowBytes > limitBytes) return { ...settled('too-large'), rowsThatFit: 0 };
    const attempt = await tryBackend(tf, backend, env, backend === wish);
    if (attempt.outcome !== 'chosen') return settled(attempt.outcome, attempt.detail);
    const trial = new Trial(
      options,
      phase,
      backend,
      limitBytes,
      batchSize,
      fastest(soFar)?.trial.stepMs ?? null,
    );
    return trial.run();
  }

  const best = fastest(done);
  const chosen = best?.trial.backend ?? null;
  await tf.setBackend(chosen ?? (before || 'cpu'));
  const { stepMs = null, predictedBytes = null } = best?.trial ?? {};
  return {
    trials: done.map(({ trial }) => trial),
    verdict: best ? { kind: 'fits' } : refusal(done, need, batchSize),
    chosen,
    batchSize,
    secondsPerEpoch: stepMs === null ? null : (stepMs * Math.ceil(rows / batchSize)) / 1000,
    predictedBytes,
    profile: best?.profile ?? null,
    nativeOff: chosen === 'wasm' ? nativeOff(registerWasmKernels(tf)) : null,
  };
}

interface Tried {
  readonly trial: BackendTrial;
  readonly profile?: StepProfile | null;
  /** Of a batch that does not fit: how many rows would. */
  readonly rowsThatFit?: number;
}

/** Where the most weights move; but hardly: a run that diverges skips its updates, and would be measured without them. */
function heaviestPhase({ phases }: TrainingPlan): Phase {
  const moving = ({ trainable }: Phase) =>
    trainable === 'all' ? Number.POSITIVE_INFINITY : trainable.length;
  const heaviest = phases.reduce((most, phase) => (moving(phase) > moving(most) ? phase : most));
  const { type, config } = heaviest.optimizer;
  return { ...heaviest, optimizer: { type, config: { ...config, learningRate: HARDLY } } };
}

async function cancelled(tf: Tfjs, before: string): Promise<null> {
  if (before && tf.getBackend() !== before) await tf.setBackend(before);
  return null;
}

function isWorthwhileOnCpu(soFar: readonly Tried[]): boolean {
  const wasm = soFar.find(({ trial }) => trial.backend === 'wasm')!.trial;
  if (wasm.outcome === 'too-large') return false;
  return wasm.stepMs === null ? fastest(soFar) === null : wasm.stepMs < CPU_WORTH_MS;
}

function fastest(tried: readonly Tried[]): Tried | null {
  const measured = tried.filter(({ trial }) => trial.outcome === 'measured');
  return measured.reduce<Tried | null>(
    (best, each) => (best && best.trial.stepMs! <= each.trial.stepMs! ? best : each),
    null,
  );
}

function refusal(tried: readonly Tried[], need: PlanNeed, batchSize: number): PreflightVerdict {
  const sizes = tried.flatMap(({ rowsThatFit }) => (rowsThatFit === undefined ? [] : [rowsThatFit]));
  if (sizes.length === 0) {
    const failed = tried.find(({ trial }) => trial.outcome === 'failed');
    return { kind: 'failed', message: failed?.trial.detail ?? '' };
  }
  const rows = Math.min(batchSize - 1, Math.max(...sizes));
  if (rows >= 1) return { kind: 'smaller-batch', batchSize: 2 ** Math.floor(Math.log2(rows)) };
  return { kind: 'cannot-fit', ...need.heaviest(1) };
}

const trialOf = (
  backend: BackendName,
  limitBytes: number,
  outcome: TrialOutcome,
  detail = '',
): BackendTrial => ({
  ...{ backend, outcome, detail, limitBytes },
  ...{ stepMs: null, samplesPerSecond: null, isEstimated: false, predictedBytes: null, peakBytes: null },
});

/** The model on one backend. */
class Trial {
  readonly #options: PreflightOptions;
  readonly #phase: Phase;
  readonly #order: Int32Array;
  readonly #batchSize: number;
  readonly #bestMs: number | null;
  readonly #empty: BackendTrial;
  readonly #watch: MemoryWatch;
  #rowsThatRan = 0;

  constructor(
    options: PreflightOptions,
    phase: Phase,
    backend: BackendName,
    limitBytes: number,
    batchSize: number,
    bestMs: number | null,
  ) {
    this.#options = options;
    this.#phase = phase;
    this.#batchSize = batchSize;
    this.#bestMs = bestMs;
    this.#order = epochOrder(options.data.rows.train, options.training.seed, 1);
    this.#empty = trialOf(backend, limitBytes, 'measured');
    this.#watch = watchMemory(options.tf);
  }

  /** Null when cancelled. */
  async run(): Promise<Tried | null> {
    const { tf, plan, training, data } = this.#options;
    let model: BuiltModel | null = null;
    let updater: Updater | null = null;
    let objective: Objective | null = null;
    let predictedBytes: number | null = null;
    try {
      model = buildModel(tf, plan, training.seed);
      model.setTrainable(this.#phase.trainable);
      const stepsPerEpoch = Math.ceil(data.rows.train.length / training.batchSize);
      const phase = this.#phase;
      objective = new Objective(tf, plan, {
        classWeights: phase.classWeights === 'balanced' ? balancedWeights(plan, data) : [],
        lossWeighting: phase.lossWeighting,
      });
      updater = new Updater({ tf, model, phase, stepsPerEpoch, others: objective.variables });
      const context: StepContext = {
        ...{ tf, model, updater, objective, history: [] },
        metered: (head) => head.metrics.length > 0,
      };
      return await this.#steps(context, (bytes) => {
        predictedBytes = bytes;
      });
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'out-of-memory') {
        const detail = 'message' in failure ? failure.message : failure.kind;
        return { trial: { ...this.#empty, outcome: 'failed', detail, predictedBytes } };
      }
      const rowsThatFit = predictedBytes === null ? this.#rowsThatRan : Math.floor(this.#batchSize / 2);
      return { trial: { ...this.#empty, outcome: 'too-large', predictedBytes }, rowsThatFit };
    } finally {
      updater?.dispose();
      objective?.dispose();
      model?.dispose();
      this.#watch.stop();
    }
  }

  async #steps(context: StepContext, onPredicted: (bytes: number) => void): Promise<Tried | null> {
    const { isCancelled } = this.#options;
    // The first step makes what stays from step to step: what the optimizer keeps, compiled code. So does the second: scratch.
    await this.#timed(context, 1);
    this.#rowsThatRan = 1;
    await this.#timed(context, MORE_ROWS);
    const few = await this.#timed(context, FEW_ROWS);
    const more = await this.#timed(context, MORE_ROWS);
    if (isCancelled?.()) return null;
    const prediction = predictMemory({ rows: FEW_ROWS, ...few }, { rows: MORE_ROWS, ...more });
    const predictedBytes = prediction.peak(this.#batchSize);
    onPredicted(predictedBytes);
    const { limitBytes } = this.#empty;
    if (predictedBytes > limitBytes) {
      const trial = { ...this.#empty, outcome: 'too-large', predictedBytes } as const;
      return { trial, rowsThatFit: prediction.rowsWithin(limitBytes) };
    }
    const rowMs = Math.max(0, more.ms - few.ms) / (MORE_ROWS - FEW_ROWS);
    const expectedMs = more.ms + rowMs * Math.max(0, this.#batchSize - MORE_ROWS);
    const measured = (stepMs: number, peakBytes: number | null): BackendTrial => ({
      ...this.#empty,
      ...{ stepMs, predictedBytes, peakBytes, isEstimated: peakBytes === null },
      samplesPerSecond: (1000 * this.#batchSize) / stepMs,
    });
    if (expectedMs > LONGEST_STEP_MS) return { trial: measured(expectedMs, null) };

    let best = Number.POSITIVE_INFINITY;
    let peak = 0;
    let spent = 0;
    for (let step = 0; step < STEPS || spent < QUICK_MS; step += 1) {
      await nextTurn();
      if (isCancelled?.()) return null;
      const { ms, timeline } = await this.#timed(context, this.#batchSize, step);
      best = Math.min(best, ms);
      peak = Math.max(peak, peakOf(timeline));
      spent += ms;
      if (spent > SLOW_MS || (this.#bestMs !== null && ms > HOPELESS * this.#bestMs)) break;
    }
    const isFastest = this.#bestMs === null || best < this.#bestMs;
    const count = Math.max(1, Math.min(MOST_PROFILED, Math.floor(PROFILED_MS / best)));
    const batches = Array.from({ length: count }, (_, index) => this.#batch(this.#batchSize, index));
    const profile = isFastest && spent <= SLOW_MS ? profileSteps(context, batches, this.#watch) : null;
    return { trial: measured(best, peak), profile };
  }

  /** The batches of the run's first epoch, from the beginning again where there are too few rows. */
  #batch(size: number, at = 0): Batch {
    const rows = Int32Array.from(
      { length: size },
      (_, i) => this.#order[(at * size + i) % this.#order.length]!,
    );
    return this.#options.data.batch(rows);
  }

  /** One step, as the run takes it: making its batch counts. */
  async #timed(
    context: StepContext,
    size: number,
    at = 0,
  ): Promise<{ readonly ms: number; readonly timeline: readonly number[] }> {
    const startedAt = performance.now();
    const { value, timeline } = this.#watch.during(() => trainStep(context, this.#batch(size, at)));
    if (value instanceof Promise) await value;
    return { ms: performance.now() - startedAt, timeline };
  }
}
