/** Stop when good enough: which measure, and what value. */
import { useMemo } from 'react';
import { historyColumns } from '../../compile/history-columns';
import type { StopSettings } from '../../graph/training-settings';
import { changed, TARGET } from '../../nodes/training-groups';
import { useDocument } from '../../state/document-store';
import { FieldForm } from '../inspector/field-form';
import type { FieldMessage } from '../inspector/field-messages';
import { isPercent, parseMeasure } from './measure-title';
import { useMonitorField } from './monitor-field';

export function TargetForm({
  messages,
}: {
  readonly messages: ReadonlyMap<string, readonly FieldMessage[]>;
}) {
  const training = useDocument((state) => state.doc.meaning.training);
  const heads = useDocument((state) => state.compiled.plan?.heads);
  const dispatch = useDocument((state) => state.dispatch);
  const { stop } = training;
  const monitor = useMonitorField(stop.target?.monitor ?? 'val_loss', 'all');
  const fields = useMemo(() => {
    const { aimed, value } = TARGET.fields as { readonly [name: string]: typeof monitor };
    const visible = ({ aimed: isOn }: { readonly aimed?: unknown }) => isOn === true;
    return { aimed: aimed!, monitor: { ...monitor, visible }, value: value! };
  }, [monitor]);
  const own = useMemo(() => {
    const list = messages.get('stop.monitor');
    return list ? new Map([...messages, ['monitor', list] as const]) : messages;
  }, [messages]);
  const set = (next: StopSettings, key?: string) =>
    dispatch({ kind: 'setTraining', training: { stop: next } }, key);
  return (
    <FieldForm
      fields={fields}
      config={{ ...TARGET.read(training), monitor: stop.target?.monitor ?? 'val_loss' }}
      schema={null}
      messages={own}
      onChange={(field, value) => {
        if (field === 'aimed' && value === true) {
          const columns = historyColumns(heads ?? [], training.validationSplit > 0);
          set({ ...stop, target: suggested(columns) });
        } else if (field === 'monitor' && stop.target)
          set({ ...stop, target: { ...stop.target, monitor: String(value) } });
        else set(changed(TARGET, training, { [field]: value }).stop ?? stop, `training:target:${field}`);
      }}
    />
  );
}

/** A share on rows that are not trained on says most; a loss has no natural goal. */
function suggested(columns: readonly string[]): NonNullable<StopSettings['target']> {
  const shares = columns.filter((column) => isPercent(parseMeasure(column).id));
  const share = shares.find((column) => column.startsWith('val_')) ?? shares[0];
  if (share) return { monitor: share, value: 0.95 };
  return { monitor: columns.includes('val_loss') ? 'val_loss' : 'loss', value: 0.1 };
}
