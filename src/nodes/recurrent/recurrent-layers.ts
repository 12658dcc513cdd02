/**
 * SimpleRNN, LSTM and GRU of tfjs with `scan` inside. They keep tfjs's class names and configs, so their files are those of the
 * stock layers, and take the stock layers' place in the registry, so that models read from files are as fast. What `scan` does not
 * cover (other activations, dropout, states in or out) runs as in tfjs.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { type Cell, gruCell, lstmCell, simpleCell } from './cells';
import { scan } from './scan';

/** The parts of tfjs's recurrent layers that are used here; its own types hide them. */
interface StockCell {
  readonly units: number;
  readonly kernel: { read(): tfjs.Tensor2D };
  readonly recurrentKernel: { read(): tfjs.Tensor2D };
  readonly bias: { read(): tfjs.Tensor1D } | null;
  readonly activation: { getClassName(): string };
  readonly recurrentActivation?: { getClassName(): string };
  readonly dropout: number;
  readonly recurrentDropout: number;
}
interface StockLayer extends tfjs.RNN {
  readonly cell: StockCell & tfjs.RNN['cell'];
}
interface Call {
  readonly mask?: tfjs.Tensor | null;
  readonly training?: boolean;
  readonly initialState?: readonly tfjs.Tensor[] | null;
}
interface LayerClass<C> {
  new (config: C): StockLayer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

/** The cell for `scan`, or null when tfjs has to do it. */
type Choose = (cell: StockCell) => Cell | null;

function fastClass<C>(tf: Tfjs, stock: tfjs.RNN, choose: Choose): LayerClass<C> {
  const Stock = stock.constructor as unknown as LayerClass<C>;
  return class extends Stock {
    static override readonly className = Stock.className;

    override call(inputs: tfjs.Tensor | tfjs.Tensor[], kwargs: Call): tfjs.Tensor | tfjs.Tensor[] {
      const { cell, returnState, returnSequences, goBackwards } = this;
      const chosen = cell.dropout > 0 || cell.recurrentDropout > 0 ? null : choose(cell);
      if (!chosen || returnState || this.stateful || kwargs?.initialState) return super.call(inputs, kwargs);
      return tf.tidy(() =>
        scan(tf, chosen, {
          x: (Array.isArray(inputs) ? inputs[0]! : inputs) as tfjs.Tensor3D,
          kernel: cell.kernel.read(),
          recurrent: cell.recurrentKernel.read(),
          bias: cell.bias?.read() ?? null,
          mask: kwargs?.mask ? (tf.cast(kwargs.mask, 'float32') as tfjs.Tensor2D) : null,
          backwards: goBackwards,
          everyStep: returnSequences,
        }),
      );
    }
  };
}

const isStandard = (cell: StockCell): boolean =>
  cell.activation.getClassName() === 'tanh' && cell.recurrentActivation?.getClassName() === 'sigmoid';

export const simpleRnnLayer: (tf: Tfjs) => LayerClass<tfjs.SimpleRNNLayerArgs> = customLayer((tf) =>
  fastClass(tf, tf.layers.simpleRNN({ units: 1 }), ({ activation }) => {
    const name = activation.getClassName();
    return name === 'tanh' || name === 'relu' ? simpleCell(tf, name) : null;
  }),
);
export const lstmLayer: (tf: Tfjs) => LayerClass<tfjs.LSTMLayerArgs> = customLayer((tf) =>
  fastClass(tf, tf.layers.lstm({ units: 1 }), (cell) => (isStandard(cell) ? lstmCell(tf, cell.units) : null)),
);
export const gruLayer: (tf: Tfjs) => LayerClass<tfjs.GRULayerArgs> = customLayer((tf) =>
  fastClass(tf, tf.layers.gru({ units: 1, recurrentActivation: 'sigmoid' }), (cell) =>
    isStandard(cell) ? gruCell(tf, cell.units) : null,
  ),
);
