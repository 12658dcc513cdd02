/** From points of a search space to what can be trained. A point that cannot, or that says nothing new, is left out and counted. */
import { apply } from '../../graph/apply';
import type { DataSpec } from '../../graph/data-spec';
import type { Diagnostic } from '../../graph/diagnostic';
import type { GraphDoc, Meaning } from '../../graph/document';
import type { DatasetSchema } from '../../graph/schema';
import { compile } from '../index';
import type { ModelPlan, TrainingPlan } from '../plan';
import { type Point, pointCommand, type SettingPlace } from './space';

export interface Trial {
  readonly point: Point;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  readonly data: DataSpec;
}

/** Points that were left out for one reason; the first diagnostic stands for all with its code. */
export interface Skipped {
  readonly code: Diagnostic['code'] | 'duplicate' | 'not-trainable';
  readonly count: number;
  readonly example: Point;
  readonly diagnostic: Diagnostic | null;
}

export interface Trials {
  readonly trials: readonly Trial[];
  readonly skipped: readonly Skipped[];
}

/** Random points that do not compile are replaced by others, but not for ever. */
const ATTEMPTS_PER_TRIAL = 20;

/** The first `wanted` of the points that can be trained, each different from those before. */
export function makeTrials(
  doc: GraphDoc,
  schema: DatasetSchema,
  places: readonly SettingPlace[],
  points: Iterable<Point>,
  wanted: number,
): Trials {
  const trials: Trial[] = [];
  const skipped = new Map<Skipped['code'], Skipped>();
  const seen = new Set<string>();
  let attempts = 0;
  for (const point of points) {
    if (trials.length >= wanted || attempts >= wanted * ATTEMPTS_PER_TRIAL) break;
    attempts += 1;
    const skip = (code: Skipped['code'], diagnostic: Diagnostic | null) => {
      const before = skipped.get(code) ?? { code, count: 0, example: point, diagnostic };
      skipped.set(code, { ...before, count: before.count + 1 });
    };
    const changed = apply(doc, pointCommand(doc.meaning, places, point)).doc;
    const key = JSON.stringify(sorted(changed.meaning));
    if (seen.has(key)) {
      skip('duplicate', null);
      continue;
    }
    seen.add(key);
    const { plan, training, data, diagnostics } = compile(changed, schema);
    if (plan && training && data) {
      trials.push({ point, plan, training, data });
      continue;
    }
    const error = diagnostics.find(({ severity }) => severity === 'error') ?? null;
    // Without its repairs: they are of no use here, and would be stored.
    skip(error?.code ?? 'not-trainable', error && { ...error, fixes: [] });
  }
  return { trials, skipped: [...skipped.values()] };
}

/** What can differ between two points: configs and training settings, whatever the order of their keys. */
const sorted = ({ nodes, training }: Meaning): unknown => [
  Object.entries(nodes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { config }]) => [id, Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))]),
  training.optimizer.type,
  Object.entries(training.optimizer.config).sort(([a], [b]) => (a < b ? -1 : 1)),
  training.batchSize,
  training.epochs,
];
