/** Everything about a run that most runs leave alone, folded away; the fold says what has been set in it. */
import { type ReactNode, useState } from 'react';
import { DEFAULT_TRAINING, type TrainingSettings } from '../../graph/training-settings';
import { trainingMessages } from '../../messages/training';
import { trainingSettingsMessages as words } from '../../messages/training-settings';
import {
  ACCUMULATION,
  AVERAGING,
  CLASS_WEIGHTS,
  CLIPPING,
  LOSS_WEIGHTING,
  TIME_LIMIT,
  TRAINING_GROUPS,
} from '../../nodes/training-groups';
import { SCHEDULES, scheduleType } from '../../nodes/training-index';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import type { FieldMessage } from '../inspector/field-messages';
import form from '../inspector/form.module.css';
import css from './advanced-settings.module.css';
import { GroupForm } from './group-form';
import { ScheduleForm } from './schedule-form';
import { TargetForm } from './target-form';

type Messages = ReadonlyMap<string, readonly FieldMessage[]>;

const OWN_FIELDS = new Set(['schedule', ...TRAINING_GROUPS.flatMap(({ fields }) => Object.keys(fields))]);
const isOwn = (field: string) =>
  OWN_FIELDS.has(field) || field.startsWith('schedule.') || field.startsWith('stop.');

export function AdvancedSettings({ messages }: { readonly messages: Messages }) {
  const text = useText();
  const training = useDocument((state) => state.doc.meaning.training);
  const heads = useDocument((state) => state.compiled.plan?.heads);
  const [wasOpened, setOpened] = useState(false);
  const hasMessages = [...messages.keys()].some(isOwn);
  const parts = setParts(training).map((title) => text(title));
  // What is set stays in sight, whatever the heads are now.
  const hasClasses =
    training.classWeights !== 'none' || heads?.some(({ target }) => target.kind !== 'numbers');
  const hasSeveral = training.lossWeighting !== 'fixed' || (heads?.length ?? 0) > 1;
  const { accumulate, batchSize } = training;
  return (
    <details
      className={form.fold}
      open={wasOpened || hasMessages}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>
        {parts.length > 0 ? text(words.advancedSet, { parts: parts.join(', ') }) : text(words.advanced)}
      </summary>
      <div className={css.groups}>
        <Group title={text(words.rate)}>
          <ScheduleForm messages={messages} />
        </Group>
        <Group title={text(words.steps)}>
          <GroupForm group={CLIPPING} messages={messages} />
          <GroupForm group={ACCUMULATION} messages={messages} />
          {accumulate > 1 && (
            <p className={css.hint}>
              {text(words.effectiveBatch, {
                ...{ rows: accumulate * batchSize, batches: accumulate, size: batchSize },
              })}
            </p>
          )}
          <GroupForm group={AVERAGING} messages={messages} />
        </Group>
        {(hasClasses || hasSeveral) && (
          <Group title={text(words.weighting)}>
            {hasClasses && <GroupForm group={CLASS_WEIGHTS} messages={messages} />}
            {hasSeveral && <GroupForm group={LOSS_WEIGHTING} messages={messages} />}
          </Group>
        )}
        <Group title={text(words.ending)}>
          <GroupForm group={TIME_LIMIT} messages={messages} />
          <TargetForm messages={messages} />
        </Group>
      </div>
    </details>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className={css.group}>
      <legend className={css.title}>{title}</legend>
      <div className={form.form}>{children}</div>
    </fieldset>
  );
}

/** Titles of what differs from the defaults. */
function setParts(training: TrainingSettings) {
  const { schedule } = training;
  const groups = TRAINING_GROUPS.filter(
    ({ read }) =>
      JSON.stringify(read(training)) !==
      JSON.stringify(read({ ...DEFAULT_TRAINING, epochs: training.epochs })),
  ).map(({ fields }) => Object.values(fields)[0]!.title);
  const isConstant =
    schedule.type === SCHEDULES[0]!.type && Object.values(schedule.config).every((value) => value === 0);
  return isConstant ? groups : [scheduleType(schedule.type)?.title ?? trainingMessages.schedule, ...groups];
}
