/**
 * The keyboard of the whole page, heard in one place. Text fields, dialogs and open menus keep their keys; letters without Ctrl
 * act only where nobody types. Copy, cut and paste use the browser's own events, which need no permission.
 */
import { useEffect } from 'react';
import { documentStore } from '../../state/document-store';
import { runStore } from '../../state/run-store';
import { viewStore } from '../../state/view-store';
import { canvasControls } from '../canvas/canvas-controls';
import {
  copiedText,
  duplicate,
  nudge,
  paste,
  redo,
  remove,
  selectAll,
  selectedNodeIds,
  tidy,
  toggleBypass,
  undo,
} from '../canvas/editing';
import { GRID } from '../canvas/geometry';
import { startRenaming } from '../canvas/overlay-store';
import { focusPaletteSearch } from '../palette/focus';
import { saveNow } from './save-now';
import { matchShortcut, type ShortcutId } from './shortcuts';

/** Returns false when there was nothing to do, so that the browser may act. */
type Handler = (event: KeyboardEvent) => boolean | undefined;

/** React Flow's own steps for a focused node, so that both ways move alike; with the grid on, whole cells. */
const STEP = 5;
const FAR_FACTOR = 4;
const ARROWS: { readonly [key: string]: readonly [number, number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const move = ({ key }: KeyboardEvent, factor: number): boolean => {
  const [x, y] = ARROWS[key]!;
  const step = (viewStore.getState().snapToGrid ? GRID : STEP) * factor;
  return nudge(x * step, y * step);
};
const done = (action: () => unknown) => (): undefined => {
  action();
};

const HANDLERS: Partial<Record<ShortcutId, Handler>> = {
  undo: done(undo),
  redo: done(redo),
  duplicate: done(duplicate),
  remove: done(remove),
  selectAll: done(selectAll),
  selectNone: () => {
    const { selectedNodes, selectedEdges, select } = viewStore.getState();
    if (selectedNodes.size + selectedEdges.size === 0) return false;
    select([], []);
  },
  search: (event) => {
    const controls = canvasControls();
    const pointer = controls?.pointer();
    // Tab is how the keyboard walks the page; it is ours only while the mouse is at work on the canvas.
    if (!controls || (event.key === 'Tab' && !(pointer && isOnCanvasPane()))) return false;
    controls.openSearch({ at: pointer ?? middleOfWindow() });
  },
  focusPalette: done(focusPaletteSearch),
  rename: () => {
    const [id] = selectedNodeIds();
    if (!id) return false;
    startRenaming(id);
  },
  bypass: done(toggleBypass),
  nudge: (event) => move(event, 1),
  nudgeFar: (event) => move(event, FAR_FACTOR),
  tidy: done(tidy),
  zoomReset: done(() => canvasControls()?.zoomReset()),
  fit: done(() => canvasControls()?.fit()),
  fitSelection: done(() => {
    const ids = selectedNodeIds();
    if (ids.length > 0) canvasControls()?.fitNodes(ids);
  }),
  zoomIn: done(() => canvasControls()?.zoomIn()),
  zoomOut: done(() => canvasControls()?.zoomOut()),
  train: done(() => {
    const { status, start, resume } = runStore.getState();
    if (status === 'paused') resume();
    else if (status !== 'running' && status !== 'starting' && documentStore.getState().compiled.plan)
      void start();
  }),
  stop: done(() => runStore.getState().stop()),
  save: done(saveNow),
  help: done(() => viewStore.getState().set({ dialog: 'shortcuts' })),
};

/** These act even from a text field: they mean the project, and no field has a use for them. */
const EVERYWHERE: ReadonlySet<ShortcutId> = new Set(['train', 'stop', 'save']);

export function useKeyboard(): void {
  useEffect(() => {
    let isShiftDown = false;
    const onKeyDown = (event: KeyboardEvent) => {
      isShiftDown = event.shiftKey;
      if (event.defaultPrevented || event.isComposing) return;
      const id = matchShortcut(event);
      const handler = id && HANDLERS[id];
      if (!handler) return;
      if (!EVERYWHERE.has(id) && (isTextField(event.target) || isElsewhere(id, event.target))) return;
      if (isDialogOpen() && id !== 'save') return;
      if (handler(event) !== false) event.preventDefault();
    };
    const onCopy = (event: ClipboardEvent) => {
      if (!mayUseClipboard(event)) return;
      const text = copiedText();
      if (!text) return;
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
      if (event.type === 'cut') remove();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!mayUseClipboard(event)) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (!text) return;
      event.preventDefault();
      paste(text, isShiftDown);
    };
    window.addEventListener('keydown', onKeyDown);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, []);
}

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return (
    target instanceof HTMLInputElement &&
    !['button', 'checkbox', 'radio', 'submit', 'reset'].includes(target.type)
  );
}

/** Keys that a focused list, tab or button has its own use for are ours only on the canvas or when nothing has the focus. */
const CANVAS_ONLY: ReadonlySet<ShortcutId> = new Set([
  'remove',
  'selectAll',
  'selectNone',
  'nudge',
  'nudgeFar',
  'search',
  'rename',
]);
function isElsewhere(id: ShortcutId, target: EventTarget | null): boolean {
  if (!CANVAS_ONLY.has(id) || !(target instanceof Element) || target === document.body) return false;
  return target.closest('.canvas') === null;
}

function isOnCanvasPane(): boolean {
  const { activeElement } = document;
  return (
    activeElement === document.body ||
    activeElement?.id === 'canvas' ||
    activeElement?.classList.contains('react-flow') === true
  );
}

const isDialogOpen = (): boolean =>
  viewStore.getState().dialog !== null ||
  document.querySelector('[aria-modal="true"], [role="menu"]') !== null;

/** Text that is selected somewhere, or a field, keeps the clipboard. */
function mayUseClipboard(event: ClipboardEvent): boolean {
  if (event.defaultPrevented || isTextField(event.target) || isDialogOpen()) return false;
  return event.type === 'paste' || (window.getSelection()?.isCollapsed ?? true);
}

const middleOfWindow = () => ({ clientX: window.innerWidth / 2 - 130, clientY: window.innerHeight / 3 });
