/** Choosing columns of the bound data set, and metrics: selects and check lists filled from outside the node type. */

import type { DatasetSchema } from '../../graph/schema';
import { inspectorMessages as words } from '../../messages/inspector';
import type { ColumnField, ColumnsField, MetricsField } from '../../nodes/fields';
import { useText } from '../i18n';
import { measureTitle } from '../training/measure-title';
import css from './form.module.css';

interface ColumnControlProps {
  readonly id: string;
  readonly value: string;
  readonly field: ColumnField;
  readonly schema: DatasetSchema | null;
  readonly invalid: boolean;
  readonly describedBy: string;
  /** Heads read '' as the data set's own target. */
  readonly isTarget: boolean;
  onChange(value: string): void;
}

export function ColumnControl({
  id,
  value,
  field,
  schema,
  invalid,
  describedBy,
  isTarget,
  onChange,
}: ColumnControlProps) {
  const text = useText();
  const fitting = schema?.columns.filter((column) => field.accepts.includes(column.kind)) ?? [];
  const own = fitting.find((column) => column.name === schema?.target) ?? fitting.at(-1);
  const automatic = isTarget ? words.targetColumn : words.firstColumn;
  const first = isTarget ? own : fitting[0];
  const gone = value !== '' && !fitting.some((column) => column.name === value);
  return (
    <select
      id={id}
      className={css.control}
      value={value}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">{first ? `${text(automatic)}: ${first.name}` : text(automatic)}</option>
      {fitting.map((column) => (
        <option key={column.name} value={column.name}>
          {column.name}
        </option>
      ))}
      {gone && <option value={value}>{text(words.columnGone, { column: value })}</option>}
    </select>
  );
}

interface ChoicesProps {
  readonly title: string;
  readonly value: readonly string[];
  readonly options: readonly { readonly value: string; readonly title: string }[];
  onChange(value: readonly string[]): void;
}

function Choices({ title, value, options, onChange }: ChoicesProps) {
  return (
    <fieldset className={css.choices} style={{ border: 0, margin: 0, paddingInline: 0, minWidth: 0 }}>
      <legend className="visually-hidden">{title}</legend>
      {options.map((option) => (
        <label key={option.value} className={css.check}>
          <input
            type="checkbox"
            checked={value.includes(option.value)}
            onChange={(event) =>
              // The order of the options, not of the clicks, so that the same choice is the same config.
              onChange(
                options
                  .map((each) => each.value)
                  .filter((each) =>
                    each === option.value ? event.currentTarget.checked : value.includes(each),
                  ),
              )
            }
          />
          {option.title}
        </label>
      ))}
    </fieldset>
  );
}

interface ColumnsControlProps {
  readonly title: string;
  readonly value: readonly string[];
  readonly field: ColumnsField;
  readonly schema: DatasetSchema | null;
  readonly isTarget: boolean;
  /** What an empty list stands for at an input. */
  readonly implied: readonly string[];
  onChange(value: readonly string[]): void;
}

/** Empty has a meaning of its own, so it is a box of its own and the list appears only when a choice is made. */
export function ColumnsControl({
  title,
  value,
  field,
  schema,
  isTarget,
  implied: read,
  onChange,
}: ColumnsControlProps) {
  const text = useText();
  const fitting = schema?.columns.filter((column) => field.accepts.includes(column.kind)) ?? [];
  const own = fitting.find((column) => column.name === schema?.target)?.name;
  const implied = isTarget ? [own ?? fitting.at(-1)?.name].flatMap((name) => name ?? []) : read;
  if (!schema) return <span className={css.hint}>{text(words.noColumns)}</span>;
  const gone = value.filter((name) => !fitting.some((column) => column.name === name));
  return (
    <div>
      <label className={css.check}>
        <input
          type="checkbox"
          checked={value.length === 0}
          onChange={(event) => onChange(event.currentTarget.checked ? [] : implied)}
        />
        {isTarget
          ? `${text(words.targetColumn)}${implied.length ? `: ${implied.join(', ')}` : ''}`
          : text(words.allColumns, { count: implied.length })}
      </label>
      {value.length > 0 && (
        <Choices
          title={title}
          value={value}
          options={[
            ...fitting.map((column) => ({ value: column.name, title: column.name })),
            ...gone.map((name) => ({ value: name, title: text(words.columnGone, { column: name }) })),
          ]}
          onChange={onChange}
        />
      )}
    </div>
  );
}

interface MetricsControlProps {
  readonly title: string;
  readonly value: readonly string[];
  readonly field: MetricsField;
  onChange(value: readonly string[]): void;
}

export function MetricsControl({ title, value, field, onChange }: MetricsControlProps) {
  const text = useText();
  const options = field.options.map((id) => ({ value: id, title: text(measureTitle(id)) }));
  return <Choices title={title} value={value} options={options} onChange={onChange} />;
}
