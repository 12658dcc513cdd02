/** Brings the palette's search forward from anywhere. */
import { viewStore } from '../../state/view-store';

export const PALETTE_SEARCH_ID = 'palette-search';

export function focusPaletteSearch(): void {
  viewStore.getState().set({ leftOpen: true, leftTab: 'nodes' });
  // The panel may only be mounted by the change above.
  requestAnimationFrame(() => {
    const field = document.getElementById(PALETTE_SEARCH_ID);
    if (field instanceof HTMLInputElement) {
      field.focus();
      field.select();
    }
  });
}
