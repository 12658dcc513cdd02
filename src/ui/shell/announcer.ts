/** What just happened, said once: shown for a moment above the drawer and read out by a screen reader. */
import { createStore, useStore } from 'zustand';

export interface Announcement {
  readonly id: number;
  readonly text: string;
  readonly tone: 'info' | 'error';
}
const store = createStore<{ readonly current: Announcement | null }>(() => ({ current: null }));

const SHOWN_MS = 4000;
let timer: ReturnType<typeof setTimeout> | undefined;
let count = 0;

export function announce(text: string, tone: Announcement['tone'] = 'info'): void {
  count += 1;
  store.setState({ current: { id: count, text, tone } });
  clearTimeout(timer);
  timer = setTimeout(() => store.setState({ current: null }), SHOWN_MS);
}

export const useAnnouncement = (): Announcement | null => useStore(store, (state) => state.current);
