/**
 * The one place where a document changes. `apply` gives the new document and the inverse command, which is the whole of undo.
 * Total: a command that no longer fits changes nothing, returns the same document object and an empty batch.
 *
 * Branches that a command leaves alone keep their identity (compilation is memoised on `meaning`), and a batch copies each
 * branch once however many commands it holds, so deleting a thousand nodes is linear.
 */
import type { Command } from './command';
import type { Config, Edge, Frame, GraphDoc, GraphNode, Layout, Meaning, Note, Position } from './document';
import type { Json } from './json';
import { jsonEqual } from './json-equal';
import { own } from './own';
import type { TrainingSettings } from './training-settings';

export interface Applied {
  readonly doc: GraphDoc;
  /** Applied to `doc`, gives back the document before. */
  readonly inverse: Command;
}

const NOTHING: Command = { kind: 'batch', commands: [] };

export function apply(doc: GraphDoc, command: Command): Applied {
  const draft = new Draft(doc);
  const inverse = run(draft, command);
  return inverse === null ? { doc, inverse: NOTHING } : { doc: draft.finish(), inverse };
}

/** True when the command cannot do anything: an empty batch, or a batch of such. */
export function isNothing(command: Command): boolean {
  return command.kind === 'batch' && command.commands.every(isNothing);
}

/** Absent means "not bypassed", "trainable" and a factor of 1, so that a toggle and its inverse give the same bytes. */
function canonical(node: GraphNode): GraphNode {
  const { bypassed, trainable, learningRateFactor = 1, ...rest } = node;
  return {
    ...rest,
    ...(bypassed === true ? { bypassed } : {}),
    ...(trainable === false ? { trainable } : {}),
    ...(learningRateFactor === 1 ? {} : { learningRateFactor }),
  };
}

type Table<T> = Record<string, T>;

/** A document being edited: each branch is copied at its first change. */
class Draft {
  name: string;
  dataset: Meaning['dataset'];
  training: TrainingSettings;
  readonly #base: GraphDoc;
  #nodes: Table<GraphNode> | null = null;
  #edges: Table<Edge> | null = null;
  #positions: Table<Position> | null = null;
  #frames: Table<Frame> | null = null;
  #notes: Table<Note> | null = null;

  constructor(base: GraphDoc) {
    this.#base = base;
    this.name = base.name;
    this.dataset = base.meaning.dataset;
    this.training = base.meaning.training;
  }

  get nodes(): Meaning['nodes'] {
    return this.#nodes ?? this.#base.meaning.nodes;
  }
  get edges(): Meaning['edges'] {
    return this.#edges ?? this.#base.meaning.edges;
  }
  get positions(): Layout['positions'] {
    return this.#positions ?? this.#base.layout.positions;
  }
  get frames(): Layout['frames'] {
    return this.#frames ?? this.#base.layout.frames;
  }
  get notes(): Layout['notes'] {
    return this.#notes ?? this.#base.layout.notes;
  }

  editNodes(): Table<GraphNode> {
    this.#nodes ??= { ...this.#base.meaning.nodes };
    return this.#nodes;
  }
  editEdges(): Table<Edge> {
    this.#edges ??= { ...this.#base.meaning.edges };
    return this.#edges;
  }
  editPositions(): Table<Position> {
    this.#positions ??= { ...this.#base.layout.positions };
    return this.#positions;
  }
  editFrames(): Table<Frame> {
    this.#frames ??= { ...this.#base.layout.frames };
    return this.#frames;
  }
  editNotes(): Table<Note> {
    this.#notes ??= { ...this.#base.layout.notes };
    return this.#notes;
  }

  finish(): GraphDoc {
    const { meaning, layout } = this.#base;
    const sameMeaning =
      this.#nodes === null &&
      this.#edges === null &&
      this.dataset === meaning.dataset &&
      this.training === meaning.training;
    const sameLayout = this.#positions === null && this.#frames === null && this.#notes === null;
    return {
      ...this.#base,
      name: this.name,
      meaning: sameMeaning
        ? meaning
        : { nodes: this.nodes, edges: this.edges, dataset: this.dataset, training: this.training },
      layout: sameLayout ? layout : { positions: this.positions, frames: this.frames, notes: this.notes },
    };
  }
}

/** Performs one command on the draft; null when it changed nothing, else the inverse. */
function run(draft: Draft, command: Command): Command | null {
  switch (command.kind) {
    case 'addNode':
      return addNode(draft, command.node, command.position);
    case 'removeNode':
      return removeNode(draft, command.node);
    case 'addEdge':
      return addEdge(draft, command.edge);
    case 'removeEdge': {
      const edge = own(draft.edges, command.edge);
      if (!edge) return null;
      delete draft.editEdges()[edge.id];
      return { kind: 'addEdge', edge };
    }
    case 'setConfig':
      return setConfig(draft, command.node, command.config);
    case 'replaceConfig':
      return replaceConfig(draft, command.node, command.config, command.typeVersion);
    case 'renameNode': {
      const node = own(draft.nodes, command.node);
      if (!node || node.title === command.title) return null;
      draft.editNodes()[node.id] = { ...node, title: command.title };
      return { ...command, title: node.title };
    }
    case 'setBypassed': {
      const node = own(draft.nodes, command.node);
      if (!node || (node.bypassed === true) === command.bypassed) return null;
      draft.editNodes()[node.id] = canonical({ ...node, bypassed: command.bypassed });
      return { ...command, bypassed: !command.bypassed };
    }
    case 'setTrainable': {
      const node = own(draft.nodes, command.node);
      if (!node || (node.trainable !== false) === command.trainable) return null;
      draft.editNodes()[node.id] = canonical({ ...node, trainable: command.trainable });
      return { ...command, trainable: !command.trainable };
    }
    case 'setLearningRateFactor': {
      const node = own(draft.nodes, command.node);
      const before = node?.learningRateFactor ?? 1;
      if (!node || before === command.factor) return null;
      draft.editNodes()[node.id] = canonical({ ...node, learningRateFactor: command.factor });
      return { ...command, factor: before };
    }
    case 'moveNodes':
      return moveNodes(draft, command.positions);
    case 'setFrame': {
      const old = setEntry(draft.frames, () => draft.editFrames(), command.id, command.frame);
      return old === undefined ? null : { ...command, frame: old };
    }
    case 'setNote': {
      const old = setEntry(draft.notes, () => draft.editNotes(), command.id, command.note);
      return old === undefined ? null : { ...command, note: old };
    }
    case 'setDataset': {
      if (command.dataset?.id === draft.dataset?.id) return null;
      const inverse: Command = { kind: 'setDataset', dataset: draft.dataset };
      draft.dataset = command.dataset;
      return inverse;
    }
    case 'setTraining':
      return setTraining(draft, command.training);
    case 'renameProject': {
      if (command.name === draft.name) return null;
      const inverse: Command = { kind: 'renameProject', name: draft.name };
      draft.name = command.name;
      return inverse;
    }
    case 'batch': {
      const inverses: Command[] = [];
      for (const each of command.commands) {
        const inverse = run(draft, each);
        if (inverse) inverses.push(inverse);
      }
      return inverses.length === 0 ? null : { kind: 'batch', commands: inverses.reverse() };
    }
  }
}

function addNode(draft: Draft, node: GraphNode, position: Position): Command | null {
  if (Object.hasOwn(draft.nodes, node.id)) return null;
  draft.editNodes()[node.id] = canonical(node);
  draft.editPositions()[node.id] = position;
  return { kind: 'removeNode', node: node.id };
}

function removeNode(draft: Draft, id: GraphNode['id']): Command | null {
  const node = own(draft.nodes, id);
  if (!node) return null;
  const position = own(draft.positions, id) ?? { x: 0, y: 0 };
  const edges = Object.values(draft.edges).filter(
    (edge) => edge.source.node === id || edge.target.node === id,
  );
  if (edges.length > 0) {
    const table = draft.editEdges();
    for (const edge of edges) delete table[edge.id];
  }
  delete draft.editNodes()[id];
  delete draft.editPositions()[id];
  const back: Command = { kind: 'addNode', node, position };
  if (edges.length === 0) return back;
  return { kind: 'batch', commands: [back, ...edges.map((edge): Command => ({ kind: 'addEdge', edge }))] };
}

function addEdge(draft: Draft, edge: Edge): Command | null {
  const fits = Object.hasOwn(draft.nodes, edge.source.node) && Object.hasOwn(draft.nodes, edge.target.node);
  if (!fits || Object.hasOwn(draft.edges, edge.id)) return null;
  draft.editEdges()[edge.id] = edge;
  return { kind: 'removeEdge', edge: edge.id };
}

function setConfig(draft: Draft, id: GraphNode['id'], config: Config): Command | null {
  const node = own(draft.nodes, id);
  if (!node) return null;
  const changed = Object.keys(config).filter((field) => !jsonEqual(own(node.config, field), config[field]));
  if (changed.length === 0) return null;
  draft.editNodes()[id] = { ...node, config: { ...node.config, ...config } };
  // A field that was not there before can only be taken away by giving back the whole config.
  if (!changed.every((field) => Object.hasOwn(node.config, field))) {
    return { kind: 'replaceConfig', node: id, config: node.config, typeVersion: node.typeVersion };
  }
  const old: Record<string, Json> = {};
  for (const field of changed) old[field] = node.config[field]!;
  return { kind: 'setConfig', node: id, config: old };
}

function replaceConfig(
  draft: Draft,
  id: GraphNode['id'],
  config: Config,
  typeVersion: number,
): Command | null {
  const node = own(draft.nodes, id);
  if (!node || (node.typeVersion === typeVersion && jsonEqual(node.config, config))) return null;
  draft.editNodes()[id] = { ...node, config, typeVersion };
  return { kind: 'replaceConfig', node: id, config: node.config, typeVersion: node.typeVersion };
}

function moveNodes(draft: Draft, positions: Layout['positions']): Command | null {
  const old: Table<Position> = {};
  for (const [id, { x, y }] of Object.entries(positions)) {
    const before = own(draft.positions, id);
    if (!before || (before.x === x && before.y === y)) continue;
    old[id] = before;
    draft.editPositions()[id] = { x, y };
  }
  return Object.keys(old).length === 0 ? null : { kind: 'moveNodes', positions: old };
}

/** Sets or removes one frame or note; gives what was there (null: nothing), or undefined when nothing changed. */
function setEntry<T extends Frame | Note>(
  table: { readonly [id: string]: T },
  edit: () => Table<T>,
  id: string,
  value: T | null,
): T | null | undefined {
  const old = own(table, id) ?? null;
  if (jsonEqual(old as Json, value as Json)) return undefined;
  if (value === null) delete edit()[id];
  else edit()[id] = value;
  return old;
}

function setTraining(draft: Draft, training: Partial<TrainingSettings>): Command | null {
  const before = draft.training;
  const changed = (Object.keys(training) as (keyof TrainingSettings)[]).filter(
    (key) => !jsonEqual(before[key] as Json, training[key] as Json),
  );
  if (changed.length === 0) return null;
  draft.training = { ...before, ...training };
  const old = Object.fromEntries(changed.map((key) => [key, before[key]])) as Partial<TrainingSettings>;
  return { kind: 'setTraining', training: old };
}
