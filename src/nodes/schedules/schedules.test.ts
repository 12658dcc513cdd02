/** Every schedule against the definition that PyTorch (or the paper) gives, and bounds that hold for any settings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../graph/document';
import type { SchedulePosition } from '../define-training';
import { defaultConfig } from '../fields';
import { parseFields } from '../parse-config';
import { randomConfig, seededRandom } from '../random-config';
import { SCHEDULES, scheduleType } from '../training-index';

const at = (
  type: string,
  config: Config,
  step: number,
  steps: number,
  rest: Partial<SchedulePosition> = {},
): number => {
  const schedule = scheduleType(type)!;
  const whole = { ...defaultConfig(schedule.fields), ...config };
  return schedule.factor(whole as never, { step, steps, stepsPerEpoch: 1, history: [], ...rest });
};
const curve = (type: string, config: Config, steps: number, rest: Partial<SchedulePosition> = {}): number[] =>
  Array.from({ length: steps }, (_, step) => at(type, config, step, steps, rest));
/** Rounding in the last bits aside. */
const expectCurve = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value, `step ${i}`).toBeCloseTo(expected[i]!, 12);
};
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('closed forms', () => {
  it('constant is 1, and Transformers’ constant_with_warmup after a rise', () => {
    expect(curve('constant', {}, 5)).toEqual([1, 1, 1, 1, 1]);
    expectCurve(curve('constant', { warmUp: 0.4 }, 10), [1 / 4, 2 / 4, 3 / 4, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('step is StepLR: times γ whenever an epoch divides evenly', () => {
    let rate = 1;
    const expected = range(30).map((epoch) => {
      if (epoch > 0 && epoch % 7 === 0) rate *= 0.3;
      return rate;
    });
    expectCurve(curve('step', { stepSize: 7, gamma: 0.3 }, 30), expected);
    // Four steps an epoch: all of an epoch at one rate.
    const fine = curve('step', { stepSize: 1, gamma: 0.5 }, 12, { stepsPerEpoch: 4 });
    expectCurve(fine, [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
  });

  it('step drops at whole epochs also when accumulation cuts them into thirds', () => {
    // 10 batches an epoch, 3 of them a move: epoch 3k begins at move 10k exactly.
    for (const k of range(200)) {
      const factor = at('step', { stepSize: 3, gamma: 0.5 }, 10 * k, 10_000, { stepsPerEpoch: 10 / 3 });
      expect(factor).toBe(0.5 ** k);
    }
  });

  it('exponential is ExponentialLR at the ends of epochs, and geometric within', () => {
    let rate = 1;
    const expected = range(20).map((epoch) => {
      if (epoch > 0) rate *= 0.8;
      return rate;
    });
    expectCurve(curve('exponential', { gamma: 0.8 }, 20), expected);
    const fine = curve('exponential', { gamma: 0.8 }, 40, { stepsPerEpoch: 8 });
    for (const i of range(39)) expect(fine[i + 1]! / fine[i]!).toBeCloseTo(0.8 ** (1 / 8), 12);
  });

  it('linear is get_linear_schedule_with_warmup, reaching the end in the last step', () => {
    const expected = range(20).map((step) => (step < 5 ? (step + 1) / 5 : (20 - 1 - step) / (20 - 1 - 5)));
    expectCurve(curve('linear', { warmUp: 0.25 }, 20), expected);
    expect(at('linear', { final: 0.2 }, 19, 20)).toBeCloseTo(0.2, 12);
  });

  it('polynomial is PolynomialLR over the steps', () => {
    for (const power of [0.5, 1, 2, 3]) {
      const expected = range(11).map((step) => (1 - step / 10) ** power);
      expectCurve(curve('polynomial', { power }, 11), expected);
    }
    expectCurve(curve('polynomial', { power: 1, final: 0.3 }, 15), curve('linear', { final: 0.3 }, 15));
  });

  it('cosine is CosineAnnealingLR with eta_min = final', () => {
    const expected = range(11).map((step) => 0.1 + (0.9 * (1 + Math.cos((Math.PI * step) / 10))) / 2);
    expectCurve(curve('cosine', { final: 0.1 }, 11), expected);
  });

  it('cosine with restarts is CosineAnnealingWarmRestarts', () => {
    // T_0 = 2, T_mult = 2: periods [0, 2), [2, 6), [6, 14).
    const periods = [
      [0, 2],
      [2, 4],
      [6, 8],
    ] as const;
    const expected = periods.flatMap(([, length]) =>
      range(length).map((cur) => 0.05 + (0.95 * (1 + Math.cos((Math.PI * cur) / length))) / 2),
    );
    expectCurve(curve('cosine-restarts', { period: 2, multiplier: 2, final: 0.05 }, 14), expected);
    const equal = curve('cosine-restarts', { period: 3 }, 12);
    expectCurve(equal.slice(3), equal.slice(0, 9));
    // Between epochs it moves on: `scheduler.step(epoch + i / iters)`.
    const fine = at('cosine-restarts', { period: 3 }, 5, 40, { stepsPerEpoch: 4 });
    expect(fine).toBeCloseTo((1 + Math.cos((Math.PI * 1.25) / 3)) / 2, 12);
  });

  it('one cycle is OneCycleLR with cosine annealing', () => {
    const [total, pct, div, finalDiv] = [40, 0.25, 10, 100];
    const initial = 1 / div;
    const anneal = (start: number, end: number, p: number) =>
      end + ((start - end) / 2) * (1 + Math.cos(Math.PI * p));
    const top = pct * total - 1;
    const expected = range(total).map((step) =>
      step <= top
        ? anneal(initial, 1, step / top)
        : anneal(1, initial / finalDiv, (step - top) / (total - 1 - top)),
    );
    const config = { rising: pct, startDivisor: div, finalDivisor: finalDiv };
    expectCurve(curve('one-cycle', config, total), expected);
    expect(at('one-cycle', config, 0, total)).toBeCloseTo(1 / div, 12);
    expect(at('one-cycle', config, 9, total)).toBe(1);
    expect(at('one-cycle', config, 39, total)).toBeCloseTo(1 / (div * finalDiv), 12);
    // A phase may last a step longer than was planned for; the end stays.
    expect(at('one-cycle', config, 45, total)).toBe(at('one-cycle', config, 39, total));
  });

  it('inverse square root is that of “Attention is all you need”, with its top at 1', () => {
    const [steps, rising] = [400, 80];
    const vaswani = (n: number) => Math.min(n ** -0.5, n * rising ** -1.5);
    const expected = range(steps).map((step) => vaswani(step + 1) / vaswani(rising));
    expectCurve(curve('inverse-square-root', { warmUp: 0.2 }, steps), expected);
    expect(at('inverse-square-root', { warmUp: 0.2 }, 4 * rising - 1, steps)).toBeCloseTo(0.5, 12);
  });
});

describe('reduce on plateau', () => {
  const factorAfter = (losses: readonly number[], config: Config): number =>
    at('reduce-on-plateau', config, losses.length, 100, {
      history: losses.map((loss) => ({ val_loss: loss, loss: 1 / (1 + loss) })),
    });
  const config = { gamma: 0.5, patience: 1, threshold: 0.1, cooldown: 0, minimum: 0 };

  it('falls in the epoch after patience has run out, and again after as many', () => {
    // Epochs 2 and 3 bring nothing: more than one bad epoch.
    expect(range(8).map((n) => factorAfter(Array<number>(n).fill(1), config))).toEqual([
      1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125,
    ]);
  });

  it('counts a gain only from the threshold on, as a share of the best', () => {
    expect(factorAfter([1, 0.95, 0.91], config)).toBe(0.5);
    expect(factorAfter([1, 0.95, 0.89], config)).toBe(1);
    // 0.95 was no gain, so the best is still 1 and 0.89 beats it.
    expect(factorAfter([1, 0.95, 0.89, 0.85, 0.81], config)).toBe(0.5);
  });

  it('counts nothing while it cools down', () => {
    const cooling = { ...config, cooldown: 2 };
    // As PyTorch: dropped at epoch 3; epochs 4 and 5 cool; 6 and 7 are bad.
    expect(range(9).map((n) => factorAfter(Array<number>(n).fill(1), cooling))).toEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25,
    ]);
  });

  it('stops at the smallest share', () => {
    expect(factorAfter(Array<number>(40).fill(1), { ...config, minimum: 0.2 })).toBe(0.2);
  });

  it('watches the column that was chosen', () => {
    // The loss of training falls while that of validation rises.
    const losses = [1, 2, 3, 4, 5];
    expect(factorAfter(losses, { ...config, monitor: 'val_loss' })).toBe(0.25);
    expect(factorAfter(losses, { ...config, monitor: 'loss' })).toBe(1);
  });
});

describe('for any settings and any position', () => {
  const position = fc
    .record({
      epochs: fc.integer({ min: 1, max: 50 }),
      stepsPerEpoch: fc.integer({ min: 1, max: 50 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      losses: fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { maxLength: 10 }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    })
    .map(({ epochs, stepsPerEpoch, part, losses, seed }) => ({
      seed,
      position: {
        step: Math.floor(part * (epochs * stepsPerEpoch - 1)),
        steps: epochs * stepsPerEpoch,
        stepsPerEpoch,
        history: losses.map((loss) => ({ loss, val_loss: loss })),
      },
    }));

  it.each(SCHEDULES.map((schedule) => [schedule.type, schedule] as const))(
    '%s stays within 0 and the full rate',
    (_, schedule) => {
      fc.assert(
        fc.property(position, ({ seed, position: where }) => {
          const config = parseFields(
            schedule.fields,
            randomConfig(schedule.fields, {}, seededRandom(seed)),
          ).config;
          const factor = schedule.factor(config as never, where);
          expect(factor).toBeGreaterThanOrEqual(0);
          expect(factor).toBeLessThanOrEqual(1 + 1e-12);
          // Pure: the same position gives the same rate.
          expect(schedule.factor(config as never, structuredClone(where))).toBe(factor);
        }),
        { seed: 5 },
      );
    },
  );

  it.each(['linear', 'polynomial', 'cosine', 'inverse-square-root'])(
    '%s rises to 1 during the warm-up and never rises after it',
    (type) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 2, max: 200 }),
          fc.double({ min: 0, max: 0.9, noNaN: true }),
          (steps, warmUp) => {
            const rising = Math.floor(warmUp * steps);
            const values = curve(type, { warmUp }, steps);
            for (const i of range(rising)) expect(values[i]).toBeCloseTo((i + 1) / rising, 12);
            expect(values[Math.max(0, rising - 1)]).toBe(1);
            for (const i of range(steps - 1).slice(rising))
              expect(values[i + 1]).toBeLessThanOrEqual(values[i]!);
          },
        ),
        { seed: 6 },
      );
    },
  );

  it.each(['constant', 'step', 'exponential', 'reduce-on-plateau'])(
    '%s is multiplied by the rise of its warm-up',
    (type) => {
      const bare = curve(type, {}, 50, { stepsPerEpoch: 5 });
      const warm = curve(type, { warmUp: 0.2 }, 50, { stepsPerEpoch: 5 });
      expectCurve(
        warm,
        bare.map((value, step) => value * Math.min(1, (step + 1) / 10)),
      );
    },
  );
});
