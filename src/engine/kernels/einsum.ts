// Einsum: sums of products named by letters. tfjs has no kernel for it on wasm, and no gradient for it on any backend; this
// file gives both.
//
//   out[o...] = sum over every letter that is not in the output of  a[...] * b[...]
//
// Lowered to one batched matrix product. Each letter of two operands is one of
//   batch (in a, b and out) | contracted (in a and b, not in out) | free (in one operand and out) | alone (in one operand only)
// and then:  sum the lone axes away -> a[batch, freeA, contracted] * b[batch, contracted, freeB] -> reorder to the output.
// Conventions as in tfjs: an arrow is required, one or two operands, no letter twice in one operand, no ellipsis.
import type { GradConfig, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { type KernelHost, sizeOf, type Tfjs, type WasmBackend, type WasmKernel } from './kernel';

/** An operand with one letter per axis. */
interface Term {
  tensor: TensorInfo;
  letters: string[];
}

export const einsum: WasmKernel = {
  name: 'Einsum',
  reason: 'missing',
  create: (host) => {
    const { backend_util } = host.tf;
    return ({ inputs, attrs, backend }) => {
      const tensors = Object.values(inputs) as TensorInfo[];
      const equation = attrs.equation as string;
      const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, tensors.length);
      backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as Tensor[]);
      const output = splitEquation(equation).output;
      const terms = tensors.map((tensor, i) => ({
        tensor,
        letters: (idDims[i] as number[]).map((id) => allDims[id] as string),
      }));
      const steps = new Steps(host, backend);
      const result =
        terms.length === 1 ? (terms[0] as Term) : product(steps, terms[0] as Term, terms[1] as Term, output);
      return steps.finish(steps.reorder(steps.sumAllBut(result, output), output));
    };
  },
};

function product(steps: Steps, first: Term, second: Term, output: string[]): Term {
  const a = steps.sumAllBut(first, [...output, ...second.letters]);
  const b = steps.sumAllBut(second, [...output, ...first.letters]);
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => output.includes(letter));
  const contracted = shared.filter((letter) => !output.includes(letter));
  const freeA = a.letters.filter((letter) => !shared.includes(letter));
  const freeB = b.letters.filter((letter) => !shared.includes(letter));
  const dims = new Map([...dimsOf(a), ...dimsOf(b)]);
  const size = (letters: string[]) => sizeOf(letters.map((letter) => dims.get(letter) as number));
  // A transposed operand is free for the product, so take whichever order is already there.
  const transposeA = String(a.letters) === String([...batch, ...contracted, ...freeA]);
  const transposeB = String(b.letters) === String([...batch, ...freeB, ...contracted]);
  const left = transposeA ? a : steps.reorder(a, [...batch, ...freeA, ...contracted]);
  const right = transposeB ? b : steps.reorder(b, [...batch, ...contracted, ...freeB]);
  const [B, M, N, K] = [size(batch), size(freeA), size(freeB), size(contracted)];
  const flat = steps.run(
    'BatchMatMul',
    {
      a: { ...left.tensor, shape: transposeA ? [B, K, M] : [B, M, K] },
      b: { ...right.tensor, shape: transposeB ? [B, N, K] : [B, K, N] },
    },
    { transposeA, transposeB },
  );
  const letters = [...batch, ...freeA, ...freeB];
  return { tensor: { ...flat, shape: letters.map((letter) => dims.get(letter) as number) }, letters };
}

function dimsOf(term: Term): [string, number][] {
  return term.letters.map((letter, axis) => [letter, term.tensor.shape[axis] as number]);
}

/** Runs kernels and remembers what they allocated. */
class Steps {
  private readonly made: TensorInfo[] = [];

  constructor(
    private readonly host: KernelHost,
    private readonly backend: WasmBackend,
  ) {}

  run(name: string, inputs: Record<string, TensorInfo>, attrs: Record<string, unknown>): TensorInfo {
    const out = this.host.run(name, { inputs, attrs: attrs as never, backend: this.backend });
    this.made.push(out);
    return out;
  }

  sumAllBut(term: Term, wanted: readonly string[]): Term {
    const axis = term.letters.flatMap((letter, i) => (wanted.includes(letter) ? [] : [i]));
    if (axis.length === 0) return term;
    const letters = term.letters.filter((letter) => wanted.includes(letter));
    return { tensor: this.run('Sum', { x: term.tensor }, { axis, keepDims: false }), letters };
  }

  reorder(term: Term, letters: string[]): Term {
    const perm = letters.map((letter) => term.letters.indexOf(letter));
    if (perm.every((from, to) => from === to)) return term;
    return { tensor: this.run('Transpose', { x: term.tensor }, { perm }), letters };
  }

  /** Releases all but the result, which may itself be an input and so gets a reference of its own. */
  finish({ tensor }: Term): TensorInfo {
    this.backend.incRef(tensor.dataId);
    for (const made of this.made) this.backend.disposeData(made.dataId);
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  }
}

function splitEquation(equation: string): { inputs: string[][]; output: string[] } {
  const [left = '', right = ''] = equation.replace(/\s/g, '').split('->');
  return { inputs: left.split(',').map((term) => [...term]), output: [...right] };
}

/**
 * The gradient, for every backend, in terms of einsum itself:
 *
 *   d(out)/da:  einsum(out_letters, b_letters -> a_letters), and letters that only a has are spread by repetition,
 *   because out summed over them.
 */
export function einsumGradient(tf: Tfjs): GradConfig {
  return {
    kernelName: 'Einsum',
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const { inputs, output } = splitEquation(attrs.equation as unknown as string);
      const gradients = saved.map((operand, i) => () => {
        const own = inputs[i] as string[];
        const other = saved[1 - i];
        const otherLetters = inputs[1 - i] ?? [];
        const reachable = own.filter((letter) => output.includes(letter) || otherLetters.includes(letter));
        // Letters that only the other operand has are summed here: tfjs's cpu kernel does it wrongly.
        const lone = otherLetters.flatMap((letter, axis) =>
          own.includes(letter) || output.includes(letter) ? [] : [axis],
        );
        const rest = otherLetters.filter((_, axis) => !lone.includes(axis));
        const part = other
          ? tf.einsum(
              `${output.join('')},${rest.join('')}->${reachable.join('')}`,
              dy as Tensor,
              lone.length > 0 ? tf.sum(other, lone) : other,
            )
          : tf.einsum(`${output.join('')}->${reachable.join('')}`, dy as Tensor);
        if (reachable.length === own.length) return part;
        const kept = own.map((letter, axis) =>
          reachable.includes(letter) ? (operand.shape[axis] as number) : 1,
        );
        return tf.tile(
          tf.reshape(part, kept),
          own.map((letter, axis) => (reachable.includes(letter) ? 1 : (operand.shape[axis] as number))),
        );
      });
      return gradients as unknown as ReturnType<GradConfig['gradFunc']>;
    },
  };
}
