/**
 * What a project file may hold, part by part. Generous where a value can be supplied (title, layout, training settings), strict
 * where a guess could change what is computed. Used for whole files and for the clipboard.
 */
import * as z from 'zod/mini';
import type { Json } from './json';
import { LEGAL_ID } from './new-document';
import { DEFAULT_TRAINING, type TrainingSettings } from './training-settings';

/** Deeper nesting than any config needs would only serve to overflow the stack. */
const MAX_DEPTH = 32;

function isJson(value: unknown, depth = 0): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false;
  const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return children.every((child) => isJson(child, depth + 1));
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const number = z.number();
const text = z.string();
const id = z.string().check(z.regex(LEGAL_ID));
const config = z.custom<{ readonly [field: string]: Json }>(
  (value) => isRecord(value) && isJson(value),
  'JSON object',
);
const port = z.object({ node: id, port: z.string().check(z.minLength(1)) });
const share = z.number().check(z.gte(0), z.lte(0.9));
const positiveInt = z.int().check(z.gte(1));

export const nodeSchema = z.object({
  type: z.string().check(z.minLength(1)),
  typeVersion: z._default(positiveInt, 1),
  title: z._default(text, ''),
  config: z._default(config, {}),
  bypassed: z.optional(z.boolean()),
  trainable: z.optional(z.boolean()),
  learningRateFactor: z.optional(number.check(z.gte(0))),
});

export const edgeSchema = z.object({ source: port, target: port, order: z._default(number, 0) });

export const positionSchema = z.object({ x: number, y: number });

const box = { x: number, y: number, width: number, height: number };
export const frameSchema = z.object({ title: z._default(text, ''), ...box });
export const noteSchema = z.object({ text: z._default(text, ''), ...box });

const earlyStopping = z.object({
  monitor: text,
  patience: z.int().check(z.gte(0)),
  minDelta: number,
  restoreBest: z.boolean(),
});

const positive = number.check(z.gt(0));
const clipping = z.object({ kind: z.enum(['norm', 'value']), limit: positive });
const averaging = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ema'), decay: number.check(z.gte(0), z.lt(1)) }),
  z.object({ kind: z.literal('swa'), fromEpoch: positiveInt }),
]);
const stop = z.object({
  minutes: z.nullable(positive),
  target: z.nullable(z.object({ monitor: text, value: number })),
});

const trainingSchema = z.object({
  optimizer: z._default(z.object({ type: text, config: z._default(config, {}) }), {
    ...DEFAULT_TRAINING.optimizer,
  }),
  batchSize: z._default(positiveInt, DEFAULT_TRAINING.batchSize),
  epochs: z._default(positiveInt, DEFAULT_TRAINING.epochs),
  validationSplit: z._default(share, DEFAULT_TRAINING.validationSplit),
  testSplit: z._default(share, DEFAULT_TRAINING.testSplit),
  seed: z._default(z.int(), DEFAULT_TRAINING.seed),
  earlyStopping: z._default(z.nullable(earlyStopping), DEFAULT_TRAINING.earlyStopping),
  schedule: z._default(z.object({ type: text, config: z._default(config, {}) }), {
    ...DEFAULT_TRAINING.schedule,
  }),
  clipping: z._default(z.nullable(clipping), DEFAULT_TRAINING.clipping),
  accumulate: z._default(positiveInt, DEFAULT_TRAINING.accumulate),
  averaging: z._default(z.nullable(averaging), DEFAULT_TRAINING.averaging),
  classWeights: z._default(z.enum(['none', 'balanced']), DEFAULT_TRAINING.classWeights),
  lossWeighting: z._default(z.enum(['fixed', 'uncertainty']), DEFAULT_TRAINING.lossWeighting),
  stop: z._default(stop, DEFAULT_TRAINING.stop),
}) satisfies z.ZodMiniType<TrainingSettings>;

export const documentSchema = z.object({
  name: z._default(text, ''),
  meaning: z.object({
    nodes: z.record(id, nodeSchema),
    edges: z._default(z.record(id, edgeSchema), {}),
    dataset: z._default(z.nullable(z.object({ id: text })), null),
    training: z._default(trainingSchema, DEFAULT_TRAINING),
  }),
  layout: z._default(
    z.object({
      positions: z._default(z.record(id, positionSchema), {}),
      frames: z._default(z.record(id, frameSchema), {}),
      notes: z._default(z.record(id, noteSchema), {}),
    }),
    { positions: {}, frames: {}, notes: {} },
  ),
});

export type ParsedDocument = z.infer<typeof documentSchema>;
export type ParsedNode = z.infer<typeof nodeSchema>;

/** Where the first mistake is and what should stand there, as far as zod knows. */
export function firstIssue(error: z.core.$ZodError): { readonly path: string; readonly expected: string } {
  const issue = error.issues[0]!;
  return { path: issue.path.map(String).join('.'), expected: expectation(issue) };
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected;
    case 'too_small':
      return `≥ ${issue.minimum}`;
    case 'too_big':
      return `≤ ${issue.maximum}`;
    case 'invalid_format':
    case 'invalid_key':
      return 'id';
    case 'custom':
      return issue.message;
    default:
      return issue.code;
  }
}
