// SimpleRNN, LSTM and GRU over their whole sequence, as two kernels of ours: forward, and backward through time. They take the
// place of the few hundred small ones that `scan` of the nodes runs otherwise, and give the same numbers up to rounding. `scan`
// puts them together into one differentiable operation, so no gradient is registered here.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type OwnKernel, offsetOf, type WasmBackend } from './kernel';

/** In the order of their numbers in wasm/recurrent-sequence.ts. Gates side by side in the kernels as in nodes/recurrent/cells.ts. */
const CELLS = [
  { name: 'simple tanh', gates: 1 },
  { name: 'simple relu', gates: 1 },
  { name: 'lstm', gates: 4 },
  { name: 'gru', gates: 3 },
];
const LSTM = 2;

interface Sizes {
  cell: number;
  batch: number;
  time: number;
  features: number;
  units: number;
  width: number;
  /** What both native functions begin with. */
  leading: [number, number, number, number, number, number, number];
}

/** Checks what the native code relies on: it would read beyond the tensors otherwise. */
function sizesOf(kernelName: string, inputs: Record<string, TensorInfo>, attrs: object): Sizes {
  const {
    cell: name,
    backwards,
    everyStep,
  } = attrs as { cell: string; backwards: boolean; everyStep: boolean };
  const cell = CELLS.findIndex((each) => each.name === name);
  if (cell < 0) throw new Error(`${kernelName}: no cell '${name}'`);
  const [batch, time, features] = inputs.x!.shape as [number, number, number];
  const units = inputs.recurrent!.shape[0] as number;
  const width = (CELLS[cell] as { gates: number }).gates * units;
  const expected: Record<string, number[]> = {
    x: [batch, time, features],
    kernel: [features, width],
    recurrent: [units, width],
    bias: [width],
    mask: [batch, time],
    gates: [time * batch, width],
    hidden: [(time + 1) * batch, units],
    cellState: [(time + 1) * batch, units],
    bent: [time * batch, units],
    dy: everyStep ? [batch, time, units] : [batch, units],
  };
  for (const [input, { shape, dtype }] of Object.entries(inputs)) {
    if (dtype !== 'float32' || String(shape) !== String(expected[input])) {
      throw new Error(
        `${kernelName}: ${input} is ${dtype} [${shape}], expected float32 [${expected[input]}]`,
      );
    }
  }
  const leading: Sizes['leading'] = [
    cell,
    batch,
    time,
    features,
    units,
    Number(backwards),
    Number(everyStep),
  ];
  return { cell, batch, time, features, units, width, leading };
}

const addressIn = (backend: WasmBackend) => (tensor: TensorInfo | undefined) =>
  tensor ? offsetOf(backend, tensor) : 0;

/**
 * Inputs x [batch, time, features], kernel, recurrent, perhaps bias and mask [batch, time]. Attributes: cell, backwards, everyStep,
 * and record, whether a gradient will be wanted. Outputs: the hidden states of every step [batch, time, units] or the last one
 * [batch, units]; when recording also what the gradient needs: gates and hidden, of an LSTM also cellState and bent.
 */
const forward: OwnKernel = {
  name: 'Weft>RecurrentSequence',
  create: (host) => (call) => {
    const inputs = call.inputs as Record<string, TensorInfo>;
    const { backend } = call;
    const native = host.native(backend);
    const { cell, batch, time, features, units, width, leading } = sizesOf(forward.name, inputs, call.attrs);
    const record = Boolean(call.attrs.record);
    const make = (...shape: number[]) => backend.makeOutput(shape, 'float32');
    const y = call.attrs.everyStep ? make(batch, time, units) : make(batch, units);
    const recorded = record
      ? [
          make(time * batch, width),
          make((time + 1) * batch, units),
          ...(cell === LSTM ? [make((time + 1) * batch, units), make(time * batch, units)] : []),
        ]
      : [];
    if (batch * units > 0) {
      const { col } = native.scratch(
        native.recurrentForwardScratch(cell, batch, features, units, record ? 1 : 0),
      );
      const { x, kernel, recurrent, bias, mask } = inputs;
      const at = addressIn(backend);
      const [gates, hidden, cellState, bent] = recorded;
      native.recurrentForward(
        ...leading,
        ...[x, kernel, recurrent, bias, mask, y, gates, hidden, cellState, bent].map(at),
        col,
      );
    }
    return [y, ...recorded];
  },
};

/**
 * Inputs those of the forward kernel without bias, what it recorded, and dy. Attributes: cell, backwards, everyStep. Outputs: the
 * gradients of x, kernel and recurrent kernel, and of the bias, whether there is one or not.
 */
const backward: OwnKernel = {
  name: 'Weft>RecurrentSequenceGradient',
  create: (host) => (call) => {
    const inputs = call.inputs as Record<string, TensorInfo>;
    const { backend } = call;
    const native = host.native(backend);
    const { cell, batch, time, features, units, width, leading } = sizesOf(backward.name, inputs, call.attrs);
    const make = (...shape: number[]) => backend.makeOutput(shape, 'float32');
    const outputs = [make(batch, time, features), make(features, width), make(units, width), make(width)];
    const { col } = native.scratch(native.recurrentBackwardScratch(cell, batch, time, features, units));
    const { x, kernel, recurrent, mask, gates, hidden, cellState, bent, dy } = inputs;
    native.recurrentBackward(
      ...leading,
      ...[x, kernel, recurrent, mask, gates, hidden, cellState, bent, dy, ...outputs].map(addressIn(backend)),
      col,
    );
    return outputs;
  },
};

export const recurrentKernels: readonly OwnKernel[] = [forward, backward];
