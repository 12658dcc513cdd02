/** `--field hidden.units=16,32,64` or `--field training.learningRate=0.0001..0.1:log`: text → one dimension of a search. */
import {
  type Dimension,
  placeKey,
  type Setting,
  type SettingPlace,
  searchableSettings,
  type Values,
} from '../compile/experiments/space';
import type { Meaning } from '../graph/document';
import type { Json } from '../graph/json';
import { CliProblem } from './print';

/** Values that a grid takes of a range. */
const POINTS = 5;

/** As it is written on the command line; the optimizer's own settings stand among those of the training. */
export const fieldName = (place: SettingPlace): string =>
  `${place.kind === 'node' ? place.node : 'training'}.${place.field}`;

export function searchDimensions(fields: readonly string[], meaning: Meaning): readonly Dimension[] {
  if (fields.length === 0) throw problem('--field is missing: what shall vary?');
  const settings = new Map(
    searchableSettings(meaning).map((setting) => [fieldName(setting.place), setting] as const),
  );
  const dimensions = fields.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 0) throw problem(`--field is <node|training>.<field>=<values>, not ${text}`);
    const name = text.slice(0, equals);
    const setting = settings.get(name);
    if (!setting)
      throw problem(`There is no setting ${name} to vary. There are: ${[...settings.keys()].join(', ')}`);
    const values = parseValues(name, text.slice(equals + 1), setting);
    return { place: setting.place, values, whole: setting.field.kind === 'int' };
  });
  if (new Set(dimensions.map(({ place }) => placeKey(place))).size < dimensions.length)
    throw problem('Each --field names another setting');
  return dimensions;
}

function parseValues(name: string, text: string, setting: Setting): Values {
  const parts = text.match(/^(.+?)\.\.(.+?)(:log)?$/);
  if (!parts) return { kind: 'list', values: text.split(',').map((each) => parseValue(name, each, setting)) };
  const [, low = '', high = '', suffix] = parts;
  const [from, to] = [parseValue(name, low, setting), parseValue(name, high, setting)];
  if (typeof from !== 'number' || typeof to !== 'number')
    throw problem(`${name} has no range: list its values with commas`);
  if (from >= to) throw problem(`${name}: ${low} is not below ${high}`);
  const log = suffix !== undefined;
  if (log && from <= 0) throw problem(`${name}: a logarithmic range begins above 0, not at ${low}`);
  return { kind: 'range', from, to, log, points: POINTS };
}

function parseValue(name: string, text: string, { field }: Setting): Json {
  switch (field.kind) {
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw problem(`${name} is true or false, not ${text}`);
      return text === 'true';
    case 'choice': {
      const options = field.options.map(({ value }) => value);
      if (!options.includes(text)) throw problem(`${name} is one of ${options.join(', ')}, not ${text}`);
      return text;
    }
    default: {
      const value = Number(text);
      const isWhole = field.kind === 'int';
      if (text.trim() === '' || !(value >= field.min && value <= field.max) || (isWhole && value % 1 !== 0))
        throw problem(
          `${name} is a ${isWhole ? 'whole number' : 'number'} from ${field.min} to ${field.max}, not ${text}`,
        );
      return value;
    }
  }
}

const problem = (message: string): CliProblem => new CliProblem('option', message);
