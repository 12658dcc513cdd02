/**
 * The canvas as others may steer it: palette, outline, keyboard and menus ask through here and never touch React Flow.
 * Null while no canvas is mounted.
 */
import type { NodeId, PortRef, Position } from '../../graph/document';

export interface ScreenPoint {
  readonly clientX: number;
  readonly clientY: number;
}
export interface SearchRequest {
  readonly at: ScreenPoint;
  /** Only nodes that this port can be wired to; the new node is connected to it. */
  readonly from?: { readonly ref: PortRef; readonly side: 'source' | 'target' };
  /** The new node goes between the two ends of this wire. */
  readonly edge?: string;
}
export interface CanvasControls {
  fit(): void;
  fitNodes(nodes: Iterable<NodeId>): void;
  /** Brings one node into view without changing the zoom, only if it is out of sight. */
  reveal(node: NodeId): void;
  zoomIn(): void;
  zoomOut(): void;
  zoomReset(): void;
  /** Middle of what is seen, in canvas units. */
  center(): Position;
  toCanvas(point: ScreenPoint): Position;
  /** Where the pointer is while it is over the canvas. */
  pointer(): ScreenPoint | null;
  openSearch(request: SearchRequest): void;
  focus(): void;
}

let controls: CanvasControls | null = null;

export const canvasControls = (): CanvasControls | null => controls;

export function provideCanvasControls(provided: CanvasControls): () => void {
  controls = provided;
  return () => {
    if (controls === provided) controls = null;
  };
}
