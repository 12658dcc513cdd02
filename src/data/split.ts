/**
 * Which rows train, validate and test. Test rows that the data set fixes stay so; time series are cut in time (the newest
 * rows of each group test, the ones before validate); otherwise rows are drawn at random, class by class where there are
 * classes. `validationSplit` is a share of what is left after the test rows. A share above zero gives at least one row.
 * A fold takes its place in cross-validation.
 */
import type { Fold } from '../graph/data-spec';
import type { SplitName } from './dataset';
import { createRandom, shuffle } from './random';
import type { Timeline } from './time-order';

export interface SplitRequest {
  /** The rows to divide. */
  readonly rows: Int32Array;
  /** Rows from here on are the data set's own test rows; null when it fixes none. */
  readonly testFrom: number | null;
  /** Class by row number, for stratification. */
  readonly classes: Int32Array | null;
  readonly timeline: Timeline | null;
  readonly validationSplit: number;
  readonly testSplit: number;
  readonly seed: number;
  readonly fold?: Fold;
}
export type Split = { readonly [S in SplitName]: Int32Array };

const TEST_STREAM = 1;
const VALIDATION_STREAM = 2;
const FOLD_STREAM = 3;

export function splitRows(request: SplitRequest): Split {
  const { rows, testFrom, validationSplit, testSplit, fold } = request;
  const holdOut = request.timeline ? holdOutNewest : holdOutRandom;
  const [rest, test] =
    testFrom === null
      ? holdOut(request, rows, testSplit, TEST_STREAM)
      : [rows.filter((row) => row < testFrom), rows.filter((row) => row >= testFrom)];
  const [train, validation] = fold
    ? (request.timeline ? foldInTime : foldAtRandom)(request, rest, fold)
    : holdOut(request, rest, validationSplit, VALIDATION_STREAM);
  return { train, validation, test };
}

type HoldOut = (
  request: SplitRequest,
  rows: Int32Array,
  share: number,
  stream: number,
) => [Int32Array, Int32Array];

const holdOutRandom: HoldOut = ({ classes, seed }, rows, share, stream) => {
  const strata = groupBy(rows, (row) => classes?.[row] ?? 0);
  const random = createRandom(seed, stream);
  for (const stratum of strata) shuffle(stratum, random);
  return takeFromEach(strata, share, rows.length);
};

const holdOutNewest: HoldOut = ({ timeline }, rows, share) => {
  const { position, start } = timeline!;
  const groups = groupBy(rows, (row) => start[position[row]!]!);
  for (const group of groups) group.sort((a, b) => position[a]! - position[b]!);
  return takeFromEach(groups, share, rows.length);
};

/**
 * Stratified k-fold: the rows of each class are shuffled and dealt out in turn, and the next class goes on where the last one ended.
 * So the folds differ by at most one row in each class and in all, every row is in exactly one, and the seed decides which.
 */
function foldAtRandom(
  { classes, seed }: SplitRequest,
  rows: Int32Array,
  fold: Fold,
): [Int32Array, Int32Array] {
  const random = createRandom(seed, FOLD_STREAM);
  const dealt = groupBy(rows, (row) => classes?.[row] ?? 0).flatMap((stratum) => shuffle(stratum, random));
  const isIn = (_: number, at: number) => at % fold.of === fold.index;
  return [
    Int32Array.from(dealt.filter((row, at) => !isIn(row, at))).sort(),
    Int32Array.from(dealt.filter(isIn)).sort(),
  ];
}

/**
 * Forward chaining (as scikit-learn's TimeSeriesSplit): each group's rows, oldest first, in `of` + 1 equal blocks; a fold learns from
 * the blocks before the one that it validates on, so that nothing is learned from the future. The first block only ever trains.
 */
function foldInTime({ timeline }: SplitRequest, rows: Int32Array, fold: Fold): [Int32Array, Int32Array] {
  const { position, start } = timeline!;
  const groups = groupBy(rows, (row) => start[position[row]!]!);
  const train: number[] = [];
  const validation: number[] = [];
  for (const group of groups) {
    group.sort((a, b) => position[a]! - position[b]!);
    const border = (block: number) => Math.floor((block * group.length) / (fold.of + 1));
    train.push(...group.slice(0, border(fold.index + 1)));
    validation.push(...group.slice(border(fold.index + 1), border(fold.index + 2)));
  }
  return [Int32Array.from(train).sort(), Int32Array.from(validation).sort()];
}

function groupBy(rows: Int32Array, keyOf: (row: number) => number): number[][] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/**
 * Takes `share` of each group from its end. Rounding is carried from group to group, so the total is exact however small
 * the groups are. The last row of a group is only taken when no other is left: a class should have a row to learn from.
 */
function takeFromEach(
  groups: readonly (readonly number[])[],
  share: number,
  total: number,
): [Int32Array, Int32Array] {
  const wanted = share > 0 && total > 1 ? Math.min(total - 1, Math.max(1, Math.round(total * share))) : 0;
  const counts = groups.map(() => 0);
  let owed = 0;
  let left = wanted;
  groups.forEach((group, i) => {
    owed += (group.length * wanted) / total;
    counts[i] = Math.max(0, Math.min(Math.round(owed), group.length - 1, left));
    owed -= counts[i]!;
    left -= counts[i]!;
  });
  for (const spare of [1, 0]) {
    for (let i = groups.length - 1; i >= 0 && left > 0; i--) {
      const more = Math.min(left, groups[i]!.length - spare - counts[i]!);
      counts[i]! += Math.max(0, more);
      left -= Math.max(0, more);
    }
  }
  const kept = groups.flatMap((group, i) => group.slice(0, group.length - counts[i]!));
  const taken = groups.flatMap((group, i) => group.slice(group.length - counts[i]!));
  return [Int32Array.from(kept).sort(), Int32Array.from(taken).sort()];
}
