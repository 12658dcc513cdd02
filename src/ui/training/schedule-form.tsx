/** The schedule of the learning rate: which one, its fields, and the curve that it gives this run. */
import { useMemo } from 'react';
import type { Json } from '../../graph/json';
import { DEFAULT_TRAINING } from '../../graph/training-settings';
import { trainingMessages } from '../../messages/training';
import { trainingSettingsMessages as words } from '../../messages/training-settings';
import { defaultConfig } from '../../nodes/fields';
import { SCHEDULES, scheduleType } from '../../nodes/training-index';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import { FieldForm } from '../inspector/field-form';
import type { FieldMessage } from '../inspector/field-messages';
import { FieldRow } from '../inspector/field-row';
import { SchedulePreview } from './schedule-preview';

const NO_MESSAGES: readonly FieldMessage[] = [];
const PREFIX = 'schedule.';

export function ScheduleForm({
  messages,
}: {
  readonly messages: ReadonlyMap<string, readonly FieldMessage[]>;
}) {
  const text = useText();
  const { type, config } = useDocument((state) => state.doc.meaning.training.schedule);
  const dispatch = useDocument((state) => state.dispatch);
  const schedule = scheduleType(type);
  const own = useMemo(
    () =>
      new Map(
        [...messages].flatMap(([field, list]) =>
          field.startsWith(PREFIX) ? [[field.slice(PREFIX.length), list] as const] : [],
        ),
      ),
    [messages],
  );
  const options = SCHEDULES.map((each) => ({ value: each.type, title: each.title }));
  if (!schedule) {
    const title = text(words.unknownSchedule, { type });
    options.push({ value: type, title: { en: title, zh: title } });
  }
  return (
    <>
      <FieldRow
        name="schedule"
        field={{
          kind: 'choice',
          title: trainingMessages.schedule,
          help: schedule?.summary ?? words.scheduleHelp,
          default: DEFAULT_TRAINING.schedule.type,
          options,
        }}
        value={type}
        schema={null}
        messages={messages.get('schedule') ?? NO_MESSAGES}
        onChange={(chosen) => {
          const next = scheduleType(String(chosen));
          if (!next) return;
          // What both know stays as the user set it, e.g. the warm-up.
          const kept = Object.fromEntries(
            Object.entries(defaultConfig(next.fields)).map(([name, value]) => {
              const before = schedule?.fields[name] ? config[name] : undefined;
              return [name, before ?? (value as Json)];
            }),
          );
          dispatch({ kind: 'setTraining', training: { schedule: { type: next.type, config: kept } } });
        }}
      />
      {schedule && (
        <FieldForm
          fields={schedule.fields}
          config={config}
          schema={null}
          messages={own}
          onChange={(field, value) =>
            dispatch(
              {
                kind: 'setTraining',
                training: { schedule: { type, config: { ...config, [field]: value } } },
              },
              `training:schedule:${field}`,
            )
          }
        />
      )}
      <SchedulePreview />
    </>
  );
}
