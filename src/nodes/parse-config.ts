/**
 * Turns a config out of a document, a file or a link into one that the node type can rely on: every field present, of its kind
 * and in range. What did not fit is replaced and reported with the replacement as a proposal. Never throws.
 */
import type { Config } from '../graph/document';
import type { Json } from '../graph/json';
import type { NodeProblem, NodeType } from './define-node';
import type { Field, Fields } from './fields';

export interface ParsedConfig {
  /** Exactly the declared fields; unknown keys are left out. */
  readonly config: Config;
  readonly problems: readonly NodeProblem[];
}

/** A legal value, and what was wrong with the received one. The problem has no proposals yet. */
interface ParsedValue {
  readonly value: Json;
  readonly problem: NodeProblem | null;
}

const good = (value: Json): ParsedValue => ({ value, problem: null });

/** How a received value is named in a message: its JSON, cut short. */
function describeValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

const wrongType = (field: string, expected: string, received: unknown, value: Json): ParsedValue => ({
  value,
  problem: { code: 'field-type', field, expected, received: describeValue(received) },
});

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));

function parseNumber(
  name: string,
  received: unknown,
  whole: boolean,
  min: number,
  max: number,
  fallback: number,
): ParsedValue {
  const expected = whole ? 'int' : 'float';
  if (typeof received !== 'number' || !Number.isFinite(received))
    return wrongType(name, expected, received, fallback);
  if (whole && !Number.isInteger(received))
    return wrongType(name, expected, received, clamp(Math.round(received), min, max));
  if (received >= min && received <= max) return good(received);
  return {
    value: clamp(received, min, max),
    problem: { code: 'field-range', field: name, min, max, received },
  };
}

function parseNumbers(
  name: string,
  received: unknown,
  field: Extract<Field, { kind: 'ints' | 'floats' }>,
): ParsedValue {
  const whole = field.kind === 'ints';
  const minLength = field.kind === 'ints' ? field.minLength : 0;
  if (!Array.isArray(received)) {
    // One number where several are due, as Keras allows for kernel sizes and strides: it stands for all of them.
    const single = minLength > 0 && typeof received === 'number' && Number.isFinite(received);
    if (!single) return wrongType(name, field.kind, received, field.default);
    const value = clamp(whole ? Math.round(received) : received, field.min, field.max);
    return wrongType(
      name,
      field.kind,
      received,
      Array.from({ length: minLength }, () => value),
    );
  }
  if (received.length < minLength || received.length > field.maxLength) {
    return wrongType(name, field.kind, received, field.default);
  }
  const values: Json[] = [];
  let problem: NodeProblem | null = null;
  for (const [index, item] of received.entries()) {
    const parsed = parseNumber(
      name,
      item,
      whole,
      field.min,
      field.max,
      field.default[index] ?? field.default[0] ?? field.min,
    );
    values.push(parsed.value);
    problem ??= parsed.problem;
  }
  if (problem?.code === 'field-type') return wrongType(name, field.kind, received, values);
  return { value: values, problem };
}

function parseStrings(
  name: string,
  received: unknown,
  expected: string,
  fallback: readonly string[],
): ParsedValue {
  const isList = Array.isArray(received) && received.every((item) => typeof item === 'string');
  return isList ? good([...new Set(received as string[])]) : wrongType(name, expected, received, fallback);
}

function parseValue(name: string, field: Field, received: unknown): ParsedValue {
  switch (field.kind) {
    case 'int':
    case 'float':
      return parseNumber(name, received, field.kind === 'int', field.min, field.max, field.default);
    case 'boolean':
      return typeof received === 'boolean'
        ? good(received)
        : wrongType(name, 'boolean', received, field.default);
    case 'choice': {
      if (typeof received !== 'string') return wrongType(name, 'choice', received, field.default);
      const options = field.options.map((option) => option.value);
      if (options.includes(received)) return good(received);
      return { value: field.default, problem: { code: 'field-choice', field: name, options, received } };
    }
    case 'ints':
    case 'floats':
      return parseNumbers(name, received, field);
    case 'column':
      return typeof received === 'string'
        ? good(received)
        : wrongType(name, 'column', received, field.default);
    case 'columns':
      return parseStrings(name, received, 'columns', field.default);
    case 'metrics': {
      const parsed = parseStrings(name, received, 'metrics', field.default);
      if (parsed.problem) return parsed;
      const metrics = parsed.value as readonly string[];
      const unknown = metrics.find((metric) => !field.options.includes(metric));
      if (unknown === undefined) return parsed;
      return {
        value: metrics.filter((metric) => field.options.includes(metric)),
        problem: { code: 'field-choice', field: name, options: field.options, received: unknown },
      };
    }
  }
}

/** As `parseConfig`, for anything that has fields (optimizers too). A missing field takes its default and is no problem. */
export function parseFields(fields: Fields, received: unknown): ParsedConfig {
  const source: object = typeof received === 'object' && received !== null ? received : {};
  const config: Record<string, Json> = {};
  const problems: NodeProblem[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const value: unknown = Object.hasOwn(source, name) ? source[name as keyof typeof source] : undefined;
    const parsed = value === undefined ? good(field.default) : parseValue(name, field, value);
    config[name] = parsed.value;
    if (parsed.problem) {
      problems.push({
        ...parsed.problem,
        field: name,
        proposals: [{ kind: 'set', config: { [name]: parsed.value } }],
      } as NodeProblem);
    }
  }
  return { config, problems };
}

export function parseConfig(type: NodeType, config: Config): ParsedConfig {
  return parseFields(type.fields, config);
}

/**
 * A config written by version `version` of the type, in the words of today's version. One from a newer version comes back as it
 * is; the compiler reports that.
 */
export function migrateConfig(type: NodeType, config: Config, version: number): Config {
  let migrated = config;
  for (let from = version; from < type.version; from++)
    migrated = type.migrations[from]?.(migrated) ?? migrated;
  return migrated;
}
