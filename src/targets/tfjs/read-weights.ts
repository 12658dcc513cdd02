/**
 * Weight files of a tfjs model → one float array per weight. Groups of shards are joined in the order of the manifest; 8 and 16 bit
 * affine quantisation and float16 are undone as tfjs does it (`value = stored × scale + min`).
 */
import * as z from 'zod/mini';
import { type FileProblem, fileWarning } from '../../graph/file-problem';

export interface WeightFile {
  readonly name: string;
  readonly data: ArrayBuffer;
}
export interface ReadWeight {
  /** As in the manifest: `<layer>/<weight>`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const entry = z.object({
  name: z.string(),
  shape: z.array(z.int().check(z.gte(0))),
  dtype: z.string(),
  quantization: z.optional(
    z.object({ dtype: z.string(), scale: z.optional(z.number()), min: z.optional(z.number()) }),
  ),
});
type Entry = z.infer<typeof entry>;
const manifestSchema = z.array(z.object({ paths: z.array(z.string()), weights: z.array(entry) }));

/** A model without its weights is still a model: whatever is wrong here is a warning. */
export function readWeights(
  manifest: unknown,
  files: readonly WeightFile[],
): { readonly weights: readonly ReadWeight[]; readonly problem: FileProblem | null } {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) return { weights: [], problem: null };
  const weights: ReadWeight[] = [];
  for (const group of parsed.data) {
    const joined = join(group.paths, files);
    if (typeof joined === 'string') return failed(fileWarning('weights-missing', { file: joined }));
    const unknown = group.weights.find((weight) => !Object.hasOwn(READERS, storedType(weight)));
    if (unknown)
      return failed(fileWarning('weights-type', { weight: unknown.name, dtype: storedType(unknown) }));
    const expected = group.weights.reduce((sum, weight) => sum + bytesOf(weight), 0);
    if (expected !== joined.byteLength) {
      return failed(fileWarning('weights-size', { expected, received: joined.byteLength }));
    }
    let offset = 0;
    for (const weight of group.weights) {
      weights.push({ name: weight.name, shape: weight.shape, values: decode(weight, joined, offset) });
      offset += bytesOf(weight);
    }
  }
  return { weights, problem: null };
}

const failed = (problem: FileProblem) => ({ weights: [], problem });

/** The bytes of a group, or the name of the file that is not there. Paths may name folders that the chosen files do not. */
function join(paths: readonly string[], files: readonly WeightFile[]): DataView | string {
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    const name = path.split('/').at(-1)!;
    const file = files.find((each) => each.name === path) ?? files.find((each) => each.name === name);
    if (!file) return name;
    parts.push(new Uint8Array(file.data));
  }
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return new DataView(joined.buffer);
}

interface Reader {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}
const READERS: { readonly [dtype: string]: Reader } = {
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, read: (view, at) => view.getUint8(at) },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  float16: { bytes: 2, read: (view, at) => halfFloat(view.getUint16(at, true)) },
};

const storedType = ({ quantization, dtype }: Entry): string => quantization?.dtype ?? dtype;
const countOf = ({ shape }: Entry): number => shape.reduce((product, dim) => product * dim, 1);
const bytesOf = (weight: Entry): number => countOf(weight) * READERS[storedType(weight)]!.bytes;

function decode(weight: Entry, view: DataView, offset: number): Float32Array {
  const { bytes, read } = READERS[storedType(weight)]!;
  const { scale = 1, min = 0 } = weight.quantization ?? {};
  const values = new Float32Array(countOf(weight));
  for (let index = 0; index < values.length; index++) {
    values[index] = read(view, offset + index * bytes) * scale + min;
  }
  return values;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
