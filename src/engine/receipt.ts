/**
 * What the numbers of a run depend on, so that the same numbers can be had again: the graph, the data, the seed, and what computed
 * them. Two receipts that are equal on wasm or cpu promise curves that are equal bit for bit; a GPU may add in another order each time.
 */
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { Dataset } from '../data/dataset';
import type { BackendName } from './backend';

export interface Receipt {
  /** SHA-256 of the model's and the training's plan. */
  readonly graph: string;
  /** SHA-256 of the schema and all columns of the data set. */
  readonly data: string;
  readonly seed: number;
  readonly backend: BackendName;
  /** Sums of fused multiply-adds round once (relaxed SIMD), so a browser without them differs in the last bits. */
  readonly fusesMultiplyAdd: boolean;
  readonly threads: number;
  readonly tfjs: string;
}

export type ReceiptField = keyof Receipt;

/** The fields in which two receipts differ. */
export const receiptDifferences = (a: Receipt, b: Receipt): readonly ReceiptField[] =>
  (Object.keys(a) as ReceiptField[]).filter((field) => a[field] !== b[field]);

export const graphHash = (plan: ModelPlan, training: TrainingPlan): Promise<string> =>
  sha256([new TextEncoder().encode(JSON.stringify([plan, training]))]);

const hashes = new WeakMap<Dataset, Promise<string>>();

/** Remembered for as long as the data set is. */
export function dataHash(dataset: Dataset): Promise<string> {
  const known = hashes.get(dataset) ?? hashColumns(dataset);
  hashes.set(dataset, known);
  return known;
}

function hashColumns({ schema, columns }: Dataset): Promise<string> {
  const encoder = new TextEncoder();
  // The title may be changed without changing a number.
  const { title: _, ...rest } = schema;
  const parts: Uint8Array[] = [encoder.encode(JSON.stringify(rest))];
  for (const [name, column] of Object.entries(columns)) {
    parts.push(encoder.encode(`\n${name}\n${column.kind}\n`));
    switch (column.kind) {
      case 'image':
        parts.push(column.pixels);
        break;
      case 'number':
        parts.push(bytesOf(column.values));
        break;
      case 'category':
        parts.push(bytesOf(column.indices));
        break;
      default:
        parts.push(encoder.encode(JSON.stringify(column.values)));
    }
  }
  return sha256(parts);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function sha256(parts: readonly Uint8Array[]): Promise<string> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
