/** When a run may stop by itself: what is watched, how patiently. */
import { useMemo } from 'react';
import type { Json } from '../../graph/json';
import type { EarlyStoppingSettings } from '../../graph/training-settings';
import { trainingMessages as words } from '../../messages/training';
import { boolean, choice, type Field, float, int } from '../../nodes/fields';
import { useDocument } from '../../state/document-store';
import { FieldRow } from '../inspector/field-row';
import { useColumnTitle } from './use-column-title';

const PATIENCE = int(words.patience, words.patienceHelp, 3, { min: 1, max: 10_000 });
const MIN_DELTA = float(words.minDelta, words.minDeltaHelp, 0, { min: 0, max: 1e6 });
const RESTORE = boolean(words.restoreBest, words.restoreBestHelp, true);

export function EarlyStoppingForm({ settings }: { readonly settings: EarlyStoppingSettings }) {
  const dispatch = useDocument((state) => state.dispatch);
  const heads = useDocument((state) => state.compiled.plan?.heads);
  const columnTitle = useColumnTitle();
  const monitor = useMemo<Field>(() => {
    const columns = ['val_loss'];
    for (const head of heads ?? []) {
      const prefix = (heads?.length ?? 0) > 1 ? `val_${head.name}.` : 'val_';
      if (prefix !== 'val_') columns.push(`${prefix}loss`);
      columns.push(...head.metrics.map((metric) => `${prefix}${metric}`));
    }
    const options = [...new Set([...columns, settings.monitor])].map((value) => ({
      value,
      title: same(columnTitle(value)),
    }));
    return choice<string>(words.monitor, words.monitorHelp, 'val_loss', options);
  }, [heads, settings.monitor, columnTitle]);
  const fields: Readonly<Record<keyof EarlyStoppingSettings, Field>> = {
    monitor,
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
      messages={[]}
      onChange={(value: Json) =>
        dispatch(
          { kind: 'setTraining', training: { earlyStopping: { ...settings, [name]: value } } },
          `training:earlyStopping:${name}`,
        )
      }
    />
  ));
}

/** A title that is already in the reader's language. */
const same = (title: string) => ({ en: title, zh: title });
