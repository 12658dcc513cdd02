/** One field of a generated form: label with help, the control of its kind, a way back to the default, messages below. */
import { RotateCcw } from 'lucide-react';
import { useId, useState } from 'react';
import type { Json } from '../../graph/json';
import type { DatasetSchema } from '../../graph/schema';
import { inspectorMessages as words } from '../../messages/inspector';
import type { Field } from '../../nodes/fields';
import { useText } from '../i18n';
import { Fixes } from '../problems/fixes';
import { ColumnControl, ColumnsControl, MetricsControl } from './column-control';
import type { FieldMessage } from './field-messages';
import css from './form.module.css';
import { ListControl } from './list-control';
import { NumberControl } from './number-control';
import { Switch } from './switch';

interface FieldRowProps {
  readonly name: string;
  readonly field: Field;
  readonly value: Json | undefined;
  readonly schema: DatasetSchema | null;
  readonly messages: readonly FieldMessage[];
  readonly isHead?: boolean;
  readonly implied?: readonly string[];
  onChange(value: Json): void;
}

const NONE: readonly string[] = [];
const TALL = new Set<Field['kind']>(['columns', 'metrics']);

export function FieldRow({
  name,
  field,
  value: stored,
  schema,
  messages,
  isHead = false,
  implied = NONE,
  onChange,
}: FieldRowProps) {
  const text = useText();
  const id = useId();
  const [typing, setTyping] = useState<string | null>(null);
  const value = usable(field, stored);
  const title = text(field.title);
  // What the compiler says is more precise than what the control can know, so it wins where both speak.
  const shown: readonly FieldMessage[] =
    messages.length || !typing ? messages : [{ severity: 'error', text: typing, fixes: [] }];
  const invalid = shown.some((message) => message.severity === 'error');
  const describedBy = `${id}-help ${id}-messages`;
  const changed = JSON.stringify(value) !== JSON.stringify(field.default);
  return (
    <div className={`${css.row} ${TALL.has(field.kind) ? css.tall : ''}`} data-field={name}>
      {TALL.has(field.kind) ? (
        <span className={css.label} data-tip={text(field.help)}>
          {title}
        </span>
      ) : (
        <label className={css.label} htmlFor={id} data-tip={text(field.help)}>
          {title}
        </label>
      )}
      <span id={`${id}-help`} className="visually-hidden">
        {text(field.help)}
      </span>
      <div style={{ gridColumn: 2, minWidth: 0 }}>
        <Control
          {...{ id, title, field, value, schema, isHead, implied, invalid, describedBy, onChange }}
          onMessage={setTyping}
        />
      </div>
      {changed && (
        <button
          type="button"
          className={css.reset}
          style={{ gridColumn: 3 }}
          title={text(words.reset, { field: title, value: printed(field, field.default, text) })}
          aria-label={text(words.reset, { field: title, value: printed(field, field.default, text) })}
          onClick={() => onChange(field.default as Json)}
        >
          <RotateCcw size={13} aria-hidden />
        </button>
      )}
      <div id={`${id}-messages`} style={{ gridColumn: '1 / -1' }} aria-live="polite">
        {shown.map((message) => (
          <div
            key={message.text}
            className={`${css.message} ${message.severity === 'warning' ? css.warning : ''}`}
          >
            {message.text}
            <Fixes fixes={message.fixes} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface ControlProps {
  readonly id: string;
  readonly title: string;
  readonly field: Field;
  readonly value: Json;
  readonly schema: DatasetSchema | null;
  readonly isHead: boolean;
  readonly implied: readonly string[];
  readonly invalid: boolean;
  readonly describedBy: string;
  onChange(value: Json): void;
  onMessage(message: string | null): void;
}

function Control({ field, value, title, schema, isHead, implied, onMessage, ...rest }: ControlProps) {
  const text = useText();
  const { id, invalid, describedBy, onChange } = rest;
  switch (field.kind) {
    case 'int':
    case 'float':
      return <NumberControl {...rest} value={value as number} field={field} onMessage={onMessage} />;
    case 'ints':
    case 'floats':
      return (
        <ListControl
          {...rest}
          title={title}
          value={value as readonly number[]}
          field={field}
          onMessage={onMessage}
        />
      );
    case 'boolean':
      return <Switch id={id} checked={value as boolean} describedBy={describedBy} onChange={onChange} />;
    case 'choice':
      return (
        <select
          id={id}
          className={css.control}
          value={value as string}
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {text(option.title)}
            </option>
          ))}
          {!field.options.some((option) => option.value === value) && (
            <option value={value as string}>{String(value)}</option>
          )}
        </select>
      );
    case 'column':
      return (
        <ColumnControl {...rest} value={value as string} field={field} schema={schema} isTarget={isHead} />
      );
    case 'columns':
      return (
        <ColumnsControl
          title={title}
          value={value as readonly string[]}
          field={field}
          schema={schema}
          isTarget={isHead}
          implied={implied}
          onChange={onChange}
        />
      );
    case 'metrics':
      return (
        <MetricsControl title={title} value={value as readonly string[]} field={field} onChange={onChange} />
      );
  }
}

/** A document may hold anything; a control only what it can show. The compiler reports the wrong type at this field. */
function usable(field: Field, value: Json | undefined): Json {
  const sample = field.default;
  const fits = Array.isArray(sample)
    ? Array.isArray(value) &&
      value.every(
        (part) => typeof part === (field.kind === 'ints' || field.kind === 'floats' ? 'number' : 'string'),
      )
    : typeof value === typeof sample;
  return (fits ? value : sample) as Json;
}

function printed(field: Field, value: Field['default'], text: ReturnType<typeof useText>): string {
  if (field.kind === 'choice') {
    const option = field.options.find((each) => each.value === value);
    if (option) return text(option.title);
  }
  if (typeof value === 'boolean') return text(value ? words.on : words.off);
  if (Array.isArray(value))
    return value.length ? value.join(', ') : text(field.kind === 'metrics' ? words.none : words.firstColumn);
  return String(value) || text(words.firstColumn);
}
