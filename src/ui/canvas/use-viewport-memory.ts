/** Each project opens where it was left; one never seen before is fitted into view. */
import type { ReactFlowInstance, Viewport } from '@xyflow/react';
import { useCallback, useEffect } from 'react';
import { documentStore } from '../../state/document-store';
import { projectStore } from '../../state/project-store';
import type { CanvasNode, Wire } from './flow-model';
import { FIT } from './use-canvas-controls';
import { rememberedViewport, rememberViewport } from './viewport-memory';

export function useViewportMemory(flow: ReactFlowInstance<CanvasNode, Wire>) {
  useEffect(() => {
    const show = () => {
      const { current } = projectStore.getState();
      const remembered = current === null ? null : rememberedViewport(current);
      if (remembered) void flow.setViewport(remembered);
      // After the next render, when React Flow knows the new nodes.
      else requestAnimationFrame(() => void flow.fitView({ ...FIT, duration: 0 }));
    };
    show();
    // Opening starts the count of edits afresh; edits and undo only raise it, so they never move the view.
    return documentStore.subscribe(({ doc, revision }, before) => {
      if (revision === 0 && doc !== before.doc) show();
    });
  }, [flow]);
  return useCallback((viewport: Viewport) => {
    const { current } = projectStore.getState();
    if (current !== null) rememberViewport(current, viewport);
  }, []);
}
