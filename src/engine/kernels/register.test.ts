// Registration, fallback, the memory trick and the built module.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error a script without types
import { generate, modules } from '../../../scripts/kernels/build.mjs';
import { loadTfjs, Random, toTensor } from './against-cpu';
import type { Tfjs, WasmBackend } from './kernel';
import { wasmMemoryOf } from './memory';
import { BINARIES, loadNative } from './native';
import { KERNELS, OWN_KERNELS, registerWasmKernels, unregisterWasmKernels } from './register';

/** Node 20 has it behind a flag, with which these tests run a second time. */
const hasRelaxedSimd = process.execArgv.includes('--experimental-wasm-relaxed-simd');

let tf: Tfjs;
beforeAll(async () => {
  tf = await loadTfjs();
});

const current = () => KERNELS.map((kernel) => tf.getKernel(kernel.name, 'wasm')?.kernelFunc);
const GRADIENTS = [
  'AvgPool',
  'Conv2D',
  'Conv3D',
  'Conv3DBackpropInputV2',
  'DepthwiseConv2dNative',
  'Einsum',
  'Mean',
  'Softmax',
  'Sum',
  'Tile',
];

describe('registerWasmKernels', () => {
  it('reports what it did', () => {
    expect(registerWasmKernels(tf)).toEqual({
      added: [
        'Conv2DBackpropFilter',
        'DepthwiseConv2dNativeBackpropFilter',
        'DepthwiseConv2dNativeBackpropInput',
        'Einsum',
        'UnsortedSegmentSum',
      ],
      replaced: expect.arrayContaining([
        'BatchMatMul',
        'Conv2DBackpropInput',
        'MaxPoolGrad',
        'Slice',
        'SplitV',
        'Tile',
      ]),
      corrected: [
        'Cast',
        'Conv3DBackpropFilterV2',
        'Conv3DBackpropInputV2',
        '_FusedMatMul',
        'GatherV2',
        'MaxPoolWithArgmax',
        'Relu6',
        'MaxPool',
        'AvgPool',
        'Conv2D',
        'FusedConv2D',
        'DepthwiseConv2dNative',
        'FusedDepthwiseConv2D',
      ],
      gradients: GRADIENTS,
      own: OWN_KERNELS.map(({ name }) => name),
      fusesMultiplyAdd: hasRelaxedSimd,
      native: { state: 'on' },
    });
    expect(new Set(KERNELS.map((kernel) => kernel.name)).size).toBe(KERNELS.length);
  });

  it('is idempotent, switches between native and JavaScript, and can be undone', () => {
    unregisterWasmKernels(tf);
    const stock = [...current(), ...GRADIENTS.map((name) => tf.getGradient(name)?.gradFunc)];
    registerWasmKernels(tf);
    const ours = current();
    registerWasmKernels(tf);
    expect(current()).toEqual(ours);
    expect(ours.some((kernel, i) => kernel === stock[i])).toBe(false);
    expect(registerWasmKernels(tf, { native: false }).native).toEqual({ state: 'off', reason: 'not wanted' });
    expect(registerWasmKernels(tf).native).toEqual({ state: 'on' });
    unregisterWasmKernels(tf);
    unregisterWasmKernels(tf);
    expect([...current(), ...GRADIENTS.map((name) => tf.getGradient(name)?.gradFunc)]).toEqual(stock);
  });

  it('covers every kernel of training that cpu has and wasm lacks', () => {
    registerWasmKernels(tf);
    const names = (backend: string) => tf.getKernelsForBackend(backend).map((kernel) => kernel.kernelName);
    const wasm = new Set(names('wasm'));
    const lacking = names('cpu').filter((name) => !wasm.has(name));
    // Complex numbers, spectra, ragged tensors, regular expressions and drawing have no place in training a model here.
    expect(lacking.sort()).toEqual([
      'Complex',
      'ComplexAbs',
      'Draw',
      'FFT',
      'IFFT',
      'Imag',
      'RaggedGather',
      'RaggedRange',
      'RaggedTensorToTensor',
      'Real',
      'StaticRegexReplace',
    ]);
  });

  it('survives growth of the heap between two calls', async () => {
    await tf.setBackend('wasm');
    registerWasmKernels(tf);
    const a = toTensor(tf, new Random(1).floats([40, 50]));
    const b = toTensor(tf, new Random(2).floats([50, 30]));
    const first = tf.matMul(a, b);
    const memory = wasmMemoryOf(tf.backend() as unknown as WasmBackend) as WebAssembly.Memory;
    const before = memory.buffer.byteLength;
    const large = tf.zeros([before / 4]);
    expect(memory.buffer.byteLength).toBeGreaterThan(before);
    const second = tf.matMul(a, b);
    expect(second.dataSync()).toEqual(first.dataSync());
    tf.dispose([a, b, first, second, large]);
  });
});

describe('the native module', () => {
  const fake = (wasm: object) => ({ wasm }) as unknown as WasmBackend;

  it('gives a reason, not an exception, where the memory is hidden or is not the one of the tensors', () => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const hidden = { reason: 'the memory of the wasm backend was not found' };
    expect(loadNative(fake({}))).toEqual(hidden);
    expect(loadNative(fake({ asm: { memory: {} } }))).toEqual(hidden);
    expect(loadNative(fake({ asm: { memory }, HEAPU8: new Uint8Array(8) }))).toEqual(hidden);
    const view = new Uint8Array(memory.buffer);
    expect(loadNative(fake({ asm: { memory }, HEAPU8: view }))).toEqual({
      reason: 'the wasm backend has no malloc',
    });
    const full = { asm: { memory }, HEAPU8: view, _malloc: () => 0, _free: () => {} };
    expect(loadNative(fake(full))).toEqual({ reason: expect.stringContaining('out of memory') });
  });

  it.each([false, true])('runs on a memory of its own (shared: %s)', (shared) => {
    const memory = new WebAssembly.Memory(shared ? { initial: 4, maximum: 65536, shared } : { initial: 4 });
    const wasm = { HEAPU8: new Uint8Array(memory.buffer), _malloc: () => 1024, _free: () => {} };
    // The threaded binary keeps its memory under another name.
    expect(
      loadNative(fake(shared ? { ...wasm, wasmMemory: memory } : { ...wasm, asm: { memory } })),
    ).toHaveProperty('native');
  });

  it.each(modules() as string[])('%s is what the source gives', async (name) => {
    const file = new URL(`./binaries/${name}.ts`, import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(await generate(name));
  });

  it('is there for every source', () => {
    expect(modules()).toHaveLength(BINARIES.length);
  });

  it('has no two exports of one name', () => {
    const names = BINARIES.flatMap(({ plain }) =>
      WebAssembly.Module.exports(new WebAssembly.Module(bytesOf(plain))).map(({ name }) => name),
    );
    expect(new Set(names.filter((name) => name !== 'memory')).size).toBe(
      names.filter((name) => name !== 'memory').length,
    );
  });

  it('imports the memory and nothing else, and has no data of its own in it', () => {
    for (const base64 of BINARIES.flatMap(({ plain, shared }) => [plain, shared])) {
      const bytes = bytesOf(base64);
      const module = new WebAssembly.Module(bytes);
      expect(WebAssembly.Module.imports(module)).toEqual([
        expect.objectContaining({ name: 'memory', kind: 'memory' }),
      ]);
      expect(sectionsOf(bytes)).not.toContain(11); // 11 = data
    }
  });
});

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** The section numbers of a wasm module, in order. */
function sectionsOf(bytes: Uint8Array): number[] {
  const sections: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    sections.push(bytes[at++]!);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return sections;
}
