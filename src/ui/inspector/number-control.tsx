/**
 * A number that may be typed, pasted or moved with the arrow keys. What is typed stays on screen until it is a number;
 * only numbers reach the document.
 */
import { useEffect, useRef, useState } from 'react';
import { inspectorMessages as words } from '../../messages/inspector';
import { useText } from '../i18n';
import { nudge, parseNumber } from './field-input';
import css from './form.module.css';

interface NumberControlProps {
  readonly id?: string;
  readonly label?: string;
  readonly value: number;
  readonly field: {
    readonly kind: 'int' | 'float';
    readonly min: number;
    readonly max: number;
    readonly step?: number;
  };
  readonly invalid?: boolean;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  onChange(value: number): void;
  /** The sentence to show beside the control while the text is no number; null again when it is. */
  onMessage(message: string | null): void;
}

export function NumberControl(props: NumberControlProps) {
  const { value, field, onChange, onMessage } = props;
  const text = useText();
  const [draft, setDraft] = useState<string | null>(null);
  const committed = useRef(value);
  useEffect(() => {
    // Undo, a fix or another panel changed the value: what stands in the box is out of date.
    if (committed.current !== value) {
      committed.current = value;
      setDraft(null);
      onMessage(null);
    }
  }, [value, onMessage]);

  const commit = (next: number) => {
    committed.current = next;
    onMessage(
      next < field.min || next > field.max ? text(words.between, { min: field.min, max: field.max }) : null,
    );
    if (next !== value) onChange(next);
  };
  return (
    <input
      id={props.id}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid || undefined}
      className={css.control}
      type="number"
      inputMode={field.kind === 'int' ? 'numeric' : 'decimal'}
      step="any"
      disabled={props.disabled}
      value={draft ?? String(value)}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        const parsed = parseNumber(event.currentTarget.value, field.kind);
        if (parsed.ok) commit(parsed.value);
        else onMessage(text(words[parsed.why === 'integer' ? 'integer' : 'number']));
      }}
      onBlur={() => {
        setDraft(null);
        if (value >= field.min && value <= field.max) onMessage(null);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        setDraft(null);
        commit(nudge(value, event.key === 'ArrowUp' ? 1 : -1, event.shiftKey, field));
      }}
    />
  );
}
