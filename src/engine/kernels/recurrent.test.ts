// The kernels of recurrent layers: against the same layer by tfjs's operations on cpu, against plain loops in double precision and
// their differences, and at the edges.
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, gruCell, lstmCell, simpleCell } from '../../nodes/recurrent/cells';
import { gruLayer, lstmLayer } from '../../nodes/recurrent/recurrent-layers';
import { gruReference, lstmReference, simpleRnnReference } from '../../nodes/recurrent/reference';
import { scan } from '../../nodes/recurrent/scan';
import {
  evaluate,
  expectClose,
  expectLikeCpu,
  loadTfjs,
  Random,
  switchToWasm,
  toTensor,
  toValues,
  type Values,
  withGradients,
} from './against-cpu';
import type { Tfjs, WasmBackend } from './kernel';
import { wasmMemoryOf } from './memory';

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

type Name = Cell['name'];
const NAMES: readonly Name[] = ['simple tanh', 'simple relu', 'lstm', 'gru'];
const GATES = { 'simple tanh': 1, 'simple relu': 1, lstm: 4, gru: 3 };

function cellOf(name: Name, units: number): Cell {
  if (name === 'lstm') return lstmCell(tf, units);
  if (name === 'gru') return gruCell(tf, units);
  return simpleCell(tf, name === 'simple tanh' ? 'tanh' : 'relu');
}

interface Layer {
  readonly name: Name;
  readonly units: number;
  readonly backwards?: boolean;
  readonly everyStep?: boolean;
  readonly mask?: Values;
}

/** Of x, kernel, recurrent kernel and, where there are four, bias. */
const layer =
  ({ name, units, backwards = false, everyStep = false, mask }: Layer) =>
  (...[x, kernel, recurrent, bias]: Tensor[]): Tensor =>
    scan(tf, cellOf(name, units), {
      x: x as Tensor3D,
      kernel: kernel as Tensor2D,
      recurrent: recurrent as Tensor2D,
      bias: (bias as Tensor1D | undefined) ?? null,
      mask: mask ? (toTensor(tf, mask) as Tensor2D) : null,
      backwards,
      everyStep,
    });

interface Sizes {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
}

/** Weights small enough that a SimpleRNN does not multiply its rounding errors from step to step. */
function inputsOf(
  random: Random,
  name: Name,
  { batch, time, features, units }: Sizes,
  useBias = true,
): Values[] {
  const width = GATES[name] * units;
  const scaled = (values: Values, by: number): Values => ({
    ...values,
    data: values.data.map((v) => by * v),
  });
  return [
    random.floats([batch, time, features]),
    scaled(random.floats([features, width]), 1.5 / Math.sqrt(features)),
    scaled(random.floats([units, width]), 1.5 / Math.sqrt(units)),
    ...(useBias ? [random.floats([width])] : []),
  ];
}

const maskOf = (rows: readonly (readonly number[])[]): Values => ({
  shape: [rows.length, rows[0]!.length],
  dtype: 'float32',
  data: rows.flat(),
});

/** Padded behind, before, in the middle, wholly, not at all, or here and there. */
function randomMask(random: Random, batch: number, time: number): Values {
  const row = (): number[] => {
    const kind = random.int(0, 4);
    const cut = random.int(0, time);
    return Array.from({ length: time }, (_, t) => {
      if (kind === 0) return t < cut ? 1 : 0;
      if (kind === 1) return t < cut ? 0 : 1;
      if (kind === 2) return t === cut ? 0 : 1;
      if (kind === 3) return 0;
      return random.int(0, 1);
    });
  };
  return maskOf(Array.from({ length: batch }, row));
}

let compared = 0;
async function likeCpu(what: string, options: Layer, inputs: Values[]): Promise<void> {
  const compute = withGradients(tf, 5, layer(options));
  await expectLikeCpu(tf, 'native', [{ what, inputs, compute }]);
  compared += 1;
}
afterAll(() => {
  console.info(`recurrent: ${compared} layers compared with cpu, each with all its gradients`);
});

describe.each(NAMES)('%s', (name) => {
  it('equals tfjs on cpu over random sizes, directions, masks and outputs', async () => {
    const random = new Random(NAMES.indexOf(name) + 1);
    for (let round = 0; round < 40; round++) {
      const sizes = {
        batch: random.int(1, 11),
        time: random.int(1, 9),
        features: random.int(1, 18),
        units: random.int(1, 19),
      };
      const { batch, time, units } = sizes;
      const useBias = random.next() < 0.7;
      const mask = random.next() < 0.6 ? randomMask(random, batch, time) : undefined;
      const [backwards, everyStep] = [random.next() < 0.5, random.next() < 0.5];
      const what = `${name} ${JSON.stringify({ ...sizes, useBias, backwards, everyStep, mask: mask?.data })}`;
      const options = { name, units, backwards, everyStep, ...(mask && { mask }) };
      await likeCpu(what, options, inputsOf(random, name, sizes, useBias));
    }
  });

  it.each([
    { batch: 1, time: 1, features: 1, units: 1 },
    { batch: 1, time: 6, features: 3, units: 64 },
    { batch: 32, time: 5, features: 32, units: 64 },
    // More rows than are summed at a time into the gradients of the kernels, in several steps and in one.
    { batch: 50, time: 13, features: 5, units: 8 },
    { batch: 300, time: 3, features: 4, units: 9 },
  ])('equals it at %o', async (sizes) => {
    const random = new Random(21);
    for (const everyStep of [false, true]) {
      const inputs = inputsOf(random, name, sizes);
      await likeCpu(name, { name, units: sizes.units, everyStep }, inputs);
      const mask = randomMask(random, sizes.batch, sizes.time);
      await likeCpu(
        `${name}, masked`,
        { name, units: sizes.units, everyStep, mask, backwards: true },
        inputs,
      );
    }
  });

  it('keeps its state over padding, through which no gradient comes', async () => {
    await switchToWasm(tf, 'native');
    const mask = maskOf([
      [0, 0, 1, 1],
      [1, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
    const inputs = inputsOf(new Random(3), name, { batch: 3, time: 4, features: 2, units: 3 });
    const run = layer({ name, units: 3, everyStep: true, mask });
    const [y, dx] = evaluate(tf, inputs, withGradients(tf, 5, run));
    const rowsOf = ({ data }: Values, width: number) =>
      Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width));
    const steps = rowsOf(y!, 3);
    const zero = [0, 0, 0];
    expect(steps.slice(0, 2)).toEqual([zero, zero]);
    expect(steps.slice(6, 8)).toEqual([steps[5], steps[5]]);
    expect(steps.slice(8)).toEqual([zero, zero, zero, zero]);
    const gradients = rowsOf(dx!, 2).map((row) => row.every((value) => value === 0));
    const padded = mask.data.map((value) => value === 0);
    // relu may be off at a real step; padding gives none in any case.
    if (name === 'simple relu') expect(gradients.every((none, i) => none || !padded[i])).toBe(true);
    else expect(gradients).toEqual(padded);
  });

  it('passes on NaN and infinities as tfjs does', async () => {
    const sizes = { batch: 4, time: 4, features: 3, units: 5 };
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const at of [0, 1, 2, 3]) {
        const inputs = inputsOf(new Random(17), name, sizes);
        inputs[at]!.data[at === 0 ? 4 : 1] = bad;
        const mask = maskOf(Array.from({ length: 4 }, (_, row) => [1, row & 1, 1, row >> 1]));
        // Every output: a NaN in the right places and nowhere else.
        await likeCpu(`${name}, ${bad} in input ${at}`, { name, units: 5 }, inputs);
        await likeCpu(
          `${name}, ${bad} in input ${at}, masked`,
          { name, units: 5, mask, everyStep: true },
          inputs,
        );
      }
    }
  });

  it('takes a batch of nothing and a sequence without steps', async () => {
    await switchToWasm(tf, 'native');
    for (const [batch, time] of [
      [0, 3],
      [2, 0],
    ] as const) {
      const sizes = { batch, time, features: 2, units: 3 };
      const inputs = inputsOf(new Random(1), name, sizes);
      for (const everyStep of [false, true]) {
        const run = layer({ name, units: 3, everyStep });
        const [y, dx, ...weights] = evaluate(tf, inputs, withGradients(tf, 5, run));
        expect(y!.shape).toEqual(everyStep ? [batch, time, 3] : [batch, 3]);
        expect(dx!.shape).toEqual([batch, time, 2]);
        for (const values of [y!, dx!, ...weights])
          expect(values.data.every((value) => value === 0)).toBe(true);
      }
    }
    await likeCpu(`${name}, no features`, { name, units: 3 }, [
      ...inputsOf(new Random(1), name, { batch: 2, time: 3, features: 0, units: 3 }),
    ]);
  });

  it('repeats itself to the bit, recorded or not, on a heap that does not grow', async () => {
    await switchToWasm(tf, 'native');
    const memory = wasmMemoryOf(tf.backend() as unknown as WasmBackend)!;
    const inputs = inputsOf(new Random(8), name, { batch: 9, time: 7, features: 6, units: 10 });
    const run = layer({ name, units: 10, everyStep: true });
    const once = () => evaluate(tf, inputs, withGradients(tf, 5, run));
    const first = once();
    const size = memory.buffer.byteLength;
    for (let i = 0; i < 50; i++) expect(once()).toEqual(first);
    expect(memory.buffer.byteLength).toBe(size);
    // withGradients' first value came from a call outside of any tape, this one from inside.
    const variables = inputs.map((values) => tf.variable(toTensor(tf, values)));
    let recorded: Values | null = null;
    const { value, grads } = tf.variableGrads(() => {
      const y = run(...variables);
      recorded = toValues(y);
      return tf.sum(y);
    }, variables);
    expect(recorded).toEqual(first[0]);
    tf.dispose([value, grads, variables]);
  });

  it('runs one kernel forward and one backward, and records nothing for a prediction', async () => {
    await switchToWasm(tf, 'native');
    const inputs = inputsOf(new Random(8), name, { batch: 2, time: 5, features: 3, units: 4 });
    const tensors = inputs.map((values) => toTensor(tf, values));
    const run = layer({ name, units: 4 });
    const own = ({ kernels }: { kernels: { name: string; outputShapes: unknown[] }[] }) =>
      kernels.filter((kernel) => kernel.name.startsWith('Weft>'));
    const predicted = await tf.profile(() => run(...tensors));
    expect(own(predicted)).toHaveLength(1);
    expect(own(predicted)[0]).toMatchObject({ name: 'Weft>RecurrentSequence', outputShapes: [[2, 4]] });
    const trained = await tf.profile(() => tf.grads(run)(tensors));
    expect(own(trained).map((kernel) => kernel.name)).toEqual([
      'Weft>RecurrentSequence',
      'Weft>RecurrentSequenceGradient',
    ]);
    tf.dispose([...tensors, predicted.result as Tensor, ...(trained.result as unknown as Tensor[])]);
  });
});

describe.each([
  ['simple tanh', simpleRnnReference],
  ['lstm', lstmReference],
  ['gru', gruReference],
] as const)('%s against plain loops in double precision', (name, reference) => {
  const sizes = { batch: 2, time: 4, features: 3, units: 3 };
  const { batch, time, features, units } = sizes;
  const inputs = inputsOf(new Random(12), name, sizes);
  const dy = new Random(5).floats([batch, time, units]);

  const rows = (data: readonly number[], width: number): number[][] =>
    Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width));
  function outputs([x, kernel, recurrent, bias]: readonly (readonly number[])[]): number[] {
    const width = GATES[name] * units;
    const weights = { kernel: rows(kernel!, width), recurrent: rows(recurrent!, width), bias: bias! };
    const sequences = rows(x!, features);
    return Array.from({ length: batch }, (_, b) =>
      reference(sequences.slice(b * time, (b + 1) * time), weights),
    ).flat(2);
  }
  // Rounded to float32 first, since the kernel gets no more than that.
  const exact = inputs.map(({ data }) => data.map(Math.fround));
  const loss = (given: readonly (readonly number[])[]): number =>
    outputs(given).reduce((sum, value, i) => sum + value * Math.fround(dy.data[i]!), 0);

  it('gives its outputs and, by finite differences, its gradients', async () => {
    await switchToWasm(tf, 'native');
    const actual = evaluate(tf, inputs, withGradients(tf, 5, layer({ name, units, everyStep: true })));
    const step = 1e-4; // the error of a central difference is of the order of its square
    const gradients = exact.map((values, which) =>
      values.map((value, i) => {
        const at = (shift: number): number =>
          loss(exact.map((other, n) => (n === which ? other.with(i, value + shift) : other)));
        return (at(step) - at(-step)) / (2 * step);
      }),
    );
    const expected = [outputs(exact), ...gradients].map((data, i) => ({ ...actual[i]!, data }));
    expectClose(actual, expected, name);
  });
});

describe('the functions of the gates', () => {
  /** σ and tanh of each value, as the LSTM records them: z = x, from a state of zeros. */
  function gatesOf(values: readonly number[]): { sigmoid: number[]; tanh: number[] } {
    return tf.tidy(() => {
      const outputs = tf.engine().runKernel(
        'Weft>RecurrentSequence',
        {
          x: tf.tensor(values as number[], [values.length, 1, 1]),
          kernel: tf.ones([1, 4]),
          recurrent: tf.zeros([1, 4]),
        },
        { cell: 'lstm', backwards: false, everyStep: false, record: true },
      ) as Tensor[];
      const gates = [...outputs[1]!.dataSync()];
      const column = (n: number): number[] => values.map((_, i) => gates[4 * i + n]!);
      return { sigmoid: column(0), tanh: column(2) } as never;
    });
  }

  it('are exact to a few parts in ten million', async () => {
    await switchToWasm(tf, 'native');
    const random = new Random(4);
    const values = [
      ...Array.from({ length: 4000 }, () => Math.fround(170 * random.next() - 85)),
      ...Array.from({ length: 4000 }, () => Math.fround(12 * random.next() - 6)),
      ...Array.from({ length: 1000 }, () => Math.fround(1e-3 * random.next())),
    ];
    const { sigmoid, tanh } = gatesOf(values);
    const worst = (actual: number[], exact: (x: number) => number): number =>
      Math.max(...actual.map((value, i) => Math.abs(value / exact(values[i]!) - 1)));
    const errors = [worst(sigmoid, (x) => 1 / (1 + Math.exp(-x))), worst(tanh, Math.tanh)];
    console.info(`recurrent: largest relative error of sigmoid ${errors[0]}, of tanh ${errors[1]}`);
    for (const error of errors) expect(error).toBeLessThan(5e-7);
  });

  it('end at their limits, and keep NaN', async () => {
    await switchToWasm(tf, 'native');
    const { sigmoid, tanh } = gatesOf([Infinity, 1e30, 100, -100, -1e30, -Infinity, 0, NaN]);
    expect(tanh).toEqual([1, 1, 1, -1, -1, -1, 0, NaN]);
    expect(sigmoid).toEqual([1, 1, 1, 0, 0, 0, 0.5, NaN]);
  });
});

it('serves the layers: a model of embedding, two directions and two cells has the gradients it has on cpu', async () => {
  const tokens = new Random(6).ints([5, 8], 0, 10);
  const compute = (x: Tensor): Tensor[] => {
    const settings = { recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' } as const;
    const gru = new (gruLayer(tf))({ units: 6, returnSequences: true, ...settings });
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 11, outputDim: 7, inputLength: 8 }),
        tf.layers.bidirectional({ layer: gru, mergeMode: 'concat' }),
        new (lstmLayer(tf))({ units: 9, ...settings }),
        tf.layers.dense({ units: 5 }),
      ],
    });
    const random = new Random(7);
    model.setWeights(model.getWeights().map(({ shape }) => toTensor(tf, random.floats(shape))));
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(model.apply(x, { training: true }) as Tensor)),
      variables,
    );
    const results = [value, ...variables.map(({ name }) => grads[name]!)];
    model.dispose();
    return results;
  };
  await expectLikeCpu(tf, 'native', [{ what: 'model', inputs: [tokens], compute }]);
  const x = toTensor(tf, tokens);
  const { kernels, result } = await tf.profile(() => compute(x));
  const count = (name: string): number => kernels.filter((kernel) => kernel.name === name).length;
  expect([count('Weft>RecurrentSequence'), count('Weft>RecurrentSequenceGradient')]).toEqual([3, 3]);
  tf.dispose([x, ...(result as unknown as Tensor[])]);
});

it('refuses what does not fit together, instead of reading beyond it', async () => {
  await switchToWasm(tf, 'native');
  const attributes = { cell: 'gru', backwards: false, everyStep: false, record: false };
  const call = (x: number[], kernel: number[], recurrent: number[], more: object = {}, attrs = attributes) =>
    tf.tidy(() => {
      const inputs = { x: tf.zeros(x), kernel: tf.zeros(kernel), recurrent: tf.zeros(recurrent), ...more };
      tf.engine().runKernel('Weft>RecurrentSequence', inputs, attrs);
    });
  call([2, 3, 4], [4, 6], [2, 6]);
  expect(() => call([2, 3, 4], [5, 6], [2, 6])).toThrow('kernel is float32 [5,6], expected float32 [4,6]');
  expect(() => call([2, 3, 4], [4, 6], [2, 8])).toThrow('recurrent is');
  expect(() => call([2, 3, 4], [4, 6], [2, 6], { bias: tf.zeros([5]) })).toThrow('bias is');
  expect(() => call([2, 3, 4], [4, 6], [2, 6], { mask: tf.zeros([3, 2]) })).toThrow('mask is');
  expect(() => call([2, 3, 4], [4, 6], [2, 6], { bias: tf.zeros([6], 'int32') })).toThrow('int32');
  expect(() => call([2, 3, 4], [4, 6], [2, 6], {}, { ...attributes, cell: 'mgu' })).toThrow("no cell 'mgu'");
});
