/**
 * Menus after the ARIA pattern: arrows, Home and End walk, letters jump, Enter chooses, Escape and Tab leave, focus returns to
 * where it was. Opened by a button or at any place on the screen.
 */
import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import './menu.css';

export interface MenuAnchor {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface MenuProps {
  readonly anchor: MenuAnchor;
  readonly label: string;
  readonly align?: 'start' | 'end';
  readonly width?: number;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const MARGIN = 8;
const GAP = 4;

export function Menu({ anchor, label, align = 'start', width = 230, onClose, children }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const items = () => [...menu.current!.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  useEffect(() => {
    const before = document.activeElement;
    menu.current!.querySelector<HTMLElement>('[role^="menuitem"]')?.focus({ preventScroll: true });
    return () => {
      // What was chosen may have moved the focus already (a rename field, a dialog).
      const isFree = document.activeElement === document.body || document.activeElement === null;
      if (isFree && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  useLayoutEffect(() => {
    const { style, offsetHeight } = menu.current!;
    const left = align === 'start' ? anchor.x : anchor.x + anchor.width - width;
    const below = anchor.y + anchor.height + GAP;
    const top =
      below + offsetHeight + MARGIN <= window.innerHeight
        ? below
        : window.innerHeight - offsetHeight - MARGIN;
    style.left = `${Math.max(MARGIN, Math.min(left, window.innerWidth - width - MARGIN))}px`;
    style.top = `${Math.max(MARGIN, top)}px`;
  }, [anchor, align, width]);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const list = items();
    const at = list.indexOf(document.activeElement as HTMLElement);
    const steps: { readonly [key: string]: number } = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: list.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) list[(to + list.length) % list.length]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else if (event.key.length === 1 && event.key !== ' ') {
      const starts = (element: HTMLElement) =>
        element.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase());
      [...list.slice(at + 1), ...list.slice(0, at + 1)].find(starts)?.focus();
    } else return;
    event.preventDefault();
  };
  return createPortal(
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape does the same */}
      <div
        className="float-backdrop"
        onPointerDown={onClose}
        onContextMenu={(event) => {
          event.preventDefault();
          onClose();
        }}
      />
      <div
        ref={menu}
        role="menu"
        aria-label={label}
        className="menu"
        style={{ width }}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        {children}
      </div>
    </>,
    document.body,
  );
}

interface MenuItemProps {
  readonly onClick: () => void;
  readonly children: ReactNode;
  /** A setting that is on or off, rather than an action. */
  readonly isChecked?: boolean;
  readonly keys?: string | undefined;
  readonly hint?: string;
}
export function MenuItem({ onClick, children, isChecked, keys, hint }: MenuItemProps) {
  const isSetting = isChecked !== undefined;
  return (
    <button
      type="button"
      {...(isSetting ? { role: 'menuitemcheckbox', 'aria-checked': isChecked } : { role: 'menuitem' })}
      tabIndex={-1}
      className="menu-item"
      onClick={onClick}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
    >
      {isSetting && <Check size={14} aria-hidden style={{ visibility: isChecked ? 'visible' : 'hidden' }} />}
      <span className="menu-words">
        {children}
        {hint && <span className="menu-hint">{hint}</span>}
      </span>
      {keys && (
        <span className="menu-keys" aria-hidden>
          {keys}
        </span>
      )}
    </button>
  );
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return (
    <div className="menu-label" role="presentation">
      {children}
    </div>
  );
}

export const MenuDivider = () => <hr className="menu-divider" />;

interface MenuButtonProps {
  readonly label: string;
  readonly className: string;
  readonly tip?: string;
  readonly width?: number;
  readonly content: ReactNode;
  /** The items; `close` ends the menu after a choice. */
  readonly children: (close: () => void) => ReactNode;
}
export function MenuButton({ label, className, tip, width = 240, content, children }: MenuButtonProps) {
  const [anchor, setAnchor] = useState<MenuAnchor | null>(null);
  const close = () => setAnchor(null);
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        data-tip={anchor ? undefined : tip}
        onClick={(event) => setAnchor(event.currentTarget.getBoundingClientRect())}
      >
        {content}
      </button>
      {anchor && (
        <Menu anchor={anchor} label={label} align="end" width={width} onClose={close}>
          {children(close)}
        </Menu>
      )}
    </>
  );
}
