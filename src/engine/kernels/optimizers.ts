// One native call per weight for an optimizer's step, in place of five to fifteen small kernels. The state stays in tfjs's own
// optimizer object (accumulators, powers of beta, iterations), so saving, restoring and switching backends work as before;
// wherever the native module or float32 on wasm is missing, and for optimizers that are not here, tfjs's own update runs.
import type { NamedTensorMap, Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import { floatsOf, offsetOf, type Tfjs, type WasmBackend } from './kernel';
import type { Address, Native } from './native';

type Slots = ({ originalName: string; variable: Variable } | undefined)[];

/** What tfjs keeps in its optimizers (4.22.0; protected members there). */
interface State {
  learningRate: number;
  /** Momentum */
  m: Tensor;
  useNesterov: boolean;
  accumulations: Slots;
  /** RMSProp */
  decay: number;
  momentum: number;
  epsilon: number;
  centered: boolean;
  accumulatedMeanSquares: Slots;
  accumulatedMoments: Slots;
  /** Adagrad */
  accumulatedGrads: Slots;
  initialAccumulatorValue: number;
  /** Adam */
  beta1: number;
  beta2: number;
  accBeta1: Variable;
  accBeta2: Variable;
  accumulatedFirstMoment: Slots;
  accumulatedSecondMoment: Slots;
  /** AdamW */
  weightDecay?: number;

  applyGradients(gradients: NamedTensorMap | { name: string; tensor: Tensor }[]): void;
  incrementIterations(): void;
}

/** Addresses of one weight's step. */
interface Place {
  weight: Address;
  gradient: Address;
  slots: readonly Address[];
  out: Address;
  count: number;
}

interface Update {
  /** Accumulators as tfjs names them: its list, the suffix of the name, the first value. */
  readonly slots: readonly (readonly [list: Slots, suffix: string, value: number])[];
  /** Share of a weight that stays where it has no gradient: 1 except for AdamW. */
  readonly keep: number;
  step(place: Place): void;
  /** After all weights. */
  end(): void;
}

type Rule = (tf: Tfjs, backend: WasmBackend, native: Native, state: State) => Update;

const nothing = () => {};

const sgd: Rule = (_tf, _backend, native, { learningRate }) => ({
  slots: [],
  keep: 1,
  step: ({ weight, gradient, out, count }) => native.sgd(weight, gradient, out, count, learningRate),
  end: nothing,
});

const momentum: Rule = (_tf, backend, native, { accumulations, learningRate, m, useNesterov }) => {
  const mu = scalarOf(backend, m);
  return {
    slots: [[accumulations, 'momentum', 0]],
    keep: 1,
    step: ({ weight, gradient, slots, out, count }) =>
      native.momentum(weight, gradient, slots[0]!, out, count, learningRate, mu, useNesterov ? 1 : 0),
    end: nothing,
  };
};

const rmsprop: Rule = (_tf, _backend, native, state) => {
  const { accumulatedMeanSquares, accumulatedMoments, learningRate, decay, epsilon } = state;
  const settings = [learningRate, decay, 1 - decay, state.momentum, epsilon] as const;
  return {
    slots: [
      [accumulatedMeanSquares, 'rms', 0],
      [accumulatedMoments, 'momentum', 0],
    ],
    keep: 1,
    step: ({ weight, gradient, slots, out, count }) =>
      native.rmsprop(weight, gradient, slots[0]!, slots[1]!, out, count, ...settings),
    end: nothing,
  };
};

const adagrad: Rule = (tf, _backend, native, state) => {
  const { accumulatedGrads, initialAccumulatorValue, learningRate } = state;
  const epsilon = tf.engine().backend.epsilon();
  return {
    slots: [[accumulatedGrads, 'accumulator', initialAccumulatorValue]],
    keep: 1,
    step: ({ weight, gradient, slots, out, count }) =>
      native.adagrad(weight, gradient, slots[0]!, out, count, learningRate, epsilon),
    end: nothing,
  };
};

/** Adam, and AdamW by its `weightDecay`. */
const adam: Rule = (tf, backend, native, state) => {
  const { accumulatedFirstMoment, accumulatedSecondMoment, learningRate, beta1, beta2, epsilon } = state;
  const { accBeta1, accBeta2 } = state;
  const left1 = Math.fround(1 - scalarOf(backend, accBeta1));
  const left2 = Math.fround(1 - scalarOf(backend, accBeta2));
  const keep = 1 - learningRate * (state.weightDecay ?? 0);
  const settings = [
    keep,
    learningRate / left1,
    beta1,
    beta2,
    1 - beta1,
    1 - beta2,
    1 / left2,
    epsilon,
  ] as const;
  return {
    slots: [
      [accumulatedFirstMoment, 'm', 0],
      [accumulatedSecondMoment, 'v', 0],
    ],
    keep,
    step: ({ weight, gradient, slots, out, count }) =>
      native.adam(weight, gradient, slots[0]!, slots[1]!, out, count, ...settings),
    end: () => {
      for (const [power, beta] of [
        [accBeta1, beta1],
        [accBeta2, beta2],
      ] as const) {
        own(tf, backend, power);
        const cell = floatsOf(backend, power);
        // As tfjs multiplies: both factors in single precision.
        cell[0] = (cell[0] as number) * Math.fround(beta);
      }
    },
  };
};

/** The rule for an optimizer whose update is tfjs's own (or AdamW's, which says its decay); null for any other. */
function ruleFor(tf: Tfjs, optimizer: Optimizer): Rule | null {
  const { applyGradients } = optimizer;
  const state = optimizer as unknown as State;
  if (applyGradients === tf.SGDOptimizer.prototype.applyGradients) return sgd;
  if (applyGradients === tf.MomentumOptimizer.prototype.applyGradients) return momentum;
  if (applyGradients === tf.RMSPropOptimizer.prototype.applyGradients) return state.centered ? null : rmsprop;
  if (applyGradients === tf.AdagradOptimizer.prototype.applyGradients) return adagrad;
  if (applyGradients === tf.AdamOptimizer.prototype.applyGradients) return adam;
  const isAdamW = optimizer.getClassName() === 'AdamW' && typeof state.weightDecay === 'number';
  return isAdamW && optimizer instanceof tf.AdamOptimizer ? adam : null;
}

/** Makes `optimizer` use the native update where it can. Returns it. The numbers are those of tfjs up to rounding. */
export function accelerate<O extends Optimizer>(
  tf: Tfjs,
  optimizer: O,
  nativeOf: (backend: WasmBackend) => Native | null,
): O {
  const rule = ruleFor(tf, optimizer);
  if (!rule) return optimizer;
  const state = optimizer as unknown as State;
  const stock = state.applyGradients.bind(state);
  state.applyGradients = (gradients) => {
    const named: { name: string; tensor: Tensor | null | undefined }[] = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const variables = tf.engine().registeredVariables as { [name: string]: Variable };
    const backend = tf.getBackend() === 'wasm' ? (tf.backend() as unknown as WasmBackend) : null;
    const native = backend && nativeOf(backend);
    const isPlain = named.every(
      ({ name, tensor }) =>
        variables[name]?.dtype === 'float32' && (!tensor || isAlike(tensor, variables[name] as Variable)),
    );
    if (!native || !isPlain) return stock(gradients);
    tf.tidy(() => {
      const update = rule(tf, backend, native, state);
      for (const [i, { name, tensor }] of named.entries()) {
        const weight = variables[name] as Variable;
        const slots = update.slots.map(([list, suffix, value]) =>
          slotOf(tf, list, i, `${name}/${suffix}`, weight, value),
        );
        if (tensor) take(tf, backend, update, weight, tensor, slots);
        else if (update.keep !== 1) weight.assign(tf.mul(weight, update.keep));
      }
      update.end();
    });
    state.incrementIterations();
  };
  return optimizer;
}

function isAlike({ dtype, shape }: Tensor, weight: Variable): boolean {
  return (
    dtype === 'float32' &&
    shape.length === weight.shape.length &&
    shape.every((d, i) => d === weight.shape[i])
  );
}

function slotOf(
  tf: Tfjs,
  list: Slots,
  i: number,
  originalName: string,
  like: Variable,
  value: number,
): Variable {
  list[i] ??= { originalName, variable: tf.tidy(() => tf.variable(tf.fill(like.shape, value), false)) };
  return list[i].variable;
}

/** A variable that is changed in place must not share its data: whoever holds a clone keeps what he has seen. */
function own(tf: Tfjs, backend: WasmBackend, variable: Variable): void {
  if (backend.refCount(variable.dataId) > 1) variable.assign(tf.tidy(() => tf.add(variable, 0)));
}

/** Reads where it lies: `dataSync` makes an array and a promise's worth of bookkeeping. */
function scalarOf(backend: WasmBackend, tensor: Tensor): number {
  return floatsOf(backend, tensor)[0] as number;
}

function take(
  tf: Tfjs,
  backend: WasmBackend,
  update: Update,
  weight: Variable,
  gradient: Tensor,
  slots: readonly Variable[],
): void {
  for (const slot of slots) own(tf, backend, slot);
  // The weights go into a new tensor: XNNPACK caches packed filters by tensor, so changing one in place would go unnoticed.
  const next = tf.engine().makeTensorFromTensorInfo(backend.makeOutput(weight.shape, 'float32'));
  const at = (tensor: Tensor) => offsetOf(backend, tensor);
  update.step({
    weight: at(weight),
    gradient: at(gradient),
    slots: slots.map(at),
    out: at(next),
    count: weight.size,
  });
  weight.assign(next);
}
