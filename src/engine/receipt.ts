/** Makes the receipt of a run (`graph/receipt.ts`), with its fingerprints. */
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { Dataset } from '../data/dataset';
import type { Receipt } from '../graph/receipt';
import type { Tfjs } from '../nodes/define-node';
import type { ChosenBackend } from './backend';
import { registerWasmKernels } from './kernels/register';

interface ReceiptParts {
  readonly tf: Tfjs;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  readonly dataset: Dataset;
  readonly backend: ChosenBackend;
}

/** What the numbers of a run of this training depend on. */
export async function runReceipt({ tf, plan, training, dataset, backend }: ReceiptParts): Promise<Receipt> {
  return {
    graph: await graphHash(plan, training),
    data: await dataHash(dataset),
    seed: training.seed,
    backend: backend.name,
    fusesMultiplyAdd: backend.name === 'wasm' && registerWasmKernels(tf).fusesMultiplyAdd,
    threads: backend.threads,
    tfjs: tf.version_core,
  };
}

const graphHash = (plan: ModelPlan, training: TrainingPlan): Promise<string> =>
  sha256([new TextEncoder().encode(JSON.stringify([plan, training]))]);

const hashes = new WeakMap<Dataset, Promise<string>>();

/** Remembered for as long as the data set is. */
function dataHash(dataset: Dataset): Promise<string> {
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
