// Sentiment Labelled Sentences: 3,000 review sentences (1,000 each from amazon, imdb and yelp), half of them positive.
// Sentences that are equal but for case and punctuation stay next to each other in the shuffle, so that none has
// a copy on the other side of the split. Train = first 2,400, test = last 600.
import { expect, gzip, main, SEED, shuffled, withPackage } from './source.mjs';

const pkg = {
  kind: 'npm',
  name: 'sentiment',
  version: '5.0.2',
  sha256: '89302eb03d2005d03b214fe65814bb48adb7d3c42c8ca80bdee6a3ecb7e4480f',
};
const SOURCES = ['amazon', 'imdb', 'yelp'];
const TEST = 600;

/**
 * Eight imdb sentences carry Windows-1252 punctuation as C1 control codes (U+0085, which many readers take for a
 * line end, U+0096, U+0097): give them their real characters. Spelt out, as Node 20's windows-1252 TextDecoder
 * leaves these codes as they are. Then every run of white space becomes one space.
 */
const PUNCTUATION = { '\u0085': '\u2026', '\u0096': '\u2013', '\u0097': '\u2014' };
const clean = (text) =>
  text
    .replace(/[\u0080-\u009f]/g, (c) => PUNCTUATION[c] ?? c)
    .replace(/\s+/g, ' ')
    .trim();

const key = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

export function build() {
  const rows = withPackage(pkg, (read) =>
    SOURCES.flatMap((source) => {
      // Each fixture ends with one empty sentence of class null, left by a trailing line end: drop it.
      const all = JSON.parse(read(`test/fixtures/${source}.json`).toString('utf8')).filter(
        (row) => row.class !== null,
      );
      expect(
        all.length === 1000 && all.filter((row) => row.class === 1).length === 500,
        `${source}: 500 + 500 rows`,
      );
      return all.map((row) => ({
        text: clean(row.text),
        label: row.class === 1 ? 'positive' : 'negative',
        source,
      }));
    }),
  );
  expect(
    rows.every((row) => row.text && !/\p{Cc}/u.test(row.text)),
    'text without control codes',
  );

  const groups = new Map();
  for (const row of rows) {
    const group = key(row.text);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(row);
  }
  const order = shuffled([...groups.values()]).flat();
  const cut = order.length - TEST;
  expect(key(order[cut - 1].text) !== key(order[cut].text), 'the split does not part two equal sentences');

  const lines = ['text\tlabel\tsource', ...order.map((row) => `${row.text}\t${row.label}\t${row.source}`)];
  return {
    id: 'sentiment',
    rows: order.length,
    files: [{ name: 'sentences.tsv.gz', data: gzip(Buffer.from(`${lines.join('\n')}\n`, 'utf8')) }],
    split: { train: cut, test: TEST },
    columns: ['text', 'label', 'source'],
    pkg,
    path: 'test/fixtures/{amazon,imdb,yelp}.json',
    licence: "CC BY 4.0 (from UCI's page, not verified here); the npm package that carries the files is MIT",
    citation:
      'Kotzias D., Denil M., de Freitas N., Smyth P. (2015). From Group to Individual Labels using Deep Features. KDD 2015.',
    seed: SEED,
  };
}

main(import.meta, build);
