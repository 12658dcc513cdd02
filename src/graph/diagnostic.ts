/**
 * Messages about the user's graph as data: a stable code, a place, facts, and fixes that the compiler has already tried.
 * No prose here; `compile/describe.ts` turns each code into words in one switch.
 */
import type { Command } from './command';
import type { EdgeId, NodeId } from './document';
import type { ColumnKind } from './schema';
import type { Flow, Shape } from './shape';
import type { Text } from './text';

export type Severity = 'error' | 'warning';

export type Place =
  | { readonly kind: 'document' }
  | { readonly kind: 'node'; readonly node: NodeId }
  | { readonly kind: 'port'; readonly node: NodeId; readonly port: string; readonly side: 'input' | 'output' }
  | { readonly kind: 'edge'; readonly edge: EdgeId }
  | { readonly kind: 'field'; readonly node: NodeId; readonly field: string }
  | { readonly kind: 'training'; readonly field: string };

/** Facts by code. A node type reports these without a place; the compiler adds place, severity and fixes. */
export type Problem =
  // structure
  | { readonly code: 'empty-graph' }
  | { readonly code: 'no-input' }
  | { readonly code: 'no-output' }
  | { readonly code: 'no-dataset' }
  | { readonly code: 'cycle'; readonly nodes: readonly NodeId[] }
  | { readonly code: 'unknown-node-type'; readonly type: string }
  | {
      readonly code: 'newer-node-version';
      readonly type: string;
      readonly version: number;
      readonly known: number;
    }
  | { readonly code: 'missing-input'; readonly port: string }
  | { readonly code: 'too-many-edges'; readonly port: string }
  | { readonly code: 'unknown-port'; readonly port: string }
  | { readonly code: 'dangling-edge' }
  | { readonly code: 'unused-output' }
  | { readonly code: 'cannot-bypass' }
  // fields
  | {
      readonly code: 'field-type';
      readonly field: string;
      readonly expected: string;
      readonly received: string;
    }
  | {
      readonly code: 'field-range';
      readonly field: string;
      readonly min: number | null;
      readonly max: number | null;
      readonly received: number;
    }
  | {
      readonly code: 'field-choice';
      readonly field: string;
      readonly options: readonly string[];
      readonly received: string;
    }
  // data binding
  | { readonly code: 'column-missing'; readonly column: string }
  | {
      readonly code: 'column-kind';
      readonly column: string;
      readonly expected: readonly ColumnKind[];
      readonly received: ColumnKind;
    }
  | { readonly code: 'no-column'; readonly expected: readonly ColumnKind[] }
  | { readonly code: 'not-sequential' }
  | { readonly code: 'target-leak'; readonly column: string }
  // shapes
  | {
      readonly code: 'wrong-flow';
      readonly port: string;
      readonly expected: readonly Flow[];
      readonly received: Flow;
      readonly shape: Shape;
    }
  | {
      readonly code: 'wrong-rank';
      readonly port: string;
      readonly expected: readonly number[];
      readonly shape: Shape;
    }
  | { readonly code: 'shape-mismatch'; readonly port: string; readonly shapes: readonly Shape[] }
  | {
      readonly code: 'axis-mismatch';
      readonly port: string;
      readonly axis: number;
      readonly shapes: readonly Shape[];
    }
  | { readonly code: 'size-mismatch'; readonly from: Shape; readonly to: Shape }
  | { readonly code: 'window-too-large'; readonly window: readonly number[]; readonly shape: Shape }
  | { readonly code: 'not-divisible'; readonly field: string; readonly value: number; readonly by: number }
  | { readonly code: 'classes-mismatch'; readonly expected: number; readonly received: number }
  | { readonly code: 'needs-tokens'; readonly shape: Shape }
  | { readonly code: 'vocabulary-too-small'; readonly vocabulary: number; readonly cardinality: number }
  // training
  | { readonly code: 'too-few-rows'; readonly rows: number; readonly needed: number }
  | { readonly code: 'unknown-optimizer'; readonly type: string }
  | { readonly code: 'unknown-schedule'; readonly type: string }
  | { readonly code: 'monitor-missing'; readonly monitor: string; readonly columns: readonly string[] }
  | { readonly code: 'loss-target'; readonly loss: string; readonly target: string };

export type ProblemCode = Problem['code'];

/** An edit that repairs the problem. The compiler has applied it and seen this diagnostic go away. */
export interface Fix {
  /** Facts for the button's words, e.g. `{kind: 'insert', type: 'flatten'}`. */
  readonly label: FixLabel;
  readonly commands: readonly Command[];
}
export type FixLabel =
  | { readonly kind: 'insert'; readonly type: string; readonly detail: string }
  | { readonly kind: 'set-field'; readonly field: string; readonly value: string; readonly title: Text }
  | { readonly kind: 'remove-edge' }
  | { readonly kind: 'remove-node' }
  | { readonly kind: 'connect'; readonly from: string }
  | { readonly kind: 'add-node'; readonly type: string };

export type Diagnostic = Problem & {
  readonly severity: Severity;
  readonly where: Place;
  readonly fixes: readonly Fix[];
};
