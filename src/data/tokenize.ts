/**
 * Text to tokens. Words: letters, marks and digits run together; Han and Kana count one by one, because those scripts
 * write no spaces; an emoji with its modifiers is one token, any other sign is a token of its own. Case and width are
 * folded (NFKC, lower case). Characters: code points as they are.
 */

const PICTOGRAPH = String.raw`\p{Extended_Pictographic}[\u{FE0F}\u{1F3FB}-\u{1F3FF}]*`;
const IDEOGRAPH = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;
const LETTER = String.raw`(?:(?!${IDEOGRAPH})[\p{L}\p{M}])`;

const WORD = new RegExp(
  [
    String.raw`${PICTOGRAPH}(?:\u{200D}${PICTOGRAPH})*`,
    IDEOGRAPH,
    // 3.14 and 10,000 are one token.
    String.raw`\p{N}+(?:[.,]\p{N}+)*(?:${LETTER}|\p{N})*`,
    // don't and l'eau are one token; the letters after the apostrophe belong to the word.
    String.raw`${LETTER}(?:${LETTER}|\p{N})*(?:['’]${LETTER}+)*`,
    String.raw`[^\s\p{L}\p{N}\p{M}]`,
    String.raw`[\p{L}\p{M}]`,
  ].join('|'),
  'gu',
);

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

export const words = (text: string): string[] => fold(text).match(WORD) ?? [];

/** For text that is already tokenised, one tag per part: spaces alone separate. */
export function spacedWords(text: string): string[] {
  const folded = fold(text).trim();
  return folded === '' ? [] : folded.split(/\s+/u);
}

export const characters = (text: string): string[] => Array.from(text.normalize('NFC').trim());

const PADDING_ID = 0;
const UNKNOWN_ID = 1;
/** Ids before the first word of a vocabulary: padding and unknown. */
const RESERVED_IDS = 2;

/** The most frequent tokens, ties by first appearance; at most `size` ids, padding and unknown included. */
export function buildVocabulary(rows: Iterable<readonly string[]>, size: number): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const token of row) counts.set(token, (counts.get(token) ?? 0) + 1);
  // A Map keeps the order of first insertion and sort is stable, which decides the ties.
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, Math.max(0, size - RESERVED_IDS)).map(([token]) => token);
}

export const vocabularyIds = (vocabulary: readonly string[]): ReadonlyMap<string, number> =>
  new Map(vocabulary.map((token, i) => [token, i + RESERVED_IDS]));

/**
 * Writes one row of ids: cut at `length`, padded at the end. A row without any token gets one unknown token, so that no
 * row is all padding (its masked mean and its attention weights would be 0/0).
 */
export function encodeTokens(
  tokens: readonly string[],
  ids: ReadonlyMap<string, number>,
  out: Int32Array,
  offset: number,
  length: number,
): void {
  const count = Math.min(tokens.length, length);
  for (let i = 0; i < count; i++) out[offset + i] = ids.get(tokens[i]!) ?? UNKNOWN_ID;
  out.fill(PADDING_ID, offset + count, offset + length);
  if (count === 0 && length > 0) out[offset] = UNKNOWN_ID;
}
