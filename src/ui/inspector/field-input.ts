/** Text typed into a number control ⇄ values of a config. Pure, so that every odd input is a test and not a surprise. */

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: 'integer' | 'number' | 'list' | 'length' };

export function parseNumber(text: string, kind: 'int' | 'float'): Parsed<number> {
  const value = Number(text.trim().replace('−', '-'));
  if (text.trim() === '' || !Number.isFinite(value))
    return { ok: false, why: kind === 'int' ? 'integer' : 'number' };
  if (kind === 'int' && !Number.isInteger(value)) return { ok: false, why: 'integer' };
  return { ok: true, value };
}

/** `28, 28, 1`, `28×28×1` and `28 28 1` all mean the same list. */
export function parseList(
  text: string,
  kind: 'int' | 'float',
  minLength: number,
  maxLength: number,
): Parsed<readonly number[]> {
  const parts = text.split(kind === 'int' ? /[\s,;×x，、]+/ : /[\s,;，、]+/).filter((part) => part !== '');
  const values: number[] = [];
  for (const part of parts) {
    const parsed = parseNumber(part, kind);
    if (!parsed.ok) return { ok: false, why: 'list' };
    values.push(parsed.value);
  }
  if (values.length < minLength || values.length > maxLength) return { ok: false, why: 'length' };
  return { ok: true, value: values };
}

/**
 * Arrow keys: integers move by 1 (10 with Shift). Floats without a step of their own move by one unit of their leading
 * digit, so that a learning rate of 0.001 goes to 0.002 and down to 0.0009, not to −0.999.
 */
export function nudge(
  value: number,
  direction: 1 | -1,
  big: boolean,
  field: {
    readonly kind: 'int' | 'float';
    readonly min: number;
    readonly max: number;
    readonly step?: number;
  },
): number {
  let step = field.kind === 'int' ? 1 : field.step;
  if (step === undefined) {
    const size = Math.abs(value) || 0.1;
    const exponent = Math.floor(Math.log10(size));
    step = 10 ** exponent;
    if (direction * Math.sign(value || 1) < 0 && size <= step * 1.000001) step /= 10;
  }
  const next = value + direction * step * (big ? 10 : 1);
  const clean = Number(next.toPrecision(12));
  return Math.min(field.max, Math.max(field.min, clean));
}
