/**
 * How much memory a training step takes, before it is tried: a lower bound from the plan alone, and a prediction for any batch size
 * from two small steps.
 */
import type { ModelPlan, Phase, PlanId, PlanNode } from '../compile/plan';
import type { NodeId } from '../graph/document';
import { sizeOf } from '../graph/shape';
import { nodeType } from '../nodes/index';
import type { BackendName } from './backend';

const FLOAT_BYTES = 4;

/** Values that an optimizer keeps per weight; those not listed may keep none. */
const SLOTS: { readonly [type: string]: number } = { adam: 2, adamw: 2, rmsprop: 2 };

export interface PlanNeed {
  /** Weights, their gradients and what the optimizer keeps of them, all there at once when the weights move. */
  readonly fixedBytes: number;
  /** The largest output for one row. */
  readonly rowBytes: number;
  /** The node that takes the most for a batch of `rows`, by weights and output. */
  heaviest(rows: number): { readonly node: PlanId; readonly source: NodeId; readonly bytes: number };
}

/** What no run of this plan can do without. */
export function planNeed(plan: ModelPlan, phase: Phase): PlanNeed {
  const slots = SLOTS[phase.optimizer.type] ?? 0;
  const nodes = plan.nodes.map((node) => {
    const moves = node.trainable && (phase.trainable === 'all' || phase.trainable.includes(node.id));
    let fixed = 0;
    for (const { shape, trainable } of weightsOf(node)) {
      const values = shape.reduce((product, size) => product * size, 1);
      fixed += FLOAT_BYTES * values * (trainable && moves ? 2 + slots : 1);
    }
    const row = Object.values(node.outputs).reduce((sum, { shape }) => sum + FLOAT_BYTES * sizeOf(shape), 0);
    return { node: node.id, source: node.source, fixed, row };
  });
  return {
    fixedBytes: nodes.reduce((sum, { fixed }) => sum + fixed, 0),
    rowBytes: Math.max(0, ...nodes.map(({ row }) => row)),
    heaviest(rows) {
      const [first, ...rest] = nodes.map(({ node, source, fixed, row }) => ({
        ...{ node, source },
        bytes: fixed + row * rows,
      }));
      return rest.reduce((most, each) => (each.bytes > most.bytes ? each : most), first!);
    },
  };
}

function weightsOf(
  node: PlanNode,
): readonly { readonly shape: readonly number[]; readonly trainable: boolean }[] {
  const type = nodeType(node.type);
  if (type?.kind !== 'layer' && type?.kind !== 'ensemble') return [];
  return type.weights({
    // The compiler has parsed it by the fields of this type.
    config: node.config as never,
    inputs: node.inputFacts,
    outputs: node.outputs,
    schema: null,
  });
}

/** Bytes in use after each allocation and release of one step, for a batch of `rows`. */
export interface Traced {
  readonly rows: number;
  readonly timeline: readonly number[];
}

export interface Prediction {
  /** Peak for a batch of this many rows. */
  peak(rows: number): number;
  /** The most rows that stay within `limit`; 0 when not even one does. */
  rowsWithin(limit: number): number;
}

/**
 * At each moment of a step memory is fixed + rows × per row. Which moment is the highest depends on the batch: with few rows the
 * update of the weights, with many the end of the forward pass. So each moment is extended on its own where both steps went
 * through the same ones; else (a kernel does small batches in another way) only the two peaks are.
 */
export function predictMemory(few: Traced, more: Traced): Prediction {
  const isAligned = few.timeline.length === more.timeline.length && few.timeline.length > 0;
  const at = isAligned ? few.timeline : [peakOf(few.timeline)];
  const then = isAligned ? more.timeline : [peakOf(more.timeline)];
  const lines = at.map((bytes, i) => {
    const perRow = Math.max(0, (then[i]! - bytes) / (more.rows - few.rows));
    return { perRow, fixed: bytes - perRow * few.rows };
  });
  return {
    peak: (rows) => lines.reduce((most, { fixed, perRow }) => Math.max(most, fixed + perRow * rows), 0),
    rowsWithin: (limit) =>
      lines.reduce((fewest, { fixed, perRow }) => {
        if (fixed > limit) return 0;
        return perRow > 0 ? Math.min(fewest, Math.floor((limit - fixed) / perRow)) : fewest;
      }, Number.MAX_SAFE_INTEGER),
  };
}

export const peakOf = (timeline: readonly number[]): number =>
  timeline.reduce((most, bytes) => Math.max(most, bytes), 0);

const GIB = 2 ** 30;

/**
 * Addresses of the wasm heap have 32 bits, and tfjs with our kernels computes the same above 2 GiB as below (tried with 3 GiB in
 * use). A part is left for what no one counts: the gaps between tensors of different sizes, XNNPACK's packed copies, scratch.
 */
const WASM_BYTES = 0.9 * 4 * GIB;
/** The page, the browser and everything else on the device need some of it too. */
const DEVICE_SHARE = 0.75;

/** `deviceGiB`: `navigator.deviceMemory`, where the browser says it (rounded, and never more than 8 or 32). */
export function memoryLimit(backend: BackendName, deviceGiB: number | null): number {
  const device = deviceGiB === null ? Number.POSITIVE_INFINITY : deviceGiB * GIB * DEVICE_SHARE;
  // Elsewhere nothing says how much there is; more than on wasm is not to be counted on.
  return Math.min(backend === 'wasm' ? WASM_BYTES : 4 * GIB, device);
}
