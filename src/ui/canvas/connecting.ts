/**
 * The wire being dragged and the verdict on every port it could end at. Verdicts on ports in sight are known before the first
 * frame; the rest follow in slices, so that starting a wire in a graph of thousands does not stall.
 */
import { createStore, useStore } from 'zustand';
import { canConnect } from '../../compile/can-connect';
import type { Problem } from '../../graph/diagnostic';
import type { NodeId, PortRef } from '../../graph/document';
import { nodeType } from '../../nodes/index';
import { documentStore } from '../../state/document-store';
import type { PortSide } from './wiring';

interface Connecting {
  readonly from: { readonly ref: PortRef; readonly side: PortSide } | null;
  /** By port key; null = legal. */
  readonly verdicts: ReadonlyMap<string, Problem | null>;
}
const IDLE: Connecting = { from: null, verdicts: new Map() };
const store = createStore<Connecting>(() => IDLE);

export const portKey = (node: string, port: string, side: PortSide): string => `${side}:${node}:${port}`;

const SLICE_MS = 6;
let session = 0;

/** `order`: the nodes to judge, those in sight first. */
export function startConnecting(ref: PortRef, side: PortSide, order: readonly NodeId[]): void {
  session += 1;
  const mine = session;
  const verdicts = new Map<string, Problem | null>();
  const waiting = [...order].reverse();
  const slice = () => {
    if (session !== mine) return;
    const until = performance.now() + SLICE_MS;
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      judgePorts(id, ref, side, verdicts);
      if (performance.now() > until) break;
    }
    store.setState({ from: { ref, side }, verdicts: new Map(verdicts) });
    if (waiting.length > 0) setTimeout(slice);
  };
  slice();
}

function judgePorts(id: NodeId, ref: PortRef, side: PortSide, verdicts: Map<string, Problem | null>): void {
  const { doc, compiled } = documentStore.getState();
  const type = nodeType(doc.meaning.nodes[id]?.type ?? '');
  for (const { name } of (side === 'source' ? type?.inputs : type?.outputs) ?? []) {
    const port: PortRef = { node: id, port: name };
    const problem =
      side === 'source' ? canConnect(doc, compiled, ref, port) : canConnect(doc, compiled, port, ref);
    verdicts.set(portKey(id, name, side === 'source' ? 'target' : 'source'), problem);
  }
}

export function stopConnecting(): void {
  session += 1;
  store.setState(IDLE);
}

export type PortVerdict = 'idle' | 'legal' | 'refused' | 'pending';

/** Ports on the same side as the wire's start are no candidates and stay idle. */
export function usePortVerdict(key: string, side: PortSide): PortVerdict {
  return useStore(store, ({ from, verdicts }) => {
    if (!from || from.side === side) return 'idle';
    const verdict = verdicts.get(key);
    return verdict === undefined ? 'pending' : verdict === null ? 'legal' : 'refused';
  });
}
export const useIsConnecting = (): boolean => useStore(store, (state) => state.from !== null);
export const connectingState = (): Connecting => store.getState();
