/** Parsing configs: whatever comes in, a complete legal config comes out, with one problem per field that did not fit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../graph/document';
import { t } from '../graph/text';
import { defineLayer, ok, oneInput, oneOutput } from './define-node';
import { boolean, choice, column, columns, defaultConfig, float, floats, int, ints, metrics } from './fields';
import { NODE_TYPES } from './index';
import { migrateConfig, parseConfig, parseFields } from './parse-config';

const text = t('x', '某');
const fields = {
  units: int(text, text, 8, { min: 1, max: 100 }),
  rate: float(text, text, 0.5, { min: 0, max: 1 }),
  bias: boolean(text, text, true),
  mode: choice(text, text, 'a', [
    { value: 'a', title: text },
    { value: 'b', title: text },
  ]),
  size: ints(text, text, [3, 3], { min: 1, max: 9, minLength: 2, maxLength: 2 }),
  weights: floats(text, text, [], { min: 0, max: 10, maxLength: 3 }),
  target: column(text, text, ['category']),
  used: columns(text, text, ['number']),
  report: metrics(text, text, ['accuracy'], ['accuracy', 'f1']),
};
const defaults = defaultConfig(fields);

/** The field's value after parsing, and its problem's code and proposal. */
function parseOne(name: keyof typeof fields, received: unknown) {
  const { config, problems } = parseFields(fields, { [name]: received });
  const problem = problems[0];
  return { value: config[name], code: problem?.code ?? null, proposals: problem?.proposals ?? [] };
}

describe('parseFields', () => {
  it('fills in what is missing without a problem and drops what is unknown', () => {
    expect(parseFields(fields, { units: 5, colour: 'red' })).toEqual({
      config: { ...defaults, units: 5 },
      problems: [],
    });
    for (const nothing of [null, undefined, 7, 'text', []]) {
      expect(parseFields(fields, nothing)).toEqual({ config: defaults, problems: [] });
    }
  });

  it('reads own properties only', () => {
    const inherited = Object.create({ units: 99 }) as object;
    expect(parseFields(fields, inherited).config['units']).toBe(8);
    expect(parseFields(fields, JSON.parse('{"__proto__": {"units": 99}}')).config['units']).toBe(8);
  });

  it('brings numbers into range and proposes that value', () => {
    expect(parseOne('units', 500)).toEqual({
      value: 100,
      code: 'field-range',
      proposals: [{ kind: 'set', config: { units: 100 } }],
    });
    expect(parseOne('rate', -2)).toMatchObject({ value: 0, code: 'field-range' });
    const { problems } = parseFields(fields, { units: 500 });
    expect(problems).toMatchObject([{ field: 'units', min: 1, max: 100, received: 500 }]);
  });

  it.each([
    ['units', 2.6, 3],
    ['units', '12', 8],
    ['units', null, 8],
    ['units', Number.NaN, 8],
    ['rate', 'high', 0.5],
    ['bias', 'yes', true],
    ['mode', 3, 'a'],
    ['size', 5, [5, 5]],
    ['size', [1, 2, 3], [3, 3]],
    ['size', [2.4, 4], [2, 4]],
    ['size', ['a', 4], [3, 4]],
    ['weights', 1, []],
    ['target', 4, ''],
    ['used', 'a', []],
    ['used', [1], []],
    ['report', 'f1', ['accuracy']],
  ] as const)('%s: %j is of the wrong type and becomes %j', (name, received, value) => {
    expect(parseOne(name, received)).toEqual({
      value,
      code: 'field-type',
      proposals: [{ kind: 'set', config: { [name]: value } }],
    });
  });

  it('names the options that exist', () => {
    expect(parseFields(fields, { mode: 'c' }).problems).toMatchObject([
      { code: 'field-choice', field: 'mode', options: ['a', 'b'], received: 'c' },
    ]);
    expect(parseOne('report', ['f1', 'auc'])).toMatchObject({ value: ['f1'], code: 'field-choice' });
  });

  it('clamps inside lists', () => {
    expect(parseOne('size', [0, 4])).toMatchObject({ value: [1, 4], code: 'field-range' });
    expect(parseOne('weights', [1, 99])).toMatchObject({ value: [1, 10], code: 'field-range' });
  });

  it('never throws, and what it returns it accepts, for any JSON and every type', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NODE_TYPES), fc.infiniteStream(fc.jsonValue()), (type, values) => {
        const config: Record<string, unknown> = {};
        for (const name of Object.keys(type.fields)) config[name] = values.next().value;
        const parsed = parseConfig(type, config as Config);
        expect(Object.keys(parsed.config)).toEqual(Object.keys(type.fields));
        expect(parseConfig(type, parsed.config)).toEqual({ config: parsed.config, problems: [] });
        for (const problem of parsed.problems) {
          expect(problem.proposals).toEqual([
            { kind: 'set', config: { [problem.field!]: parsed.config[problem.field!] } },
          ]);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});

describe('migrateConfig', () => {
  const migrations: { [version: number]: (config: Config) => Config } = {
    1: ({ width, ...rest }) => ({ ...rest, units: width ?? 8 }),
    2: (config) => ({ ...config, rate: 0.25 }),
  };
  const type = defineLayer({
    kind: 'layer',
    type: 'aged',
    version: 3,
    family: 'core',
    title: text,
    summary: text,
    formula: 'x',
    references: [],
    keywords: [],
    fields: { units: fields.units, rate: fields.rate },
    inputs: oneInput(),
    outputs: oneOutput,
    headline: () => '',
    inferShapes: () => ok({}),
    weights: () => [],
    multiplyAdds: () => 0,
    build: ({ tf }) => tf.layers.flatten(),
    emit: { tfjs: { kind: 'native', className: 'Flatten' } },
    migrations,
    examples: [],
  });

  it('goes through every version in between', () => {
    expect(migrateConfig(type, { width: 12 }, 1)).toEqual({ units: 12, rate: 0.25 });
    expect(migrateConfig(type, { units: 12 }, 2)).toEqual({ units: 12, rate: 0.25 });
  });

  it('leaves today’s and newer configs alone', () => {
    const config = { units: 12, rate: 0.75 };
    expect(migrateConfig(type, config, 3)).toBe(config);
    expect(migrateConfig(type, config, 4)).toBe(config);
  });
});
