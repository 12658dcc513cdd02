import { expect, it } from 'vitest';
import type { StepBlock } from './protocol';
import { StepCoalescer, type StepEvent } from './step-coalescer';

const step = (globalStep: number, measures: Record<string, number>, durationMs = 1): StepEvent => ({
  kind: 'step',
  epoch: 1,
  step: globalStep,
  globalStep,
  measures,
  durationMs,
});

function setUp() {
  const clock = { now: 0 };
  const blocks: StepBlock[] = [];
  const coalescer = new StepCoalescer(
    (block) => blocks.push(block),
    () => clock.now,
  );
  return { clock, blocks, coalescer };
}

it('sends at most twenty blocks a second and loses no step', () => {
  const { clock, blocks, coalescer } = setUp();
  for (let i = 1; i <= 1000; i += 1) {
    clock.now = i;
    coalescer.add(step(i, { loss: i / 1000, accuracy: 0.5 }));
  }
  coalescer.flush();
  expect(blocks.length).toBeLessThanOrEqual(21);
  expect(blocks.flatMap(({ globalSteps }) => Array.from(globalSteps))).toEqual(
    Array.from({ length: 1000 }, (_, i) => i + 1),
  );
  const last = blocks.at(-1)!;
  expect(last.columns).toEqual(['loss', 'accuracy']);
  expect(Array.from(last.values.slice(-2))).toEqual([1, 0.5]);
  expect(last).toMatchObject({ epoch: 1, step: 1000, stepMs: 1 });
});

it('sends the first step and every slow step at once', () => {
  const { clock, blocks, coalescer } = setUp();
  coalescer.add(step(1, { loss: 1 }));
  expect(blocks).toHaveLength(1);
  clock.now = 10;
  coalescer.add(step(2, { loss: 1 }, 60));
  expect(blocks).toHaveLength(2);
});

it('never mixes columns in one block', () => {
  const { blocks, coalescer } = setUp();
  coalescer.add(step(1, { loss: 1 }));
  coalescer.add(step(2, { loss: 1 }));
  coalescer.add(step(3, { loss: 1, mae: 2 }));
  coalescer.flush();
  expect(blocks.map(({ columns }) => columns)).toEqual([['loss'], ['loss'], ['loss', 'mae']]);
});

it('sends nothing when there is nothing', () => {
  const { blocks, coalescer } = setUp();
  coalescer.flush();
  expect(blocks).toEqual([]);
});
