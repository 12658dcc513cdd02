/**
 * The file by which `weft train --resume` goes on: the engine's checkpoint with the epochs before it and the receipt of its run. It is
 * written beside its place and then renamed, so that whoever ends the process finds either the last one whole or this one.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { CHECKPOINT_VERSION, type RunCheckpoint } from '../engine/checkpoint';
import { CheckpointClock } from '../engine/checkpoint-clock';
import { type Receipt, type ReceiptField, receiptDifferences } from '../graph/receipt';
import { CliProblem } from './print';
import { type EpochRow, isRunFolder } from './run-folder';

export const CHECKPOINT_FILE = 'checkpoint.bin';

const FORMAT = 'weft-checkpoint';
/** Of the file around the checkpoint. */
const FILE_VERSION = 1;

export interface SavedRun {
  readonly receipt: Receipt;
  readonly checkpoint: RunCheckpoint;
  /** Epochs that are over. */
  readonly history: readonly EpochRow[];
}
/** Typed arrays stay what they are: the structured clone algorithm of V8, whose newer versions read the older ones. */
interface FileContent extends SavedRun {
  readonly format: typeof FORMAT;
  readonly fileVersion: typeof FILE_VERSION;
}

export class CheckpointWriter {
  readonly #folder: string;
  readonly #receipt: Receipt;
  readonly #clock = new CheckpointClock();

  constructor(folder: string, receipt: Receipt) {
    this.#folder = folder;
    this.#receipt = receipt;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new CliProblem('out', `${folder} cannot be written to: ${(error as Error).message}`);
    }
  }

  wants(atEpochEnd: boolean): boolean {
    return this.#clock.isDue(atEpochEnd);
  }

  write(checkpoint: RunCheckpoint, history: readonly EpochRow[]): void {
    this.#clock.begin();
    try {
      writeCheckpoint(this.#folder, { receipt: this.#receipt, checkpoint, history });
    } catch (error) {
      // A full disk: the training is worth more than its checkpoint.
      process.stderr.write(`warning: no checkpoint was written: ${(error as Error).message}\n`);
    }
    this.#clock.end();
  }
}

export function writeCheckpoint(folder: string, saved: SavedRun): void {
  const content: FileContent = { format: FORMAT, fileVersion: FILE_VERSION, ...saved };
  const bytes = serialize(content);
  const path = join(folder, CHECKPOINT_FILE);
  const beside = `${path}.new`;
  const file = openSync(beside, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    // Else a power cut may leave the new name on an empty file.
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

export const removeCheckpoint = (folder: string): void =>
  rmSync(join(folder, CHECKPOINT_FILE), { force: true });

/** What the run goes on from; null where it had not come to its first checkpoint. Refuses what belongs to another run. */
export function readCheckpoint(folder: string, receipt: Receipt): SavedRun | null {
  const path = join(folder, CHECKPOINT_FILE);
  if (!existsSync(path)) {
    if (isRunFolder(folder))
      throw new CliProblem(
        'run-over',
        `The run in ${folder} has ended and left no checkpoint: train without --resume`,
      );
    return null;
  }
  const saved = parseCheckpoint(path);
  const differing = receiptDifferences(saved.receipt, receipt);
  // The seed is part of the training plan, too.
  const [decisive] = DECISIVE.filter((field) => differing.includes(field));
  if (decisive)
    throw new CliProblem(
      'other-run',
      `The checkpoint in ${folder} is of a run ${OTHER[decisive](saved.receipt)}`,
    );
  if (differing.length > 0)
    process.stderr.write(
      `warning: the last digits may differ from those of an undisturbed run: ${differing.join(', ')}\n`,
    );
  return saved;
}

type Decisive = Exclude<ReceiptField, 'fusesMultiplyAdd' | 'threads' | 'tfjs'>;
const DECISIVE: readonly Decisive[] = ['seed', 'data', 'backend', 'graph'];
const OTHER: { readonly [F in Decisive]: (saved: Receipt) => string } = {
  seed: ({ seed }) => `with the seed ${seed}`,
  data: () => 'on other data',
  backend: ({ backend }) => `on ${backend}: go on with --backend ${backend}`,
  graph: () => 'with another model or other training settings',
};

function parseCheckpoint(path: string): FileContent {
  let content: unknown;
  try {
    content = deserialize(readFileSync(path));
  } catch {
    throw new CliProblem('checkpoint-damaged', `${path} is damaged`);
  }
  if (!isContent(content)) throw new CliProblem('checkpoint-damaged', `${path} is no checkpoint of a run`);
  if (content.fileVersion !== FILE_VERSION || content.checkpoint.version !== CHECKPOINT_VERSION)
    throw new CliProblem('checkpoint-version', `${path} was written by another version of Weft`);
  return content;
}

/** Of any version. */
function isContent(content: unknown): content is FileContent {
  return (
    typeof content === 'object' &&
    content !== null &&
    'format' in content &&
    content.format === FORMAT &&
    'checkpoint' in content
  );
}
