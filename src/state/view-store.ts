/** What is looked at: selection, panels, theme, language. Never part of the document, never undone; settings are remembered. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { JsonObject } from '../graph/json';
import { LOCALES, type Locale } from '../graph/text';
import { keep, recall } from './browser-memory';
import type { ViewSettings, ViewState } from './contract';

const MEMORY = 'view';

export const DEFAULT_VIEW: ViewSettings = {
  theme: 'system',
  locale: 'en',
  leftTab: 'nodes',
  leftOpen: true,
  rightOpen: true,
  drawerOpen: true,
  drawerTab: 'training',
  drawerHeight: 300,
  dialog: null,
  showShapes: true,
  showCosts: false,
  showMeasured: false,
  wireStyle: 'bezier',
  snapToGrid: false,
};

const oneOf =
  <T>(...options: readonly T[]) =>
  (value: unknown): boolean =>
    options.includes(value as T);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

/** What of the remembered settings is still legal; an open dialog is not remembered. */
const LEGAL: { readonly [K in keyof ViewSettings]: (value: unknown) => boolean } = {
  theme: oneOf('light', 'dark', 'system'),
  locale: oneOf(...LOCALES),
  leftTab: oneOf('nodes', 'outline', 'data'),
  leftOpen: isBoolean,
  rightOpen: isBoolean,
  drawerOpen: isBoolean,
  drawerTab: oneOf('training', 'results', 'experiments', 'data', 'problems'),
  drawerHeight: (value) => typeof value === 'number' && value >= 100 && value <= 4000,
  dialog: () => false,
  showShapes: isBoolean,
  showCosts: isBoolean,
  showMeasured: isBoolean,
  wireStyle: oneOf('bezier', 'step'),
  snapToGrid: isBoolean,
};

export function legalSettings(remembered: JsonObject): Partial<ViewSettings> {
  return Object.fromEntries(
    Object.entries(remembered).filter(([key, value]) =>
      Object.hasOwn(LEGAL, key) ? LEGAL[key as keyof ViewSettings](value) : false,
    ),
  );
}

/** The first of the user's languages that the interface speaks. */
export function preferredLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const found = LOCALES.find((locale) => language.toLowerCase().split('-')[0] === locale);
    if (found) return found;
  }
  return 'en';
}

export const viewStore = createStore<ViewState>()((set, get) => ({
  ...DEFAULT_VIEW,
  locale: preferredLocale(globalThis.navigator?.languages ?? []),
  ...legalSettings(recall(MEMORY)),
  selectedNodes: new Set(),
  selectedEdges: new Set(),
  select(nodes, edges = []) {
    const { selectedNodes, selectedEdges } = get();
    const next = { nodes: new Set(nodes), edges: new Set(edges) };
    // The same selection keeps its identity: React Flow repeats it on every click.
    set({
      selectedNodes: sameMembers(selectedNodes, next.nodes) ? selectedNodes : next.nodes,
      selectedEdges: sameMembers(selectedEdges, next.edges) ? selectedEdges : next.edges,
    });
  },
  set(patch) {
    set(patch);
    keep(MEMORY, { ...recall(MEMORY), ...legalSettings(patch as JsonObject) } as JsonObject);
  },
}));
export const useView = <T>(select: (state: ViewState) => T): T => useStore(viewStore, select);

function sameMembers<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return a.size === b.size && [...a].every((member) => b.has(member));
}
