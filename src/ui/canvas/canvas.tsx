/** The canvas: the only user of React Flow. Holds what is being dragged; everything else is the document's or the view's. */
import {
  Background,
  BackgroundVariant,
  type Connection,
  type FinalConnectionState,
  type Edge as FlowEdge,
  MiniMap,
  type NodeChange,
  type OnConnectStartParams,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  type Viewport,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type DragEvent, type MouseEvent, useCallback, useMemo, useRef, useState } from 'react';
import { canConnect } from '../../compile/can-connect';
import { nodeTitle } from '../../compile/describe';
import type { Edge, EdgeId, NodeId, Position } from '../../graph/document';
import { canvasMessages } from '../../messages/canvas';
import { documentStore, useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import { NODE_TYPE_MIME } from '../palette/drag-type';
import type { SearchRequest } from './canvas-controls';
import {
  applySelection,
  commitMoves,
  connectToNode,
  edgeUnder,
  endsOf,
  familyOf,
  isEmptyCanvas,
  isLoose,
  nodesNearFirst,
  onEdgeContextMenu,
  onNodeContextMenu,
  onPaneContextMenu,
} from './canvas-events';
import { CanvasToolbar } from './canvas-toolbar';
import './canvas.css';
import { Card } from './card';
import './card.css';
import { startConnecting, stopConnecting, useIsConnecting } from './connecting';
import { ConnectionLine } from './connection-line';
import { addNodeOfType, connect, insertExisting } from './editing';
import { EmptyCanvas } from './empty-canvas';
import { FarWires } from './far-wires';
import { type CanvasNode, type CardData, createFlowModel, type Wire as WireEdge } from './flow-model';
import { GRID } from './geometry';
import { headlineOf } from './headline';
import { NodeSearch } from './node-search';
import { Note } from './note';
import { CanvasOverlays } from './overlays';
import { useCanvasControls } from './use-canvas-controls';
import { useViewportMemory } from './use-viewport-memory';
import { Wire } from './wire';
import { connectCommand } from './wiring';

// Outside the component: React Flow wants the same objects at every render.
const NODE_TYPES = { card: Card, note: Note };
const EDGE_TYPES = { wire: Wire };
const SNAP_GRID: [number, number] = [GRID, GRID];
const MULTI_SELECT_KEYS = ['Meta', 'Control', 'Shift'];
const PAN_BUTTONS = [0, 1];
const MANY_NODES = 24;
const MINIMAP_COLOR = (node: CanvasNode) =>
  node.type === 'card' ? `var(--family-${familyOf(node.data as CardData)})` : 'var(--note-border)';

export function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasFlow />
    </ReactFlowProvider>
  );
}

function CanvasFlow() {
  const say = useText();
  const locale = useLocale();
  const doc = useDocument((state) => state.doc);
  const compiled = useDocument((state) => state.compiled);
  const selectedNodes = useView((view) => view.selectedNodes);
  const selectedEdges = useView((view) => view.selectedEdges);
  const snapToGrid = useView((view) => view.snapToGrid);
  const showCosts = useView((view) => view.showCosts);
  const isConnecting = useIsConnecting();
  const flow = useReactFlow<CanvasNode, WireEdge>();
  const root = useRef<HTMLElement>(null);
  const [dragged, setDragged] = useState<ReadonlyMap<string, Position> | null>(null);
  const [search, setSearch] = useState<SearchRequest | null>(null);
  // Until asked otherwise, the map appears where a graph outgrows the window.
  const [wantsMinimap, setWantsMinimap] = useState<boolean | null>(null);
  const [dropEdge, setDropEdge] = useState<string | null>(null);
  const isReconnecting = useRef(false);
  const dragCount = useRef(0);

  const nodeLabel = useCallback(
    ({ node, shapes }: CardData) => {
      const name = nodeTitle({ locale, nodes: { [node.id]: node } }, node.id);
      const shape = shapes.filter(Boolean).join(', ');
      const output = shape && say(canvasMessages.nodeOutput, { shape });
      // Some nodes have nothing to set, and so no headline.
      return [name, headlineOf(node), output].filter(Boolean).join(say(canvasMessages.comma));
    },
    [locale, say],
  );
  const { nodes: docNodes } = doc.meaning;
  const edgeLabel = useCallback(
    ({ source, target }: Edge) => {
      const naming = { locale, nodes: docNodes };
      return say(canvasMessages.edgeLabel, {
        source: nodeTitle(naming, source.node),
        target: nodeTitle(naming, target.node),
      });
    },
    [locale, docNodes, say],
  );
  const [model] = useState(createFlowModel);
  const { nodes, edges } = useMemo(
    () => model({ doc, compiled, selectedNodes, selectedEdges, dragged, nodeLabel, edgeLabel }),
    [model, doc, compiled, selectedNodes, selectedEdges, dragged, nodeLabel, edgeLabel],
  );

  const hasMinimap = wantsMinimap ?? nodes.length > MANY_NODES;

  useCanvasControls(flow, root, setSearch);
  const remember = useViewportMemory(flow);
  // A sheet above everything while the view is dragged: finding what lies under the pointer among a thousand nodes costs a frame.
  // Not for the wheel, whose events must reach the pane, and not before the first move, which may yet be a click.
  const onMove = useCallback((event: unknown) => {
    if (event && !(event instanceof WheelEvent)) root.current?.toggleAttribute('data-panning', true);
  }, []);
  const onMoveEnd = useCallback(
    (_event: unknown, viewport: Viewport) => {
      root.current?.toggleAttribute('data-panning', false);
      remember(viewport);
    },
    [remember],
  );

  const onNodesChange = useCallback((changes: NodeChange<CanvasNode>[]) => {
    applySelection(changes, 'nodes');
    const moves = changes.flatMap((change) =>
      change.type === 'position' && change.position ? [change] : [],
    );
    if (moves.length === 0) return;
    const places = new Map(moves.map(({ id, position }) => [id, position!]));
    // While the button is down only this component knows; at the end the document learns it in one edit.
    if (moves.some(({ dragging }) => dragging)) setDragged(places);
    else {
      commitMoves(places, moves[0]!.dragging === undefined ? 'nudge' : `drag-${dragCount.current}`);
      setDragged(null);
    }
  }, []);
  const onEdgesChange = useCallback((changes: readonly { readonly type: string }[]) => {
    applySelection(changes, 'edges');
  }, []);

  const isValidConnection = useCallback((connection: Connection | FlowEdge) => {
    const state = documentStore.getState();
    const { source, target } = endsOf(connection);
    return canConnect(state.doc, state.compiled, source, target) === null;
  }, []);
  const onConnect = useCallback((connection: Connection) => {
    const { source, target } = endsOf(connection);
    connect(source, target);
  }, []);
  const onConnectStart = useCallback(
    (_event: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) => {
      if (!nodeId || !handleId || !handleType) return;
      startConnecting(
        { node: nodeId as NodeId, port: handleId },
        handleType,
        nodesNearFirst(flow, root.current),
      );
    },
    [flow],
  );
  const onConnectEnd = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
      stopConnecting();
      const { fromHandle, isValid, toHandle } = state;
      if (isReconnecting.current || isValid || toHandle || !fromHandle) return;
      const point = 'changedTouches' in event ? event.changedTouches[0]! : event;
      const from = {
        ref: { node: fromHandle.nodeId as NodeId, port: fromHandle.id ?? '' },
        side: fromHandle.type,
      };
      const over = document.elementFromPoint(point.clientX, point.clientY);
      const card = over?.closest<HTMLElement>('.react-flow__node-card');
      // Dropped on a node but beside its ports: the first port that fits takes it.
      if (card?.dataset['id']) connectToNode(card.dataset['id'] as NodeId, from.ref, from.side);
      else if (over?.closest('.react-flow__pane'))
        setSearch({ at: { clientX: point.clientX, clientY: point.clientY }, from });
    },
    [],
  );

  const onReconnectStart = useCallback(() => {
    isReconnecting.current = true;
  }, []);
  const onReconnect = useCallback((edge: WireEdge, connection: Connection) => {
    const { doc: current, dispatch } = documentStore.getState();
    const { source, target } = endsOf(connection);
    dispatch({
      kind: 'batch',
      commands: [{ kind: 'removeEdge', edge: edge.id as EdgeId }, connectCommand(current, source, target)],
    });
  }, []);
  /** A wire pulled off its port and dropped on nothing is gone, as in Blender and ComfyUI. */
  const onReconnectEnd = useCallback(
    (_event: unknown, edge: WireEdge, _side: unknown, { isValid, toHandle }: FinalConnectionState) => {
      isReconnecting.current = false;
      if (!isValid && !toHandle)
        documentStore.getState().dispatch({ kind: 'removeEdge', edge: edge.id as EdgeId });
    },
    [],
  );

  const onNodeDragStart = useCallback(() => {
    dragCount.current += 1;
  }, []);
  const onNodeDrag = useCallback(
    (event: MouseEvent | globalThis.MouseEvent | TouchEvent, node: CanvasNode, all: CanvasNode[]) => {
      setDropEdge(all.length === 1 && isLoose(node.id) ? edgeUnder(event as MouseEvent, node.id) : null);
    },
    [],
  );
  const onNodeDragStop = useCallback(
    (event: MouseEvent | globalThis.MouseEvent | TouchEvent, node: CanvasNode, all: CanvasNode[]) => {
      setDropEdge(null);
      const edge = all.length === 1 && isLoose(node.id) ? edgeUnder(event as MouseEvent, node.id) : null;
      if (edge) insertExisting(node.id as NodeId, edge, `drag-${dragCount.current}`);
    },
    [],
  );

  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(NODE_TYPE_MIME)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    setDropEdge(edgeUnder(event, null));
  };
  const onDrop = (event: DragEvent) => {
    const type = event.dataTransfer.getData(NODE_TYPE_MIME);
    if (!type) return;
    event.preventDefault();
    const edge = edgeUnder(event, null);
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid });
    addNodeOfType(type, {
      position: { x: Math.round(x - 100), y: Math.round(y - 40) },
      ...(edge ? { edge } : {}),
    });
    setDropEdge(null);
  };
  const onDoubleClick = (event: MouseEvent) => {
    if (isEmptyCanvas(event.target as Element)) setSearch({ at: event });
  };

  return (
    <section
      ref={root}
      className="canvas"
      id="canvas"
      aria-label={say(canvasMessages.canvas)}
      tabIndex={-1}
      data-connecting={isConnecting || undefined}
      data-costs={showCosts || undefined}
      data-drop-edge={dropEdge ? '' : undefined}
    >
      <p className="visually-hidden">{say(canvasMessages.canvasHelp)}</p>
      {dropEdge && (
        <style>{`.react-flow__edge[data-id="${CSS.escape(dropEdge)}"] .react-flow__edge-path { stroke: var(--accent); stroke-width: 4; }`}</style>
      )}
      <ReactFlow<CanvasNode, WireEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectStart={onConnectStart}
        onConnectEnd={onConnectEnd}
        onReconnect={onReconnect}
        onReconnectStart={onReconnectStart}
        onReconnectEnd={onReconnectEnd}
        isValidConnection={isValidConnection}
        connectionLineComponent={ConnectionLine}
        connectionRadius={28}
        reconnectRadius={12}
        onNodeDragStart={onNodeDragStart}
        onNodeDrag={onNodeDrag}
        onNodeDragStop={onNodeDragStop}
        onNodeContextMenu={onNodeContextMenu}
        onEdgeContextMenu={onEdgeContextMenu}
        onPaneContextMenu={onPaneContextMenu}
        onMove={onMove}
        onMoveEnd={onMoveEnd}
        onDragOver={onDragOver}
        onDragLeave={() => setDropEdge(null)}
        onDrop={onDrop}
        onDoubleClick={onDoubleClick}
        zoomOnDoubleClick={false}
        minZoom={0.05}
        maxZoom={2.5}
        panOnDrag={PAN_BUTTONS}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={MULTI_SELECT_KEYS}
        selectionMode={SelectionMode.Partial}
        deleteKeyCode={null}
        snapToGrid={snapToGrid}
        snapGrid={SNAP_GRID}
        onlyRenderVisibleElements
        elevateNodesOnSelect={false}
        nodeDragThreshold={2}
        ariaLabelConfig={useAriaLabels()}
        colorMode="light"
      >
        <Background variant={BackgroundVariant.Dots} gap={GRID} size={1.7} color="var(--canvas-grid)" />
        {hasMinimap && (
          <MiniMap<CanvasNode>
            pannable
            zoomable
            position="bottom-right"
            nodeColor={MINIMAP_COLOR}
            nodeBorderRadius={12}
            maskColor="var(--minimap-mask)"
            bgColor="var(--surface)"
            ariaLabel={say(canvasMessages.minimap)}
          />
        )}
        <FarWires nodes={nodes} edges={edges} />
        <CanvasToolbar
          root={root}
          hasMinimap={hasMinimap}
          onToggleMinimap={() => setWantsMinimap(!hasMinimap)}
        />
      </ReactFlow>
      {nodes.length === 0 && <EmptyCanvas />}
      {search && (
        <NodeSearch
          key={`${search.at.clientX},${search.at.clientY}`}
          request={search}
          onClose={() => setSearch(null)}
        />
      )}
      <CanvasOverlays />
    </section>
  );
}

function useAriaLabels() {
  const say = useText();
  return useMemo(
    () => ({
      'node.a11yDescription.default': say(canvasMessages.nodeHelp),
      'node.a11yDescription.keyboardDisabled': say(canvasMessages.nodeHelp),
      'node.a11yDescription.ariaLiveMessage': ({
        direction,
        x,
        y,
      }: {
        direction: string;
        x: number;
        y: number;
      }) =>
        say(canvasMessages.moved, {
          direction:
            direction in MOVE_WORDS ? say(MOVE_WORDS[direction as keyof typeof MOVE_WORDS]) : direction,
          x: Math.round(x),
          y: Math.round(y),
        }),
      'edge.a11yDescription.default': say(canvasMessages.edgeHelp),
      'minimap.ariaLabel': say(canvasMessages.minimap),
    }),
    [say],
  );
}
const MOVE_WORDS = {
  left: canvasMessages.left,
  right: canvasMessages.right,
  up: canvasMessages.up,
  down: canvasMessages.down,
};
