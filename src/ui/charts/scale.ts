/** Domains and ticks of chart axes: round numbers that people read at a glance, linear or by powers of ten. */

export interface AxisScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** The 1, 2 or 5 × 10ⁿ nearest to a rough step, on a logarithmic eye. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return (digit < 1.5 ? 1 : digit < 3.3 ? 2 : digit < 7.1 ? 5 : 10) * power;
}

const clean = (value: number): number => Number(value.toPrecision(12));

/** About `count` ticks around [low, high]; a flat curve gets room above and below. */
export function linearScale(low: number, high: number, count = 4): AxisScale {
  let [from, to] = low <= high ? [low, high] : [high, low];
  if (to - from <= Math.abs(to) * 1e-9) {
    const room = Math.abs(to) * 0.1 || 1;
    [from, to] = [from - room, to + room];
  }
  const step = niceStep((to - from) / count);
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => clean((first + index) * step));
  return { domain: [ticks[0] ?? from, ticks.at(-1) ?? to], ticks };
}

/** Powers of ten; within two decades also 2 and 5 times them. Needs positive numbers: others are left out by the caller. */
export function logScale(low: number, high: number): AxisScale {
  const digits = Math.log10(high / low) > 2 ? [1] : [1, 2, 5];
  const marks: number[] = [];
  for (
    let exponent = Math.floor(Math.log10(low)) - 1;
    exponent <= Math.ceil(Math.log10(high)) + 1;
    exponent++
  ) {
    for (const digit of digits) marks.push(clean(digit * 10 ** exponent));
  }
  const from = marks.findLastIndex((mark) => mark <= low * 1.000001);
  const to = marks.findIndex((mark) => mark >= high * 0.999999);
  const ticks = marks.slice(Math.max(0, from), to < 0 ? undefined : Math.max(to, from + 1) + 1);
  return { domain: [ticks[0] ?? low, ticks.at(-1) ?? high], ticks };
}

/** Whole epochs, at most `count` ticks. */
export function epochTicks(last: number, count = 8): readonly number[] {
  const step = Math.max(1, niceStep(last / count));
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}
