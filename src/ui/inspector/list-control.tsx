/** A short list of numbers: one box per number where the length is fixed (kernel size), one text line where it is not. */
import { useEffect, useRef, useState } from 'react';
import { inspectorMessages as words } from '../../messages/inspector';
import type { FloatsField, IntsField } from '../../nodes/fields';
import { useText } from '../i18n';
import { parseList } from './field-input';
import css from './form.module.css';
import { NumberControl } from './number-control';

interface ListControlProps {
  readonly id: string;
  readonly title: string;
  readonly value: readonly number[];
  readonly field: IntsField | FloatsField;
  readonly invalid: boolean;
  readonly describedBy: string;
  onChange(value: readonly number[]): void;
  onMessage(message: string | null): void;
}

export function ListControl(props: ListControlProps) {
  const { field } = props;
  const fixed = field.kind === 'ints' && field.minLength === field.maxLength;
  return fixed ? <Parts {...props} /> : <Line {...props} />;
}

function Parts({ id, title, value, field, invalid, describedBy, onChange, onMessage }: ListControlProps) {
  const text = useText();
  const limits = { kind: 'int', min: field.min, max: field.max } as const;
  return (
    <span className={css.parts}>
      {value.map((part, index) => (
        <NumberControl
          // biome-ignore lint/suspicious/noArrayIndexKey: a position in a list of fixed length is its identity
          key={index}
          {...(index === 0 ? { id } : {})}
          label={text(words.part, { field: title, index: index + 1, count: value.length })}
          value={part}
          field={limits}
          invalid={invalid}
          describedBy={describedBy}
          onChange={(next) => onChange(value.map((old, at) => (at === index ? next : old)))}
          onMessage={onMessage}
        />
      ))}
    </span>
  );
}

function Line({ id, value, field, invalid, describedBy, onChange, onMessage }: ListControlProps) {
  const text = useText();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = value.join(', ');
  const committed = useRef(shown);
  useEffect(() => {
    if (committed.current !== shown) {
      committed.current = shown;
      setDraft(null);
      onMessage(null);
    }
  }, [shown, onMessage]);
  const minLength = field.kind === 'ints' ? field.minLength : 0;
  const kind = field.kind === 'ints' ? 'int' : 'float';
  return (
    <input
      id={id}
      className={css.control}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      value={draft ?? shown}
      inputMode="decimal"
      spellCheck={false}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        const parsed = parseList(event.currentTarget.value, kind, minLength, field.maxLength);
        if (parsed.ok) {
          committed.current = parsed.value.join(', ');
          onMessage(null);
          onChange(parsed.value);
        } else if (parsed.why === 'length') {
          onMessage(text(words.listLength, { min: minLength, max: field.maxLength }));
        } else onMessage(text(kind === 'int' ? words.list : words.listFloats));
      }}
      onBlur={() => {
        setDraft(null);
        onMessage(null);
      }}
    />
  );
}
