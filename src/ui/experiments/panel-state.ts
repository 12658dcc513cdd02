/** What the experiments tab shows, and the search being put together: kept while another tab is looked at. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Dimension } from '../../compile/experiments/space';
import type { ExperimentKind, SearchSettings } from '../../state/experiment-store';

export type Shown =
  | { readonly kind: 'form'; readonly of: ExperimentKind }
  | { readonly kind: 'experiment'; readonly id: string };

export interface SearchDraft extends Omit<SearchSettings, 'dimensions' | 'measure'> {
  readonly dimensions: readonly Dimension[] | null;
  readonly measure: string | null;
}

interface PanelState {
  /** Null: the newest experiment, or the first form. */
  readonly shown: Shown | null;
  readonly seeds: number;
  readonly folds: number;
  readonly search: SearchDraft;
}

const panelStore = createStore<PanelState>(() => ({
  shown: null,
  seeds: 5,
  folds: 5,
  search: {
    dimensions: null,
    strategy: 'random',
    runs: 12,
    minutes: null,
    measure: null,
    factor: 3,
    seed: 1,
  },
}));

export const usePanel = <T>(select: (state: PanelState) => T): T => useStore(panelStore, select);
export const show = (shown: Shown): void => panelStore.setState({ shown });
export const setPanel = (patch: Partial<Pick<PanelState, 'seeds' | 'folds'>>): void =>
  panelStore.setState(patch);
export const editSearch = (patch: Partial<SearchDraft>): void =>
  panelStore.setState(({ search }) => ({ search: { ...search, ...patch } }));
