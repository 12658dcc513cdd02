/** Every mistake that can be made with the settings of training: code, place, and a repair that leaves nothing to complain about. */
import { describe, expect, it } from 'vitest';
import { apply } from '../graph/apply';
import type { Command } from '../graph/command';
import { type GraphDoc, nodeId } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import { DEFAULT_TRAINING, type TrainingSettings } from '../graph/training-settings';
import { project } from '../lessons/project';
import { TRAINING_GROUPS } from '../nodes/training-groups';
import { OPTIMIZERS, SCHEDULES } from '../nodes/training-index';
import { describeDiagnostic } from './describe';
import { historyColumns } from './history-columns';
import { compile } from './index';

const TABLE: DatasetSchema = {
  id: 'table',
  title: { en: 'Table', zh: '表格' },
  rows: 100,
  columns: [
    { kind: 'number', name: 'x', min: 0, max: 1, mean: 0.5, std: 0.3, missing: 0 },
    { kind: 'number', name: 'y', min: 0, max: 1, mean: 0.5, std: 0.3, missing: 0 },
    { kind: 'category', name: 'label', classes: ['a', 'b', 'c'], counts: [40, 30, 30], missing: 0 },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 0,
};

const DOC = project({
  name: 'test',
  dataset: 'table',
  training: {},
  nodes: [
    { id: 'in', type: 'numbers-input', config: { columns: ['x', 'y'] }, at: [0, 0] },
    { id: 'hidden', type: 'dense', config: { units: 4 }, at: [1, 0] },
    { id: 'out', type: 'classification-output', config: { metrics: ['accuracy'] }, at: [2, 0] },
  ],
  wires: ['in > hidden', 'hidden > out'],
});
const set = (doc: GraphDoc, command: Command): GraphDoc => apply(doc, command).doc;
const withTraining = (training: Partial<TrainingSettings>): GraphDoc =>
  set(DOC, { kind: 'setTraining', training });
const EARLY = { monitor: 'val_loss', patience: 3, minDelta: 0, restoreBest: true };

interface Mistake {
  readonly title: string;
  readonly training: Partial<TrainingSettings>;
  readonly field: string;
  readonly code: string;
  readonly fix: string;
}
const MISTAKES: readonly Mistake[] = [
  {
    title: 'a schedule from the future',
    training: { schedule: { type: 'from-the-future', config: {} } },
    field: 'schedule',
    code: 'unknown-schedule',
    fix: 'Set Learning-rate schedule to constant',
  },
  {
    title: 'a field of a schedule out of range',
    training: { schedule: { type: 'cosine', config: { warmUp: 1.5 } } },
    field: 'schedule.warmUp',
    code: 'field-range',
    fix: 'Set Warm-up to 0.9',
  },
  {
    title: 'a field of a schedule that is no number',
    training: { schedule: { type: 'step', config: { gamma: 'small' } } },
    field: 'schedule.gamma',
    code: 'field-type',
    fix: 'Set Decay factor to 0.1',
  },
  {
    title: 'a learning rate below zero',
    training: { optimizer: { type: 'adam', config: { learningRate: -1 } } },
    field: 'learningRate',
    code: 'field-range',
    fix: 'Set Learning rate to',
  },
  {
    title: 'gradients clipped to nothing',
    training: { clipping: { kind: 'norm', limit: 0 } },
    field: 'limit',
    code: 'field-range',
    fix: 'Set Limit to 0.000001',
  },
  {
    title: 'no batch to accumulate',
    training: { accumulate: 0 },
    field: 'accumulate',
    code: 'field-range',
    fix: 'Set Accumulate to 1',
  },
  {
    title: 'more batches to accumulate than the run has',
    // 100 rows · 0.85 · 0.85 / 32 = 3 steps an epoch.
    training: { accumulate: 7, epochs: 2 },
    field: 'accumulate',
    code: 'field-range',
    fix: 'Set Accumulate to 3',
  },
  {
    title: 'an average that never forgets',
    training: { averaging: { kind: 'ema', decay: 1 } },
    field: 'decay',
    code: 'field-range',
    fix: 'Set Decay to 0.999999',
  },
  {
    title: 'averaging that begins after the end',
    training: { averaging: { kind: 'swa', fromEpoch: 9 }, epochs: 8 },
    field: 'fromEpoch',
    code: 'field-range',
    fix: 'Set From epoch to 6',
  },
  {
    title: 'no time',
    training: { stop: { minutes: 0, target: null } },
    field: 'minutes',
    code: 'field-range',
    fix: 'Set Minutes to 0.01',
  },
  {
    title: 'a target for a measure that is not there',
    training: { stop: { minutes: null, target: { monitor: 'val_recall', value: 0.9 } } },
    field: 'stop.monitor',
    code: 'monitor-missing',
    fix: 'Set Watch to val_loss',
  },
  {
    title: 'a target on validation rows that are not held out',
    training: { stop: { minutes: null, target: { monitor: 'val_accuracy', value: 1 } }, validationSplit: 0 },
    field: 'stop.monitor',
    code: 'monitor-missing',
    fix: 'Set Validation split to 0.15',
  },
  {
    title: 'early stopping on validation rows that are not held out',
    training: { earlyStopping: EARLY, validationSplit: 0 },
    field: 'earlyStopping.monitor',
    code: 'monitor-missing',
    fix: 'Set Validation split to 0.15',
  },
  {
    title: 'a schedule that watches validation rows that are not held out',
    training: { schedule: { type: 'reduce-on-plateau', config: {} }, validationSplit: 0 },
    field: 'schedule.monitor',
    code: 'monitor-missing',
    fix: 'Set Validation split to 0.15',
  },
];

const words = (doc: GraphDoc) => {
  const { diagnostics } = compile(doc, TABLE);
  return diagnostics.map((d) => describeDiagnostic(d, { locale: 'en', nodes: doc.meaning.nodes }));
};

describe('a mistake', () => {
  it.each(MISTAKES)('$title', ({ training, field, code, fix }) => {
    const doc = withTraining(training);
    const { diagnostics, training: plan } = compile(doc, TABLE);
    expect(diagnostics).toMatchObject([{ code, severity: 'error', where: { kind: 'training', field } }]);
    expect(plan).toBeNull();
    const offered = diagnostics[0]!.fixes.map(({ label }) =>
      label.kind === 'set-field' ? `Set ${label.title.en} to ${label.value}` : label.kind,
    );
    expect(offered.some((each) => each.startsWith(fix))).toBe(true);
    for (const { commands } of diagnostics[0]!.fixes) {
      const repaired = set(doc, { kind: 'batch', commands });
      expect(compile(repaired, TABLE).diagnostics).toEqual([]);
      expect(compile(repaired, TABLE).training).not.toBeNull();
    }
    // Every word is filled in.
    for (const sentence of words(doc)) expect(sentence).not.toMatch(/[{}]|undefined/);
  });

  it('names the measures that there will be', () => {
    const doc = withTraining({ stop: { minutes: null, target: { monitor: 'val_recall', value: 1 } } });
    expect(words(doc)).toEqual([
      'Nothing called “val_recall” will be measured. There will be: loss, accuracy, val_loss, val_accuracy.',
    ]);
  });
});

describe('the plan', () => {
  it('takes every setting over, with the configs parsed', () => {
    const training: Partial<TrainingSettings> = {
      schedule: { type: 'one-cycle', config: { rising: 0.2, unknown: 1 } },
      clipping: { kind: 'value', limit: 0.5 },
      accumulate: 2,
      averaging: { kind: 'swa', fromEpoch: 2 },
      classWeights: 'balanced',
      lossWeighting: 'uncertainty',
      stop: { minutes: 3, target: { monitor: 'val_accuracy', value: 0.9 } },
    };
    const { schedule: _, ...same } = training;
    expect(compile(withTraining(training), TABLE).training!.phases[0]).toMatchObject({
      ...same,
      schedule: { type: 'one-cycle', config: { rising: 0.2, startDivisor: 25, finalDivisor: 10_000 } },
      rates: {},
    });
    const { config } = compile(withTraining(training), TABLE).training!.phases[0]!.schedule;
    expect(Object.keys(config)).toEqual(['rising', 'startDivisor', 'finalDivisor']);
  });

  it('has no complaint about any schedule and optimizer as they come', () => {
    for (const { type: schedule } of SCHEDULES)
      for (const { type: optimizer } of OPTIMIZERS) {
        const doc = withTraining({
          schedule: { type: schedule, config: {} },
          optimizer: { type: optimizer, config: {} },
        });
        expect(words(doc)).toEqual([]);
      }
  });
});

describe('a learning-rate factor', () => {
  const withFactor = (node: string, factor: number): GraphDoc =>
    set(DOC, { kind: 'setLearningRateFactor', node: nodeId(node), factor });

  it('reaches all primitives of its node', () => {
    const { training, plan } = compile(withFactor('out', 0.1), TABLE);
    expect(plan!.nodes.map(({ id }) => id)).toContain('out/logits');
    expect(training!.phases[0]!.rates).toEqual({ 'out/logits': 0.1, 'out/probabilities': 0.1 });
    expect(compile(DOC, TABLE).training!.phases[0]!.rates).toEqual({});
  });

  it('of 0 freezes', () => {
    const { plan, total, costs } = compile(withFactor('hidden', 0), TABLE);
    expect(plan!.nodes.find(({ id }) => id === 'hidden')!.trainable).toBe(false);
    expect(costs.get('hidden')!.trainableParameters).toBe(0);
    expect(total.parameters - total.trainableParameters).toBe(2 * 4 + 4);
  });

  it.each([-1, Number.NaN, 5000])('of %d is an error at its field, with a repair', (factor) => {
    const doc = withFactor('hidden', factor);
    const { diagnostics } = compile(doc, TABLE);
    expect(diagnostics).toMatchObject([
      { code: 'field-range', where: { kind: 'field', node: 'hidden', field: 'learningRateFactor' } },
    ]);
    expect(words(doc)[0]).toMatch(/^Learning-rate factor must be between 0 and 1000; it is/);
    const [fix] = diagnostics[0]!.fixes;
    expect(compile(set(doc, { kind: 'batch', commands: fix!.commands }), TABLE).diagnostics).toEqual([]);
  });
});

it('what is written is what is read, for every group', () => {
  for (const group of TRAINING_GROUPS) {
    const config = group.read(DEFAULT_TRAINING);
    expect({ ...DEFAULT_TRAINING, ...group.write(config, DEFAULT_TRAINING) }).toEqual(DEFAULT_TRAINING);
  }
});

it('the columns of a history are those that the heads measure', () => {
  const head = (name: string, metrics: string[]) => ({ name, metrics });
  expect(historyColumns([head('a', ['accuracy'])], false)).toEqual(['loss', 'accuracy']);
  expect(historyColumns([head('a', ['accuracy']), head('b', ['mae'])], true)).toEqual([
    ...['loss', 'a.loss', 'a.accuracy', 'b.loss', 'b.mae'],
    ...['val_loss', 'val_a.loss', 'val_a.accuracy', 'val_b.loss', 'val_b.mae'],
  ]);
});
