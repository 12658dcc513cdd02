/** Native PyTorch as a process beside the bench, idle until it is asked. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { MeasuredTurn, Product } from './training-page/protocol';

/** One thread each: what is compared is the work of one core. */
const ENV = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
/** The first of them that has PyTorch. Debian's package belongs to Debian's own Python. */
const PYTHONS = [process.env['WEFT_PYTHON'] ?? 'python3', '/usr/bin/python3'];
/** One core of any machine of the last ten years does more than this with a real BLAS. */
const SLOW_GFLOPS = 20;

export class PyTorch {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  version = '';

  private constructor(python: string) {
    this.#process = spawn(python, [join(import.meta.dirname, 'pytorch.py')], { env: ENV });
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Null, after saying how to get it, where it is not installed. */
  static async start(): Promise<PyTorch | null> {
    const python = PYTHONS.find(hasTorch);
    if (!python) {
      console.log(
        'PyTorch is not installed: apt-get install python3-torch libopenblas0, or set WEFT_PYTHON.',
      );
      return null;
    }
    const pytorch = new PyTorch(python);
    const about = await pytorch.#ask<{ readonly version: string; readonly threads: number }>({});
    pytorch.version = `PyTorch ${about.version}, ${about.threads} thread`;
    // Debian's PyTorch runs on whatever BLAS there is; the reference one is twenty times too slow to compare with.
    const gflops = await pytorch.product('plain', 0.3);
    if (gflops < SLOW_GFLOPS)
      console.log(
        `PyTorch multiplies at only ${gflops.toFixed(1)} GFLOP/s: it lacks a fast BLAS (apt-get install libopenblas0). Its figures are no measure of native speed.`,
      );
    return pytorch;
  }

  train(model: string, batch: number, warmup: number, seconds: number): Promise<MeasuredTurn> {
    return this.#ask({ model, batch, warmup, seconds });
  }

  async product(product: Product, seconds: number): Promise<number> {
    return (await this.#ask<{ readonly gflops: number }>({ product, seconds })).gflops;
  }

  end(): void {
    this.#process.stdin.end();
  }

  async #ask<T>(request: object): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The PyTorch process ended');
    return JSON.parse(value) as T;
  }
}

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
