/** The learning-rate range test: its arithmetic by closed form, and the whole of it on a real model. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from '../../engine/build-model';
import { run } from '../../engine/run';
import { RunControl } from '../../engine/run-control';
import { densePlan, trainingPlan, XOR, xorData } from '../../engine/testing';
import { scheduleType } from '../../nodes/training-index';
import { rangeTestEnd, rangeTestPlan, rangeTestSteps, rateAt, smoothLoss, suggestRate } from './range-test';

const SETTINGS = { from: 1e-7, to: 10, steps: 200 };

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe('rates', () => {
  it('rise by one factor from the first to the last and stay there', () => {
    const { from, to, steps } = SETTINGS;
    expect(rateAt(1, 1, SETTINGS)).toBe(from);
    expect(rateAt(steps, 1, SETTINGS)).toBeCloseTo(to, 10);
    expect(rateAt(steps + 50, 1, SETTINGS)).toBeCloseTo(to, 10);
    const factor = (to / from) ** (1 / (steps - 1));
    for (let step = 1; step < steps; step += 1)
      expect(rateAt(step + 1, 1, SETTINGS) / rateAt(step, 1, SETTINGS)).toBeCloseTo(factor, 10);
  });

  it('are those that the schedule gives, with accumulated batches too', () => {
    for (const accumulate of [1, 3]) {
      const training = trainingPlan({});
      const phase = { ...training.phases[0]!, accumulate };
      const plan = rangeTestPlan({ ...training, phases: [phase] }, SETTINGS);
      const { schedule, optimizer, epochs } = plan.phases[0]!;
      expect(rangeTestSteps(plan, SETTINGS)).toBe(200 * accumulate);
      // Even with one batch per epoch there are enough of them.
      expect(epochs).toBeGreaterThanOrEqual(200 * accumulate);
      for (const step of [1, 2, 3, 4, 100, 599]) {
        const move = Math.floor((step - 1) / accumulate);
        const position = { step: move, steps: 1, stepsPerEpoch: 1, history: [] };
        const factor = scheduleType(schedule.type)!.factor(schedule.config as never, position);
        expect(Number(optimizer.config['learningRate']) * factor).toBeCloseTo(
          rateAt(step, accumulate, SETTINGS),
          12,
        );
      }
    }
  });
});

describe('losses', () => {
  it('are smoothed without a pull towards zero: a constant stays itself', () => {
    for (const loss of smoothLoss(Array(50).fill(2.3))) expect(loss).toBeCloseTo(2.3, 12);
    const [, second] = smoothLoss([1, 3]);
    // (0.95 · 0.05 · 1 + 0.05 · 3) / (1 − 0.95²)
    expect(second).toBeCloseTo((0.95 * 0.05 + 0.05 * 3) / (1 - 0.95 ** 2), 12);
  });

  it('end where they are no number, or where their mean is four times the lowest', () => {
    expect(rangeTestEnd([1, 1, 1])).toBe(3);
    expect(rangeTestEnd([1, 1, Number.NaN, 1])).toBe(2);
    expect(rangeTestEnd([1, Number.POSITIVE_INFINITY])).toBe(1);
    // The mean of 1 and 7.2 is 4.18, of 1 and 6 it is 3.6.
    expect(rangeTestEnd([1, 6, 1])).toBe(3);
    expect(rangeTestEnd([1, 7.2, 1])).toBe(2);
    expect(rangeTestEnd([])).toBe(0);
  });
});

describe('suggestions', () => {
  const rates = Array.from({ length: 200 }, (_, i) => rateAt(i + 1, 1, SETTINGS));

  it('find the middle of a slope and a tenth of its foot', () => {
    // Falls along a sigmoid of log₁₀ rate around 1e-3, rises steeply from 0.1 on.
    const losses = rates.map((rate) => {
      const decade = Math.log10(rate);
      return 2 - 1.5 / (1 + Math.exp(-4 * (decade + 3))) + Math.max(0, decade + 1) ** 2 * 3;
    });
    const { steepest, tenthOfLowest } = suggestRate(rates, losses)!;
    // Smoothing lags by about 20 of the 25 steps that a decade takes.
    expect(Math.log10(steepest)).toBeGreaterThan(-3.2);
    expect(Math.log10(steepest)).toBeLessThan(-2);
    expect(Math.log10(tenthOfLowest * 10)).toBeGreaterThan(-1.5);
    expect(Math.log10(tenthOfLowest * 10)).toBeLessThan(0.2);
  });

  it('are none where nothing falls or too little is known', () => {
    expect(suggestRate(rates, Array(200).fill(1))).toBeNull();
    expect(
      suggestRate(
        rates,
        rates.map((_, i) => 1 + i / 200),
      ),
    ).toBeNull();
    expect(suggestRate(rates.slice(0, 12), Array(12).fill(1))).toBeNull();
    expect(suggestRate([], [])).toBeNull();
  });
});

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

describe('a whole test', () => {
  it('on a real model: the loss falls, then breaks, and the suggested rate learns better than a tenth or ten times it', async () => {
    const data = xorData(256);
    const lossAfter = async (learningRate: number): Promise<number> => {
      const model = buildModel(tf, densePlan(2, 16, 2, XOR), 1);
      const training = trainingPlan({
        optimizer: { type: 'adam', config: { ...ADAM, learningRate } },
        epochs: 12,
      });
      let loss = Number.NaN;
      for await (const event of run({
        tf,
        model,
        training,
        data,
        control: new RunControl(),
        backend: { name: 'cpu', threads: 1 },
      })) {
        if (event.kind === 'epoch') loss = event.measures['loss']!;
        if (event.kind === 'failed') loss = Number.POSITIVE_INFINITY;
      }
      model.dispose();
      return loss;
    };

    const model = buildModel(tf, densePlan(2, 16, 2, XOR), 1);
    const training = rangeTestPlan(
      trainingPlan({ optimizer: { type: 'adam', config: { ...ADAM, learningRate: 0.5 } } }),
      { ...SETTINGS, from: 1e-5, to: 10 },
    );
    const control = new RunControl();
    const losses: number[] = [];
    for await (const event of run({
      tf,
      model,
      training,
      data,
      control,
      backend: { name: 'cpu', threads: 1 },
    })) {
      if (event.kind === 'step') losses.push(event.measures['loss']!);
      if (losses.length === 200 || rangeTestEnd(losses) < losses.length) control.stop();
    }
    model.dispose();
    const used = losses.map((_, i) => rateAt(i + 1, 1, { ...SETTINGS, from: 1e-5, to: 10 }));
    const { tenthOfLowest, steepest } = suggestRate(used, losses)!;
    const found = await lossAfter(tenthOfLowest);
    console.info(`range test on xor: lowest / 10 = ${tenthOfLowest}, steepest = ${steepest}, loss ${found}`);
    expect(found).toBeLessThan(await lossAfter(tenthOfLowest / 10));
    expect(found).toBeLessThan(await lossAfter(tenthOfLowest * 100));
  });
});
