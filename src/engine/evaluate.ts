/** Loss and metrics of a model over one split, batch by batch, without moving a weight. */
import type { PreparedData, SplitName } from '../data/dataset';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import { Breather } from './event-loop';
import { batchTensors, Meter, Objective } from './objective';
import { finishReading, type Reading, startReading } from './report';
import type { Evaluation } from './run-event';

export interface EvaluateOptions {
  readonly tf: Tfjs;
  readonly model: BuiltModel;
  readonly data: PreparedData;
  readonly split: SplitName;
  readonly batchSize: number;
  /** Asked between batches; true gives up. */
  readonly isCancelled?: () => boolean;
}

/** Null when the split has no rows or when it was cancelled. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation | null> {
  const { data, split } = options;
  const meter = await meterSplit(options);
  if (!meter) return null;
  return { split, rows: data.rows[split].length, measures: meter.measures('mean'), heads: meter.reports() };
}

/** As `evaluate`, for callers that want the numbers alone (validation in every epoch). */
export async function meterSplit(options: EvaluateOptions): Promise<Meter | null> {
  const { tf, model, data, split, batchSize, isCancelled } = options;
  const rows = data.rows[split];
  if (rows.length === 0) return null;
  const objective = new Objective(tf, model.plan);
  const meter = new Meter(model.plan, data.fitted, () => true, rows.length);
  const breather = new Breather();
  for (let from = 0; from < rows.length; from += batchSize) {
    if (isCancelled?.()) return null;
    const batchRows = rows.subarray(from, from + batchSize);
    const batch = data.batch(batchRows);
    let reading: Reading = [];
    tf.tidy(() => {
      const { inputs, targets } = batchTensors(tf, batch);
      const outputs = model.forward(inputs, false);
      reading = startReading(
        tf,
        objective.parts(objective.losses(outputs, targets), outputs, () => true),
      );
    });
    meter.add(await finishReading(reading), batch.targets, batchRows.length);
    if (breather.isDue) await breather.breathe();
  }
  return meter;
}
