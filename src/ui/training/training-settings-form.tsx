/** How the project trains: the same generated rows as a node's settings, bound to the document's training settings. */
import type { Config } from '../../graph/document';
import type { Json } from '../../graph/json';
import { DEFAULT_TRAINING, type TrainingSettings } from '../../graph/training-settings';
import { trainingMessages as words } from '../../messages/training';
import { boolean, type Fields, float, int } from '../../nodes/fields';
import { OPTIMIZERS, optimizerType } from '../../nodes/training-index';
import { useData } from '../../state/data-store';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import { FieldForm } from '../inspector/field-form';
import { type FieldMessage, useFieldMessages } from '../inspector/field-messages';
import { FieldRow } from '../inspector/field-row';
import form from '../inspector/form.module.css';
import { AdvancedSettings } from './advanced-settings';
import { EarlyStoppingForm } from './early-stopping-form';

const D = DEFAULT_TRAINING;
const SPLIT = { min: 0, max: 0.9, step: 0.05 } as const;
const FIELDS = {
  epochs: int(words.epochs, words.epochsHelp, D.epochs, { min: 1, max: 100_000 }),
  batchSize: int(words.batchSize, words.batchSizeHelp, D.batchSize, { min: 1, max: 65_536 }),
  validationSplit: float(words.validationSplit, words.validationSplitHelp, D.validationSplit, SPLIT),
  testSplit: float(words.testSplit, words.testSplitHelp, D.testSplit, SPLIT),
  seed: int(words.seed, words.seedHelp, D.seed, { min: 0, max: 2_147_483_647 }),
} satisfies Fields;
const EARLY = boolean(words.earlyStopping, words.earlyStoppingHelp, false);

const NO_MESSAGES: readonly FieldMessage[] = [];

export function TrainingSettingsForm() {
  const text = useText();
  const training = useDocument((state) => state.doc.meaning.training);
  const dispatch = useDocument((state) => state.dispatch);
  const fixedTestRows = useData((state) => state.bound?.schema.fixedTestRows ?? 0);
  const messages = useFieldMessages(
    useDocument((state) => state.compiled.diagnostics),
    'training',
  );
  const set = (field: keyof TrainingSettings, value: Json) =>
    dispatch({ kind: 'setTraining', training: { [field]: value } }, `training:${field}`);
  const optimizer = optimizerType(training.optimizer.type);
  return (
    <div className={form.form}>
      <OptimizerSelect messages={messages.get('optimizer') ?? NO_MESSAGES} />
      {optimizer && (
        <FieldForm
          fields={optimizer.fields}
          config={training.optimizer.config}
          schema={null}
          messages={messages}
          onChange={(field, value) =>
            dispatch(
              {
                kind: 'setTraining',
                training: {
                  optimizer: {
                    type: optimizer.type,
                    config: { ...training.optimizer.config, [field]: value },
                  },
                },
              },
              `training:optimizer:${field}`,
            )
          }
        />
      )}
      {(Object.keys(FIELDS) as (keyof typeof FIELDS)[]).map((name) =>
        name === 'testSplit' && fixedTestRows > 0 ? (
          <p key={name} className={form.hint} style={{ margin: 0 }}>
            {text(words.testFixed, { rows: fixedTestRows })}
          </p>
        ) : (
          <FieldRow
            key={name}
            name={name}
            field={FIELDS[name]}
            value={training[name]}
            schema={null}
            messages={messages.get(name) ?? NO_MESSAGES}
            onChange={(value) => set(name, value)}
          />
        ),
      )}
      <FieldRow
        name="earlyStopping"
        field={EARLY}
        value={training.earlyStopping !== null}
        schema={null}
        messages={messages.get('earlyStopping') ?? NO_MESSAGES}
        onChange={(on) =>
          dispatch({
            kind: 'setTraining',
            training: {
              earlyStopping: on ? { monitor: 'val_loss', patience: 3, minDelta: 0, restoreBest: true } : null,
            },
          })
        }
      />
      {training.earlyStopping && <EarlyStoppingForm settings={training.earlyStopping} messages={messages} />}
      <AdvancedSettings messages={messages} />
    </div>
  );
}

function OptimizerSelect({ messages }: { readonly messages: readonly FieldMessage[] }) {
  const text = useText();
  const { type, config } = useDocument((state) => state.doc.meaning.training.optimizer);
  const dispatch = useDocument((state) => state.dispatch);
  const options = OPTIMIZERS.map((each) => ({ value: each.type, title: each.title }));
  if (!optimizerType(type)) {
    const title = text(words.unknownOptimizer, { type });
    options.push({ value: type, title: { en: title, zh: title } });
  }
  return (
    <FieldRow
      name="optimizer"
      field={{
        kind: 'choice',
        title: words.optimizer,
        help: optimizerType(type)?.summary ?? words.optimizerHelp,
        default: D.optimizer.type,
        options,
      }}
      value={type}
      schema={null}
      messages={messages}
      onChange={(chosen) => {
        const next = optimizerType(String(chosen));
        if (!next) return;
        // What both optimizers know stays as the user set it: above all the learning rate.
        const kept: Config = Object.fromEntries(
          Object.entries(next.fields).map(([name, field]) => [name, config[name] ?? (field.default as Json)]),
        );
        dispatch({ kind: 'setTraining', training: { optimizer: { type: next.type, config: kept } } });
      }}
    />
  );
}
