/**
 * A Keras topology (as tfjs writes it, as the tensorflowjs converter writes it, and in Keras 3's words) as a flat list of calls:
 * one per layer and use, nested models unfolded, inputs named by the tensors they take. Nothing of ours is known here.
 */
import * as z from 'zod/mini';
import type { Json } from '../../graph/json';

export type LayerConfig = { readonly [key: string]: Json };

export interface Call {
  /** The tensor that this call makes. */
  readonly output: string;
  /** Layer name, with the names of the models around it. */
  readonly name: string;
  readonly className: string;
  readonly config: LayerConfig;
  readonly inputs: readonly string[];
  /** How often the layer is used; above one, Keras shares its weights. */
  readonly uses: number;
}

export interface Topology {
  readonly name: string;
  /** In the order of the file, which need not be topological. */
  readonly calls: readonly Call[];
  readonly outputs: readonly string[];
}

/** Thrown inside this folder only, where a file is not what it says; the importer turns it into a problem. */
export class BrokenTopology extends Error {
  readonly layer: string;
  readonly expected: string;
  constructor(layer: string, expected: string) {
    super(`${layer}: expected ${expected}`);
    this.layer = layer;
    this.expected = expected;
  }
}

const record = z.custom<LayerConfig>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'object',
);
const layerSchema = z.object({
  class_name: z.string(),
  name: z.optional(z.string()),
  config: z._default(record, {}),
  inbound_nodes: z._default(z.array(z.unknown()), []),
});
type Layer = z.infer<typeof layerSchema>;

const MODELS = ['Sequential', 'Model', 'Functional'];
/** Deeper nesting is a file that means harm. */
const MAX_NESTING = 16;

export function readTopology(model: unknown): Topology {
  const top = parseLayer(model, 'model');
  if (!MODELS.includes(top.class_name)) throw new BrokenTopology('model', 'Sequential, Functional');
  const reader = new Reader();
  const outputs = reader.model(top, null, '', 0);
  reader.seal();
  return {
    name: text(top.config['name']) ?? '',
    calls: reader.calls.map((call) => ({ ...call, inputs: call.inputs.map((key) => reader.resolve(key)) })),
    outputs: outputs.map((key) => reader.resolve(key)),
  };
}

class Reader {
  readonly calls: Call[] = [];
  /** Tensors of nested models under the names that the model around them uses. */
  readonly #aliases = new Map<string, string>();
  #made: ReadonlySet<string> = new Set();

  /** After the last layer: from here on names can be resolved. */
  seal(): void {
    this.#made = new Set(this.calls.map((call) => call.output));
  }

  /** The call behind a tensor name, through the nested models that hand it on. */
  resolve(key: string): string {
    const isKnown = (name: string) => this.#made.has(name) || this.#aliases.has(name);
    let at = key;
    for (const seen = new Set<string>(); ; ) {
      // tfjs counts the making of a nested model as its first use, Keras does not.
      if (!isKnown(at)) at = at.replace(/@\d+:/, '@0:');
      const next = this.#aliases.get(at);
      if (next === undefined) return at;
      if (seen.has(at)) throw new BrokenTopology(key, 'a layer outside of a circle');
      seen.add(at);
      at = next;
    }
  }

  /** Unfolds one use of a model; `inputs` null = the model on its own. Gives the tensors it makes. */
  model(model: Layer, inputs: readonly string[] | null, prefix: string, depth: number): readonly string[] {
    if (depth > MAX_NESTING) throw new BrokenTopology(prefix, `at most ${MAX_NESTING} nested models`);
    return model.class_name === 'Sequential'
      ? this.#sequential(model, inputs, prefix, depth)
      : this.#functional(model, inputs, prefix, depth);
  }

  #sequential(
    model: Layer,
    inputs: readonly string[] | null,
    prefix: string,
    depth: number,
  ): readonly string[] {
    const layers = parseLayers(model.config['layers'], prefix || 'model');
    let current: readonly string[] = inputs ?? [];
    layers.forEach((layer, index) => {
      const name = `${prefix}${nameOf(layer, index)}`;
      const isInput = layer.class_name === 'InputLayer';
      if (isInput && current.length > 0) return;
      if (!isInput && current.length === 0 && !MODELS.includes(layer.class_name)) {
        current = this.#impliedInput(layer, name);
      }
      current = this.#use(layer, name, tensor(name, 0, 0), isInput ? [] : current, 1, depth);
    });
    return current;
  }

  /** A first layer may carry the shape of the input in its own config. */
  #impliedInput(first: Layer, name: string): readonly string[] {
    const shape = first.config['batch_input_shape'] ?? first.config['batch_shape'];
    const dtype = first.class_name === 'Embedding' ? 'int32' : 'float32';
    const config: LayerConfig = { ...(shape ? { batch_input_shape: shape } : {}), dtype };
    const output = tensor(`${name}_input`, 0, 0);
    this.calls.push({ output, name: `${name}_input`, className: 'InputLayer', config, inputs: [], uses: 1 });
    return [output];
  }

  #functional(
    model: Layer,
    inputs: readonly string[] | null,
    prefix: string,
    depth: number,
  ): readonly string[] {
    const { config } = model;
    const layers = parseLayers(config['layers'], prefix || 'model');
    const inputKeys = tensorList(config['input_layers'], prefix, 'input_layers');
    const outputKeys = tensorList(config['output_layers'], prefix, 'output_layers');
    if (inputs && inputs.length !== inputKeys.length) {
      throw new BrokenTopology(prefix, `${inputKeys.length} inputs`);
    }
    inputs?.forEach((key, at) => void this.#aliases.set(inputKeys[at]!, key));
    layers.forEach((layer, index) => {
      const name = `${prefix}${nameOf(layer, index)}`;
      if (layer.class_name === 'InputLayer') {
        if (!inputs) this.#use(layer, name, tensor(name, 0, 0), [], 1, depth);
        return;
      }
      const uses = layer.inbound_nodes;
      uses.forEach((use, at) => {
        this.#use(layer, name, tensor(name, at, 0), inbound(use, prefix, name), uses.length, depth);
      });
    });
    return outputKeys;
  }

  #use(
    layer: Layer,
    name: string,
    output: string,
    inputs: readonly string[],
    uses: number,
    depth: number,
  ): readonly string[] {
    if (!MODELS.includes(layer.class_name)) {
      this.calls.push({ output, name, className: layer.class_name, config: layer.config, inputs, uses });
      return [output];
    }
    // Two uses of one model are kept apart by the number of the use.
    const use = output.slice(output.lastIndexOf('@'));
    const outputs = this.model(
      layer,
      inputs.length > 0 ? inputs : null,
      `${name}${use === '@0:0' ? '' : use}/`,
      depth + 1,
    );
    const place = output.slice(0, output.lastIndexOf(':'));
    outputs.forEach((key, at) => void this.#aliases.set(`${place}:${at}`, key));
    return outputs;
  }
}

/** Name of the tensor `tensorIndex` that the use `use` of a layer makes. */
const tensor = (layer: string, use: number, tensorIndex: number): string => `${layer}@${use}:${tensorIndex}`;

function parseLayer(value: unknown, where: string): Layer {
  const parsed = layerSchema.safeParse(withConfigObject(value));
  if (parsed.success) return parsed.data;
  throw new BrokenTopology(where, parsed.error.issues[0]!.path.join('.') || 'layer');
}

function parseLayers(value: unknown, where: string): readonly Layer[] {
  if (!Array.isArray(value) || value.length === 0) throw new BrokenTopology(where, 'layers');
  return value.map((layer, index) => parseLayer(layer, `${where}[${index}]`));
}

/** Keras 1 and early tfjs wrote a Sequential's layers as its whole config. */
function withConfigObject(value: unknown): unknown {
  const isOld =
    typeof value === 'object' && value !== null && 'config' in value && Array.isArray(value.config);
  return isOld ? { ...value, config: { layers: value.config } } : value;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const nameOf = (layer: Layer, index: number): string =>
  layer.name ?? text(layer.config['name']) ?? `${layer.class_name}_${index}`;

/** `["dense", 0, 0]`, also with a fourth part of keyword arguments. */
function tensorRef(value: unknown, prefix: string): string | null {
  if (!Array.isArray(value)) return null;
  const [layer, use = 0, index = 0] = value;
  const isRef = typeof layer === 'string' && typeof use === 'number' && typeof index === 'number';
  return isRef ? tensor(`${prefix}${layer}`, use, index) : null;
}

/** A list of tensors, or one tensor alone as Keras 3 writes it. */
function tensorList(value: unknown, prefix: string, what: string): readonly string[] {
  const single = tensorRef(value, prefix);
  if (single) return [single];
  if (Array.isArray(value) && value.length > 0) {
    const refs = value.map((each) => tensorRef(each, prefix));
    if (refs.every((ref) => ref !== null)) return refs;
  }
  throw new BrokenTopology(prefix || 'model', what);
}

/** What one use of a layer takes: `[["a", 0, 0, {}], …]`, or Keras 3's call with its arguments. */
function inbound(use: unknown, prefix: string, name: string): readonly string[] {
  if (Array.isArray(use)) return tensorList(use, prefix, `inbound_nodes (${name})`);
  const keys: string[] = [];
  collectKerasTensors(use, prefix, keys, 0);
  if (keys.length === 0) throw new BrokenTopology(name, 'inbound_nodes');
  return keys;
}

function collectKerasTensors(value: unknown, prefix: string, keys: string[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_NESTING) return;
  if ('class_name' in value && value.class_name === '__keras_tensor__' && 'config' in value) {
    const ref = tensorRef((value.config as { keras_history?: unknown } | null)?.keras_history, prefix);
    if (ref) keys.push(ref);
    return;
  }
  for (const child of Object.values(value)) collectKerasTensors(child, prefix, keys, depth + 1);
}
