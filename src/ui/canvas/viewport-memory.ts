/** Zoom and pan of each project, remembered per browser: not part of the document, not undone. */
import type { Viewport } from '@xyflow/react';

const KEY = 'weft.viewports';
/** The oldest are forgotten beyond this many. */
const LIMIT = 100;

type Remembered = readonly (readonly [project: string, viewport: Viewport])[];

function read(): Remembered {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    // Private windows refuse storage, other versions may have written something else: then nothing is remembered.
    return [];
  }
}

function isEntry(value: unknown): value is Remembered[number] {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false;
  const viewport = value[1] as Partial<Viewport> | null | undefined;
  return [viewport?.x, viewport?.y, viewport?.zoom].every(Number.isFinite);
}

export const rememberedViewport = (project: string): Viewport | null =>
  read().find(([id]) => id === project)?.[1] ?? null;

export function rememberViewport(project: string, { x, y, zoom }: Viewport): void {
  const entry = [project, { x: Math.round(x), y: Math.round(y), zoom }] as const;
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify([entry, ...read().filter(([id]) => id !== project)].slice(0, LIMIT)),
    );
  } catch {
    // As above: a view that is not remembered is no loss worth a message.
  }
}
