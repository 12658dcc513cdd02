/** Each project opens where it was left; one never seen before is fitted into view. */
import type { ReactFlowInstance, Viewport } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import type { CanvasNode, Wire } from './flow-model';
import { rememberedViewport, rememberViewport } from './viewport-memory';

export function useViewportMemory(flow: ReactFlowInstance<CanvasNode, Wire>, project: string | null, hasNodes: boolean) {
  const shown = useRef<string | null | undefined>(undefined);
  useEffect(() => {
    if (shown.current === project || !hasNodes) return;
    shown.current = project;
    const remembered = project === null ? null : rememberedViewport(project);
    if (remembered) void flow.setViewport(remembered);
    else void flow.fitView({ padding: 0.15, maxZoom: 1 });
  }, [flow, project, hasNodes]);
  return useCallback(
    (_event: unknown, viewport: Viewport) => {
      if (project !== null && shown.current === project) rememberViewport(project, viewport);
    },
    [project],
  );
}
