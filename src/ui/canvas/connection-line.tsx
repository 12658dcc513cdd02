/** The wire under the hand, and beside the pointer what will happen on release, or why nothing may. */
import { type ConnectionLineComponentProps, getBezierPath, getSmoothStepPath, useStore } from '@xyflow/react';
import { describeProblem, nodeTitle } from '../../compile/describe';
import type { NodeId } from '../../graph/document';
import { canvasMessages } from '../../messages/canvas';
import { documentStore } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import { connectingState, portKey } from './connecting';
import type { CanvasNode } from './flow-model';
import { replacedEdge } from './wiring';

export function ConnectionLine(props: ConnectionLineComponentProps<CanvasNode>) {
  const { fromX, fromY, toX, toY, fromPosition, toPosition, connectionStatus, fromHandle } = props;
  const isStep = useView((view) => view.wireStyle === 'step');
  const ends = {
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition,
  };
  const [path] = isStep ? getSmoothStepPath({ ...ends, borderRadius: 10 }) : getBezierPath(ends);
  const { compiled } = documentStore.getState();
  const zoom = useStore((state) => state.transform[2]);
  const side = fromHandle.type;
  const fact = side === 'source' ? compiled.shapes.get(`${fromHandle.nodeId}:${fromHandle.id}`) : undefined;
  const hint = useHint(props);
  return (
    <g
      className="wire"
      data-flow={fact?.flow ?? 'unknown'}
      data-error={connectionStatus === 'invalid' || undefined}
    >
      <path className="react-flow__edge-path" d={path} fill="none" />
      {hint && (
        // Counter-scaled: the words keep their size at any zoom.
        <g transform={`translate(${toX} ${toY}) scale(${1 / zoom})`}>
          <foreignObject x={14} y={14} width={280} height={120} style={{ overflow: 'visible' }}>
            <div className="wire-hint" data-refused={hint.isRefused || undefined}>
              {hint.text}
            </div>
          </foreignObject>
        </g>
      )}
    </g>
  );
}

function useHint({ toHandle, fromHandle, connectionStatus }: ConnectionLineComponentProps<CanvasNode>) {
  const say = useText();
  const locale = useLocale();
  if (!toHandle || toHandle.nodeId === fromHandle.nodeId) return null;
  const { doc } = documentStore.getState();
  const { nodes } = doc.meaning;
  const node = nodeTitle({ locale, nodes }, toHandle.nodeId as NodeId);
  if (connectionStatus === 'valid') {
    const end = fromHandle.type === 'source' ? toHandle : fromHandle;
    const replaced = replacedEdge(doc, { node: end.nodeId as NodeId, port: end.id ?? '' });
    return {
      isRefused: false,
      text: say(replaced ? canvasMessages.dropToReplace : canvasMessages.dropToConnect, { node }),
    };
  }
  const problem = connectingState().verdicts.get(portKey(toHandle.nodeId, toHandle.id ?? '', toHandle.type));
  if (!problem) return null;
  const place = (fromHandle.type === 'source' ? toHandle.nodeId : fromHandle.nodeId) as NodeId;
  return { isRefused: true, text: describeProblem(problem, { locale, nodes }, place) };
}
