/**
 * The space of a search: which settings vary and over what. A point of it has one value per dimension, in order. Points come from a
 * grid or by chance; whether a point can be trained is for `trials.ts` to find out.
 */
import type { Command } from '../../graph/command';
import type { Config, Meaning, NodeId } from '../../graph/document';
import type { Json } from '../../graph/json';
import { own } from '../../graph/own';
import { DEFAULT_TRAINING, type TrainingSettings } from '../../graph/training-settings';
import { trainingMessages as words } from '../../messages/training';
import {
  type BooleanField,
  type ChoiceField,
  choice,
  type Fields,
  type FloatField,
  type IntField,
  int,
} from '../../nodes/fields';
import { nodeType } from '../../nodes/index';
import { OPTIMIZERS, optimizerType } from '../../nodes/training-index';

/** Where a setting stands in the document. */
export type SettingPlace =
  | { readonly kind: 'node'; readonly node: NodeId; readonly field: string }
  | { readonly kind: 'optimizer'; readonly field: string }
  | { readonly kind: 'training'; readonly field: TrainingField };
export type TrainingField = 'optimizer' | 'batchSize' | 'epochs';

export type Values =
  | { readonly kind: 'list'; readonly values: readonly Json[] }
  | {
      readonly kind: 'range';
      readonly from: number;
      readonly to: number;
      /** Equal factors instead of equal differences. Both ends are above zero then. */
      readonly log: boolean;
      /** How many values a grid takes of it, both ends included. */
      readonly points: number;
    };

export interface Dimension {
  readonly place: SettingPlace;
  readonly values: Values;
  /** Only whole numbers. */
  readonly whole: boolean;
}
export type Point = readonly Json[];

/** Uniform in [0, 1); handed in, because the seeded generator belongs to the data. */
export type Random = () => number;

export type SearchableField = IntField | FloatField | BooleanField | ChoiceField;
export interface Setting {
  readonly place: SettingPlace;
  readonly field: SearchableField;
  readonly value: Json;
}

export const placeKey = (place: SettingPlace): string =>
  place.kind === 'node' ? `node:${place.node}:${place.field}` : `${place.kind}:${place.field}`;

const D = DEFAULT_TRAINING;
const TRAINING_FIELDS: { readonly [F in TrainingField]: SearchableField } = {
  optimizer: choice<string>(
    words.optimizer,
    words.optimizerHelp,
    D.optimizer.type,
    OPTIMIZERS.map(({ type, title }) => ({ value: type, title })),
  ),
  batchSize: int(words.batchSize, words.batchSizeHelp, D.batchSize, { min: 1, max: 65_536 }),
  epochs: int(words.epochs, words.epochsHelp, D.epochs, { min: 1, max: 100_000 }),
};

/** Every number, choice and switch of the training settings, the optimizer and the nodes, in this order. */
export function searchableSettings({ nodes, training }: Meaning): readonly Setting[] {
  const settings: Setting[] = (Object.keys(TRAINING_FIELDS) as TrainingField[]).map((field) => ({
    place: { kind: 'training', field },
    field: TRAINING_FIELDS[field],
    value: field === 'optimizer' ? training.optimizer.type : training[field],
  }));
  for (const { name, field, value } of searchable(
    optimizerType(training.optimizer.type)?.fields ?? {},
    training.optimizer.config,
  ))
    settings.push({ place: { kind: 'optimizer', field: name }, field, value });
  for (const node of Object.values(nodes)) {
    for (const { name, field, value } of searchable(nodeType(node.type)?.fields ?? {}, node.config))
      settings.push({ place: { kind: 'node', node: node.id, field: name }, field, value });
  }
  return settings;
}

function searchable(fields: Fields, config: Config) {
  return Object.entries(fields).flatMap(([name, field]) => {
    const isSearchable =
      field.kind === 'int' || field.kind === 'float' || field.kind === 'boolean' || field.kind === 'choice';
    // A field that the form hides has no effect.
    if (!isSearchable || field.visible?.(config) === false) return [];
    return [{ name, field, value: own(config, name) ?? (field.default as Json) }];
  });
}

/** A first proposal for a setting: all that a choice has, and for a number the surroundings of its value. */
export function proposedValues({ field, value }: Setting): Values {
  if (field.kind === 'choice') return { kind: 'list', values: field.options.map((option) => option.value) };
  if (field.kind === 'boolean') return { kind: 'list', values: [false, true] };
  const now = typeof value === 'number' ? value : field.default;
  const clamp = (wanted: number) => Math.min(field.max, Math.max(field.min, wanted));
  // Rates are looked for by orders of magnitude, sizes by factors of two, shares in all of their range.
  if (field.kind === 'float' && now > 0 && now < 0.05)
    return {
      kind: 'range',
      from: clamp(rounded(now / 10)),
      to: clamp(rounded(now * 10)),
      log: true,
      points: 5,
    };
  if (field.kind === 'float')
    return { kind: 'range', from: clamp(0), to: clamp(Math.max(0.5, now * 2)), log: false, points: 5 };
  const from = clamp(Math.max(1, Math.round(now / 2)));
  return { kind: 'range', from, to: clamp(Math.max(from + 1, now * 2)), log: now >= 8, points: 3 };
}
const rounded = (value: number): number => Number(value.toPrecision(3));

/** The values that a grid takes of a dimension; each once. */
export function gridValues({ values, whole }: Dimension): readonly Json[] {
  if (values.kind === 'list') return [...new Set(values.values)];
  const { points } = values;
  const all = Array.from({ length: points }, (_, i) => at(values, points > 1 ? i / (points - 1) : 0, whole));
  return [...new Set(all)];
}

export const gridSize = (dimensions: readonly Dimension[]): number =>
  dimensions.reduce((product, dimension) => product * gridValues(dimension).length, 1);

/** Where `share` of the way from one end to the other leads; the ends themselves exactly. */
function at({ from, to, log }: Extract<Values, { kind: 'range' }>, share: number, whole: boolean): number {
  const exact = log ? from * (to / from) ** share : from + (to - from) * share;
  if (share === 0 || share === 1) return share === 0 ? from : to;
  return whole ? Math.round(exact) : Number(exact.toPrecision(4));
}

/** The `index`th point of the grid: the last dimension turns fastest, as the digits of a number. */
export function gridPoint(dimensions: readonly Dimension[], index: number): Point {
  let rest = index;
  return dimensions
    .toReversed()
    .map((dimension) => {
      const values = gridValues(dimension);
      const digit = rest % values.length;
      rest = Math.floor(rest / values.length);
      return values[digit]!;
    })
    .toReversed();
}

/** The whole grid in order; of one that is larger than the budget, that many different points by chance. */
export function* gridPoints(
  dimensions: readonly Dimension[],
  budget: number,
  random: Random,
): Generator<Point> {
  const size = gridSize(dimensions);
  if (size <= budget) {
    for (let index = 0; index < size; index += 1) yield gridPoint(dimensions, index);
    return;
  }
  const taken = new Set<number>();
  while (taken.size < size) {
    const index = Math.floor(random() * size);
    if (taken.has(index)) continue;
    taken.add(index);
    yield gridPoint(dimensions, index);
  }
}

/** Independent points, without end (Bergstra and Bengio, 2012). */
export function* randomPoints(dimensions: readonly Dimension[], random: Random): Generator<Point> {
  for (;;) yield dimensions.map((dimension) => randomValue(dimension, random));
}

function randomValue({ values, whole }: Dimension, random: Random): Json {
  const share = random();
  if (values.kind === 'list') return values.values[Math.floor(share * values.values.length)]!;
  const { from, to, log } = values;
  if (!whole) return at(values, share, false);
  // Each whole number as likely as any other (or as its share of the logarithmic scale): half a step beyond both ends.
  const low = log ? Math.log(from - 0.5) : from - 0.5;
  const high = log ? Math.log(to + 0.5) : to + 0.5;
  const exact = low + (high - low) * share;
  return Math.min(to, Math.max(from, Math.round(log ? Math.exp(exact) : exact)));
}

/** One undoable edit that makes the document what the point says. What the document no longer has stays as it is. */
export function pointCommand(
  { nodes, training }: Meaning,
  places: readonly SettingPlace[],
  point: Point,
): Command {
  const commands: Command[] = [];
  const changed: { -readonly [F in keyof TrainingSettings]?: TrainingSettings[F] } = {};
  let { type, config } = training.optimizer;
  const configs = new Map<NodeId, Record<string, Json>>();
  for (const [i, place] of places.entries()) {
    const value = point[i]!;
    if (place.kind === 'training') {
      if (place.field === 'optimizer') type = String(value);
      else changed[place.field] = Number(value);
    } else if (place.kind === 'node' && own(nodes, place.node)) {
      configs.set(place.node, { ...configs.get(place.node), [place.field]: value });
    }
  }
  // The optimizer first: which fields there are depends on it. What both know stays as it was, as in the form.
  const fields = optimizerType(type)?.fields ?? {};
  if (type !== training.optimizer.type)
    config = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, own(config, name) ?? (field.default as Json)]),
    );
  for (const [i, place] of places.entries()) {
    if (place.kind === 'optimizer' && Object.hasOwn(fields, place.field))
      config = { ...config, [place.field]: point[i]! };
  }
  changed.optimizer = { type, config };
  commands.push({ kind: 'setTraining', training: changed });
  for (const [node, values] of configs) commands.push({ kind: 'setConfig', node, config: values });
  return { kind: 'batch', commands };
}
