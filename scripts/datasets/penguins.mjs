// Palmer penguins: 344 birds of three species, as in the R package palmerpenguins, with R's NA written as an empty
// cell. No fixed test rows: the app splits by seed (rows are grouped by species here, so it has to shuffle).
import { expect, main, SEED, withPackage } from './source.mjs';

const pkg = {
  kind: 'debian',
  name: 'r-cran-palmerpenguins',
  version: '0.1.1-1',
  sha256: '9bbfc099acc6764738f3c0c778093e905bc28c9c0cff94ef630c3c1d1aa9c34c',
};
const path = 'usr/lib/R/site-library/palmerpenguins/extdata/penguins.csv';
const COLUMNS = [
  'species',
  'island',
  'bill_length_mm',
  'bill_depth_mm',
  'flipper_length_mm',
  'body_mass_g',
  'sex',
  'year',
];

export function build() {
  const text = withPackage(pkg, (read) => read(path).toString('utf8'));
  const [header, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  expect(!text.includes('"') && header.join() === COLUMNS.join(), 'plain CSV with the known header');
  expect(rows.length === 344 && rows.every((row) => row.length === COLUMNS.length), '344 rows of 8 cells');
  const cells = rows.map((row) => row.map((cell) => (cell === 'NA' ? '' : cell)));
  return {
    id: 'penguins',
    rows: rows.length,
    files: [
      {
        name: 'penguins.csv',
        data: Buffer.from(`${[header, ...cells].map((row) => row.join()).join('\n')}\n`),
      },
    ],
    split: null,
    columns: COLUMNS,
    pkg,
    path,
    licence: 'CC0 1.0',
    citation:
      'Horst A.M., Hill A.P., Gorman K.B. (2020). palmerpenguins: Palmer Archipelago (Antarctica) penguin data. doi:10.5281/zenodo.3960218. Data: Gorman K.B., Williams T.D., Fraser W.R. (2014). PLoS ONE 9(3): e90081.',
    seed: SEED,
  };
}

main(import.meta, build);
