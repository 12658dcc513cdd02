/** What is wrong with the settings of training, each with the setting that would be right as its repair. */
import type { Diagnostic, Fix, Problem } from '../graph/diagnostic';
import type { Config, Meaning } from '../graph/document';
import type { Json } from '../graph/json';
import type { DatasetSchema } from '../graph/schema';
import type { Text } from '../graph/text';
import { DEFAULT_TRAINING, type TrainingSettings } from '../graph/training-settings';
import { trainingMessages } from '../messages/training';
import type { Fields } from '../nodes/fields';
import { parseFields } from '../nodes/parse-config';
import {
  ACCUMULATION,
  AVERAGING,
  changed,
  TRAINING_GROUPS,
  type TrainingGroup,
} from '../nodes/training-groups';
import { optimizerType, scheduleType } from '../nodes/training-index';
import { historyColumns } from './history-columns';
import type { ModelPlan } from './plan';
import { stepsPerEpoch } from './steps-per-epoch';
import type { Proposed } from './validate';

/** Everything that the settings show by themselves. */
export function trainingDiagnostics(
  { training }: Meaning,
  schema: DatasetSchema | null,
): readonly Proposed[] {
  const found = [
    ...choiceOf(training, 'optimizer', optimizerType(training.optimizer.type), ''),
    ...choiceOf(training, 'schedule', scheduleType(training.schedule.type), 'schedule.'),
  ];
  for (const group of TRAINING_GROUPS) found.push(...rangesOf(group, training));
  const { averaging, epochs } = training;
  if (averaging?.kind === 'swa' && averaging.fromEpoch > epochs && found.length === 0) {
    // Never averaged: the run would end before it begins.
    const received = averaging.fromEpoch;
    const start = AVERAGING.read({ ...training, averaging: null })['fromEpoch'] as number;
    found.push(outOfRange(AVERAGING, training, 'fromEpoch', { min: 1, max: epochs, received }, start));
  }
  const steps = stepsPerEpoch(training, schema);
  if (steps !== null && training.accumulate > steps * epochs && found.length === 0) {
    // The weights would never move.
    const facts = { min: 1, max: steps * epochs, received: training.accumulate };
    found.push(outOfRange(ACCUMULATION, training, 'accumulate', facts, steps));
  }
  return found;
}

/** What can only be said once the heads are known: whether everything that is watched will be there. */
export function monitorDiagnostics(training: TrainingSettings, { heads }: ModelPlan): readonly Proposed[] {
  const hasValidation = training.validationSplit > 0;
  const columns = historyColumns(heads, hasValidation);
  const withValidation = historyColumns(heads, true);
  const found: Proposed[] = [];
  const watch = (
    place: string,
    monitor: Json | undefined,
    set: (to: string) => Partial<TrainingSettings>,
  ) => {
    if (typeof monitor !== 'string' || columns.includes(monitor)) return;
    const repairs: Fix[] = [];
    if (withValidation.includes(monitor)) {
      const { validationSplit } = DEFAULT_TRAINING;
      repairs.push(
        setting('validationSplit', trainingMessages.validationSplit, validationSplit, { validationSplit }),
      );
    }
    const alike = [monitor.replace(/^val_/, ''), hasValidation ? 'val_loss' : 'loss'];
    const to = alike.find((column) => columns.includes(column));
    if (to) repairs.push(setting('monitor', trainingMessages.monitor, to, set(to)));
    found.push(problem(place, { code: 'monitor-missing', monitor, columns }, repairs));
  };
  const { earlyStopping, schedule, stop } = training;
  if (earlyStopping)
    watch('earlyStopping.monitor', earlyStopping.monitor, (monitor) => ({
      earlyStopping: { ...earlyStopping, monitor },
    }));
  if (stop.target) {
    const { target } = stop;
    watch('stop.monitor', target.monitor, (monitor) => ({
      stop: { ...stop, target: { ...target, monitor } },
    }));
  }
  const type = scheduleType(schedule.type);
  if (type?.fields['monitor'])
    watch('schedule.monitor', parseFields(type.fields, schedule.config).config['monitor'], (monitor) => ({
      schedule: { type: schedule.type, config: { ...schedule.config, monitor } },
    }));
  return found;
}

/** Optimizer or schedule: known, and its fields in range. */
function choiceOf(
  training: TrainingSettings,
  part: 'optimizer' | 'schedule',
  type: { readonly fields: Fields } | undefined,
  prefix: string,
): Proposed[] {
  const settings = training[part];
  if (!type) {
    const repairs =
      part === 'schedule'
        ? [
            setting(part, trainingMessages.schedule, DEFAULT_TRAINING.schedule.type, {
              schedule: DEFAULT_TRAINING.schedule,
            }),
          ]
        : [];
    return [problem(part, { code: `unknown-${part}`, type: settings.type }, repairs)];
  }
  return parseFields(type.fields, settings.config).problems.map(({ proposals: _, ...facts }) => {
    const { field } = facts as { field: string };
    const value = parseFields(type.fields, settings.config).config[field]!;
    const config: Config = { ...settings.config, [field]: value };
    const title = type.fields[field]!.title;
    return problem(`${prefix}${field}`, facts as Problem, [
      setting(field, title, value, { [part]: { type: settings.type, config } }),
    ]);
  });
}

function rangesOf(group: TrainingGroup, training: TrainingSettings): Proposed[] {
  const { config, problems } = parseFields(group.fields, group.read(training) as Config);
  return problems.map(({ proposals: _, ...facts }) => {
    const { field } = facts as { field: string };
    const value = config[field]!;
    const { title } = group.fields[field]!;
    return problem(field, facts as Problem, [
      setting(field, title, value, changed(group, training, { [field]: value })),
    ]);
  });
}

function outOfRange(
  group: TrainingGroup,
  training: TrainingSettings,
  field: string,
  facts: { readonly min: number; readonly max: number; readonly received: number },
  value: number,
): Proposed {
  return problem(field, { code: 'field-range', field, ...facts }, [
    setting(field, group.fields[field]!.title, value, changed(group, training, { [field]: value })),
  ]);
}

const problem = (field: string, facts: Problem, repairs: readonly Fix[]): Proposed => ({
  ...(facts as Diagnostic),
  severity: 'error',
  where: { kind: 'training', field },
  fixes: [],
  repairs,
});

const setting = (field: string, title: Text, value: Json, training: Partial<TrainingSettings>): Fix => ({
  label: { kind: 'set-field', field, title, value: String(value) },
  commands: [{ kind: 'setTraining', training }],
});
