/**
 * Backends whose results arrive later, as on a GPU: steps overlap, reports are packed and read without blocking. The kernels are
 * those of cpu, registered for a backend of another name, so that the engine treats it as one that cannot be read at once.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chooseBackend } from './backend';
import { buildModel } from './build-model';
import { run } from './run';
import { RunControl } from './run-control';
import type { RunEvent } from './run-event';
import { densePlan, LINE, lineData, trainingPlan, XOR, xorData } from './testing';
import { nodeBackendEnv, tf } from './tf-node';

const LATE = 'late';

beforeAll(async () => {
  for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: LATE });
  const makeCpu = tf.findBackendFactory('cpu') as () => InstanceType<typeof tf.KernelBackend>;
  tf.registerBackend(LATE, () => {
    const backend = makeCpu();
    const read = backend.read.bind(backend);
    backend.read = async (dataId) => {
      await new Promise((resolve) => setTimeout(resolve));
      return read(dataId);
    };
    return backend;
  });
});

async function train(
  backend: string,
  watch: (event: RunEvent, control: RunControl) => void = () => {},
  // Many more steps in an epoch than may be under way at once.
  trial = {
    plan: densePlan(2, 8, 2, XOR),
    data: xorData(200),
    training: trainingPlan({ epochs: 2, batchSize: 4 }),
  },
): Promise<RunEvent[]> {
  if (backend === 'cpu') await chooseBackend(tf, 'cpu', nodeBackendEnv);
  else await tf.setBackend(backend);
  const { plan, data, training } = trial;
  const before = tf.memory().numTensors;
  const model = buildModel(tf, plan, training.seed);
  const control = new RunControl();
  const events: RunEvent[] = [];
  for await (const event of run({
    tf,
    model,
    training,
    data,
    control,
    backend: { name: backend, threads: 1 },
  })) {
    events.push(event);
    watch(event, control);
  }
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return events;
}

const numbers = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === 'step' || event.kind === 'epoch' ? [event.measures] : []));

describe('a run on a backend that answers later', () => {
  let plain: RunEvent[];
  beforeEach(async () => {
    plain = await train('cpu');
  });

  it('tells the same numbers in the same order', async () => {
    expect(numbers(await train(LATE))).toEqual(numbers(plain));
  });

  it('has told of every step it took before it says that it is paused', async () => {
    const log: string[] = [];
    const events = await train(LATE, (event, control) => {
      log.push(event.kind === 'step' ? String(event.globalStep) : event.kind);
      if (event.kind === 'step' && event.globalStep === 2) control.pause();
      if (event.kind === 'paused') setTimeout(() => control.resume());
    });
    const pausedAt = log.indexOf('paused');
    expect(log.slice(1, pausedAt)).toEqual(Array.from({ length: pausedAt - 1 }, (_, i) => String(i + 1)));
    expect(log[pausedAt + 1]).toBe('resumed');
    expect(numbers(events)).toEqual(numbers(plain));
  });

  it('stops at a loss that is not finite, once', async () => {
    const optimizer = { type: 'sgd', config: { learningRate: 1e12, momentum: 0, nesterov: false } };
    const trial = {
      plan: densePlan(2, 8, 1, LINE),
      data: lineData(400),
      training: trainingPlan({ epochs: 20, optimizer }),
    };
    const events = await train(LATE, () => {}, trial);
    expect(events.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'failed', cause: { kind: 'non-finite', epoch: 1 } });
  });
});
