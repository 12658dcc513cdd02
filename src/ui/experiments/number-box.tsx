/** A whole number with its title, in a line of others. */
import { useId, useState } from 'react';
import { parseNumber } from '../inspector/field-input';
import form from '../inspector/form.module.css';
import css from './experiments.module.css';

interface NumberBoxProps {
  readonly title: string;
  readonly help: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  onChange(value: number): void;
}

export function NumberBox({ title, help, value, min, max, onChange }: NumberBoxProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label className={css.option} htmlFor={id} title={help}>
      {title}
      <input
        id={id}
        className={`${form.control} ${form.inline}`}
        style={{ width: 64 }}
        type="number"
        min={min}
        max={max}
        value={typed ?? value}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          const parsed = parseNumber(event.currentTarget.value, 'int');
          if (parsed.ok && parsed.value >= min && parsed.value <= max) onChange(parsed.value);
        }}
        // What was not taken goes away, so that the box says what will be done.
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}
