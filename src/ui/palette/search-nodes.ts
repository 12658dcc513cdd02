/** Finding a node type by what people call it: titles in both languages, field terms, the type's id, then its summary. */
import type { NodeType } from '../../nodes/define-node';

/** The best first; ties keep palette order. An empty query finds all. */
export function searchNodes(types: readonly NodeType[], query: string): NodeType[] {
  const words = normalise(query).split(' ').filter(Boolean);
  if (words.length === 0) return [...types];
  return types
    .map((type, index) => ({ type, index, score: scoreOf(type, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ type }) => type);
}

/** Every word must be found somewhere; each counts by the best place it was found in. */
function scoreOf(type: NodeType, words: readonly string[]): number {
  const titles = [type.title.en, type.title.zh].map(normalise);
  const id = normalise(type.type);
  const keywords = type.keywords.map(normalise);
  const summaries = [type.summary.en, type.summary.zh].map(normalise);
  let total = 0;
  for (const word of words) {
    const best = Math.max(
      ...titles.map((title) => match(title, word, 100)),
      match(id, word, 80),
      ...keywords.map((keyword) => match(keyword, word, 70)),
      ...summaries.map((summary) => (word.length > 2 && summary.includes(word) ? 10 : 0)),
      ...titles.map((title) => (isSubsequence(word, title) ? 5 : 0)),
    );
    if (best === 0) return 0;
    total += best;
  }
  return total;
}

/** Whole text, start of the text, start of a word, inside. `conv2d` finds `conv 2d`. */
function match(text: string, word: string, weight: number): number {
  const joined = text.replaceAll(' ', '');
  if (text === word || joined === word) return weight;
  if (text.startsWith(word) || joined.startsWith(word)) return weight * 0.8;
  if (text.split(' ').some((part) => part.startsWith(word))) return weight * 0.6;
  return text.includes(word) ? weight * 0.4 : 0;
}

function isSubsequence(word: string, text: string): boolean {
  if (word.length < 3) return false;
  let at = 0;
  for (const letter of text) if (letter === word[at]) at += 1;
  return at === word.length;
}

const normalise = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[-_/·.,()，。（）]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
