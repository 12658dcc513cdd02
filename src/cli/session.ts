/** tfjs in Node with the chosen backend, and a compiled project on its data: what the training verbs share. */
import { compile } from '../compile/index';
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { Dataset, PreparedData } from '../data/dataset';
import { prepareData } from '../data/prepare';
import { type ChosenBackend, chooseBackend } from '../engine/backend';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import type { DataSpec } from '../graph/data-spec';
import type { GraphDoc } from '../graph/document';
import { CliProblem, dataProblemText, diagnosticText, refuseData } from './print';

/** Backends that Node has. */
export type NodeBackend = 'wasm' | 'cpu';

export interface Ready {
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  readonly spec: DataSpec;
  readonly data: PreparedData;
}

/** Compiles for this data set and prepares its rows; refuses with the diagnostics when that cannot be. */
export function ready(doc: GraphDoc, dataset: Dataset): Ready {
  const { plan, training, data: spec, diagnostics } = compile(doc, dataset.schema);
  if (!plan || !training || !spec) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    throw new CliProblem(
      errors[0]?.code ?? 'cannot-train',
      errors.map((error) => diagnosticText(error, doc)).join('\n'),
    );
  }
  return { plan, training, spec, data: prepareRows(dataset, spec) };
}

export function prepareRows(dataset: Dataset, spec: DataSpec): PreparedData {
  const prepared = prepareData(dataset, spec);
  if (!prepared.ok) return refuseData(prepared.problems);
  for (const warning of prepared.warnings) process.stderr.write(`warning: ${dataProblemText(warning)}\n`);
  return prepared.value;
}

export async function startBackend(wish: NodeBackend): Promise<ChosenBackend> {
  // tfjs greets on stderr-like channels that scripts would have to filter.
  tf.env().set('PROD', true);
  const chosen = await chooseBackend(tf, wish, nodeBackendEnv);
  if (chosen.name !== wish) {
    const failed = chosen.reason.find((attempt) => attempt.backend === wish);
    process.stderr.write(`warning: ${wish} does not start (${failed?.detail ?? ''}); using ${chosen.name}\n`);
  }
  return chosen;
}
