/**
 * All wires as one drawing per tint, for the zoom at which a wire is a hair: a thousand separate elements cost the browser more than
 * everything else in a frame, and nobody aims at one of them from there.
 */
import { useStore, ViewportPortal } from '@xyflow/react';
import { useMemo } from 'react';
import type { CanvasNode, Wire } from './flow-model';
import { FARTHEST_ZOOM } from './zoom-levels';

interface FarWiresProps {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly Wire[];
}
export function FarWires(props: FarWiresProps) {
  const isFarthest = useStore((state) => state.transform[2] < FARTHEST_ZOOM);
  return isFarthest ? <Drawing {...props} /> : null;
}

function Drawing({ nodes, edges }: FarWiresProps) {
  const paths = useMemo(() => drawing(nodes, edges), [nodes, edges]);
  return (
    <ViewportPortal>
      <svg className="far-wires" aria-hidden="true">
        {[...paths].map(([flow, path]) => (
          <path key={flow} className="wire" data-flow={flow} d={path} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

function drawing(nodes: readonly CanvasNode[], edges: readonly Wire[]): Map<string, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const end = (id: string, port: string | null | undefined, type: 'source' | 'target') => {
    const node = byId.get(id);
    const handle = node?.handles?.find((each) => each.type === type && each.id === port);
    return node && handle ? { x: node.position.x + handle.x + 6, y: node.position.y + handle.y + 6 } : null;
  };
  const paths = new Map<string, string>();
  for (const { source, sourceHandle, target, targetHandle, data } of edges) {
    const from = end(source, sourceHandle, 'source');
    const to = end(target, targetHandle, 'target');
    if (!from || !to) continue;
    const flow = data?.flow ?? 'unknown';
    // Half the distance, as React Flow's own curve with its default curvature.
    const bend = Math.abs(to.x - from.x) / 2;
    const path = `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
    paths.set(flow, (paths.get(flow) ?? '') + path);
  }
  return paths;
}
