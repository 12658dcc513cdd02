/**
 * Every shortcut as data: the keyboard obeys this list, menus and the list of shortcuts show it. `Mod` is Ctrl, on Apple ⌘. A
 * combination matches the character typed, so `?` and `+` work on every layout.
 */
import type { Locale, Text } from '../../graph/text';
import { keyboardMessages as m } from '../../messages/keyboard';

export interface Shortcut {
  readonly id: string;
  readonly title: Text;
  readonly group: Text;
  /** Any of these. Parts joined by `+`; a key that is itself `+` is written `Plus`. */
  readonly keys: readonly string[];
  /** Handled elsewhere (clipboard events, the canvas's own gestures); listed so that people can find it. */
  readonly isGesture?: boolean;
}

const define = <const S extends readonly Shortcut[]>(list: S): S => list;

export const SHORTCUTS = define([
  { id: 'undo', title: m.undo, group: m.groupEdit, keys: ['Mod+z'] },
  { id: 'redo', title: m.redo, group: m.groupEdit, keys: ['Mod+Shift+z', 'Mod+y'] },
  { id: 'copy', title: m.copy, group: m.groupEdit, keys: ['Mod+c'], isGesture: true },
  { id: 'cut', title: m.cut, group: m.groupEdit, keys: ['Mod+x'], isGesture: true },
  { id: 'paste', title: m.paste, group: m.groupEdit, keys: ['Mod+v'], isGesture: true },
  {
    id: 'pasteConnected',
    title: m.pasteConnected,
    group: m.groupEdit,
    keys: ['Mod+Shift+v'],
    isGesture: true,
  },
  { id: 'duplicate', title: m.duplicate, group: m.groupEdit, keys: ['Mod+d'] },
  { id: 'remove', title: m.remove, group: m.groupEdit, keys: ['Delete', 'Backspace'] },
  { id: 'selectAll', title: m.selectAll, group: m.groupEdit, keys: ['Mod+a'] },
  { id: 'selectNone', title: m.selectNone, group: m.groupEdit, keys: ['Escape'] },

  { id: 'search', title: m.search, group: m.groupNodes, keys: ['Shift+a', 'Tab'] },
  { id: 'searchByClick', title: m.search, group: m.groupNodes, keys: ['DoubleClick'], isGesture: true },
  { id: 'focusPalette', title: m.focusPalette, group: m.groupNodes, keys: ['Mod+f', 'Mod+k'] },
  { id: 'rename', title: m.rename, group: m.groupNodes, keys: ['F2'] },
  { id: 'bypass', title: m.bypass, group: m.groupNodes, keys: ['Mod+b'] },
  {
    id: 'nudge',
    title: m.nudge,
    group: m.groupNodes,
    keys: ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'],
  },
  {
    id: 'nudgeFar',
    title: m.nudgeFar,
    group: m.groupNodes,
    keys: ['Shift+ArrowLeft', 'Shift+ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown'],
  },
  { id: 'tidy', title: m.tidy, group: m.groupNodes, keys: ['Shift+l', 'Mod+l'] },
  { id: 'addSelect', title: m.addSelect, group: m.groupNodes, keys: ['Mod+Click'], isGesture: true },
  { id: 'boxSelect', title: m.boxSelect, group: m.groupNodes, keys: ['Shift+Drag'], isGesture: true },

  { id: 'zoomReset', title: m.zoomReset, group: m.groupView, keys: ['0'] },
  { id: 'fit', title: m.fit, group: m.groupView, keys: ['1'] },
  { id: 'fitSelection', title: m.fitSelection, group: m.groupView, keys: ['.'] },
  { id: 'zoomIn', title: m.zoomIn, group: m.groupView, keys: ['Plus', '='] },
  { id: 'zoomOut', title: m.zoomOut, group: m.groupView, keys: ['-'] },
  { id: 'pan', title: m.pan, group: m.groupView, keys: ['Space+Drag'], isGesture: true },

  { id: 'train', title: m.train, group: m.groupRun, keys: ['Mod+Enter'] },
  { id: 'stop', title: m.stop, group: m.groupRun, keys: ['Mod+Alt+Enter'] },
  { id: 'save', title: m.save, group: m.groupRun, keys: ['Mod+s'] },
  { id: 'help', title: m.help, group: m.groupRun, keys: ['?'] },
]);
export type ShortcutId = (typeof SHORTCUTS)[number]['id'];

/** The parts of KeyboardEvent that decide. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

export function matchShortcut(press: KeyPress): ShortcutId | null {
  for (const shortcut of SHORTCUTS as readonly (Shortcut & { readonly id: ShortcutId })[]) {
    if (!shortcut.isGesture && shortcut.keys.some((keys) => matches(keys, press))) return shortcut.id;
  }
  return null;
}

function matches(keys: string, { key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress): boolean {
  const parts = keys.split('+');
  const wanted = parts.at(-1) === 'Plus' ? '+' : parts.at(-1)!;
  const has = (part: string) => parts.length > 1 && parts.slice(0, -1).includes(part);
  if (key.toLowerCase() !== wanted.toLowerCase()) return false;
  if ((ctrlKey || metaKey) !== has('Mod') || altKey !== has('Alt')) return false;
  // A sign such as `?` may need Shift on one layout and not on another: the sign itself is what counts.
  const isSign = wanted.length === 1 && wanted.toLowerCase() === wanted.toUpperCase();
  return isSign && !has('Mod') ? true : shiftKey === has('Shift');
}

const isApple = (): boolean => /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '');

const SIGNS: { readonly [part: string]: string | Text } = {
  Plus: '+',
  '-': '−',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowRight: '→',
  ArrowDown: '↓',
  Delete: 'Del',
  Escape: 'Esc',
  DoubleClick: m.doubleClick,
  Drag: m.drag,
  Click: m.click,
  Space: m.space,
};

/** `['Ctrl', 'Z']` as the reader's keyboard names it. */
export function keyParts(keys: string, locale: Locale): string[] {
  return keys.split('+').map((part) => {
    if (part === 'Mod') return isApple() ? '⌘' : 'Ctrl';
    const sign = SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    return typeof sign === 'string' ? sign : sign[locale];
  });
}

/** The first way to do it, for menus and tooltips: `Ctrl Z`. */
export function shortcutLabel(id: ShortcutId, locale: Locale): string {
  const shortcut = (SHORTCUTS as readonly Shortcut[]).find((candidate) => candidate.id === id)!;
  return keyParts(shortcut.keys[0]!, locale).join(' ');
}
