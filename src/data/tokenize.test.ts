import { describe, expect, it } from 'vitest';
import { buildVocabulary, characters, encodeTokens, spacedWords, vocabularyIds, words } from './tokenize';

describe('words', () => {
  it.each<[string, string[]]>([
    ['Good audio quality.', ['good', 'audio', 'quality', '.']],
    ["Don't stop!!", ["don't", 'stop', '!', '!']],
    ['l’eau d’été', ['l’eau', 'd’été']],
    ['costs 3.14 or 10,000 (or 4x4)', ['costs', '3.14', 'or', '10,000', '(', 'or', '4x4', ')']],
    ['我爱 NLP，真的。', ['我', '爱', 'nlp', ',', '真', '的', '。']],
    ['カタカナとABC', ['カ', 'タ', 'カ', 'ナ', 'と', 'abc']],
    ['한국어 문장', ['한국어', '문장']],
    ['Straße Ａ１', ['straße', 'a1']],
    ['yes 👍🏽 👨‍👩‍👧 no', ['yes', '👍🏽', '👨‍👩‍👧', 'no']],
    ['हिन्दी पाठ', ['हिन्दी', 'पाठ']],
    ['a\u0301b', ['áb']],
    ['snake_case-word', ['snake', '_', 'case', '-', 'word']],
    ["'quoted'", ["'", 'quoted', "'"]],
    ['  \t\n', []],
    ['', []],
  ])('%j', (text, tokens) => {
    expect(words(text)).toEqual(tokens);
  });

  it('loses no visible character', () => {
    const text = 'Ünïcode ௧௨ ₹5 ½ x² — “quotes” … #tag @name http://a.b/c?d=1 \u{1F1E9}\u{1F1EA} \u0301';
    expect(words(text).join('')).toBe(text.normalize('NFKC').toLowerCase().replace(/\s/gu, ''));
  });
});

it('spacedWords cuts at spaces only', () => {
  expect(spacedWords("  Don't  U.S. , ok ")).toEqual(["don't", 'u.s.', ',', 'ok']);
  expect(spacedWords(' ')).toEqual([]);
});

it('characters keeps case and whole code points', () => {
  expect(characters(' aB 😀é')).toEqual(['a', 'B', ' ', '😀', 'é']);
});

describe('buildVocabulary', () => {
  const rows = [
    ['b', 'a', 'c'],
    ['a', 'b', 'd'],
    ['c', 'a'],
  ];
  it('orders by frequency, ties by first appearance', () => {
    expect(buildVocabulary(rows, 100)).toEqual(['a', 'b', 'c', 'd']);
  });
  it('counts padding and unknown as two of its rows', () => {
    expect(buildVocabulary(rows, 4)).toEqual(['a', 'b']);
    expect(buildVocabulary(rows, 2)).toEqual([]);
    expect(buildVocabulary(rows, 0)).toEqual([]);
  });
});

describe('encodeTokens', () => {
  const ids = vocabularyIds(['a', 'b']);
  const encode = (tokens: string[], length: number) => {
    const out = new Int32Array(length + 2).fill(9);
    encodeTokens(tokens, ids, out, 1, length);
    return [...out];
  };
  it.each<[string[], number, number[]]>([
    [['a', 'b', 'a'], 5, [9, 2, 3, 2, 0, 0, 9]],
    [['a', 'x', 'b'], 2, [9, 2, 1, 9]],
    [[], 3, [9, 1, 0, 0, 9]],
  ])('%j at length %i', (tokens, length, expected) => {
    expect(encode(tokens, length)).toEqual(expected);
  });
});
