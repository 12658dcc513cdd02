/**
 * Edits as values. `apply(doc, command)` gives the new document and the inverse command; that is the whole of undo.
 * Commands are total: one that no longer fits (a node that is gone) changes nothing and its inverse is an empty batch.
 */
import type {
  Config,
  DatasetBinding,
  Edge,
  EdgeId,
  Frame,
  GraphNode,
  NodeId,
  Note,
  Position,
} from './document';
import type { TrainingSettings } from './training-settings';

export type Command =
  | { readonly kind: 'addNode'; readonly node: GraphNode; readonly position: Position }
  /** Removes the node's edges too. */
  | { readonly kind: 'removeNode'; readonly node: NodeId }
  | { readonly kind: 'addEdge'; readonly edge: Edge }
  | { readonly kind: 'removeEdge'; readonly edge: EdgeId }
  /** Replaces the named fields; others stay. */
  | { readonly kind: 'setConfig'; readonly node: NodeId; readonly config: Config }
  /** As `setConfig`, but the whole config and its version: undo of a migration or an added field. */
  | {
      readonly kind: 'replaceConfig';
      readonly node: NodeId;
      readonly config: Config;
      readonly typeVersion: number;
    }
  | { readonly kind: 'renameNode'; readonly node: NodeId; readonly title: string }
  | { readonly kind: 'setBypassed'; readonly node: NodeId; readonly bypassed: boolean }
  | { readonly kind: 'setTrainable'; readonly node: NodeId; readonly trainable: boolean }
  | { readonly kind: 'setLearningRateFactor'; readonly node: NodeId; readonly factor: number }
  | { readonly kind: 'moveNodes'; readonly positions: { readonly [id: string]: Position } }
  | { readonly kind: 'setFrame'; readonly id: string; readonly frame: Frame | null }
  | { readonly kind: 'setNote'; readonly id: string; readonly note: Note | null }
  | { readonly kind: 'setDataset'; readonly dataset: DatasetBinding | null }
  | { readonly kind: 'setTraining'; readonly training: Partial<TrainingSettings> }
  | { readonly kind: 'renameProject'; readonly name: string }
  /** Applied in order, undone as one. */
  | { readonly kind: 'batch'; readonly commands: readonly Command[] };
