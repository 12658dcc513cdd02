/** Gathers what one run of an experiment tells into the job that is shown and stored. */
import { RANGE_TEST, rangeTestEnd, rangeTestSteps, rateAt } from '../compile/experiments/range-test';
import { keptMeasures } from '../compile/experiments/summary';
import type { TrainingPlan } from '../compile/plan';
import type { ExperimentJob } from '../storage/experiments';
import type { PoolOutcome } from '../worker/pool';
import type { StepBlock } from '../worker/protocol';

export class JobListener {
  /** The range test has seen all that it needs. */
  onEnough: () => void = () => {};
  readonly #job: ExperimentJob;
  readonly #accumulate: number;
  readonly #training: TrainingPlan;
  /** Steps of a range test; null for all others. */
  readonly #steps: number | null;
  readonly #before: ExperimentJob['history'];
  readonly #show: (patch: Partial<ExperimentJob>) => void;
  #startedAt = 0;
  #stepsPerEpoch = 1;
  #losses: number[] = [];
  #history: ExperimentJob['history'] = [];
  #isEnough = false;

  /** `before`: epochs of the run that this one goes on from. */
  constructor(
    job: ExperimentJob,
    training: TrainingPlan,
    before: ExperimentJob['history'],
    show: (patch: Partial<ExperimentJob>) => void,
  ) {
    this.#job = job;
    this.#accumulate = training.phases[0]!.accumulate;
    this.#training = training;
    this.#steps = job.variation.kind === 'rates' ? rangeTestSteps(training, RANGE_TEST) : null;
    this.#before = before;
    this.#show = show;
  }

  begin(at: number): void {
    this.#startedAt = at;
    this.#losses = [];
    this.#history = this.#before;
  }

  started(backend: string, stepsPerEpoch: number): void {
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#show({ backend });
  }

  addSteps({ columns, values, globalSteps }: StepBlock): void {
    const last = globalSteps.at(-1) ?? 0;
    if (this.#steps === null) {
      this.#show({ progress: Math.min(1, last / (this.#stepsPerEpoch * this.#job.epochs)) });
      return;
    }
    const at = columns.indexOf('loss');
    for (let row = 0; row < globalSteps.length; row += 1)
      this.#losses.push(values[row * columns.length + at]!);
    const isBroken = rangeTestEnd(this.#losses) < this.#losses.length;
    this.#show({ progress: Math.min(1, last / this.#steps), curve: this.#curve() });
    if (!isBroken && this.#losses.length < this.#steps) return;
    this.#isEnough = true;
    this.onEnough();
  }

  addEpoch(epoch: number, measures: ExperimentJob['history'][number]['measures']): void {
    if (this.#steps !== null) return;
    this.#history = [...this.#history, { epoch, measures }];
    this.#show({ history: this.#history, progress: epoch / this.#job.epochs });
  }

  #curve(): ExperimentJob['curve'] {
    if (this.#steps === null) return null;
    const losses = this.#losses.slice(0, Math.min(this.#steps, rangeTestEnd(this.#losses)));
    return { losses, rates: losses.map((_, i) => rateAt(i + 1, this.#accumulate, RANGE_TEST)) };
  }

  end(outcome: PoolOutcome, at: number): Partial<ExperimentJob> {
    const durationMs = at - this.#startedAt;
    const common = { durationMs, history: this.#history, curve: this.#curve() };
    // A range test ends by being ended, or by the loss that is no number: both are its result.
    const isTested =
      this.#steps !== null &&
      (this.#isEnough || (outcome.kind === 'failed' && outcome.cause.kind === 'non-finite'));
    if (isTested || outcome.kind === 'done') {
      const event = outcome.kind === 'done' ? outcome.event : null;
      const { evaluation = null } = event ?? {};
      return {
        ...common,
        status: 'done',
        progress: 1,
        measures: keptMeasures(this.#history, this.#training, event?.bestEpoch ?? 0),
        evaluation: evaluation && {
          split: evaluation.split,
          rows: evaluation.rows,
          measures: evaluation.measures,
        },
      };
    }
    if (outcome.kind === 'cancelled') return { ...common, status: 'cancelled' };
    return { ...common, status: 'failed', failure: outcome.cause };
  }
}
