import { describe, expect, it } from 'vitest';
import { type KeyPress, keyParts, matchShortcut, SHORTCUTS, shortcutLabel } from './shortcuts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});
const ctrl = { ctrlKey: true };

describe('matchShortcut', () => {
  it('knows undo and both ways to redo, on both kinds of keyboard', () => {
    expect(matchShortcut(press('z', ctrl))).toBe('undo');
    expect(matchShortcut(press('z', { metaKey: true }))).toBe('undo');
    expect(matchShortcut(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('redo');
    expect(matchShortcut(press('y', ctrl))).toBe('redo');
  });

  it('tells a held key from a bare one', () => {
    expect(matchShortcut(press('d'))).toBeNull();
    expect(matchShortcut(press('a'))).toBeNull();
    expect(matchShortcut(press('A', { shiftKey: true }))).toBe('search');
    expect(matchShortcut(press('Enter'))).toBeNull();
    expect(matchShortcut(press('Enter', ctrl))).toBe('train');
    expect(matchShortcut(press('Enter', { ctrlKey: true, altKey: true }))).toBe('stop');
    expect(matchShortcut(press('ArrowLeft'))).toBe('nudge');
    expect(matchShortcut(press('ArrowLeft', { shiftKey: true }))).toBe('nudgeFar');
  });

  it('takes signs as typed, with or without Shift', () => {
    expect(matchShortcut(press('?', { shiftKey: true }))).toBe('help');
    expect(matchShortcut(press('?'))).toBe('help');
    expect(matchShortcut(press('+', { shiftKey: true }))).toBe('zoomIn');
    expect(matchShortcut(press('+'))).toBe('zoomIn');
    expect(matchShortcut(press('0'))).toBe('zoomReset');
  });

  it('leaves the clipboard to the browser', () => {
    for (const key of ['c', 'x', 'v']) expect(matchShortcut(press(key, ctrl))).toBeNull();
  });

  it('gives no combination to two shortcuts', () => {
    const all = SHORTCUTS.flatMap(({ keys }) => [...keys]);
    expect(new Set(all).size).toBe(all.length);
  });
});

it('names keys in the reader’s language', () => {
  expect(keyParts('Space+Drag', 'en')).toEqual(['Space', 'drag']);
  expect(keyParts('Space+Drag', 'zh')).toEqual(['空格', '拖动']);
  expect(shortcutLabel('rename', 'en')).toBe('F2');
});
