// Activations as one kernel each way. tfjs composes some of up to seven operations (GELU is a division, an error function, sums and
// products, and its gradient twenty kernels more), and the gradient of even ReLU is three. Layers of every kind find them under
// tfjs's own names: the classes of tfjs's registry are replaced by heirs that ask for the kernel first.
//
// From the value alone come the slopes of relu, sigmoid, tanh, elu, selu, softplus, relu6 (`Weft>Activation`). The others wait for
// the backward pass with their slopes (`Weft>Pointwise`):
//
//   gelu: x Φ(x)    gelu_new: its approximation by tanh    swish: x σ(x)    softsign: x / (1 + |x|)
import type { GradSaveFunc, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type OwnKernel, offsetOf, sizeOf, type Tfjs, type WasmKernel } from './kernel';

/** By their number in the native module; see wasm/activation.ts. 'linear' is known only to whole layers. */
const FROM_VALUE = ['linear', 'relu', 'sigmoid', 'tanh', 'elu', 'selu', 'softplus', 'relu6'];

/** The number of an activation whose slope can be had from its value. */
export function activationOf(name: unknown): number {
  const number = FROM_VALUE.indexOf(String(name));
  if (number < 0) throw new Error(`no such activation here: ${name}`);
  return number;
}

const fromValue: OwnKernel = {
  name: 'Weft>Activation',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const activation = activationOf(attrs.activation);
      const y = backend.makeOutput(x.shape, 'float32');
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      host.native(backend).activate(activation, at(x), at(y), sizeOf(x.shape));
      return y;
    },
  gradient: (tf) => ({
    outputsToSave: [true],
    gradFunc: (dy, [y], attrs) => ({
      x: () => tf.engine().runKernel('Weft>ActivationGrad', { dy: dy as Tensor, y: y! }, attrs) as Tensor,
    }),
  }),
};

const activationGrad: OwnKernel = {
  name: 'Weft>ActivationGrad',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const { dy, y } = inputs as { dy: TensorInfo; y: TensorInfo };
      const activation = activationOf(attrs.activation);
      const out = backend.makeOutput(y.shape, 'float32');
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      host.native(backend).activationGradient(activation, at(dy), at(y), at(out), sizeOf(y.shape));
      return out;
    },
};

/** tfjs's kernel (XNNPACK) makes 0 of NaN. */
export const relu6: WasmKernel = {
  name: 'Relu6',
  reason: 'wrong',
  create: (host) => (call) => {
    const { backend } = call;
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype !== 'float32') return host.stock('Relu6')(call);
    const y = backend.makeOutput(x.shape, 'float32');
    const native = host.native(backend);
    const size = sizeOf(x.shape);
    if (native) native.activate(activationOf('relu6'), offsetOf(backend, x), offsetOf(backend, y), size);
    else floatsOf(backend, y).set(floatsOf(backend, x).map((value) => Math.min(Math.max(value, 0), 6)));
    return y;
  },
};

/** By their number in the native module; see wasm/pointwise.ts. */
const COMPOSED = ['gelu', 'gelu_new', 'swish', 'softsign'];
const KERNEL = 'Weft>Pointwise';

function numberOf(name: unknown): number {
  const number = COMPOSED.indexOf(String(name));
  if (number < 0) throw new Error(`${KERNEL}: no such activation here: ${name}`);
  return number;
}

/** The values, and with `slopes` the slopes beside them. */
const pointwise: OwnKernel = {
  name: KERNEL,
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const number = numberOf(attrs.activation);
      const out = backend.makeOutput(x.shape, 'float32');
      const slopes = attrs.slopes ? backend.makeOutput(x.shape, 'float32') : null;
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      const size = sizeOf(x.shape);
      host.native(backend).pointwise(number, at(x), at(out), slopes ? at(slopes) : 0, size);
      return slopes ? [out, slopes] : out;
    },
};

export const activationKernels: readonly OwnKernel[] = [fromValue, activationGrad, pointwise];

/** While gradients are recorded, the slopes are made along with the values, which costs little more, and wait for them. */
function activate(tf: Tfjs, x: Tensor, activation: string): Tensor {
  if (FROM_VALUE.includes(activation)) return tf.engine().runKernel('Weft>Activation', { x }, { activation });
  const run = (slopes: boolean) => tf.engine().runKernel(KERNEL, { x }, { activation, slopes });
  if (tf.engine().state.gradientDepth === 0) return run(false) as Tensor;
  return tf.customGrad((_, save) => {
    const [value, slopes] = run(true) as [Tensor, Tensor];
    (save as GradSaveFunc)([slopes]);
    return { value, gradFunc: (dy, saved) => tf.mul(dy, (saved as Tensor[])[0] as Tensor) };
  })(x);
}

interface Activation {
  apply(x: Tensor, ...settings: unknown[]): Tensor;
}
interface ActivationClass {
  new (): Activation;
}
type Registered = Parameters<Tfjs['serialization']['registerClass']>[0];

/** Stock classes that heirs stand in for, by tfjs instance. */
const replaced = new WeakMap<Tfjs['serialization']['registerClass'], readonly ActivationClass[]>();

/** From now on, layers made with one of these activations by name use the kernel wherever it is. Idempotent. */
export function replaceActivations(tf: Tfjs): void {
  const { registerClass, SerializationMap } = tf.serialization;
  if (replaced.has(registerClass)) return;
  const stock = [...FROM_VALUE.slice(1), ...COMPOSED].map((name) => {
    const Stock = SerializationMap.getMap().classNameMap[name]?.[0] as unknown as ActivationClass;
    class Fast extends Stock {
      override apply(x: Tensor, ...settings: unknown[]): Tensor {
        const isCovered =
          settings.length === 0 && x.dtype === 'float32' && tf.getKernel(KERNEL, tf.getBackend());
        if (!isCovered) return super.apply(x, ...settings);
        return activate(tf, x, name);
      }
    }
    registerClass(Fast as unknown as Registered);
    return Stock;
  });
  replaced.set(registerClass, stock);
}

/** Puts tfjs's own classes back, for layers made from now on. */
export function restoreActivations(tf: Tfjs): void {
  const { registerClass } = tf.serialization;
  for (const stock of replaced.get(registerClass) ?? []) registerClass(stock as unknown as Registered);
  replaced.delete(registerClass);
}
