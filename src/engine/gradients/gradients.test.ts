/** Every gradient against central differences, over seeded random shapes, on cpu and on wasm with our kernels. */
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tfjs } from '../../nodes/define-node';
import { loadTfjs, Random, switchToWasm } from '../kernels/against-cpu';
import { sizeOf } from '../kernels/kernel';
import { registerGradients } from './register';

/**
 * Relative to the largest expected value. All functions here are linear, quadratic or multilinear, or linear in pieces wider than the
 * step, so the central difference is exact up to the rounding of float32.
 */
const TOLERANCE = 1e-5;
/** Small steps divide the outputs' own rounding (6e-8 of values up to 2) by 2/256. */
const PIECEWISE_TOLERANCE = 3e-5;
const TRIALS = 12;
/** Inputs are multiples of 1/64 and steps are smaller: moving one value by a step passes no other, and rounds nothing. */
const GRID = 64;
const STEP = 1 / 256;

interface Case {
  readonly of: (...inputs: Tensor[]) => Tensor;
  /** Shapes; the values are distinct within each tensor and over all of them. */
  readonly shapes: readonly (readonly number[])[];
  /** 1 where the function is smooth. */
  readonly step?: number;
}
type Cases = (tf: Tfjs, random: Random) => Case;

const SMOOTH = { step: 0.5 };

const shape = (random: Random, rank: number, low = 1, high = 4): number[] =>
  Array.from({ length: rank }, () => random.int(low, high));
const ints = (tf: Tfjs, random: Random, dims: number[], below: number): Tensor =>
  tf.tensor(
    Array.from({ length: sizeOf(dims) }, () => random.int(0, below - 1)),
    dims,
    'int32',
  );

const CASES: { readonly [name: string]: Cases } = {
  StridedSlice: (tf, random) => {
    const x = shape(random, random.int(1, 4), 2, 6);
    const strides = x.map(() => random.pick([1, 2, 3, -1, -2]));
    const begin = x.map((size, axis) =>
      strides[axis]! > 0 ? random.int(-size, size - 1) : size - 1 - random.int(0, 1),
    );
    const end = x.map((size, axis) => {
      const first = begin[axis]! < 0 ? begin[axis]! + size : begin[axis]!;
      return strides[axis]! > 0 ? first + random.int(1, size) : random.int(-1, first - 1) - size;
    });
    const bits = (): number => random.int(0, 2 ** x.length - 1);
    const masks = [bits(), bits()] as const;
    return { of: (t) => tf.stridedSlice(t, begin, end, strides, ...masks), shapes: [x], ...SMOOTH };
  },
  'StridedSlice with new, dropped and all other axes': (tf, random) => {
    const x = shape(random, 3, 2, 4);
    const at = random.int(0, x[2]! - 1);
    // x[newaxis, 1:, ..., at]
    return {
      of: (t) =>
        tf.stridedSlice(t, [0, 1, 0, at], [0, 0, 0, at + 1], [1, 1, 1, 1], 0, 0b0010, 0b0100, 0b0001, 0b1000),
      shapes: [x],
      ...SMOOTH,
    };
  },
  GatherNd: (tf, random) => {
    const x = shape(random, random.int(1, 3), 2, 4);
    const depth = random.int(1, x.length);
    const tuples = Array.from({ length: random.int(1, 6) }, () =>
      x.slice(0, depth).map((size) => random.int(0, size - 1)),
    );
    return { of: (t) => tf.gatherND(t, tf.tensor2d(tuples, undefined, 'int32')), shapes: [x], ...SMOOTH };
  },
  ScatterNd: (tf, random) => {
    const out = shape(random, random.int(1, 3), 2, 4);
    const depth = random.int(1, out.length);
    const count = random.int(1, 5);
    const tuples = Array.from({ length: count }, () =>
      out.slice(0, depth).map((size) => random.int(0, size - 1)),
    );
    return {
      of: (updates) => tf.scatterND(tf.tensor2d(tuples, undefined, 'int32'), updates, out),
      shapes: [[count, ...out.slice(depth)]],
      ...SMOOTH,
    };
  },
  TensorScatterUpdate: (tf, random) => {
    const [rows, width] = shape(random, 2, 3, 5) as [number, number];
    const places = [rows - 1, 0].slice(0, random.int(1, 2));
    return {
      // The cpu kernel writes into its input: it gets a tensor of its own.
      of: (t, updates) =>
        tf.tensorScatterUpdate(tf.add(t, 0), tf.tensor2d(places, [places.length, 1], 'int32'), updates!),
      shapes: [
        [rows, width],
        [places.length, width],
      ],
      ...SMOOTH,
    };
  },
  SparseToDense: (tf, random) => {
    const out = shape(random, 2, 2, 4);
    const tuples = [
      [0, 1],
      [out[0]! - 1, 0],
    ];
    const isScalar = random.int(0, 1) === 0;
    return {
      of: (values, otherwise) =>
        tf.sparseToDense(tf.tensor2d(tuples, undefined, 'int32'), values, out as never, otherwise as never),
      shapes: [isScalar ? [] : [2], []],
      ...SMOOTH,
    };
  },
  TopK: (tf, random) => {
    const x = shape(random, random.int(1, 3), 1, 6);
    const k = random.int(1, x.at(-1)!);
    return { of: (t) => tf.topk(t, k).values, shapes: [x] };
  },
  DepthToSpace: (tf, random) => {
    const block = random.int(2, 3);
    const [batch, height, width, depth] = shape(random, 4, 1, 3) as [number, number, number, number];
    return {
      of: (t) => tf.depthToSpace(t as Tensor4D, block, 'NHWC'),
      shapes: [[batch, height, width, depth * block ** 2]],
      ...SMOOTH,
    };
  },
  Diag: (tf, random) => ({ of: (t) => tf.diag(t), shapes: [shape(random, random.int(1, 2))], ...SMOOTH }),
  Cumsum: (tf, random) => {
    const x = shape(random, random.int(1, 4));
    const axis = random.int(0, x.length - 1);
    const [exclusive, reverse] = [random.int(0, 1) === 1, random.int(0, 1) === 1];
    return { of: (t) => tf.cumsum(t, axis, exclusive, reverse), shapes: [x], ...SMOOTH };
  },
  Cumprod: (tf, random) => {
    const x = shape(random, random.int(1, 3));
    const axis = random.int(0, x.length - 1);
    const [exclusive, reverse] = [random.int(0, 1) === 1, random.int(0, 1) === 1];
    return { of: (t) => tf.cumprod(t, axis, exclusive, reverse), shapes: [x], ...SMOOTH };
  },
  GatherV2: (tf, random) => {
    const x = shape(random, random.int(1, 4), 1, 4);
    // tfjs's wasm kernel takes the wrong rows, or memory outside of the tensor, where there are batch axes.
    const batchDims = tf.getBackend() === 'wasm' ? 0 : random.int(0, Math.min(2, x.length - 1));
    const axis = random.int(batchDims, x.length - 1);
    const dims = [...x.slice(0, batchDims), ...shape(random, random.int(1, 2), 1, 3)];
    const indices = ints(tf, random, dims, x[axis]!);
    // Counted from the end as well, which tfjs's forward pass takes only without batch axes.
    const given = batchDims === 0 && random.int(0, 1) === 1 ? axis - x.length : axis;
    return { of: (t) => tf.gather(t, indices, given, batchDims), shapes: [x], ...SMOOTH };
  },
  'GatherV2 at indices made of x itself': (tf, random) => {
    const size = random.int(2, 6);
    return { of: (t) => tf.gather(t, tf.topk(t, 2).indices), shapes: [[size]] };
  },
  MirrorPad: (tf, random) => {
    const x = shape(random, random.int(1, 3), 2, 4);
    const mode = random.pick(['reflect', 'symmetric'] as const);
    const most = (size: number): number => (mode === 'reflect' ? size - 1 : size);
    const paddings = x.map(
      (size) => [random.int(0, most(size)), random.int(0, most(size))] as [number, number],
    );
    return { of: (t) => tf.mirrorPad(t, paddings, mode), shapes: [x], ...SMOOTH };
  },
  FlipLeftRight: (tf, random) => ({
    of: (t) => tf.image.flipLeftRight(t as Tensor4D),
    shapes: [shape(random, 4)],
    ...SMOOTH,
  }),
  ResizeBilinear: (tf, random) => {
    const mode = random.pick([
      [false, false],
      [true, false],
      [false, true],
    ] as const);
    const size = shape(random, 2, 1, 7) as [number, number];
    return {
      of: (t) => tf.image.resizeBilinear(t as Tensor4D, size, ...mode),
      shapes: [shape(random, 4, 2, 4)],
      ...SMOOTH,
    };
  },
  'ResizeNearestNeighbor at half-pixel centres': (tf, random) => {
    const size = shape(random, 2, 1, 7) as [number, number];
    return {
      of: (t) => tf.image.resizeNearestNeighbor(t as Tensor4D, size, false, true),
      shapes: [shape(random, 4, 2, 4)],
      ...SMOOTH,
    };
  },
  Maximum: (tf, random) => ({ of: (a, b) => tf.maximum(a, b!), shapes: operands(random) }),
  Minimum: (tf, random) => ({ of: (a, b) => tf.minimum(a, b!), shapes: operands(random) }),
  SquaredDifference: (tf, random) => ({
    of: (a, b) => tf.squaredDifference(a, b!),
    shapes: operands(random),
    ...SMOOTH,
  }),
  BatchMatMul: (tf, random) => {
    const [batch, rows, inner, columns] = shape(random, 4, 1, 4) as [number, number, number, number];
    const [transposeA, transposeB] = [random.int(0, 1) === 1, random.int(0, 1) === 1];
    const [batchA, batchB] = random.pick([
      [batch, 1],
      [1, batch],
      [batch, batch],
    ]);
    return {
      of: (a, b) => tf.matMul(a, b!, transposeA, transposeB),
      shapes: [
        [batchA!, ...(transposeA ? [inner, rows] : [rows, inner])],
        [batchB!, ...(transposeB ? [columns, inner] : [inner, columns])],
      ],
      ...SMOOTH,
    };
  },
  Einsum: (tf, random) => {
    const [equation, ...operandsOf] = random.pick([
      ['ij,jk->ik', 'ij', 'jk'],
      ['bij,bjk->bik', 'bij', 'bjk'],
      ['bqhd,bkhd->bhqk', 'bqhd', 'bkhd'],
      ['i,j->ij', 'i', 'j'],
      ['ij->ji', 'ij'],
      ['ijk->j', 'ijk'],
      ['bi,bi->b', 'bi', 'bi'],
    ] as const);
    const sizes = new Map<string, number>();
    const sizeFor = (letter: string): number => {
      if (!sizes.has(letter)) sizes.set(letter, random.int(1, 3));
      return sizes.get(letter)!;
    };
    return {
      of: (...inputs) => tf.einsum(equation, ...inputs),
      shapes: operandsOf.map((letters) => [...letters!].map(sizeFor)),
      ...SMOOTH,
    };
  },
  AvgPool: (tf, random) => {
    const [size, stride] = [random.int(1, 3), random.int(1, 3)];
    return {
      of: (t) => tf.avgPool(t as Tensor4D, size, stride, 'same'),
      shapes: [shape(random, 4, 1, 5)],
      ...SMOOTH,
    };
  },
  AvgPool3D: (tf, random) => {
    const [size, stride] = [random.int(1, 3), random.int(1, 3)];
    return {
      of: (t) => tf.avgPool3d(t as Tensor5D, size, stride, 'same'),
      shapes: [shape(random, 5, 1, 4)],
      ...SMOOTH,
    };
  },
  MaxPoolWithArgmax: (tf, random) => {
    const [size, stride] = [random.int(1, 3), random.int(1, 2)];
    return {
      // Above zero: tfjs's wasm kernel takes no maximum below it.
      of: (t) => tf.maxPoolWithArgmax(tf.add<Tensor4D>(t, 1), size, stride, 'same').result!,
      shapes: [shape(random, 4, 2, 4)],
    };
  },
};

/** Two shapes that go together, one of them shorter, or with ones. */
function operands(random: Random): number[][] {
  const full = shape(random, random.int(1, 3));
  const part = full.slice(random.int(0, full.length)).map((size) => (random.int(0, 2) === 0 ? 1 : size));
  return random.int(0, 1) === 0 ? [full, part] : [part, full];
}

let tf: Tfjs;
let comparisons = 0;

beforeAll(async () => {
  tf = await loadTfjs();
  registerGradients(tf);
});
afterAll(() => console.info(`gradients: ${comparisons} values compared`));

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeEach(async () => {
    if (backend === 'wasm') await switchToWasm(tf, 'native');
    else await tf.setBackend('cpu');
  });

  it.each(Object.entries(CASES))('%s', (name, cases) => {
    for (let trial = 0; trial < TRIALS; trial++) {
      const random = new Random(1000 * trial + name.length);
      const before = tf.memory().numTensors;
      tf.tidy(() => compare(cases(tf, random), random, `${name}, trial ${trial}`));
      expect(tf.memory().numTensors, `${name}, trial ${trial}: tensors left`).toBe(before);
    }
  });
});

/** The gradient of Σ w·f(x) against (Σ w·f(x + h) − Σ w·f(x − h)) / 2h for every value of every input. */
function compare({ of, shapes, step = STEP }: Case, random: Random, label: string): void {
  const order = shuffled(
    random,
    shapes.reduce((sum, dims) => sum + sizeOf(dims), 0),
  );
  const inputs = shapes.map((dims) => {
    const values = order.splice(0, sizeOf(dims)).map((place) => (place - 20) / GRID);
    return { values: Float32Array.from(values), dims: [...dims] };
  });
  const tensors = (): Tensor[] => inputs.map(({ values, dims }) => tf.tensor(values.slice(), dims));
  const y = of(...tensors());
  const weights = random.floats(y.shape).data as number[];
  const value = (): number => {
    const y = of(...tensors());
    const outputs = Array.from(y.dataSync());
    y.dispose();
    return outputs.reduce((sum, output, index) => sum + output * weights[index]!, 0);
  };
  const gradients = tf.grads((...given: Tensor[]) => of(...given))(tensors(), tf.tensor(weights, y.shape));
  inputs.forEach(({ values, dims }, index) => {
    const gradient = gradients[index]!;
    expect(gradient.shape, label).toEqual(dims);
    const expected = Array.from(values, (start, at) => {
      values[at] = start + step;
      const up = value();
      values[at] = start - step;
      const down = value();
      values[at] = start;
      return (up - down) / (2 * step);
    });
    const scale = Math.max(1, ...expected.map(Math.abs));
    gradient.dataSync().forEach((got, at) => {
      comparisons += 1;
      expect(Math.abs(got - expected[at]!) / scale, `${label}: input ${index}, value ${at}`).toBeLessThan(
        step < SMOOTH.step ? PIECEWISE_TOLERANCE : TOLERANCE,
      );
    });
  });
}

function shuffled(random: Random, count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = random.int(0, at);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
