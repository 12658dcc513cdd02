// Digits 8x8: the 1,797 test digits of UCI's Optical Recognition of Handwritten Digits as scikit-learn ships them,
// shuffled. Values stay 0..16. Train = first 1,500, test = last 297.
import { gunzipSync } from 'node:zlib';
import { expect, gzip, main, SEED, shuffled, withPackage } from './source.mjs';

const pkg = {
  kind: 'debian',
  name: 'python3-sklearn',
  version: '1.2.1+dfsg-1',
  sha256: 'ca0c6be401d14871c7e93cfdd8d1f561595dc65e6e2ad2501d568aee7f7efc58',
};
const path = 'usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz';

export function build() {
  const rows = withPackage(pkg, (read) => gunzipSync(read(path)).toString('utf8'))
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map(Number));
  expect(rows.length === 1797, '1,797 rows');
  for (const row of rows) {
    expect(row.length === 65, '64 values and a label in each row');
    expect(
      row.every((v, i) => Number.isInteger(v) && v >= 0 && v <= (i < 64 ? 16 : 9)),
      'values 0..16, labels 0..9',
    );
  }
  const order = shuffled(rows);
  return {
    id: 'digits',
    rows: 1797,
    files: [
      { name: 'images.u8.gz', data: gzip(Buffer.from(order.flatMap((row) => row.slice(0, 64)))) },
      { name: 'labels.u8.gz', data: gzip(Buffer.from(order.map((row) => row[64]))) },
    ],
    split: { train: 1500, test: 297 },
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    image: { height: 8, width: 8, channels: 1, max: 16 },
    pkg,
    path,
    licence:
      "CC BY 4.0 (from UCI's page, not verified here); scikit-learn, which carries the file, is BSD-3-Clause",
    citation:
      'Alpaydin E., Kaynak C. (1998). Optical Recognition of Handwritten Digits. UCI Machine Learning Repository.',
    seed: SEED,
  };
}

main(import.meta, build);
