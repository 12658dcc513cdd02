/** A row of tabs after the ARIA pattern: one stop for Tab, arrows, Home and End walk and choose. */
import type { KeyboardEvent, ReactNode } from 'react';

export interface TabItem<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly badge?: ReactNode;
}
interface TabStripProps<T extends string> {
  readonly label: string;
  readonly items: readonly TabItem<T>[];
  /** Null: none is open. */
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  readonly idPrefix: string;
  readonly orientation?: 'horizontal' | 'vertical';
  readonly iconsOnly?: boolean;
}

export function TabStrip<T extends string>(props: TabStripProps<T>) {
  const { label, items, value, onChange, idPrefix, orientation = 'horizontal', iconsOnly = false } = props;
  const stop = value ?? items[0]?.value;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const [back, forth] =
      orientation === 'horizontal' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const at = items.findIndex((item) => item.value === stop);
    const to =
      event.key === forth
        ? at + 1
        : event.key === back
          ? at - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? items.length - 1
              : null;
    if (to === null) return;
    event.preventDefault();
    const next = items[(to + items.length) % items.length]!;
    onChange(next.value);
    document.getElementById(`${idPrefix}-tab-${next.value}`)?.focus();
  };
  return (
    <div
      role="tablist"
      aria-label={label}
      aria-orientation={orientation}
      className="tab-strip"
      data-orientation={orientation}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <button
          key={item.value}
          type="button"
          role="tab"
          id={`${idPrefix}-tab-${item.value}`}
          aria-selected={item.value === value}
          aria-controls={item.value === value ? `${idPrefix}-panel` : undefined}
          aria-label={iconsOnly ? item.label : undefined}
          title={iconsOnly ? item.label : undefined}
          tabIndex={item.value === stop ? 0 : -1}
          className="tab"
          onClick={() => onChange(item.value)}
        >
          {item.icon}
          {!iconsOnly && item.label}
          {item.badge}
        </button>
      ))}
    </div>
  );
}
