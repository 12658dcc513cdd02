/** The engine's own training loop, events included, driven some steps at a time. For Node and for the browser's worker. */
import { buildModel } from '../src/engine/build-model';
import { run } from '../src/engine/run';
import { RunControl } from '../src/engine/run-control';
import type { RunEvent } from '../src/engine/run-event';
import type { Tfjs } from '../src/nodes/define-node';
import type { BenchRun } from './models';

export interface Loop {
  steps(count: number): Promise<void> | void;
  end(): Promise<void> | void;
}

export function engineLoop(
  tf: Tfjs,
  { plan, training, data }: BenchRun,
  backend: { readonly name: string; readonly threads: number },
): Loop {
  const model = buildModel(tf, plan, training.seed);
  const events = run({ tf, model, training, data, control: new RunControl(), backend });
  const next = async (): Promise<RunEvent> => {
    const { value, done } = await events.next();
    if (done || value.kind === 'failed') throw new Error(`The run ended: ${JSON.stringify(value)}`);
    return value;
  };
  return {
    async steps(count) {
      for (let step = 0; step < count; ) if ((await next()).kind === 'step') step += 1;
    },
    async end() {
      await events.return();
      model.dispose();
    },
  };
}
