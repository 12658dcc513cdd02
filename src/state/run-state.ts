/** The run store's parts that need no store: what it shows before a run, and questions about what it shows. */
import type { Meaning } from '../graph/document';
import type { Json } from '../graph/json';
import { jsonEqual } from '../graph/json-equal';
import type { KeptWeights } from '../worker/protocol';
import type { RunState } from './contract';

export const IDLE = {
  status: 'idle',
  run: null,
  backend: null,
  threads: 0,
  epoch: 0,
  epochs: 0,
  step: 0,
  stepsPerEpoch: 0,
  secondsLeft: null,
  samplesPerSecond: null,
  failure: null,
  reason: null,
  startsFrom: null,
  epochRows: [],
  evaluation: null,
  samples: [],
  receipt: null,
  resumed: null,
  keptAt: null,
  keepProblem: null,
  interrupted: null,
  reproduction: null,
  stale: false,
} as const satisfies Partial<RunState>;

/** The same network on the same data; training settings do not matter to a model that is trained already. */
export function sameModel(a: Meaning, b: Meaning): boolean {
  return (['nodes', 'edges', 'dataset'] as const).every((part) =>
    jsonEqual(a[part] as Json, b[part] as Json),
  );
}
export const sameMeaning = (a: Meaning, b: Meaning): boolean =>
  a === b || jsonEqual(a as unknown as Json, b as unknown as Json);

export const hasAdapted = ({ nodes = {} }: KeptWeights): boolean =>
  Object.values(nodes).some((each) => each !== 'fresh');

export const isActive = ({ status }: RunState): boolean =>
  status === 'starting' || status === 'running' || status === 'paused' || status === 'stopping';
