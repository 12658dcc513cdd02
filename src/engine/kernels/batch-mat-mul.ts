// BatchMatMul: matrix products with optional transposes over broadcast batch axes. tfjs's wasm kernel is fast (XNNPACK) only
// for one untransposed pair; with a transpose or a batch it falls to a plain loop 10 to 35 times slower, and that is every
// dense layer's backward pass and all attention. It also refuses int32 (confusionMatrix), which this one takes.
//
//   out[..., i, j] = sum over k of  op(a)[..., i, k] * op(b)[..., k, j]      op = transpose of the last two axes, or nothing
//
// Batch axes broadcast as in NumPy.
import type { TensorInfo } from '@tensorflow/tfjs';
import {
  floatsOf,
  intsOf,
  type KernelHost,
  offsetOf,
  releaseView,
  sizeOf,
  viewOf,
  type WasmBackend,
  type WasmKernel,
} from './kernel';

/** Products per matrix below which a separate stock call per batch entry costs more than the stock plain loop. */
const SMALL_MATRIX = 20_000;

interface Product {
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
  /** For each output matrix, which matrix of a and of b it multiplies. */
  pairs: [number, number][];
}

export const batchMatMul: WasmKernel = {
  name: 'BatchMatMul',
  reason: 'slow',
  create: (host) => {
    const { broadcast_util } = host.tf;
    return ({ inputs, attrs, backend }) => {
      const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
      const transposeA = Boolean(attrs.transposeA);
      const transposeB = Boolean(attrs.transposeB);
      const [m, k] = lastTwo(a.shape, transposeA);
      const [kB, n] = lastTwo(b.shape, transposeB);
      if (k !== kB) {
        throw new Error(
          `BatchMatMul: inner dimensions must agree. Received: a=[${a.shape}], b=[${b.shape}], ` +
            `transposeA=${transposeA}, transposeB=${transposeB}`,
        );
      }
      const batchA = a.shape.slice(0, -2);
      const batchB = b.shape.slice(0, -2);
      const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
      const count = sizeOf(batch);
      const pairs = (): [number, number][] => {
        const toA = broadcastIndex(batchA, batch);
        const toB = broadcastIndex(batchB, batch);
        return Array.from({ length: count }, (_, i): [number, number] => [toA(i), toB(i)]);
      };
      if (a.dtype === 'int32' && b.dtype === 'int32') {
        const product = { m, n, k, transposeA, transposeB, pairs: pairs() };
        return intProduct(backend, a, b, [...batch, m, n], product);
      }
      if (a.dtype !== 'float32' || b.dtype !== 'float32') {
        throw new Error(`BatchMatMul: expected float32 or int32. Received: a=${a.dtype}, b=${b.dtype}`);
      }
      const out = backend.makeOutput([...batch, m, n], 'float32');
      if (k === 0) floatsOf(backend, out).fill(0);
      if (m * n * k * count === 0) return out;
      const native = host.native(backend);
      if (!native) {
        jsProduct(host, backend, a, b, out, { m, n, k, transposeA, transposeB, pairs: pairs() });
        return out;
      }
      const { pack } = native.scratch(0);
      const [rowA, colA] = transposeA ? [1, m] : [k, 1];
      const [rowB, colB] = transposeB ? [1, k] : [n, 1];
      const aAt = offsetOf(backend, a);
      const bAt = offsetOf(backend, b);
      const outAt = offsetOf(backend, out);
      const [countA, countB] = [sizeOf(batchA), sizeOf(batchB)];
      if ((countA === count || countA === 1) && (countB === count || countB === 1)) {
        const stepA = countA === 1 ? 0 : m * k;
        const stepB = countB === 1 ? 0 : k * n;
        const steps = [stepA, stepB, m * n] as const;
        native.gemmBatch(count, ...steps, m, n, k, aAt, rowA, colA, bAt, rowB, colB, outAt, n, 0, pack);
        return out;
      }
      for (const [i, [iA, iB]] of pairs().entries()) {
        const aMatrix = aAt + iA * m * k * 4;
        const bMatrix = bAt + iB * k * n * 4;
        native.gemm(m, n, k, aMatrix, rowA, colA, bMatrix, rowB, colB, outAt + i * m * n * 4, n, 0, pack);
      }
      return out;
    };
  },
};

function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const rows = shape[shape.length - 2] as number;
  const cols = shape[shape.length - 1] as number;
  return transposed ? [cols, rows] : [rows, cols];
}

/** Flat index over `full` to flat index over `shape`, where axes of size 1 in `shape` repeat. */
function broadcastIndex(shape: readonly number[], full: readonly number[]): (i: number) => number {
  if (sizeOf(shape) === sizeOf(full)) return (i) => i;
  if (sizeOf(shape) === 1) return () => 0;
  return (i) => {
    let index = 0;
    let stride = 1;
    for (let axis = full.length - 1, rest = i; axis >= 0; axis--) {
      const dim = full[axis] as number;
      const own = shape[axis - full.length + shape.length] ?? 1;
      if (own !== 1) index += (rest % dim) * stride;
      stride *= own;
      rest = Math.floor(rest / dim);
    }
    return index;
  };
}

/** Writes transposed operands out first, then one fast stock product per matrix of the batch. */
function jsProduct(
  host: KernelHost,
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  out: TensorInfo,
  p: Product,
) {
  const { m, n, k, pairs } = p;
  const stock = host.stock('BatchMatMul');
  const countA = sizeOf(a.shape) / (m * k);
  const countB = sizeOf(b.shape) / (k * n);
  if (m * n * k < SMALL_MATRIX && pairs.length > 1 && countA === countB) {
    const whole = {
      a: { ...a, shape: p.transposeA ? [countA, k, m] : [countA, m, k] },
      b: { ...b, shape: p.transposeB ? [countB, n, k] : [countB, k, n] },
    };
    const attrs = { transposeA: p.transposeA, transposeB: p.transposeB };
    const result = stock({ inputs: whole, attrs, backend }) as TensorInfo;
    floatsOf(backend, out).set(floatsOf(backend, result));
    backend.disposeData(result.dataId);
    return;
  }
  const plain = (x: TensorInfo, count: number, rows: number, cols: number, transposed: boolean) =>
    transposed
      ? host.run('Transpose', {
          inputs: { x: { ...x, shape: [count, cols, rows] } },
          attrs: { perm: [0, 2, 1] },
          backend,
        })
      : null;
  const ownA = plain(a, countA, m, k, p.transposeA);
  const ownB = plain(b, countB, k, n, p.transposeB);
  pairs.forEach(([iA, iB], i) => {
    const aMatrix = viewOf(backend, ownA ?? a, iA * m * k, [1, m, k]);
    const bMatrix = viewOf(backend, ownB ?? b, iB * k * n, [1, k, n]);
    const attrs = { transposeA: false, transposeB: false };
    const result = stock({ inputs: { a: aMatrix, b: bMatrix }, attrs, backend }) as TensorInfo;
    floatsOf(backend, out).set(floatsOf(backend, result), i * m * n);
    backend.disposeData(result.dataId);
    releaseView(backend, aMatrix);
    releaseView(backend, bMatrix);
  });
  if (ownA) backend.disposeData(ownA.dataId);
  if (ownB) backend.disposeData(ownB.dataId);
}

function intProduct(
  backend: WasmBackend,
  a: TensorInfo,
  b: TensorInfo,
  shape: number[],
  p: Product,
): TensorInfo {
  const { m, n, k } = p;
  const out = backend.makeOutput(shape, 'int32');
  const as = intsOf(backend, a);
  const bs = intsOf(backend, b);
  const outs = intsOf(backend, out);
  const [rowA, colA] = p.transposeA ? [1, m] : [k, 1];
  const [rowB, colB] = p.transposeB ? [1, k] : [n, 1];
  let at = 0;
  for (const [iA, iB] of p.pairs) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++, at++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          const product = Math.imul(
            as[iA * m * k + i * rowA + l * colA] as number,
            bs[iB * k * n + l * rowB + j * colB] as number,
          );
          sum = (sum + product) | 0;
        }
        outs[at] = sum;
      }
    }
  }
  return out;
}
