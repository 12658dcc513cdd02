/** The form of a `fields` declaration: visible fields in order, the advanced ones folded. Used for nodes and optimizers. */
import type { Config } from '../../graph/document';
import type { Json } from '../../graph/json';
import type { DatasetSchema } from '../../graph/schema';
import { inspectorMessages as words } from '../../messages/inspector';
import { defaultConfig, type Fields } from '../../nodes/fields';
import { useText } from '../i18n';
import type { FieldMessage } from './field-messages';
import { FieldRow } from './field-row';
import css from './form.module.css';

interface FieldFormProps {
  readonly fields: Fields;
  readonly config: Config;
  readonly schema: DatasetSchema | null;
  readonly messages: ReadonlyMap<string, readonly FieldMessage[]>;
  /** Heads read an empty column field as the target of the data set. */
  readonly isHead?: boolean;
  /** Columns that an input reads when its list is empty. */
  readonly implied?: readonly string[];
  onChange(field: string, value: Json): void;
}

const NONE: readonly string[] = [];
const NO_MESSAGES: readonly FieldMessage[] = [];

export function FieldForm({
  fields,
  config,
  schema,
  messages,
  isHead = false,
  implied = NONE,
  onChange,
}: FieldFormProps) {
  const text = useText();
  const whole = { ...(defaultConfig(fields) as Config), ...config };
  const visible = Object.entries(fields).filter(([, field]) => field.visible?.(whole) ?? true);
  const rows = (advanced: boolean) =>
    visible
      .filter(([, field]) => (field.advanced ?? false) === advanced)
      .map(([name, field]) => (
        <FieldRow
          key={name}
          name={name}
          field={field}
          value={config[name]}
          schema={schema}
          isHead={isHead}
          implied={implied}
          messages={messages.get(name) ?? NO_MESSAGES}
          onChange={(value) => onChange(name, value)}
        />
      ));
  const advanced = visible.filter(([, field]) => field.advanced);
  return (
    <div className={css.form}>
      {rows(false)}
      {advanced.length > 0 && (
        <details className={css.fold} open={advanced.some(([name]) => messages.has(name)) || undefined}>
          <summary>{text(words.advanced)}</summary>
          <div className={css.form}>{rows(true)}</div>
        </details>
      )}
    </div>
  );
}
