// One native call per weight for the Adam optimizer, in place of about fifteen small kernels. The state stays in tfjs's own
// optimizer object (moments, powers of beta, iterations), so saving, restoring and switching backends work as before; wherever
// the native module or float32 on wasm is missing, tfjs's own update runs.
import type { AdamOptimizer, NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs';
import { offsetOf, type Tfjs, type WasmBackend } from './kernel';
import type { Native } from './native';

/** What tfjs keeps in an AdamOptimizer (4.22.0; protected members there). */
interface AdamState {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: Variable;
  accBeta2: Variable;
  accumulatedFirstMoment: ({ originalName: string; variable: Variable } | undefined)[];
  accumulatedSecondMoment: ({ originalName: string; variable: Variable } | undefined)[];
  applyGradients(gradients: NamedTensorMap | { name: string; tensor: Tensor }[]): void;
  incrementIterations(): void;
}

/** Makes `optimizer` use the native update where it can. Returns it. The numbers are those of tfjs up to rounding. */
export function accelerate(
  tf: Tfjs,
  optimizer: AdamOptimizer,
  nativeOf: (backend: WasmBackend) => Native | null,
): AdamOptimizer {
  const state = optimizer as unknown as AdamState;
  const stock = state.applyGradients.bind(state);
  state.applyGradients = (gradients) => {
    const named: { name: string; tensor: Tensor | null }[] = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const variables = named.map(({ name }) => tf.engine().registeredVariables[name] as Variable);
    const backend = tf.getBackend() === 'wasm' ? (tf.backend() as unknown as WasmBackend) : null;
    const native = backend && nativeOf(backend);
    const plain = named.every(
      ({ tensor }, i) => !tensor || (isPlain(tensor) && isPlain(variables[i] as Variable)),
    );
    if (!native || !plain) return stock(gradients);
    tf.tidy(() => {
      named.forEach(({ name, tensor }, i) => {
        const weight = variables[i] as Variable;
        const m = moment(tf, state.accumulatedFirstMoment, i, `${name}/m`, weight);
        const v = moment(tf, state.accumulatedSecondMoment, i, `${name}/v`, weight);
        if (tensor) step(tf, native, backend, state, weight, tensor, m, v);
      });
      state.accBeta1.assign(tf.mul(state.accBeta1, state.beta1));
      state.accBeta2.assign(tf.mul(state.accBeta2, state.beta2));
    });
    state.incrementIterations();
  };
  return optimizer;
}

function isPlain(tensor: Tensor): boolean {
  return tensor.dtype === 'float32';
}

function moment(
  tf: Tfjs,
  all: AdamState['accumulatedFirstMoment'],
  i: number,
  originalName: string,
  like: Variable,
): Variable {
  all[i] ??= { originalName, variable: tf.tidy(() => tf.variable(tf.zerosLike(like), false)) };
  return all[i].variable;
}

function step(
  tf: Tfjs,
  native: Native,
  backend: WasmBackend,
  { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 }: AdamState,
  weight: Variable,
  gradient: Tensor,
  m: Variable,
  v: Variable,
): void {
  // The weights go into a new tensor: XNNPACK caches packed filters by tensor, so changing one in place would go unnoticed.
  // The moments are changed in place unless someone else holds their data.
  for (const shared of [m, v]) if (backend.refCount(shared.dataId) > 1) shared.assign(tf.add(shared, 0));
  const c1 = 1 - (accBeta1.dataSync()[0] as number);
  const c2 = 1 - (accBeta2.dataSync()[0] as number);
  const next = tf.engine().makeTensorFromTensorInfo(backend.makeOutput(weight.shape, 'float32'));
  const at = (tensor: Tensor) => offsetOf(backend, tensor);
  native.adam(
    at(weight),
    at(gradient),
    at(m),
    at(v),
    at(next),
    weight.size,
    learningRate,
    beta1,
    beta2,
    1 - beta1,
    1 - beta2,
    c1,
    c2,
    epsilon,
  );
  weight.assign(next);
}
