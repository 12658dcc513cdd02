/** What people type into number fields. */
import { describe, expect, it } from 'vitest';
import { nudge, parseList, parseNumber } from './field-input';

describe('parseNumber', () => {
  it('reads numbers as they are written', () => {
    expect(parseNumber(' 64 ', 'int')).toEqual({ ok: true, value: 64 });
    expect(parseNumber('1e-3', 'float')).toEqual({ ok: true, value: 0.001 });
    expect(parseNumber('−2', 'int')).toEqual({ ok: true, value: -2 });
  });

  it('refuses what is no number, an empty box included', () => {
    for (const text of ['', '-', 'abc', '1/0', 'Infinity']) expect(parseNumber(text, 'float').ok).toBe(false);
    expect(parseNumber('2.5', 'int')).toEqual({ ok: false, why: 'integer' });
  });
});

describe('parseList', () => {
  it('takes commas, spaces and the sign between sizes', () => {
    for (const text of ['28, 28, 1', '28×28×1', '28 28 1', '28，28，1', '28x28x1']) {
      expect(parseList(text, 'int', 1, 4)).toEqual({ ok: true, value: [28, 28, 1] });
    }
    expect(parseList('', 'float', 0, 8)).toEqual({ ok: true, value: [] });
    expect(parseList('0.5, 1e-2', 'float', 0, 8)).toEqual({ ok: true, value: [0.5, 0.01] });
  });

  it('checks every number and the length', () => {
    expect(parseList('3, a', 'int', 1, 4)).toEqual({ ok: false, why: 'list' });
    expect(parseList('3, 2.5', 'int', 1, 4)).toEqual({ ok: false, why: 'list' });
    expect(parseList('1, 2, 3, 4, 5', 'int', 1, 4)).toEqual({ ok: false, why: 'length' });
    expect(parseList('', 'int', 1, 4)).toEqual({ ok: false, why: 'length' });
  });
});

describe('nudge', () => {
  const rate = { kind: 'float', min: 0, max: 1 } as const;
  it('moves a learning rate by its leading digit', () => {
    expect(nudge(0.001, 1, false, rate)).toBe(0.002);
    expect(nudge(0.001, -1, false, rate)).toBe(0.0009);
    expect(nudge(0.0035, -1, false, rate)).toBe(0.0025);
  });

  it('moves integers by one, by ten with Shift, and stays in range', () => {
    const field = { kind: 'int', min: 1, max: 100 } as const;
    expect(nudge(64, 1, false, field)).toBe(65);
    expect(nudge(64, -1, true, field)).toBe(54);
    expect(nudge(3, -1, true, field)).toBe(1);
    expect(nudge(95, 1, true, field)).toBe(100);
  });

  it('uses the step of the field without rounding noise', () => {
    expect(nudge(0.15, 1, false, { kind: 'float', min: 0, max: 0.9, step: 0.05 })).toBe(0.2);
    expect(nudge(0.1, 1, false, { kind: 'float', min: 0, max: 1, step: 0.2 })).toBe(0.3);
  });
});
