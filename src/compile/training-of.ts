/** The document's training settings → phases: every config parsed, and what nodes say about their learning rates. */
import type { Meaning } from '../graph/document';
import { parseFields } from '../nodes/parse-config';
import { optimizerType, scheduleType } from '../nodes/training-index';
import { type ModelPlan, PLAN_VERSION, type PlanId, type TrainingPlan } from './plan';

/** For a meaning whose training settings have no error. */
export function trainingOf({ training, nodes }: Meaning, plan: ModelPlan): TrainingPlan {
  const optimizer = optimizerType(training.optimizer.type)!;
  const schedule = scheduleType(training.schedule.type)!;
  return {
    version: PLAN_VERSION,
    phases: [
      {
        name: 'fit',
        trainable: 'all',
        optimizer: {
          type: optimizer.type,
          config: parseFields(optimizer.fields, training.optimizer.config).config,
        },
        epochs: training.epochs,
        earlyStopping: training.earlyStopping,
        schedule: {
          type: schedule.type,
          config: parseFields(schedule.fields, training.schedule.config).config,
        },
        clipping: training.clipping,
        accumulate: training.accumulate,
        averaging: training.averaging,
        rates: ratesOf(nodes, plan),
        classWeights: training.classWeights,
        lossWeighting: training.lossWeighting,
        stop: training.stop,
      },
    ],
    batchSize: training.batchSize,
    validationSplit: training.validationSplit,
    testSplit: training.testSplit,
    seed: training.seed,
  };
}

/** All primitives of a composite learn at the rate of its node. */
function ratesOf(nodes: Meaning['nodes'], plan: ModelPlan): { readonly [id: PlanId]: number } {
  const rates: Record<PlanId, number> = {};
  for (const { id, source } of plan.nodes) {
    const factor = nodes[source]?.learningRateFactor ?? 1;
    if (factor !== 1) rates[id] = factor;
  }
  return rates;
}
