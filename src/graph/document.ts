/**
 * The saved document: plain JSON, three branches. `meaning` decides what is computed, `layout` only where things are
 * drawn; compilation is memoised on the identity of `meaning`, so moving a node never recompiles. Never put view state
 * (selection, zoom, collapsed panels), tensors or React objects here.
 */
import type { Json } from './json';
import type { TrainingSettings } from './training-settings';

declare const brand: unique symbol;
type Brand<T, Name> = T & { readonly [brand]: Name };
export type NodeId = Brand<string, 'NodeId'>;
export type EdgeId = Brand<string, 'EdgeId'>;

export const FORMAT_VERSION = 1;

export type Config = { readonly [field: string]: Json };

export interface GraphNode {
  readonly id: NodeId;
  /** Frozen id of a node type; an unknown one is kept as it is and reported. */
  readonly type: string;
  /** Version of the node type whose `config` this is. */
  readonly typeVersion: number;
  /** The user's own name; empty means the type's title. */
  readonly title: string;
  readonly config: Config;
  /** A bypassed node passes its first input on unchanged, where shapes allow. */
  readonly bypassed?: boolean;
  /** False freezes the weights of this node. */
  readonly trainable?: boolean;
  /** This node learns so many times as fast as the rest; absent means 1, and 0 is as good as frozen. */
  readonly learningRateFactor?: number;
}

export interface PortRef {
  readonly node: NodeId;
  readonly port: string;
}

export interface Edge {
  readonly id: EdgeId;
  readonly source: PortRef;
  readonly target: PortRef;
  /** Order among the edges of one multiple port (Concatenate, Ensemble): ascending, ties by id. */
  readonly order: number;
}

/** Which data the project trains on. Bytes live in storage; the schema is looked up by id. */
export interface DatasetBinding {
  readonly id: string;
}

export interface Meaning {
  readonly nodes: { readonly [id: string]: GraphNode };
  readonly edges: { readonly [id: string]: Edge };
  readonly dataset: DatasetBinding | null;
  readonly training: TrainingSettings;
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly positions: { readonly [id: string]: Position };
  readonly frames: { readonly [id: string]: Frame };
  readonly notes: { readonly [id: string]: Note };
}

export interface GraphDoc {
  readonly format: 'weft';
  readonly version: typeof FORMAT_VERSION;
  readonly name: string;
  readonly meaning: Meaning;
  readonly layout: Layout;
}

export const nodeId = (id: string): NodeId => id as NodeId;
export const edgeId = (id: string): EdgeId => id as EdgeId;
