/** The check before a run in the page: what is asked of the worker, and what comes of each answer. */
import { describe, expect, it } from 'vitest';
import type { Preflight } from '../engine/preflight';
import type { RunEvent } from '../engine/run-event';
import { densePlan, trainingPlan, XOR } from '../engine/testing';
import { nodeId } from '../graph/document';
import type { Notification, Requests } from '../worker/protocol';
import { createHealthStore, figureOf, formatShort } from './health-store';
import { createPreflightStore, type PreflightRequest } from './preflight-store';
import type { Outcome, RequestOptions, WorkerLink } from './worker-link';

const plan = densePlan(2, 8, 2, XOR);
const request = (part: Partial<PreflightRequest> = {}): PreflightRequest => ({
  ...{ plan, training: trainingPlan({}), source: { kind: 'shipped', id: 'digits' }, backend: 'auto' },
  ...part,
});
const measured = (part: Partial<Preflight> = {}): Preflight => ({
  ...{ trials: [], verdict: { kind: 'fits' }, chosen: 'wasm', batchSize: 16, secondsPerEpoch: 1 },
  ...{ predictedBytes: 1000, profile: null, nativeOff: null },
  ...part,
});

function scene(...answers: Outcome<'preflight'>[]) {
  const asked: Requests['preflight']['args'][] = [];
  let release: (() => void) | null = null;
  let options: RequestOptions = {};
  const link = {
    async request(_: string, args: Requests['preflight']['args'], given: RequestOptions) {
      asked.push(args);
      options = given;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return answers.shift();
    },
    subscribe: () => () => {},
  } as unknown as WorkerLink;
  const profiles: unknown[] = [];
  const store = createPreflightStore({ link: () => link, onProfile: (profile) => profiles.push(profile) });
  return { state: store.getState, asked, profiles, answer: () => release?.(), options: () => options };
}

async function checked(answer: Outcome<'preflight'>, part: Partial<PreflightRequest> = {}) {
  const { state, ...rest } = scene(answer);
  const check = state().check(request(part));
  expect(state().status).toBe('measuring');
  rest.answer();
  return { backend: await check, state, ...rest };
}

describe('check', () => {
  it('gives the backend that was chosen', async () => {
    const { backend, state } = await checked({ ok: true, value: measured({ chosen: 'cpu' }) });
    expect([backend, state().status, state().result?.chosen]).toEqual(['cpu', 'ready', 'cpu']);
  });

  it.each([
    { kind: 'smaller-batch', batchSize: 8 },
    { kind: 'cannot-fit', node: 'hidden', source: nodeId('hidden'), bytes: 1e10 },
  ] as const)('stops what is refused: $kind', async (verdict) => {
    const { backend, state } = await checked({ ok: true, value: measured({ chosen: null, verdict }) });
    expect([backend, state().status]).toEqual([null, 'refused']);
    state().dismiss();
    expect([state().status, state().result]).toEqual(['idle', null]);
  });

  it('lets the run tell what is wrong besides memory', async () => {
    const failed = measured({ chosen: null, verdict: { kind: 'failed', message: 'no' } });
    expect((await checked({ ok: true, value: failed })).backend).toBe('auto');
    const lost = { ok: false, error: { kind: 'worker-lost', message: '' } } as const;
    const { backend, state } = await checked(lost, { backend: 'webgl' });
    expect([backend, state().status]).toEqual(['webgl', 'idle']);
  });

  it('does not ask twice for the same, and asks again for what differs', async () => {
    const value = measured();
    const answers = Array.from({ length: 5 }, () => ({ ok: true, value }) as const);
    const { state, asked, answer } = scene(...answers);
    const check = async (part: Partial<PreflightRequest>) => {
      const before = asked.length;
      const found = state().check(request(part));
      answer();
      expect(await found).toBe('wasm');
      return asked.length > before;
    };
    expect(await check({})).toBe(true);
    expect(await check({})).toBe(false);
    const slower = { type: 'adam', config: { learningRate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } };
    expect(await check({ training: trainingPlan({ epochs: 90, optimizer: slower, seed: 9 }) })).toBe(false);
    expect(await check({ training: trainingPlan({ batchSize: 64 }) })).toBe(true);
    expect(await check({ plan: densePlan(2, 9, 2, XOR) })).toBe(true);
    expect(await check({ source: { kind: 'stored', id: 'digits' } })).toBe(true);
    expect(await check({ backend: 'wasm' })).toBe(true);
  });

  it('stops when cancelled, also when the answer was on its way', async () => {
    for (const answer of [
      { ok: false, error: 'cancelled' },
      { ok: true, value: measured() },
    ] as const) {
      const { state, answer: send, options } = scene(answer);
      const check = state().check(request());
      state().cancel();
      expect(options().signal?.aborted).toBe(true);
      send();
      expect(await check).toBeNull();
      expect([state().status, state().result]).toEqual(['idle', null]);
    }
  });

  it('is one at a time, and shows how far it is', async () => {
    const { state, asked, answer, options } = scene({ ok: true, value: measured() });
    const check = state().check(request());
    expect(await state().check(request())).toBeNull();
    options().onProgress?.(1, 4);
    expect(state().progress).toEqual({ done: 1, total: 4 });
    answer();
    await check;
    expect([asked.length, state().progress]).toEqual([1, null]);
  });
});

describe('health', () => {
  const source = nodeId('block');
  const primitive = (node: string, part: object = {}) => ({
    ...{ node, source, gradientNorm: 1e-9, weightNorm: 1, updateRatio: 0.001, mean: 0, std: 1 },
    ...{ deadShare: null, saturatedShare: null, verdicts: [] },
    ...part,
  });
  function listening() {
    let listener: (notification: Notification) => void = () => {};
    const link = {
      subscribe(each: typeof listener) {
        listener = each;
        return () => {};
      },
    } as unknown as WorkerLink;
    const state = createHealthStore(() => link).getState;
    const tell = (event: Exclude<RunEvent, { kind: 'step' | 'checkpoint' }>) =>
      listener({ kind: 'event', run: 'r', sequence: 1, event });
    return { state: () => state(), tell };
  }
  const started = {
    kind: 'started',
    ...{ backend: 'wasm', threads: 1, parameters: 1, epochs: 1, stepsPerEpoch: 1 },
    ...{ rows: { train: 1, validation: 0, test: 0 }, globalStep: 0 },
  } as const;

  it('gathers primitives by node and shows the gravest', () => {
    const { state, tell } = listening();
    const nodes = [
      primitive('block/a', { verdicts: ['vanishing'] }),
      primitive('block/b', { deadShare: 0.62, verdicts: ['dead'] }),
    ];
    tell({ kind: 'health', globalStep: 5, nodes });
    const ill = state().ill.get(source)!;
    expect([ill.verdict, figureOf(ill), state().globalStep]).toEqual(['dead', '62 %', 5]);
    expect(state().health.get(source)).toHaveLength(2);
    // The same to look at: the same object, so that nothing is drawn again.
    tell({
      kind: 'health',
      globalStep: 6,
      nodes: [primitive('block/b', { deadShare: 0.622, verdicts: ['dead'] })],
    });
    expect(state().ill.get(source)).toBe(ill);
    tell({ kind: 'health', globalStep: 7, nodes: [primitive('block/a', { verdicts: ['vanishing'] })] });
    expect(figureOf(state().ill.get(source)!)).toBe('1e-9');
    tell({ kind: 'health', globalStep: 8, nodes: [primitive('block/a')] });
    expect(state().ill.size).toBe(0);
  });

  it('begins anew with each run, and says when the fast kernels are off', () => {
    const { state, tell } = listening();
    tell({ kind: 'health', globalStep: 5, nodes: [primitive('block', { verdicts: ['exploding'] })] });
    tell({ ...started, nativeOff: 'the self-test failed' });
    expect([state().ill.size, state().globalStep, state().nativeOff]).toEqual([
      0,
      null,
      'the self-test failed',
    ]);
    tell(started);
    expect(state().nativeOff).toBeNull();
  });

  it('adds up what the primitives of a node cost', () => {
    const { state } = listening();
    const cost = { source, forwardMs: 1, backwardMs: 2, bytes: 100 };
    const rest = { batchMs: 0, lossMs: 0, updateMs: 0, totalMs: 12 };
    const other = { node: 'x', source: nodeId('x'), forwardMs: 6, backwardMs: 0, bytes: 0 };
    state().setProfile({
      nodes: [{ ...cost, node: 'block/a' }, { ...cost, node: 'block/b' }, other],
      ...rest,
    });
    expect(state().costs.get(source)).toEqual({ forwardMs: 2, backwardMs: 4, bytes: 200, share: 0.5 });
    expect([formatShort(0.0421), formatShort(1.24)]).toEqual(['42 µs', '1.2 ms']);
  });
});
