/** The crosshair, shared by all charts of a run: an epoch (with fraction), or null while the pointer is elsewhere. */
import { create } from 'zustand';

interface CursorState {
  readonly epoch: number | null;
  set(epoch: number | null): void;
}

export const useCursor = create<CursorState>()((set) => ({ epoch: null, set: (epoch) => set({ epoch }) }));
