/** Offers the mounted canvas to the rest of the interface (canvas-controls.ts) and follows the pointer over it. */
import type { ReactFlowInstance } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';
import type { NodeId } from '../../graph/document';
import { provideCanvasControls, type ScreenPoint, type SearchRequest } from './canvas-controls';
import type { CanvasNode, Wire } from './flow-model';

/** Room for the tools along the lower edge. */
export const FIT = {
  padding: { top: '40px', right: '48px', bottom: '72px', left: '48px' },
  maxZoom: 1,
  duration: 160,
} as const;

export function useCanvasControls(
  flow: ReactFlowInstance<CanvasNode, Wire>,
  root: RefObject<HTMLElement | null>,
  openSearch: (request: SearchRequest) => void,
): void {
  useEffect(() => {
    const element = root.current!;
    let pointer: ScreenPoint | null = null;
    const onMove = ({ clientX, clientY }: PointerEvent) => {
      pointer = { clientX, clientY };
    };
    const onLeave = () => {
      pointer = null;
    };
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerleave', onLeave);
    const duration = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : FIT.duration;
    const center = () => {
      const box = element.getBoundingClientRect();
      return { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
    };
    const toCanvas = ({ clientX, clientY }: ScreenPoint) =>
      flow.screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false });
    const withdraw = provideCanvasControls({
      fit: () => void flow.fitView({ ...FIT, duration }),
      fitNodes: (nodes) => void flow.fitView({ ...FIT, duration, nodes: [...nodes].map((id) => ({ id })) }),
      reveal: (id) => reveal(flow, element, id, duration),
      zoomIn: () => void flow.zoomIn({ duration }),
      zoomOut: () => void flow.zoomOut({ duration }),
      zoomReset: () => void flow.zoomTo(1, { duration }),
      center: () => toCanvas(center()),
      toCanvas,
      pointer: () => pointer,
      openSearch: (request) => openSearch(request),
      focus: () => element.focus({ preventScroll: true }),
    });
    return () => {
      withdraw();
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerleave', onLeave);
    };
  }, [flow, root, openSearch]);
}

const MARGIN = 24;

function reveal(
  flow: ReactFlowInstance<CanvasNode, Wire>,
  element: HTMLElement,
  id: NodeId,
  duration: number,
): void {
  // A node that was added a moment ago is known to React Flow only after the next render.
  requestAnimationFrame(() => {
    const node = flow.getNode(id);
    if (!node) return;
    const box = element.getBoundingClientRect();
    const { x, y } = flow.flowToScreenPosition(node.position);
    const { zoom } = flow.getViewport();
    const right = x + (node.width ?? 0) * zoom;
    const bottom = y + (node.height ?? 0) * zoom;
    const isSeen =
      x > box.left + MARGIN &&
      right < box.right - MARGIN &&
      y > box.top + MARGIN &&
      bottom < box.bottom - MARGIN;
    if (isSeen) return;
    void flow.setCenter(node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2, {
      zoom,
      duration,
    });
  });
}
