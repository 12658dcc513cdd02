/** Every loss, metric, optimizer and schedule, listed explicitly. Adding one = one file and one line here. */
import type { LossType, MetricType, OptimizerType, ScheduleType } from './define-training';
import binaryCrossentropy from './losses/binary-crossentropy';
import categoricalCrossentropy from './losses/categorical-crossentropy';
import huber from './losses/huber';
import meanAbsoluteError from './losses/mean-absolute-error';
import meanSquaredError from './losses/mean-squared-error';
import accuracy from './metrics/accuracy';
import f1 from './metrics/f1';
import mae from './metrics/mae';
import precision from './metrics/precision';
import r2 from './metrics/r2';
import recall from './metrics/recall';
import rmse from './metrics/rmse';
import adam from './optimizers/adam';
import adamw from './optimizers/adamw';
import rmsprop from './optimizers/rmsprop';
import sgd from './optimizers/sgd';
import constant from './schedules/constant';
import cosine from './schedules/cosine';
import cosineRestarts from './schedules/cosine-restarts';
import exponential from './schedules/exponential';
import inverseSquareRoot from './schedules/inverse-square-root';
import linear from './schedules/linear';
import oneCycle from './schedules/one-cycle';
import polynomial from './schedules/polynomial';
import rangeTest from './schedules/range-test';
import reduceOnPlateau from './schedules/reduce-on-plateau';
import step from './schedules/step';

export const LOSSES: readonly LossType[] = [
  categoricalCrossentropy,
  binaryCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
  huber,
];
export const METRICS: readonly MetricType[] = [accuracy, precision, recall, f1, mae, rmse, r2];
export const SCHEDULES: readonly ScheduleType[] = [
  constant,
  cosine,
  linear,
  step,
  exponential,
  polynomial,
  cosineRestarts,
  oneCycle,
  inverseSquareRoot,
  reduceOnPlateau,
];
export const OPTIMIZERS: readonly OptimizerType[] = [adam, adamw, sgd, rmsprop];

const byType = <T extends { readonly type: string }>(list: readonly T[]): ReadonlyMap<string, T> =>
  new Map(list.map((entry) => [entry.type, entry]));
const losses = byType(LOSSES);
const metrics = byType(METRICS);
const optimizers = byType(OPTIMIZERS);
// Not offered anywhere, but a plan may name it.
const schedules = byType([...SCHEDULES, rangeTest]);

// Ids come out of saved files, so an unknown one is an answer and not an error.
export const lossType = (type: string): LossType | undefined => losses.get(type);
export const metricType = (type: string): MetricType | undefined => metrics.get(type);
export const optimizerType = (type: string): OptimizerType | undefined => optimizers.get(type);
export const scheduleType = (type: string): ScheduleType | undefined => schedules.get(type);
