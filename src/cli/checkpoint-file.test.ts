/** A training that is killed and gone on with is the training that was left alone: the same history, the same weights. */
import { existsSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseBackend } from '../engine/backend';
import { buildModel } from '../engine/build-model';
import type { RunCheckpoint } from '../engine/checkpoint';
import { run } from '../engine/run';
import { RunControl } from '../engine/run-control';
import { densePlan, trainingPlan, XOR, xorData } from '../engine/testing';
import { nodeBackendEnv, tf } from '../engine/tf-node';
import { extractWeights } from '../engine/trained-model';
import { apply } from '../graph/apply';
import type { Receipt } from '../graph/receipt';
import { serialise } from '../graph/serialise';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { CHECKPOINT_FILE, readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-file';
import { type EpochRow, writeRun } from './run-folder';
import { lines, scratchFolder, start, weft } from './testing';

const { at, write, remove } = scratchFolder();
afterAll(remove);

const RECEIPT: Receipt = {
  ...{ graph: 'a', data: 'b', seed: 1, backend: 'wasm' },
  ...{ fusesMultiplyAdd: true, threads: 1, tfjs: '4.22.0' },
};

/** A real run with a checkpoint after every third step. */
async function train(resume: RunCheckpoint | null, before: readonly EpochRow[] = []) {
  await chooseBackend(tf, 'wasm', nodeBackendEnv);
  const training = trainingPlan({ seed: 5, batchSize: 16, epochs: 3 });
  const model = buildModel(tf, densePlan(2, 8, 2, XOR), training.seed);
  const history: EpochRow[] = [...before];
  const checkpoints: { readonly checkpoint: RunCheckpoint; readonly history: readonly EpochRow[] }[] = [];
  let asked = 0;
  const wantsCheckpoint = () => {
    asked += 1;
    return asked % 3 === 0;
  };
  const control = new RunControl();
  const backend = { name: tf.getBackend(), threads: 1 };
  const options = { tf, model, training, data: xorData(200), control, backend, resume, wantsCheckpoint };
  for await (const event of run(options)) {
    if (event.kind === 'epoch') history.push({ epoch: event.epoch, measures: event.measures });
    if (event.kind === 'checkpoint')
      checkpoints.push({ checkpoint: event.checkpoint, history: [...history] });
  }
  const weights = await extractWeights(model);
  model.dispose();
  return { checkpoints, history, weights };
}

describe('the file', () => {
  beforeEach(() => {
    write('one/.keep', '');
    removeCheckpoint(at('one'));
  });

  it('gives back a checkpoint to the bit, and a run goes on from it in the middle of an epoch', async () => {
    const whole = await train(null);
    const middle = whole.checkpoints.filter(({ checkpoint }) => checkpoint.step > 0);
    expect(middle.length).toBeGreaterThan(2);
    for (const each of middle) {
      writeCheckpoint(at('one'), { receipt: RECEIPT, ...each });
      const saved = readCheckpoint(at('one'), RECEIPT)!;
      expect(saved.checkpoint).toEqual(each.checkpoint);
      expect(saved.checkpoint.weights[0]!.values).toBeInstanceOf(Float32Array);
      const rest = await train(saved.checkpoint, saved.history);
      expect(rest.history).toEqual(whole.history);
      expect(rest.weights).toEqual(whole.weights);
    }
    // The numbers of the arrays as they are, and little besides.
    const { checkpoint } = middle[0]!;
    const numbers = [
      ...checkpoint.weights.map(({ values }) => values.byteLength),
      ...Object.values(checkpoint.updater.arrays).map((values) => values.byteLength),
    ].reduce((a, b) => a + b, 0);
    expect(readFileSync(at('one', CHECKPOINT_FILE)).length).toBeLessThan(numbers + 4000);
    expect(readdirSync(at('one'))).toEqual(['.keep', CHECKPOINT_FILE]);
  });

  const empty: RunCheckpoint = {
    ...{ version: 1, phase: 0, phaseEpochs: 0, epochs: 0, step: 1, globalStep: 1, elapsedMs: 1, epochMs: 1 },
    ...{ weights: [], updater: { numbers: {}, arrays: {} }, best: { numbers: {}, arrays: {} } },
    ...{ meter: null, history: [] },
  };

  it.each([
    ['another seed', { seed: 2, graph: 'x' }, /with the seed 1$/],
    ['other data', { data: 'x' }, /on other data/],
    ['another backend', { backend: 'cpu', fusesMultiplyAdd: false }, /on wasm: go on with --backend wasm/],
    ['another model', { graph: 'x' }, /another model or other training settings/],
  ] as const)('of a run with %s is refused', (_, other, says) => {
    writeCheckpoint(at('one'), { receipt: RECEIPT, checkpoint: empty, history: [] });
    expect(() => readCheckpoint(at('one'), { ...RECEIPT, ...other })).toThrow(says);
  });

  it('that is damaged, foreign or of another version is refused', () => {
    const path = at('one', CHECKPOINT_FILE);
    const says = () => {
      try {
        readCheckpoint(at('one'), RECEIPT);
        return 'nothing';
      } catch (error) {
        return (error as Error).message;
      }
    };
    writeCheckpoint(at('one'), { receipt: RECEIPT, checkpoint: empty, history: [] });
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    expect(says()).toMatch(/damaged/);
    writeFileSync(path, serialize({ some: 'thing' }));
    expect(says()).toMatch(/no checkpoint of a run/);
    const content = deserialize(bytes);
    writeFileSync(path, serialize({ ...content, fileVersion: 2 }));
    expect(says()).toMatch(/another version/);
    writeFileSync(path, serialize({ ...content, checkpoint: { ...content.checkpoint, version: 0 } }));
    expect(says()).toMatch(/another version/);
    writeFileSync(path, bytes);
    expect(says()).toBe('nothing');
  });

  it('that is not there is no mistake before the run has ended, and one afterwards', () => {
    expect(readCheckpoint(at('one'), RECEIPT)).toBeNull();
    write('over/.keep', '');
    const fitted = {} as Parameters<typeof writeRun>[2]['fitted'];
    const spec = { features: [], targets: [], validationSplit: 0, testSplit: 0, seed: 1 };
    const plan = densePlan(2, 8, 2, XOR);
    writeRun(at('over'), digitsMlp.document(), { plan, spec, fitted, seed: 1, weights: [] }, []);
    expect(() => readCheckpoint(at('over'), RECEIPT)).toThrow(/has ended and left no checkpoint/);
  });

  it('of a machine that rounds otherwise is gone on from, with a warning', () => {
    writeCheckpoint(at('one'), { receipt: RECEIPT, checkpoint: empty, history: [] });
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const saved = readCheckpoint(at('one'), { ...RECEIPT, fusesMultiplyAdd: false })!;
    const told = stderr.mock.calls.flat().join('');
    stderr.mockRestore();
    expect(saved.checkpoint).toEqual(empty);
    expect(told).toMatch(/last digits.*fusesMultiplyAdd/);
  });
});

describe('a process killed in the middle', () => {
  const doc = apply(digitsMlp.document(), {
    kind: 'setTraining',
    // Small batches make it last for some seconds; averaged weights and early stopping have states of their own.
    training: {
      ...{ epochs: 40, batchSize: 4, averaging: { kind: 'ema', decay: 0.99 } },
      earlyStopping: { monitor: 'val_loss', patience: 40, minDelta: 0, restoreBest: true },
    },
  }).doc;

  it('goes on where it stood and ends as the undisturbed one', { timeout: 120_000 }, async () => {
    const file = write('digits.weft.json', serialise(doc));
    const folder = at('killed');
    write('killed/.keep', '');
    const killed = start('train', file, '--out', folder, '--json');
    await new Promise<void>((resolve) => {
      const watcher = watch(folder, () => {
        if (!existsSync(join(folder, CHECKPOINT_FILE))) return;
        watcher.close();
        resolve();
      });
      void killed.ended.then(() => {
        watcher.close();
        resolve();
      });
    });
    killed.child.kill('SIGKILL');
    expect((await killed.ended).code).toBeNull();
    expect(existsSync(join(folder, 'run.json'))).toBe(false);

    const other = await weft('train', file, '--out', folder, '--seed', '9', '--resume');
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/checkpoint in .*killed is of a run with the seed 42/);

    const [rest, whole] = await Promise.all([
      weft('train', file, '--out', folder, '--resume', '--json'),
      weft('train', file, '--out', at('whole'), '--json'),
    ]);
    expect(rest.code, rest.err).toBe(0);
    const from = lines(rest)[0].globalStep;
    expect(from).toBeGreaterThan(0);
    const facts = (ended: typeof rest) =>
      lines(ended)
        .filter(({ kind, globalStep = from + 1 }) => kind !== 'started' && globalStep > from)
        .map(({ durationMs: _, ...event }) => event);
    expect(facts(rest)).toEqual(facts(whole));
    for (const name of ['history.csv', 'weights.f32', 'run.json'])
      expect(readFileSync(join(folder, name)), name).toEqual(readFileSync(at('whole', name)));
    // Nothing to go on with any more.
    expect(readdirSync(folder).filter((name) => name.startsWith(CHECKPOINT_FILE))).toEqual([]);
  });
});
