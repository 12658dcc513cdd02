/**
 * `model.json` of a tfjs LayersModel (or a Keras topology) → a document. Layers that Weft knows become its nodes, all others stay as
 * opaque nodes of a type that names their class and keep their config; they block training with a reason and nothing is
 * guessed. Never throws.
 */
import { type Config, edgeId, type GraphDoc, type GraphNode, nodeId } from '../../graph/document';
import { type FileProblem, fileError, fileWarning } from '../../graph/file-problem';
import type { Json } from '../../graph/json';
import { layeredPositions } from '../../graph/layered-layout';
import { emptyDocument, idAllocator, newNode } from '../../graph/new-document';
import { readJson } from '../../graph/read-json';
import { defaultConfig } from '../../nodes/fields';
import { nodeType } from '../../nodes/index';
import { parseConfig } from '../../nodes/parse-config';
import { attachHeads } from './import-heads';
import { importInput } from './import-inputs';
import { isObject, Settings } from './keras-settings';
import { isKnownActivation, RULES, type Rule, unwrap } from './layer-rules';
import { BrokenTopology, type Call, readTopology, type Topology } from './read-topology';
import { type ReadWeight, readWeights, type WeightFile } from './read-weights';

export type Imported =
  | {
      readonly ok: true;
      readonly doc: GraphDoc;
      /** What was lost or must be looked at. */
      readonly diagnostics: readonly FileProblem[];
      /** Named `<node id>/<weight>`; empty without readable weight files. */
      readonly weights: readonly ReadWeight[];
    }
  | { readonly ok: false; readonly problem: FileProblem };

/** `modelJson`: text or JSON already read. `files`: the weight files beside it, under their names. */
export function importLayersModel(modelJson: unknown, files: readonly WeightFile[] = []): Imported {
  const read = typeof modelJson === 'string' ? readJson(modelJson) : { ok: true as const, value: modelJson };
  if (!read.ok) return read;
  const found = findTopology(read.value);
  if ('problem' in found) return { ok: false, problem: found.problem };
  try {
    const importer = new Importer(readTopology(found.topology));
    const doc = importer.run();
    const { weights, problem } = readWeights(found.manifest, files);
    const diagnostics = problem ? [...importer.diagnostics, problem] : importer.diagnostics;
    return { ok: true, doc, diagnostics, weights: importer.named(weights) };
  } catch (error) {
    if (!(error instanceof BrokenTopology)) throw error;
    const { layer, expected } = error;
    return { ok: false, problem: fileError('broken-topology', { layer, expected }) };
  }
}

type Found = { readonly topology: unknown; readonly manifest: unknown } | { readonly problem: FileProblem };

/** The topology lies bare, under `modelTopology`, or there under `model_config`, depending on who wrote the file. */
function findTopology(value: unknown): Found {
  if (!isObject(value as Json)) return { problem: fileError('not-weft', {}) };
  const file = value as { readonly [key: string]: Json };
  const topology = file['modelTopology'];
  const isGraphModel = (at: Json | undefined) => isObject(at) && Array.isArray(at['node']);
  if (file['format'] === 'graph-model' || isGraphModel(topology) || isGraphModel(file)) {
    return { problem: fileError('graph-model', {}) };
  }
  for (const candidate of [file, topology]) {
    if (!isObject(candidate)) continue;
    const inner = [candidate, candidate['model_config']].find(
      (each) => isObject(each) && 'class_name' in each,
    );
    if (inner) return { topology: inner, manifest: file['weightsManifest'] };
  }
  const isModel = 'weightsManifest' in file || 'modelTopology' in file;
  return { problem: isModel ? fileError('no-topology', {}) : fileError('not-weft', {}) };
}

interface Made {
  readonly node: string;
  readonly rank: number | null;
}

class Importer {
  readonly diagnostics: FileProblem[] = [];
  readonly #topology: Topology;
  readonly #calls: ReadonlyMap<string, Call>;
  readonly #fresh = idAllocator(emptyDocument(''));
  readonly #nodes: Record<string, GraphNode> = {};
  readonly #edges: Record<string, GraphDoc['meaning']['edges'][string]> = {};
  /** The node behind each tensor; null for one that Weft makes itself (padding masks). */
  readonly #made = new Map<string, Made | null>();
  readonly #nodeOfLayer = new Map<string, string>();
  /** Token tensors whose zeros are padding. */
  readonly #masked: ReadonlySet<string>;

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#calls = new Map(topology.calls.map((call) => [call.output, call]));
    const masks = topology.calls.filter((call) => call.className === 'Weft>PaddingMask');
    this.#masked = new Set(masks.flatMap((call) => call.inputs));
  }

  run(): GraphDoc {
    for (const call of inOrder(this.#topology.calls, this.#calls)) {
      this.#made.set(call.output, this.#make(call));
    }
    const outputs = this.#topology.outputs.flatMap(
      (key) => this.#made.get(this.#find(key, 'output_layers'))?.node ?? [],
    );
    const bare = emptyDocument(isAutomatic(this.#topology.name) ? '' : this.#topology.name);
    const model: GraphDoc = { ...bare, meaning: { ...bare.meaning, nodes: this.#nodes, edges: this.#edges } };
    const { meaning } = attachHeads(model, outputs, (prefix) => this.#fresh(prefix));
    return { ...bare, meaning, layout: { ...bare.layout, positions: layeredPositions(meaning) } };
  }

  /** Weights under the ids of their nodes; those of layers that are not here are left out. */
  named(weights: readonly ReadWeight[]): readonly ReadWeight[] {
    return weights.flatMap((weight) => {
      const parts = weight.name.split('/');
      // A nested model may or may not put its name in front.
      for (let from = 0; from < parts.length - 1; from++) {
        for (let to = parts.length - 1; to > from; to--) {
          const node = this.#nodeOfLayer.get(parts.slice(from, to).join('/'));
          if (node) return [{ ...weight, name: `${node}/${withoutCell(parts.slice(to)).join('/')}` }];
        }
      }
      return [];
    });
  }

  /** A file may name layers that it does not have. */
  #find(key: string, where: string): string {
    if (this.#calls.has(key)) return key;
    throw new BrokenTopology(where, key.slice(0, key.lastIndexOf('@')));
  }

  #make(call: Call): Made | null {
    if (call.className === 'InputLayer') return this.#makeInput(call);
    if (call.className === 'Weft>PaddingMask') return null;
    const inputs = call.inputs.flatMap((key) => this.#made.get(this.#find(key, call.name)) ?? []);
    if (call.uses > 1 && call.output.includes('@0:')) {
      this.diagnostics.push(fileWarning('shared-layer', { layer: call.name, uses: call.uses }));
    }
    const inner = unwrap(call.className, call.config);
    const rule = inner && Object.hasOwn(RULES, inner.className) ? RULES[inner.className] : undefined;
    if (!inner || !rule) {
      const { name, className } = call;
      this.diagnostics.push(fileWarning('unknown-layer', { layer: name, className }));
      return this.#makeOpaque(call, call.className, call.config, inputs);
    }
    const rank = inputs[0]?.rank ?? null;
    const activation = inner.config['activation'];
    // An activation that Weft lacks becomes a node of its own: the layer itself is still ours.
    const isSplit = rule.type !== 'activation' && !isKnownActivation(activation) && !rule.rank;
    const config = isSplit ? { ...inner.config, activation: 'linear' } : inner.config;
    const made = this.#makeKnown(call, { ...inner, config }, rule, inputs, rank);
    if (!isSplit || !made) return made ?? this.#makeOpaque(call, call.className, call.config, inputs);
    const className = 'Activation';
    this.diagnostics.push(
      fileWarning('unknown-layer', { layer: call.name, className: `${className} ${String(activation)}` }),
    );
    return this.#makeOpaque(
      { ...call, name: `${call.name}_activation` },
      className,
      { activation: activation! },
      [made],
    );
  }

  #makeInput(call: Call): Made {
    const consumers = this.#topology.calls.filter((each) => each.inputs.includes(call.output));
    const { type, config, rank, problem } = importInput(call, consumers);
    if (problem) this.diagnostics.push(problem);
    return { node: this.#addNode(call, type, config), rank };
  }

  /** Null when a setting changes what the layer computes and our node has no such setting. */
  #makeKnown(
    call: Call,
    layer: { readonly className: string; readonly config: Call['config']; readonly added: Config },
    rule: Rule,
    inputs: readonly Made[],
    rank: number | null,
  ): Made | null {
    const settings = new Settings(layer.config);
    const isMasked = rule.type === 'embedding' && call.inputs.some((key) => this.#masked.has(key));
    const type = nodeType(rule.type)!;
    const wanted: Config = {
      ...(defaultConfig(type.fields) as Config),
      ...rule.config(settings, rank),
      ...layer.added,
      ...(isMasked ? { maskZero: true } : {}),
    };
    // Out of our range, not out of Keras's: also a setting that cannot be kept.
    const { config, problems } = parseConfig(type, wanted);
    const losses = [
      ...settings.losses(),
      ...problems.map((problem) => {
        const key = problem.field ?? '';
        return { key, value: JSON.stringify(wanted[key]), changesResult: true };
      }),
    ];
    for (const { key, value, changesResult } of losses) {
      const code = changesResult ? 'opaque-setting' : 'unsupported-setting';
      this.diagnostics.push(fileWarning(code, { layer: call.name, key, value }));
    }
    if (losses.some((loss) => loss.changesResult)) return null;
    const id = this.#addNode(call, rule.type, config);
    const ports = rule.ports ?? ['input'];
    for (const [at, input] of inputs.entries()) {
      this.#connect(input.node, id, ports[Math.min(at, ports.length - 1)]!);
    }
    return { node: id, rank: rule.rank ? rule.rank(config, rank) : rank };
  }

  #makeOpaque(call: Call, className: string, config: Config, inputs: readonly Made[]): Made {
    const id = this.#addNode(call, `keras:${className}`, config);
    for (const input of inputs) this.#connect(input.node, id, 'input');
    return { node: id, rank: null };
  }

  #addNode(call: Call, type: string, config: Config): string {
    const id = this.#fresh(type.replace(/^keras:/, ''));
    const node = newNode(type, nodeType(type)?.version ?? 1, config, id);
    const title = isAutomatic(call.name, call.className, type) ? '' : call.name;
    const isFrozen = call.config['trainable'] === false;
    this.#nodes[id] = { ...node, title, ...(isFrozen ? { trainable: false } : {}) };
    if (!this.#nodeOfLayer.has(call.name)) this.#nodeOfLayer.set(call.name, id);
    return id;
  }

  #connect(from: string, to: string, port: string): void {
    const id = edgeId(this.#fresh('e'));
    const order = Object.values(this.#edges).filter(
      (edge) => edge.target.node === to && edge.target.port === port,
    ).length;
    this.#edges[id] = {
      id,
      source: { node: nodeId(from), port: 'output' },
      target: { node: nodeId(to), port },
      order,
    };
  }
}

/** Sources first; Keras writes them so, but nothing forces a file to. */
function inOrder(calls: readonly Call[], byOutput: ReadonlyMap<string, Call>): readonly Call[] {
  const order: Call[] = [];
  const state = new Map<Call, 'open' | 'done'>();
  const stack = calls.toReversed();
  for (let call = stack.at(-1); call; call = stack.at(-1)) {
    if (state.get(call) !== undefined) {
      if (state.get(call) === 'open') order.push(call);
      state.set(call, 'done');
      stack.pop();
      continue;
    }
    state.set(call, 'open');
    for (const key of call.inputs) {
      const source = byOutput.get(key);
      if (!source) continue;
      if (state.get(source) === 'open') throw new BrokenTopology(call.name, 'a layer outside of a circle');
      if (state.get(source) === undefined) stack.push(source);
    }
  }
  return order;
}

/** Keras puts the cell of a recurrent layer between layer and weight (`lstm/lstm_cell/kernel`), tfjs does not. */
const withoutCell = ([first = '', ...rest]: readonly string[]): readonly string[] =>
  rest.length > 0 && /^(lstm|gru|simple_rnn)_cell(_\d+)?$/.test(first) ? rest : [first, ...rest];

/** `dense_Dense1`, `conv2d_3`, `model1`: given by a library, not by a person. */
function isAutomatic(name: string, className = 'model', type = className): boolean {
  const bare = (text: string) => text.replace(/[^\p{L}]/gu, '').toLowerCase();
  const last = bare(name.split('/').at(-1)!);
  const kind = bare(className.replace(/^.*>/, ''));
  const own = bare(type);
  return ['', kind, kind + kind, own, 'input', 'sequential', 'functional', 'model'].includes(last);
}
