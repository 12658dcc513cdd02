/** The one menu, the one problem card and the one rename field that float over the canvas: nodes stay light, whoever opens moves it. */
import { createStore, useStore } from 'zustand';
import type { NodeId } from '../../graph/document';

export interface Anchor {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export type CanvasOverlay =
  | { readonly kind: 'node-menu'; readonly node: NodeId; readonly anchor: Anchor }
  | { readonly kind: 'edge-menu'; readonly edge: string; readonly anchor: Anchor }
  | { readonly kind: 'pane-menu'; readonly anchor: Anchor }
  | { readonly kind: 'problems'; readonly node: NodeId; readonly anchor: Anchor };

interface OverlayState {
  readonly overlay: CanvasOverlay | null;
  readonly renaming: NodeId | null;
}
const store = createStore<OverlayState>(() => ({ overlay: null, renaming: null }));

export const openOverlay = (overlay: CanvasOverlay): void => store.setState({ overlay });
export const closeOverlay = (): void => store.setState({ overlay: null });
export const startRenaming = (node: NodeId | null): void => store.setState({ renaming: node, overlay: null });

export const useOverlay = (): CanvasOverlay | null => useStore(store, (state) => state.overlay);
export const useIsRenaming = (node: string): boolean => useStore(store, (state) => state.renaming === node);

export const anchorOf = (element: Element): Anchor => element.getBoundingClientRect();
export const anchorAt = (x: number, y: number): Anchor => ({ x, y, width: 0, height: 0 });
