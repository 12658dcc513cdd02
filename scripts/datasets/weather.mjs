// Daily weather of Seattle and New York, 2012-2015: Seattle's days first, each place in the order of its dates.
// No fixed test rows: a forecast is split by time.
import { expect, gzip, main, SEED, withPackage } from './source.mjs';

const pkg = {
  kind: 'npm',
  name: 'vega-datasets',
  version: '3.2.1',
  sha256: '6f72fda460a9863fae5fcb32f85bcd49e1761fdea6dc6cf9f4962472881cc5a3',
};
const path = 'data/weather.csv';
const COLUMNS = ['location', 'date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather'];
const PLACES = ['Seattle', 'New York'];
const DAYS = 1461; // 2012-01-01 to 2015-12-31

export function build() {
  const text = withPackage(pkg, (read) => read(path).toString('utf8'));
  const [header, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  expect(!text.includes('"') && header.join() === COLUMNS.join(), 'plain CSV with the known header');
  expect(
    rows.every((row) => row.length === COLUMNS.length && row.every((cell) => cell !== '')),
    'no empty cells',
  );
  const ordered = PLACES.flatMap((place) =>
    rows.filter((row) => row[0] === place).sort((a, b) => (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)),
  );
  expect(ordered.length === rows.length && rows.length === PLACES.length * DAYS, '1,461 days of two places');
  ordered.forEach((row, i) => {
    const date = new Date(Date.UTC(2012, 0, 1 + (i % DAYS))).toISOString().slice(0, 10);
    expect(row[1] === date, `${row[0]}: every day once, ${date}`);
  });
  return {
    id: 'weather',
    rows: ordered.length,
    files: [
      {
        name: 'weather.csv.gz',
        data: gzip(Buffer.from(`${[header, ...ordered].map((row) => row.join()).join('\n')}\n`)),
      },
    ],
    split: null,
    columns: COLUMNS,
    pkg,
    path,
    licence: 'US Government work (observations of NOAA), as stated in the package',
    citation:
      'NOAA National Centers for Environmental Information, Climate Data Online; prepared by vega-datasets.',
    seed: SEED,
  };
}

main(import.meta, build);
