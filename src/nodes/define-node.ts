/**
 * What a node type is: data plus a few pure functions, all in one file. `defineLayer` and its siblings check it at compile time: a misspelt
 * field, a wrong port name or a missing stable target is a type error at the right line.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { FeatureSpec, TargetSpec } from '../graph/data-spec';
import type { Problem } from '../graph/diagnostic';
import type { Config } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import type { Flow, TensorFact } from '../graph/shape';
import { type Text, t } from '../graph/text';
import type { ConfigOf, Fields } from './fields';

/** tfjs is handed in, never imported as a value: the core runs without it. */
export type Tfjs = typeof tfjs;

/** Palette order, colour and icon. */
export const FAMILIES = [
  'input',
  'core',
  'convolution',
  'recurrent',
  'attention',
  'normalization',
  'merge',
  'ensemble',
  'output',
] as const;
export type Family = (typeof FAMILIES)[number];

export interface InputPort {
  readonly name: string;
  readonly title: Text;
  /** Empty = anything that flows. */
  readonly accepts: readonly Flow[];
  /** Ranks with batch; empty = any. */
  readonly ranks: readonly number[];
  /** Takes several wires, in order. */
  readonly multiple?: boolean;
  readonly optional?: boolean;
}
export interface OutputPort {
  readonly name: string;
  readonly title: Text;
}

export interface InferContext<C> {
  readonly config: C;
  /** Facts per input port, in wire order; an unconnected optional port has an empty list. Ports and ranks are already checked. */
  readonly inputs: { readonly [port: string]: readonly TensorFact[] };
  readonly schema: DatasetSchema | null;
}

/** A problem in a node plus what the type itself proposes; the compiler tries each proposal and keeps those that work. */
export type NodeProblem = Problem & {
  readonly port?: string;
  readonly field?: string;
  readonly proposals?: readonly Proposal[];
};
export type Proposal =
  /** Set fields of this node. */
  | { readonly kind: 'set'; readonly config: Config }
  /** Insert a node before the given input port. */
  | {
      readonly kind: 'insert';
      readonly port: string;
      /** Which wire of a multiple port, counted in wire order; left out where there is only one. */
      readonly wire?: number;
      readonly type: string;
      readonly config: Config;
    };

export type Inferred =
  | { readonly ok: true; readonly outputs: { readonly [port: string]: TensorFact } }
  | { readonly ok: false; readonly problems: readonly NodeProblem[] };

export interface CostContext<C> extends InferContext<C> {
  readonly outputs: { readonly [port: string]: TensorFact };
}

/** One variable of a primitive, under its Keras name and shape; order = order of `layer.getWeights()`. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
}

export interface BuildContext<C> {
  readonly tf: Tfjs;
  readonly config: C;
  /** Layer name: unique in the plan, legal in tfjs. */
  readonly name: string;
  /** Different for every layer, derived from the run's seed. */
  readonly seed: number;
  readonly inputs: { readonly [port: string]: readonly TensorFact[] };
  readonly outputs: { readonly [port: string]: TensorFact };
}

export const STABLE_TARGETS = ['tfjs'] as const;
export type StableTarget = (typeof STABLE_TARGETS)[number];
export const EXPERIMENTAL_TARGETS = ['keras', 'onnx', 'pytorch'] as const;
export type ExperimentalTarget = (typeof EXPERIMENTAL_TARGETS)[number];

/** Another class that a node becomes, and when. One named `Weft>…` is ours and must be registered by the reader. */
export interface EmitVariant {
  readonly className: string;
  readonly when: string;
}

export type EmitRule =
  /** The target has this class; files load in the stock library. Some configs or inputs may need another class. */
  | { readonly kind: 'native'; readonly className: string; readonly variants?: readonly EmitVariant[] }
  /** The file names a layer of ours, which the reader must register (`weft>Name`). */
  | { readonly kind: 'custom'; readonly className: string; readonly reason: string }
  | { readonly kind: 'unsupported'; readonly reason: string };
export type EmitRules = { readonly [T in StableTarget]: EmitRule } & {
  readonly [T in ExperimentalTarget]?: EmitRule;
};

export interface Example<C> {
  readonly title: string;
  readonly config: Partial<C>;
  readonly inputs: { readonly [port: string]: readonly TensorFact[] };
  /** Needed by inputs and heads only. */
  readonly schema?: DatasetSchema;
}

interface NodeTypeBase<F extends Fields> {
  /** Frozen: it is in saved files. */
  readonly type: string;
  readonly version: number;
  readonly family: Family;
  readonly title: Text;
  readonly summary: Text;
  /** TeX; what the node computes, in the symbols of its fields. */
  readonly formula: string;
  readonly references: readonly { readonly title: string; readonly url?: string }[];
  /** More words that search should find it by, in any language. */
  readonly keywords: readonly string[];
  readonly fields: F;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
  /** The one line on the node that says what matters: `64 filters · 3×3 · same · relu`. Numbers and field terms only. */
  headline(config: ConfigOf<F>): string;
  inferShapes(context: InferContext<ConfigOf<F>>): Inferred;
  /**
   * Proposals for a fact whose flow or rank the port refuses, where the node knows better than the general inserts (flatten,
   * pooling, …): a convolution sees 784 numbers as 28×28×1.
   */
  adaptInput?(port: string, fact: TensorFact): readonly Proposal[];
  /** `migrations[v]` turns a config of version v into v + 1. */
  readonly migrations: { readonly [fromVersion: number]: (config: Config) => Config };
  readonly examples: readonly Example<ConfigOf<F>>[];
}

/** A source of the model, bound to columns. */
export interface InputNodeType<F extends Fields = Fields> extends NodeTypeBase<F> {
  readonly kind: 'input';
  /** Called only when `inferShapes` succeeded with a schema. */
  feature(config: ConfigOf<F>, schema: DatasetSchema): FeatureSpec;
}

/** A primitive: one tfjs layer (or custom layer). */
export interface LayerNodeType<F extends Fields = Fields> extends NodeTypeBase<F> {
  readonly kind: 'layer';
  weights(context: CostContext<ConfigOf<F>>): readonly WeightSpec[];
  /** Multiply-adds of one forward pass for one sample. */
  multiplyAdds(context: CostContext<ConfigOf<F>>): number;
  /**
   * Returns the layer. The engine applies it to the tensors of all ports in declared order (a multiple port contributes
   * several). A primitive that `usesMask` gets the padding mask (float32 [batch, time], 1 = real) as one more, last input
   * when its first input fact is `masked`.
   */
  build(context: BuildContext<ConfigOf<F>>): tfjs.layers.Layer;
  readonly usesMask?: boolean;
  /** The port whose mask is handed in (default: the first; also when this one is not connected). */
  readonly maskPort?: string;
  readonly emit: EmitRules;
}

export interface SubNode {
  readonly id: string;
  readonly type: string;
  readonly config: Config;
}
/** `'in.port'` is the composite's own input port, `'out.port'` its output; `'a.output'` the port of inner node `a`. */
export interface SubGraph {
  readonly nodes: readonly SubNode[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** A small graph of other nodes; everything after `normalize` sees only primitives. */
export interface CompositeNodeType<F extends Fields = Fields> extends NodeTypeBase<F> {
  readonly kind: 'composite';
  /** Called with checked inputs. Shapes, weights and cost are those of the expansion. */
  expand(context: InferContext<ConfigOf<F>>): SubGraph;
}

/** Members in, one combination out. `replicas(config)` > 1 with one wire: the compiler copies the branch that only this node uses. */
export interface EnsembleNodeType<F extends Fields = Fields> extends Omit<LayerNodeType<F>, 'kind'> {
  readonly kind: 'ensemble';
  replicas(config: ConfigOf<F>): number;
}

export interface HeadSpec {
  readonly target: TargetSpec;
  readonly loss: string;
  readonly metrics: readonly string[];
  readonly weight: number;
}

/** A head: expands to the layers that make `logits` and `prediction` (both `'out.logits'`, `'out.prediction'` in the sub-graph). */
export interface OutputNodeType<F extends Fields = Fields> extends NodeTypeBase<F> {
  readonly kind: 'output';
  expand(context: InferContext<ConfigOf<F>>): SubGraph;
  /** Called only when `inferShapes` succeeded with a schema. */
  head(context: InferContext<ConfigOf<F>> & { readonly schema: DatasetSchema }): HeadSpec;
}

export type NodeType<F extends Fields = Fields> =
  | InputNodeType<F>
  | LayerNodeType<F>
  | CompositeNodeType<F>
  | EnsembleNodeType<F>
  | OutputNodeType<F>;

// Each `define…` checks a definition against its own fields, then forgets them: the registry holds plain `NodeType`s, and a
// config out of a document is parsed by `fields` before any of these functions sees it.
export const defineInput = <const F extends Fields>(definition: InputNodeType<F>): InputNodeType =>
  definition as unknown as InputNodeType;
export const defineLayer = <const F extends Fields>(definition: LayerNodeType<F>): LayerNodeType =>
  definition as unknown as LayerNodeType;
export const defineComposite = <const F extends Fields>(
  definition: CompositeNodeType<F>,
): CompositeNodeType => definition as unknown as CompositeNodeType;
export const defineEnsemble = <const F extends Fields>(definition: EnsembleNodeType<F>): EnsembleNodeType =>
  definition as unknown as EnsembleNodeType;
export const defineOutput = <const F extends Fields>(definition: OutputNodeType<F>): OutputNodeType =>
  definition as unknown as OutputNodeType;

/** The port nearly every node has. */
export const oneInput = (
  accepts: readonly Flow[] = [],
  ranks: readonly number[] = [],
): readonly InputPort[] => [{ name: 'input', title: t('Input', '输入'), accepts, ranks }];
export const oneOutput: readonly OutputPort[] = [{ name: 'output', title: t('Output', '输出') }];

export const ok = (outputs: { readonly [port: string]: TensorFact }): Inferred => ({ ok: true, outputs });
export const fail = (...problems: readonly NodeProblem[]): Inferred => ({ ok: false, problems });
