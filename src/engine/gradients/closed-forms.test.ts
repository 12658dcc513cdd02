/** Gradients of known form: of what is piecewise constant, empty, zero or not a number; and what registering does. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tfjs } from '../../nodes/define-node';
import { loadTfjs, Random, switchToWasm } from '../kernels/against-cpu';
import { registerWasmKernels, unregisterWasmKernels } from '../kernels/register';
import { registerGradients, unregisterGradients } from './register';

let tf: Tfjs;
let registered: readonly string[] = [];
/** Of the kernels whose gradients are registered here, those for which tfjs has none. */
let lacking: readonly string[] = [];

beforeAll(async () => {
  tf = await loadTfjs();
  const kernels = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  const before = new Set(kernels.filter((name) => tf.getGradient(name)));
  registered = registerGradients(tf);
  lacking = registered.filter((name) => !before.has(name));
});

describe.each(['cpu', 'wasm'] as const)('closed forms on %s', (backend) => {
  beforeEach(async () => {
    if (backend === 'wasm') await switchToWasm(tf, 'native');
    else await tf.setBackend('cpu');
  });
  const values = [-1.5, -0.5, 0, 0.25, 0.5, 1, 2];
  const half = (x: Tensor): Tensor => tf.fill(x.shape, 0.5);
  const conditions: readonly (readonly [name: string, of: (x: Tensor) => Tensor])[] = [
    ['Greater', (x) => tf.greater(x, half(x))],
    ['GreaterEqual', (x) => tf.greaterEqual(x, 0.5)],
    ['Less', (x) => tf.less(half(x), x)],
    ['LessEqual', (x) => tf.lessEqual(x, half(x))],
    ['Equal', (x) => tf.equal(x, half(x))],
    ['NotEqual', (x) => tf.notEqual(x, half(x))],
    ['LogicalAnd', (x) => tf.logicalAnd(tf.greater(x, 0), tf.less(x, 1))],
    ['LogicalOr', (x) => tf.logicalOr(tf.less(x, 0), tf.greater(x, 1))],
    ['LogicalNot', (x) => tf.logicalNot(tf.greater(x, 0))],
    ['Any', (x) => tf.any(tf.greater(x, 1))],
    ['All', (x) => tf.all(tf.greater(x, -9))],
    ['FloorDiv', (x) => tf.floorDiv(x, half(x))],
    ['Multinomial', (x) => tf.multinomial(x as Tensor1D, 1, 7)],
    ['SearchSorted', (x) => tf.searchSorted(tf.tensor1d([-1, 0, 1]), x)],
    ['indices of TopK', (x) => tf.topk(x, 7).indices],
  ];

  it.each(conditions)('x · %s(x) has the condition itself as its gradient', (_, condition) => {
    tf.tidy(() => {
      const x = tf.tensor1d(values);
      const expected = tf.mul(tf.onesLike(x), tf.cast(condition(x), 'float32')).dataSync();
      const gradient = tf.grad((t: Tensor) => tf.mul(t, tf.cast(condition(t), 'float32')))(x);
      expect(Array.from(gradient.dataSync())).toEqual(Array.from(expected));
    });
  });

  it('the thresholded ReLU layer trains', () => {
    tf.tidy(() => {
      const layer = tf.layers.thresholdedReLU({ theta: 0.4 });
      const gradient = tf.grad((t: Tensor) => layer.apply(t) as Tensor)(tf.tensor1d(values));
      expect(Array.from(gradient.dataSync())).toEqual([0, 0, 0, 0, 1, 1, 1]);
    });
  });

  it('cumprod divides by nothing: zeros are no special case', () => {
    tf.tidy(() => {
      // d(x0·x1·x2)/dx with x = (3, 0, 5), summed over the running products 3, 0, 0.
      const gradient = tf.grad((t: Tensor) => tf.cumprod(t))(tf.tensor1d([3, 0, 5]));
      expect(Array.from(gradient.dataSync())).toEqual([1 + 0 + 0, 3 + 15, 0]);
    });
  });

  it('what is empty has a gradient of zeros', () => {
    const x = (): Tensor => tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const empty: readonly ((t: Tensor) => Tensor)[] = [
      (t) => tf.stridedSlice(t, [1, 0], [1, 3], [2, 1]),
      (t) => tf.gather(t, tf.tensor1d([], 'int32')),
      (t) => tf.topk(t, 0).values,
    ];
    for (const of of empty) {
      tf.tidy(() => {
        expect(of(x()).size).toBe(0);
        const gradient = tf.grad((t: Tensor) => tf.add(tf.sum(of(t)), tf.sum(t)))(x());
        expect(Array.from(gradient.dataSync())).toEqual([1, 1, 1, 1, 1, 1]);
      });
    }
    tf.tidy(() => {
      const gradient = tf.grad((t: Tensor) => tf.cumprod(t, 1))(tf.zeros([0, 3]));
      expect(gradient.shape).toEqual([0, 3]);
    });
  });

  it('what is not a number stays where it belongs', () => {
    const moves: readonly (readonly [of: (t: Tensor) => Tensor, dims: number[]])[] = [
      [(t) => tf.stridedSlice(t, [0, 3], [4, 0], [2, -1]), [4, 5]],
      [(t) => tf.depthToSpace(t as Tensor4D, 2, 'NHWC'), [1, 2, 2, 4]],
      [(t) => tf.topk(t, 2).values, [2, 4]],
      [(t) => tf.diag(t), [6]],
      [(t) => tf.gatherND(t, tf.tensor2d([0, 2, 3], [3, 1], 'int32')), [4, 2]],
      [(t) => tf.gather(t, tf.tensor1d([3, 0], 'int32'), 1), [2, 4]],
      [(t) => tf.image.flipLeftRight(t as Tensor4D), [1, 2, 3, 1]],
    ];
    for (const [of, dims] of moves) {
      tf.tidy(() => {
        const x = tf.tensor(new Random(3).floats(dims).data, dims);
        const clean = Array.from({ length: of(x).size }, (_, index) => index + 1);
        // Diag reads its diagonal only: the first cell is on it.
        const dirty = clean.map((value, index) => (index === 0 ? Number.NaN : value));
        const at = (dy: number[]): number[] =>
          Array.from(
            tf
              .grad(of)(x, tf.tensor(dy, of(x).shape))
              .dataSync(),
          );
        const [expected, actual] = [at(clean), at(dirty)];
        expect(actual.filter(Number.isNaN)).toHaveLength(1);
        expect(actual.filter((value, index) => value !== expected[index] && !Number.isNaN(value))).toEqual(
          [],
        );
      });
    }
  });
});

describe('registration', () => {
  it('happens once', () => {
    const before = registered.map((name) => tf.getGradient(name));
    expect(registerGradients(tf)).toBe(registered);
    expect(registered.map((name) => tf.getGradient(name))).toEqual(before);
    expect(new Set(registered).size).toBe(registered.length);
  });

  it('can be undone', () => {
    unregisterGradients(tf);
    const left = registered.filter((name) => tf.getGradient(name));
    expect([...left, ...lacking].sort()).toEqual([...registered].sort());
    expect(() => tf.grad((t: Tensor) => tf.topk(t, 1).values)(tf.tensor1d([1, 2]))).toThrow('TopK');
    expect(registerGradients(tf)).toEqual(registered);
    expect(
      tf
        .grad((t: Tensor) => tf.topk(t, 1).values)(tf.tensor1d([1, 2]))
        .dataSync()[1],
    ).toBe(1);
  });

  it('gives what tfjs lacks', () => {
    expect([...lacking].sort()).toEqual([
      'All',
      'Any',
      'Cumprod',
      'DepthToSpace',
      'Diag',
      'Einsum',
      'Equal',
      'FlipLeftRight',
      'GatherNd',
      'Greater',
      'Less',
      'LessEqual',
      'LogicalAnd',
      'LogicalNot',
      'LogicalOr',
      'MaxPoolWithArgmax',
      'Multinomial',
      'NotEqual',
      'ScatterNd',
      'SearchSorted',
      'SparseToDense',
      'StridedSlice',
      'TensorScatterUpdate',
      'TopK',
    ]);
  });

  it('of average pooling is not put on top of itself when the wasm kernels come and go', async () => {
    await switchToWasm(tf, 'native');
    unregisterWasmKernels(tf);
    registerWasmKernels(tf);
    tf.tidy(() => {
      const gradient = tf.grad((t: Tensor) => tf.avgPool(t as Tensor4D, 3, 1, 'same'))(tf.ones([1, 2, 2, 1]));
      // Every one of the four windows holds all four cells.
      expect(Array.from(gradient.dataSync())).toEqual([1, 1, 1, 1]);
    });
  });
});
