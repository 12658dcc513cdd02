/**
 * `npm run bench -- training`: samples per second of the six models, side by side in one run: this engine on wasm with its
 * kernels, on wasm as tfjs ships it, on tfjs's cpu backend (and on a GPU where there is one), each in a real worker of
 * Chromium; and native PyTorch on one thread. The contenders take turns, run by run, so that all of them see the same moments
 * of a busy machine; figures are medians over the runs. The engine's steps include what a user's steps include: making the
 * batch from the data set, metrics and events. PyTorch's are the bare steps.
 */

import { MODELS } from './models';
import { median, type Row, report } from './report';
import { TrainingPage } from './training-browser';
import { type Contender, type MeasuredTurn, PRODUCTS } from './training-page/protocol';
import { PyTorch } from './training-pytorch';

const BATCHES = [32, 128];
/** Length of a turn and of the uncounted steps before it; a turn has at least one step. */
const TURN_MS = 1000;
const WARMUP_MS = 700;
const CONTENDERS: readonly Contender[] = ['ours', 'stock', 'cpu'];
const PYTORCH = 'PyTorch, 1 thread';
const ABSENT = 'not installed';
const FAILS = 'does not train';
const TO_CPU = 'ours / cpu';
const TO_PYTORCH = 'ours / PyTorch';
const TO_PYTORCH_PROCESSOR = 'ours / PyTorch, by processor time';

const TITLES: { readonly [C in Contender]: string } = {
  ours: 'ours (wasm, own kernels)',
  stock: 'tfjs wasm, stock kernels',
  cpu: 'tfjs cpu',
  webgpu: 'webgpu',
  webgl: 'webgl',
};

export async function benchTraining(_dist: string, runs: number): Promise<void> {
  const pytorch = await PyTorch.start();
  const page = await TrainingPage.open();
  try {
    const { gpus } = await page.ask('ours', 'start', { contender: 'ours' });
    const contenders = [...CONTENDERS, ...(gpus as readonly Contender[])];
    const backends = await Promise.all(
      contenders.map((contender) => page.ask(contender, 'start', { contender })),
    );
    console.log(
      `${backends.map(({ backend }) => backend).join(' · ')} · ${pytorch?.version ?? 'no PyTorch'}`,
    );
    const bench = { page, pytorch, contenders, runs };
    await benchProducts(bench);
    const rows: Row[] = [];
    for (const { name } of MODELS) for (const batch of BATCHES) rows.push(await modelRow(bench, name, batch));
    report(`Training in a worker of Chromium, samples per second, medians of ${runs} runs`, rows);
    report(
      'Geometric means over the models',
      BATCHES.map((batch) => means(rows, batch)),
    );
  } finally {
    await page.close();
    pytorch?.end();
  }
}

interface Bench {
  readonly page: TrainingPage;
  readonly pytorch: PyTorch | null;
  readonly contenders: readonly Contender[];
  readonly runs: number;
}

type Name = Contender | 'pytorch';

interface Measured {
  readonly parameters: number;
  /** Of those that train it. */
  readonly turns: ReadonlyMap<Name, readonly MeasuredTurn[]>;
}

async function measure(bench: Bench, model: string, batch: number): Promise<Measured> {
  const { page, pytorch, contenders, runs } = bench;
  const turns = new Map<Name, MeasuredTurn[]>();
  let parameters = 0;
  /** Tells why where it does not train. */
  const attempt = async (contender: Contender, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      console.log(`${model}, batch ${batch}, ${TITLES[contender]}: ${(error as Error).message}`);
      turns.delete(contender);
    }
  };
  for (const contender of contenders) {
    await attempt(contender, async () => {
      ({ parameters } = await page.ask(contender, 'open', { model, batch, warmupMs: WARMUP_MS }));
      turns.set(contender, []);
    });
  }
  if (pytorch) turns.set('pytorch', []);
  for (let run = 0; run < runs; run++) {
    for (const contender of contenders)
      await attempt(contender, async () => {
        turns.get(contender)?.push(await page.turn(contender, TURN_MS));
      });
    if (pytorch)
      turns.get('pytorch')!.push(await pytorch.train(model, batch, WARMUP_MS / 1000, TURN_MS / 1000));
  }
  for (const contender of contenders) await page.ask(contender, 'close', {});
  return { parameters, turns };
}

async function modelRow(bench: Bench, model: string, batch: number): Promise<Row> {
  const { parameters, turns } = await measure(bench, model, batch);
  const speeds = (name: Name, time: 'seconds' | 'processor' = 'seconds'): number[] =>
    (turns.get(name) ?? []).map((turn) => (turn.steps * batch) / turn[time]);
  const speed = (name: Name): number | string =>
    turns.has(name) ? readable(median(speeds(name))) : name === 'pytorch' ? ABSENT : FAILS;
  const ratio = (other: Name, time?: 'seconds' | 'processor'): number | string =>
    turns.has('ours') && turns.has(other) ? median(speeds('ours', time)) / median(speeds(other, time)) : '';
  const row: Row = {
    model,
    batch,
    parameters,
    ...Object.fromEntries(bench.contenders.map((contender) => [TITLES[contender], speed(contender)])),
    [PYTORCH]: speed('pytorch'),
    [TO_CPU]: ratio('cpu'),
    'ours / stock': ratio('stock'),
    [TO_PYTORCH]: ratio('pytorch'),
    [TO_PYTORCH_PROCESSOR]: ratio('pytorch', 'processor'),
    'spread of ours, %': spread(speeds('ours')),
    'spread of PyTorch, %': spread(speeds('pytorch')),
  };
  console.log(
    `${model}, batch ${batch}: ours ${speed('ours')}, PyTorch ${speed('pytorch')}, ratio ${format(ratio('pytorch'))}`,
  );
  return row;
}

/** The best and the worst run apart, as a share of the median: how far to trust it. */
const spread = (values: readonly number[]): number | string =>
  values.length === 0 ? '' : (100 * (Math.max(...values) - Math.min(...values))) / median(values);

const readable = (value: number): number => (value < 100 ? value : Math.round(value));
const format = (value: number | string): string => (typeof value === 'number' ? value.toFixed(2) : value);

function means(rows: readonly Row[], batch: number): Row {
  const mean = (column: string): number | string => {
    const ratios = rows.filter((row) => row['batch'] === batch).map((row) => row[column]);
    if (!ratios.every((ratio): ratio is number => typeof ratio === 'number')) return '';
    return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  };
  return {
    batch,
    ...Object.fromEntries([TO_CPU, TO_PYTORCH, TO_PYTORCH_PROCESSOR].map((column) => [column, mean(column)])),
  };
}

/** 512 × 512 × 512. XNNPACK's product is what tfjs's stock kernel uses for the plain case. */
async function benchProducts({ page, pytorch, contenders, runs }: Bench): Promise<void> {
  const rows: Row[] = [];
  for (const product of PRODUCTS) {
    const measured = new Map<string, number[]>();
    const add = (title: string, gflops: number): void => {
      measured.set(title, [...(measured.get(title) ?? []), gflops]);
    };
    for (let run = 0; run < runs; run++) {
      for (const contender of contenders)
        add(TITLES[contender], (await page.ask(contender, 'product', { product, ms: TURN_MS / 2 })).gflops);
      if (pytorch) add(PYTORCH, await pytorch.product(product, TURN_MS / 2000));
    }
    const medians = Object.fromEntries([...measured].map(([title, values]) => [title, median(values)]));
    rows.push({ product, ...medians, ...(pytorch ? {} : { [PYTORCH]: ABSENT }) });
  }
  report('Matrix product 512³, GFLOP/s (plain on stock kernels is XNNPACK)', rows);
}
