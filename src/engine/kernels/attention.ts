// Multi-head attention with its four projections, as one kernel forward and one backward. As tfjs operations it is about
// thirty kernels forward and sixty backward, a third of them transposes, casts and copies.
//
//   Q = x W_q + b_q    K = s W_k + b_k    V = s W_v + b_v    P = softmax(Q K^T / sqrt(size))    y = (P * kept) V W_o + b_o
//
// s is x itself where `source` is absent: then one product gives Q, K and V side by side, else one gives K and V. Nothing is
// transposed: a head is a stretch of columns. What the mask and `causal` hide: see wasm/attention.ts.
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type OwnKernel, offsetOf, type WasmBackend } from './kernel';
import type { Address, Native } from './native';

type Inputs = NamedTensorInfoMap & {
  /** [batch, time, width] */
  query: TensorInfo;
  /** [batch, steps, width of the source] */
  source?: TensorInfo;
  /** [width, heads, size]; the same for key and value with the width of the source */
  queryKernel: TensorInfo;
  keyKernel: TensorInfo;
  valueKernel: TensorInfo;
  /** [heads, size, width] */
  outputKernel: TensorInfo;
  /** [heads, size]; all four or none */
  queryBias?: TensorInfo;
  keyBias?: TensorInfo;
  valueBias?: TensorInfo;
  /** [width] */
  outputBias?: TensorInfo;
  /** [batch, steps], 0 for padding */
  mask?: TensorInfo;
  /** [batch, heads, time, steps]: 0 where a weight is dropped, else 1 / the share that is kept */
  kept?: TensorInfo;
};

/** Besides the inputs of the forward kernel: the gradient of its output, and what it gave. */
type GradientInputs = Inputs & {
  dy: TensorInfo;
  scores: TensorInfo;
  mixed: TensorInfo;
  projected: TensorInfo;
  projectedSource?: TensorInfo;
};

interface Sizes {
  readonly batch: number;
  readonly time: number;
  readonly width: number;
  readonly steps: number;
  readonly heads: number;
  readonly size: number;
  /** heads * size */
  readonly all: number;
}

function sizesOf({ query, source, queryKernel }: Inputs): Sizes {
  const [batch, time, width] = query.shape as [number, number, number];
  const [, heads, size] = queryKernel.shape as [number, number, number];
  const steps = source ? (source.shape[1] as number) : time;
  return { batch, time, width, steps, heads, size, all: heads * size };
}

/** Projections that share an input and so lie side by side. */
interface Group {
  readonly x: TensorInfo;
  readonly rows: number;
  readonly width: number;
  readonly kernels: readonly TensorInfo[];
  readonly biases: readonly (TensorInfo | undefined)[];
  /** Columns of all of them together. */
  readonly columns: number;
}

function groupsOf(inputs: Inputs, { batch, time, steps, all }: Sizes): Group[] {
  const { query, source } = inputs;
  const names = source ? [['query'], ['key', 'value']] : [['query', 'key', 'value']];
  return names.map((group, index) => {
    const x = index === 0 ? query : (source as TensorInfo);
    return {
      x,
      rows: batch * (index === 0 ? time : steps),
      width: x.shape[2] as number,
      kernels: group.map((name) => inputs[`${name}Kernel`] as TensorInfo),
      biases: group.map((name) => inputs[`${name}Bias`]),
      columns: group.length * all,
    };
  });
}

/** Lays pieces of scratch space one after the other. */
class Room {
  private floats = 0;
  private start = 0;
  pack: Address = 0;

  /** The place of so many floats, known after `open`. */
  take(floats: number): () => Address {
    const at = this.floats;
    this.floats += floats;
    return () => this.start + at * 4;
  }

  open(native: Native): void {
    const { col, pack } = native.scratch(this.floats);
    this.start = col;
    this.pack = pack;
  }
}

/** The kernels of a group side by side: [width, columns]. */
function joinKernels(native: Native, at: (tensor: TensorInfo) => Address, group: Group, to: Address): void {
  const part = (group.columns / group.kernels.length) * 4;
  group.kernels.forEach((kernel, index) => {
    native.copyRows(at(kernel), to + index * part, group.width, part, part, group.columns * 4);
  });
}

const multiHeadAttention: OwnKernel = {
  name: 'Weft>MultiHeadAttention',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const all = inputs as Inputs;
      const native = host.native(backend);
      const sizes = sizesOf(all);
      const { batch, time, width, steps, heads, size } = sizes;
      const groups = groupsOf(all, sizes);
      const output = backend.makeOutput([batch, time, width], 'float32');
      const scores = backend.makeOutput([batch, heads, time, steps], 'float32');
      const mixed = backend.makeOutput([batch, time, sizes.all], 'float32');
      const projected = groups.map(({ rows, columns }) => backend.makeOutput([rows, columns], 'float32'));
      const room = new Room();
      const joined = room.take(Math.max(...groups.map((group) => group.width * group.columns)));
      const inner = room.take(native.attentionScratch(time, steps, size));
      room.open(native);
      const at = addressOf(backend);

      groups.forEach((group, index) => {
        const to = at(projected[index] as TensorInfo);
        joinKernels(native, at, group, joined());
        const part = (group.columns / group.kernels.length) * 4;
        const biased = group.biases.every((bias, i) => {
          if (bias) native.copyRows(at(bias), to + i * part, group.rows, part, 0, group.columns * 4);
          return bias;
        });
        const { rows, columns: n, width: k } = group;
        native.gemm(rows, n, k, at(group.x), k, 1, joined(), n, 1, to, n, biased ? 1 : 0, room.pack);
      });
      const places = placesOf(sizes, projected.map(at));
      native.attentionForward(
        places.query,
        places.queryStride,
        places.key,
        places.value,
        places.sourceStride,
        at(all.mask),
        at(all.kept),
        at(scores),
        at(mixed),
        batch,
        heads,
        time,
        steps,
        size,
        1 / Math.sqrt(size),
        attrs.causal ? 1 : 0,
        inner(),
      );
      const rows = batch * time;
      if (all.outputBias) native.copyRows(at(all.outputBias), at(output), rows, width * 4, 0, width * 4);
      const add = all.outputBias ? 1 : 0;
      const [from, kernel] = [at(mixed), at(all.outputKernel)];
      native.gemm(
        rows,
        width,
        sizes.all,
        from,
        sizes.all,
        1,
        kernel,
        width,
        1,
        at(output),
        width,
        add,
        room.pack,
      );
      return [output, scores, mixed, ...projected];
    },
};

/** Gradients of query, source (where there is one), the four kernels and, where there are biases, these. */
const multiHeadAttentionGrad: OwnKernel = {
  name: 'Weft>MultiHeadAttentionGrad',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const all = inputs as GradientInputs;
      const native = host.native(backend);
      const sizes = sizesOf(all);
      const { batch, time, width, steps, heads, size } = sizes;
      const rows = batch * time;
      const groups = groupsOf(all, sizes);
      const like = (tensor: TensorInfo) => backend.makeOutput(tensor.shape, 'float32');
      const dInputs = groups.map(({ x }) => like(x));
      const dKernels = groups.map(({ kernels }) => kernels.map(like));
      const dOutputKernel = like(all.outputKernel);
      const hasBias = Boolean(attrs.bias);
      const dBiases = groups.map(({ kernels }) =>
        hasBias ? kernels.map(() => backend.makeOutput([heads, size], 'float32')) : [],
      );
      const dOutputBias = hasBias ? [backend.makeOutput([width], 'float32')] : [];
      const room = new Room();
      const dMixed = room.take(rows * sizes.all);
      const dProjected = groups.map((group) => room.take(group.rows * group.columns));
      const joined = room.take(Math.max(...groups.map((group) => (group.width + 1) * group.columns)));
      const inner = room.take(native.attentionScratch(time, steps, size));
      room.open(native);
      const at = addressOf(backend);
      const { pack } = room;
      // A product over no rows writes nothing.
      if (rows === 0) floatsOf(backend, dOutputKernel).fill(0);
      groups.forEach((group, index) => {
        if (group.rows === 0) for (const kernel of dKernels[index] ?? []) floatsOf(backend, kernel).fill(0);
      });

      const dy = at(all.dy);
      const n = sizes.all;
      const w = at(all.outputKernel);
      native.gemm(rows, n, width, dy, width, 1, w, 1, width, dMixed(), n, 0, pack);
      native.gemm(n, width, rows, at(all.mixed), 1, n, dy, width, 1, at(dOutputKernel), width, 0, pack);
      for (const bias of dOutputBias) native.columnSums(dy, at(bias), rows, width, 1);

      const projected = [all.projected, all.projectedSource].filter((tensor) => tensor !== undefined);
      const places = placesOf(sizes, projected.map(at));
      const to = placesOf(
        sizes,
        dProjected.map((place) => place()),
      );
      native.attentionBackward(
        places.query,
        places.queryStride,
        places.key,
        places.value,
        places.sourceStride,
        at(all.kept),
        at(all.scores),
        dMixed(),
        to.query,
        to.key,
        to.value,
        batch,
        heads,
        time,
        steps,
        size,
        1 / Math.sqrt(size),
        attrs.causal ? 1 : 0,
        inner(),
      );
      groups.forEach((group, index) => {
        const from = (dProjected[index] as () => Address)();
        const { columns, width: k } = group;
        const x = at(group.x);
        joinKernels(native, at, group, joined());
        const dX = at(dInputs[index]);
        native.gemm(group.rows, k, columns, from, columns, 1, joined(), 1, columns, dX, k, 0, pack);
        dKernels[index]?.forEach((kernel, i) => {
          native.gemm(k, n, group.rows, x, 1, k, from + i * n * 4, columns, 1, at(kernel), n, 0, pack);
        });
        if (!hasBias) return;
        native.columnSums(from, joined(), group.rows, columns, 1);
        dBiases[index]?.forEach((bias, i) => {
          native.copyRows(joined() + i * n * 4, at(bias), 1, n * 4, 0, 0);
        });
      });
      return [...dInputs, ...dKernels.flat(), dOutputKernel, ...dBiases.flat(), ...dOutputBias];
    },
};

/** 0 stands for an input that is absent. Valid when all outputs have been made: growth of the heap does not move tensors. */
function addressOf(backend: WasmBackend): (tensor: TensorInfo | undefined) => Address {
  return (tensor) => (tensor ? offsetOf(backend, tensor) : 0);
}

/** Where Q, K and V lie in the buffers of one group (self-attention) or two. Strides in elements. */
function placesOf({ all }: Sizes, [own, source]: readonly Address[]) {
  const [first, second] = [own as Address, source ?? 0];
  const both = source === undefined;
  return {
    query: first,
    queryStride: both ? 3 * all : all,
    key: both ? first + all * 4 : second,
    value: both ? first + 2 * all * 4 : second + all * 4,
    sourceStride: both ? 3 * all : 2 * all,
  };
}

export const attentionKernels: readonly OwnKernel[] = [multiHeadAttention, multiHeadAttentionGrad];
