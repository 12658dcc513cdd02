import type { Rank, Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { availableBackends, type BackendEnv, chooseBackend } from './backend';
import { registerWasmKernels } from './kernels/register';
import { nodeBackendEnv, tf } from './tf-node';

/** As in a browser whose GPU backends cannot be loaded here. */
const withGpu = (adapter: string | null): BackendEnv => ({
  ...nodeBackendEnv,
  webgpu: () => Promise.reject(new Error('no WebGPU in this process')),
  webgl: null,
  adapterOf: async () => adapter,
});

describe('chooseBackend', () => {
  it('takes wasm on a machine without a GPU, with the kernels that training needs', async () => {
    const chosen = await chooseBackend(tf, 'auto', nodeBackendEnv);
    expect(chosen).toMatchObject({ name: 'wasm', threads: 1 });
    expect(chosen.reason.map(({ backend, outcome }) => [backend, outcome])).toEqual([
      ['webgpu', 'no-adapter'],
      ['webgl', 'no-adapter'],
      ['wasm', 'chosen'],
    ]);
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeDefined();
  });

  it('passes over a software adapter, and says so', async () => {
    const chosen = await chooseBackend(tf, 'auto', withGpu('google swiftshader'));
    expect(chosen.name).toBe('wasm');
    expect(chosen.reason[0]).toEqual({
      backend: 'webgpu',
      outcome: 'software-adapter',
      detail: 'google swiftshader',
    });
  });

  it('falls back when a GPU backend does not start', async () => {
    const chosen = await chooseBackend(tf, 'auto', withGpu('nvidia ampere'));
    expect(chosen.name).toBe('wasm');
    expect(chosen.reason[0]).toMatchObject({
      backend: 'webgpu',
      outcome: 'failed',
      detail: 'no WebGPU in this process',
    });
  });

  it('does as it is told where it can', async () => {
    expect((await chooseBackend(tf, 'cpu', nodeBackendEnv)).name).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect((await chooseBackend(tf, 'webgl', nodeBackendEnv)).name).toBe('wasm');
  });

  it('offers a GPU only when it is one', async () => {
    expect(await availableBackends(withGpu('llvmpipe (LLVM 15)'))).toEqual(['wasm', 'cpu']);
    expect(await availableBackends(withGpu('nvidia ampere'))).toEqual(['webgpu', 'wasm', 'cpu']);
    expect(await availableBackends(nodeBackendEnv)).toEqual(['wasm', 'cpu']);
  });
});

describe('a full wasm heap', () => {
  it('stays guarded after kernels have taken scratch space for themselves', async () => {
    await chooseBackend(tf, 'wasm', nodeBackendEnv);
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc: { isGuarded?: boolean } } };
    // The gradient of a convolution of this size needs more scratch than any step before it.
    const filter = tf.ones<Rank.R4>([3, 3, 8, 8]);
    const gradient = tf.grad((x) => tf.conv2d(x as Tensor4D, filter, 1, 'same'))(tf.ones([16, 32, 32, 8]));
    gradient.dataSync();
    tf.dispose([filter, gradient]);
    expect([registerWasmKernels(tf).native.state, wasm._malloc.isGuarded]).toEqual(['on', true]);
  });

  it('is an exception, not a tensor at address 0', async () => {
    await chooseBackend(tf, 'wasm', nodeBackendEnv);
    const { wasm } = tf.backend() as unknown as {
      wasm: { _malloc(bytes: number): number; _free(address: number): void };
    };
    expect(() => wasm._malloc(5e9)).toThrow(/out of memory/i);
    const held: number[] = [];
    const fill = () => {
      for (let i = 0; i < 40; i += 1) held.push(wasm._malloc(2 ** 27));
    };
    expect(fill).toThrow(/out of memory/i);
    for (const address of held) wasm._free(address);
    const tensor = tf.ones([3]);
    expect(Array.from(tensor.dataSync())).toEqual([1, 1, 1]);
    tensor.dispose();
  });
});
