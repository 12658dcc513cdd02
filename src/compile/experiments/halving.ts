/**
 * Successive halving (Jamieson and Talwalkar, 2016): many settings for a few epochs, the best of them for more. With n settings, at
 * most R epochs and factor η there are s = min(⌊log_η n⌋, ⌊log_η R⌋) selections; rung i = 0 … s trains ⌊n/ηⁱ⌋ settings for R/ηˢ⁻ⁱ
 * epochs, so that each rung costs about the same. The training plan is that of the last rung from the beginning on, so that a
 * setting can go on from where the rung before left it; a schedule has come part of its way there.
 */
export interface Rung {
  readonly trials: number;
  readonly epochs: number;
}

export function halvingRungs(trials: number, epochs: number, factor: number): readonly Rung[] {
  const selections = Math.min(wholeLog(trials, factor), wholeLog(epochs, factor));
  return Array.from({ length: selections + 1 }, (_, i) => ({
    trials: Math.floor(trials / factor ** i),
    epochs: Math.floor(epochs / factor ** (selections - i)),
  }));
}

/** ⌊log_base value⌋ in whole numbers: by logarithms, that of 243 and base 3 would be 4. */
function wholeLog(value: number, base: number): number {
  let log = 0;
  for (let power = base; power <= value; power *= base) log += 1;
  return log;
}

/** Runs of all rungs, and epochs of all runs: a setting that goes on trains only those that the rung before has not. */
export function halvingCost(rungs: readonly Rung[]): { readonly runs: number; readonly epochs: number } {
  return {
    runs: rungs.reduce((sum, rung) => sum + rung.trials, 0),
    epochs: rungs.reduce(
      (sum, { trials, epochs }, i) => sum + trials * (epochs - (rungs[i - 1]?.epochs ?? 0)),
      0,
    ),
  };
}

/** Which go on: the best `count`, ties to the earlier; one without a finite score never does. Gives indices, best first. */
export function promoted(
  scores: readonly (number | null)[],
  count: number,
  better: 'higher' | 'lower',
): readonly number[] {
  const sign = better === 'higher' ? -1 : 1;
  return scores
    .flatMap((score, index) => (score !== null && Number.isFinite(score) ? [{ score, index }] : []))
    .sort((a, b) => sign * (a.score - b.score) || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}
