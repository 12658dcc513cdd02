/** What is known of each node of the canvas from real steps: how it fares while it trains, and what it costs. Newest run only. */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { NodeHealth, Verdict } from '../engine/run-event';
import type { StepProfile } from '../engine/step-profile';
import type { NodeId } from '../graph/document';
import { formatDuration } from '../messages/catalogue';
import type { Notification } from '../worker/protocol';
import { type WorkerLink, workerLink } from './worker-link';

/** One node of the canvas: all of its primitives together. */
export interface MeasuredCost {
  readonly forwardMs: number;
  readonly backwardMs: number;
  readonly bytes: number;
  /** Of the time of all nodes, 0 to 1. */
  readonly share: number;
}

export interface Ill {
  readonly verdict: Verdict;
  /** The primitive where it is worst. */
  readonly health: NodeHealth;
}

export interface HealthState {
  readonly costs: ReadonlyMap<NodeId, MeasuredCost>;
  /** Primitives of each node, in plan order. */
  readonly health: ReadonlyMap<NodeId, readonly NodeHealth[]>;
  /** Nodes with something wrong; an entry keeps its identity while the verdict stays. */
  readonly ill: ReadonlyMap<NodeId, Ill>;
  /** The step that the health is of; null before the first look. */
  readonly globalStep: number | null;
  /** Why wasm runs on the JavaScript kernels; null where it does not. */
  readonly nativeOff: string | null;
  setProfile(profile: StepProfile | null): void;
}

/** The gravest first: only one is shown on a card. */
const GRAVITY: readonly Verdict[] = ['exploding', 'dead', 'vanishing', 'saturated'];

export function createHealthStore(link: () => WorkerLink): StoreApi<HealthState> {
  const store = createStore<HealthState>()((set) => ({
    costs: new Map(),
    health: new Map(),
    ill: new Map(),
    globalStep: null,
    nativeOff: null,
    setProfile: (profile) => set({ costs: profile ? costsOf(profile) : new Map() }),
  }));
  const onNotification = (notification: Notification) => {
    if (notification.kind !== 'event') return;
    const { event } = notification;
    if (event.kind === 'started')
      store.setState({
        health: new Map(),
        ill: new Map(),
        globalStep: null,
        nativeOff: event.nativeOff ?? null,
      });
    if (event.kind !== 'health') return;
    const health = new Map<NodeId, NodeHealth[]>();
    for (const node of event.nodes) health.set(node.source, [...(health.get(node.source) ?? []), node]);
    const before = store.getState().ill;
    const ill = new Map<NodeId, Ill>();
    for (const [node, primitives] of health) {
      const worst = worstOf(primitives);
      const known = before.get(node);
      if (worst) ill.set(node, known && isSame(known, worst) ? known : worst);
    }
    store.setState({ health, ill, globalStep: event.globalStep });
  };
  link().subscribe(onNotification);
  return store;
}

function worstOf(primitives: readonly NodeHealth[]): Ill | null {
  for (const verdict of GRAVITY) {
    const health = primitives.find(({ verdicts }) => verdicts.includes(verdict));
    if (health) return { verdict, health };
  }
  return null;
}

/** To what is shown of it. */
const isSame = (a: Ill, b: Ill): boolean => a.verdict === b.verdict && figureOf(a) === figureOf(b);

/** The figure behind a verdict, as it is printed: a share in whole percent, or the power of ten of a norm. */
export function figureOf({ verdict, health }: Ill): string {
  const { gradientNorm, deadShare, saturatedShare } = health;
  const share = verdict === 'dead' ? deadShare : verdict === 'saturated' ? saturatedShare : null;
  return share === null ? Number(gradientNorm).toExponential(0) : `${Math.round(share * 100)} %`;
}

/** As `formatDuration`, with microseconds: nodes are shorter than steps. */
export const formatShort = (milliseconds: number): string =>
  milliseconds < 0.1 ? `${Math.round(milliseconds * 1000)} µs` : formatDuration(milliseconds);

function costsOf({ nodes }: StepProfile): ReadonlyMap<NodeId, MeasuredCost> {
  const total = nodes.reduce((sum, { forwardMs, backwardMs }) => sum + forwardMs + backwardMs, 0);
  const costs = new Map<NodeId, MeasuredCost>();
  for (const { source, forwardMs, backwardMs, bytes } of nodes) {
    const before = costs.get(source) ?? { forwardMs: 0, backwardMs: 0, bytes: 0, share: 0 };
    costs.set(source, {
      forwardMs: before.forwardMs + forwardMs,
      backwardMs: before.backwardMs + backwardMs,
      bytes: before.bytes + bytes,
      share: before.share + (forwardMs + backwardMs) / (total || 1),
    });
  }
  return costs;
}

export const healthStore = createHealthStore(workerLink);
export const useHealth = <T>(select: (state: HealthState) => T): T => useStore(healthStore, select);
