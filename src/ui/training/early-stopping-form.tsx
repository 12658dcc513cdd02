/** When a run may stop by itself: what is watched, how patiently. */
import type { Json } from '../../graph/json';
import type { EarlyStoppingSettings } from '../../graph/training-settings';
import { trainingMessages as words } from '../../messages/training';
import { boolean, type Field, float, int } from '../../nodes/fields';
import { useDocument } from '../../state/document-store';
import type { FieldMessage } from '../inspector/field-messages';
import { FieldRow } from '../inspector/field-row';
import { useMonitorField } from './monitor-field';

const PATIENCE = int(words.patience, words.patienceHelp, 3, { min: 1, max: 10_000 });
const MIN_DELTA = float(words.minDelta, words.minDeltaHelp, 0, { min: 0, max: 1e6 });
const RESTORE = boolean(words.restoreBest, words.restoreBestHelp, true);
const NO_MESSAGES: readonly FieldMessage[] = [];

interface EarlyStoppingFormProps {
  readonly settings: EarlyStoppingSettings;
  readonly messages: ReadonlyMap<string, readonly FieldMessage[]>;
}

export function EarlyStoppingForm({ settings, messages }: EarlyStoppingFormProps) {
  const dispatch = useDocument((state) => state.dispatch);
  const fields: Readonly<Record<keyof EarlyStoppingSettings, Field>> = {
    monitor: useMonitorField(settings.monitor, 'validation'),
    patience: PATIENCE,
    minDelta: MIN_DELTA,
    restoreBest: RESTORE,
  };
  return (Object.keys(fields) as (keyof EarlyStoppingSettings)[]).map((name) => (
    <FieldRow
      key={name}
      name={name}
      field={fields[name]}
      value={settings[name]}
      schema={null}
      messages={messages.get(`earlyStopping.${name}`) ?? NO_MESSAGES}
      onChange={(value: Json) =>
        dispatch(
          { kind: 'setTraining', training: { earlyStopping: { ...settings, [name]: value } } },
          `training:earlyStopping:${name}`,
        )
      }
    />
  ));
}
