// Activations that tfjs composes of up to seven operations (GELU is a division, an error function, sums and products, and its
// gradient twenty kernels more) as one kernel, whose gradient is one product. Layers of every kind find them under tfjs's own names:
// the classes of tfjs's registry are replaced by heirs that ask for the kernel first.
//
//   gelu: x Φ(x)    gelu_new: its approximation by tanh    swish: x σ(x)    softsign: x / (1 + |x|)
import type { GradSaveFunc, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { type OwnKernel, offsetOf, sizeOf, type Tfjs } from './kernel';

/** By their number in the native module. */
const NAMES = ['gelu', 'gelu_new', 'swish', 'softsign'];
const KERNEL = 'Weft>Pointwise';

function numberOf(name: unknown): number {
  const number = NAMES.indexOf(String(name));
  if (number < 0) throw new Error(`${KERNEL}: no such activation here: ${name}`);
  return number;
}

/** The values, and with `slopes` the slopes beside them. */
export const pointwise: OwnKernel = {
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

/** While gradients are recorded, the slopes are made along with the values, which costs little more, and wait for them. */
function activate(tf: Tfjs, x: Tensor, activation: string): Tensor {
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
  const stock = NAMES.map((name) => {
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
