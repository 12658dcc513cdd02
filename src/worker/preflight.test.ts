/** `preflight` over a real MessageChannel, with the real host and shipped data; and that nothing of it is left for the run. */
import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { compile } from '../compile/index';
import { findDataset } from '../data/datasets/index';
import { success } from '../data/problems';
import { chooseBackend } from '../engine/backend';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { WorkerClient, type WorkerLike } from './client';
import { Host, type HostEnvironment } from './host';
import type { FromWorker, Notification, Requests, ToWorker } from './protocol';

const environment: HostEnvironment = {
  tf,
  backends: nodeBackendEnv,
  fetchFile: async (path) =>
    new Uint8Array(await readFile(new URL(`../../public/datasets/${path}`, import.meta.url))),
  loadStored: async () => success(null),
  saveStored: async () => success(undefined),
  decodeImage: async () => null,
  saveCheckpoint: async () => ({ ok: true, value: undefined }),
  holdLock: async () => () => undefined,
};

function spawn(): WorkerLike {
  const { port1, port2 } = new MessageChannel();
  const host = new Host(environment, (message, transfer) => port2.postMessage(message, transfer));
  port2.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
  const worker: WorkerLike = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    terminate: () => port1.close(),
    onmessage: null,
    onerror: null,
  };
  port1.onmessage = (event: MessageEvent<FromWorker>) => worker.onmessage?.(event);
  return worker;
}

let client: WorkerClient;
afterEach(() => client.dispose());

const { schema } = findDataset('digits')!;
const { plan, training } = compile(digitsMlp.document(), schema);
const request: Requests['preflight']['args'] = {
  ...{ plan: plan!, training: training! },
  source: { kind: 'shipped', id: 'digits' },
  backend: 'auto',
};

it('answers with figures, tells how far it is, and leaves no tensor', async () => {
  client = new WorkerClient({ spawn });
  const told: Notification[] = [];
  client.subscribe((notification) => told.push(notification));
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
  const tensors = tf.memory().numTensors;
  const answer = await client.request('preflight', request);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  expect(answer.value.trials.map(({ backend }) => backend)).toEqual(['webgpu', 'webgl', 'wasm', 'cpu']);
  expect(answer.value.verdict).toEqual({ kind: 'fits' });
  expect(answer.value.profile?.nodes.map(({ node }) => node)).toEqual(plan!.nodes.map(({ id }) => id));
  expect(told.map((each) => each.kind === 'progress' && [each.done, each.total])).toEqual([
    ...[0, 1, 2, 3].map((done) => [done, 4]),
  ]);
  expect(tf.memory().numTensors).toBe(tensors);
});

it('ends as cancelled, and the next request is answered', async () => {
  client = new WorkerClient({ spawn });
  const { id, result } = client.send('preflight', request);
  client.cancel(id);
  expect(await result).toEqual({ ok: false, error: 'cancelled' });
  expect(await client.request('preflight', { ...request, backend: 'wasm' })).toMatchObject({
    ...{ ok: true, value: { chosen: 'wasm' } },
  });
});

it('says when the data is not there', async () => {
  client = new WorkerClient({ spawn });
  const gone = { ...request, source: { kind: 'stored', id: 'gone' } } as const;
  expect(await client.request('preflight', gone)).toMatchObject({ ok: false, error: { kind: 'data' } });
});
