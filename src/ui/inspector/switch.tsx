/** On or off, at once. The label is the caller's, by id. */
import css from './form.module.css';

interface SwitchProps {
  readonly id: string;
  readonly checked: boolean;
  readonly describedBy?: string | undefined;
  readonly description?: string | undefined;
  onChange(checked: boolean): void;
}

export function Switch({ id, checked, describedBy, description, onChange }: SwitchProps) {
  return (
    <input
      id={id}
      type="checkbox"
      role="switch"
      className={css.switch}
      checked={checked}
      aria-checked={checked}
      aria-describedby={describedBy}
      aria-description={description}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
