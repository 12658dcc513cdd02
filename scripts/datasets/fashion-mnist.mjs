// Fashion-MNIST: 10,000 of the official training images (1,000 per class) and 2,000 of the official test images
// (200 per class), train first, each part shuffled. images.u8.gz holds 28x28 bytes per image, row by row.
import { gunzipSync } from 'node:zlib';
import { expect, gzip, main, SEED, shuffled, withPackage } from './source.mjs';

const pkg = {
  kind: 'debian',
  name: 'dataset-fashion-mnist',
  version: '0.0~git20200523.55506a9-1',
  sha256: '39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0',
};
const path = 'usr/share/datasets/fashion-mnist/';
const SIZE = 28 * 28;

/** IDX files: big-endian magic (0x803 images, 0x801 labels), count, and for images height and width. */
function readIdx(read, part) {
  const images = gunzipSync(read(`${path}${part}-images-idx3-ubyte.gz`));
  const labels = gunzipSync(read(`${path}${part}-labels-idx1-ubyte.gz`));
  const count = images.readUInt32BE(4);
  expect(images.readUInt32BE(0) === 0x803 && labels.readUInt32BE(0) === 0x801, `${part}: IDX magic`);
  expect(images.readUInt32BE(8) === 28 && images.readUInt32BE(12) === 28, `${part}: image size`);
  expect(images.length === 16 + count * SIZE && labels.length === 8 + count, `${part}: length`);
  expect(labels.readUInt32BE(4) === count, `${part}: as many labels as images`);
  return { count, images: images.subarray(16), labels: labels.subarray(8) };
}

/** Walk the examples in shuffled order and keep the first `perClass` of each class. */
function sample({ count, images, labels }, perClass, seed) {
  const taken = new Array(10).fill(0);
  const indices = shuffled(
    Array.from({ length: count }, (_, i) => i),
    seed,
  ).filter((i) => taken[labels[i]]++ < perClass);
  expect(indices.length === perClass * 10, `${perClass} images per class`);
  return {
    images: Buffer.concat(indices.map((i) => images.subarray(i * SIZE, (i + 1) * SIZE))),
    labels: Buffer.from(indices.map((i) => labels[i])),
  };
}

export function build() {
  return withPackage(pkg, (read) => {
    const train = sample(readIdx(read, 'train'), 1000, SEED);
    const test = sample(readIdx(read, 't10k'), 200, SEED + 1);
    return {
      id: 'fashion-mnist',
      rows: 12000,
      files: [
        { name: 'images.u8.gz', data: gzip(Buffer.concat([train.images, test.images])) },
        { name: 'labels.u8.gz', data: gzip(Buffer.concat([train.labels, test.labels])) },
      ],
      split: { train: 10000, test: 2000 },
      classes: [
        'T-shirt/top',
        'Trouser',
        'Pullover',
        'Dress',
        'Coat',
        'Sandal',
        'Shirt',
        'Sneaker',
        'Bag',
        'Ankle boot',
      ],
      image: { height: 28, width: 28, channels: 1, max: 255 },
      pkg,
      path,
      licence: 'MIT (copyright 2017 Zalando SE)',
      citation:
        'Xiao H., Rasul K., Vollgraf R. (2017). Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms. arXiv:1708.07747.',
      seed: SEED,
    };
  });
}

main(import.meta, build);
