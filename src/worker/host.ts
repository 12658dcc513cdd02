/**
 * The worker's end of the conversation, over anything like a message port: the browser's worker gives it `self`, tests a real
 * MessageChannel. Every request is answered exactly once, whatever happens.
 */
import { importUpload } from '../data/import-upload';
import type { DecodeImage } from '../data/parse-images';
import { previewPage } from '../data/preview';
import { availableBackends, type BackendEnv, chooseBackend } from '../engine/backend';
import { buildModel } from '../engine/build-model';
import { exportTfjs } from '../engine/export-tfjs';
import { failureOf } from '../engine/failure';
import { fitWeights } from '../engine/trained-model';
import type { Tfjs } from '../nodes/define-node';
import { type DataAccess, DataSources } from './data-sources';
import { answerPreflight } from './preflight';
import {
  type AnswerMessage,
  type FromWorker,
  PROTOCOL_VERSION,
  type RequestKind,
  type RequestMessage,
  type Requests,
  type ToWorker,
} from './protocol';
import { requestError } from './request-error';
import { type RunKeeping, RunSession, type SessionContext, type SessionRequest } from './run-session';

export interface HostEnvironment extends DataAccess, RunKeeping {
  readonly tf: Tfjs;
  readonly backends: BackendEnv;
  readonly decodeImage: DecodeImage;
}

export type Post = (message: FromWorker, transfer: Transferable[]) => void;

type Answer<K extends RequestKind> =
  | { readonly ok: true; readonly value: Requests[K]['value']; readonly transfer?: Transferable[] }
  | { readonly ok: false; readonly error: Requests[K]['error'] };
type Handlers = {
  readonly [K in RequestKind]: (args: Requests[K]['args'], id: number) => Promise<Answer<K>> | Answer<K>;
};

/** Progress of an upload, at most ten times a second. */
const PROGRESS_MS = 100;
const NO_RUN = { ok: false, error: 'no-run' } as const;
const DONE = { ok: true, value: null } as const;

export class Host {
  readonly #env: HostEnvironment;
  readonly #post: Post;
  readonly #sources: DataSources;
  readonly #context: SessionContext;
  readonly #cancellable = new Map<number, AbortController>();
  #session: RunSession | null = null;
  /** Runs start one after another, each after the end of the one before. */
  #starting: Promise<unknown> = Promise.resolve();

  constructor(env: HostEnvironment, post: Post) {
    this.#env = env;
    this.#post = post;
    this.#sources = new DataSources(env);
    this.#context = { ...env, sources: this.#sources, notify: post };
  }

  receive(message: ToWorker): void {
    if (message.kind === 'cancel') this.#cancellable.get(message.id)?.abort();
    else void this.#answer(message);
  }

  async #answer({ id, request, args }: RequestMessage): Promise<void> {
    let message: AnswerMessage;
    let transfer: Transferable[] = [];
    try {
      const handle = this.#handlers[request] as (args: unknown, id: number) => Promise<Answer<RequestKind>>;
      const answer = await handle(args, id);
      if (answer.ok) transfer = answer.transfer ?? [];
      message = answer.ok
        ? { kind: 'answer', id, ok: true, value: answer.value }
        : { kind: 'answer', id, ok: false, error: answer.error };
    } catch (error) {
      message = { kind: 'answer', id, ok: false, error: requestError(request, failureOf(error)) };
    }
    this.#post(message, transfer);
  }

  readonly #handlers: Handlers = {
    hello: async ({ protocol }) =>
      protocol === PROTOCOL_VERSION
        ? {
            ok: true,
            value: { protocol: PROTOCOL_VERSION, backends: await availableBackends(this.#env.backends) },
          }
        : { ok: false, error: 'protocol' },

    importData: (args, id) => this.#importData(args, id),

    previewRows: async ({ source, from, count }) => {
      const dataset = await this.#sources.dataset(source);
      return dataset.ok
        ? { ok: true, value: { rows: previewPage(dataset.value, from, count) } }
        : { ok: false, error: dataset.problems };
    },

    preflight: (args, id) => this.#preflight(args, id),

    startRun: (args) => this.#afterLastRun(() => this.#startRun(args)),
    openRun: (args) => (this.#sessionOf(args.run) ? DONE : this.#afterLastRun(() => this.#openRun(args))),

    pause: ({ run }) => this.#control(run, (session) => session.control.pause()),
    resume: ({ run }) => this.#control(run, (session) => session.control.resume()),
    step: ({ run }) => this.#control(run, (session) => session.control.step()),
    stop: ({ run }) => this.#control(run, (session) => session.control.stop()),

    trainedModel: async ({ run }) => {
      const session = this.#sessionOf(run);
      if (!session) return NO_RUN;
      const value = await session.trainedModel();
      return { ok: true, value, transfer: value.weights.map(({ values }) => values.buffer as ArrayBuffer) };
    },

    evaluate: async ({ run, split }) => this.#sessionOf(run)?.evaluate(split) ?? NO_RUN,

    samples: async ({ run, count, wrongOnly }) => {
      const session = this.#sessionOf(run);
      return session ? { ok: true, value: await session.samples(count, wrongOnly) } : NO_RUN;
    },

    exportTfjs: (args) => this.#exportTfjs(args),
  };

  #sessionOf(run: string): RunSession | null {
    return this.#session?.run === run ? this.#session : null;
  }

  #control(run: string, act: (session: RunSession) => void): typeof DONE | typeof NO_RUN {
    const session = this.#sessionOf(run);
    if (!session) return NO_RUN;
    act(session);
    return DONE;
  }

  /** The run before must not go on while this one waits for its data. */
  #afterLastRun<T>(work: () => Promise<T>): Promise<T> {
    this.#session?.control.stop();
    const done = this.#starting.then(work);
    this.#starting = done.catch(() => {});
    return done;
  }

  async #replaceSession(request: SessionRequest): ReturnType<typeof RunSession.prepare> {
    await this.#session?.end();
    this.#session = null;
    const prepared = await RunSession.prepare(this.#context, request);
    if (prepared.ok) this.#session = prepared.value;
    return prepared;
  }

  async #startRun({
    training,
    resume,
    keep,
    until = null,
    ...request
  }: Requests['startRun']['args']): Promise<Answer<'startRun'>> {
    const prepared = await this.#replaceSession({ ...request, settings: training, adapts: true });
    if (!prepared.ok) return prepared;
    const session = prepared.value;
    const receipt = await session.receipt(training);
    await session.start(training, { resume, keep, until });
    return { ok: true, value: { kept: session.kept, receipt } };
  }

  async #openRun({ model, ...request }: Requests['openRun']['args']): Promise<Answer<'openRun'>> {
    // Asked for twice, and the first has done it.
    if (this.#sessionOf(request.run)) return DONE;
    const prepared = await this.#replaceSession({
      ...request,
      plan: model.plan,
      given: model,
      adapts: false,
    });
    if (!prepared.ok) return prepared;
    const { kept } = prepared.value;
    if (kept && kept.kept === kept.total) return DONE;
    this.#session = null;
    await prepared.value.end();
    return { ok: false, error: { kind: 'internal', message: 'The weights do not fit the model' } };
  }

  async #preflight(args: Requests['preflight']['args'], id: number): Promise<Answer<'preflight'>> {
    const abort = new AbortController();
    this.#cancellable.set(id, abort);
    const onProgress = (done: number, total: number) => this.#post({ kind: 'progress', id, done, total }, []);
    try {
      const course = { signal: abort.signal, onProgress };
      return await this.#afterLastRun(() => answerPreflight(this.#context, args, course));
    } finally {
      this.#cancellable.delete(id);
    }
  }

  async #importData(
    { files, options }: Requests['importData']['args'],
    id: number,
  ): Promise<Answer<'importData'>> {
    const abort = new AbortController();
    this.#cancellable.set(id, abort);
    try {
      const entries = files.map(({ path, file }) => ({
        path,
        size: file.size,
        read: async () => new Uint8Array(await file.arrayBuffer()),
      }));
      let lastProgress = 0;
      const onProgress = (done: number, total: number) => {
        const now = performance.now();
        if (done < total && now - lastProgress < PROGRESS_MS) return;
        lastProgress = now;
        this.#post({ kind: 'progress', id, done, total }, []);
      };
      const importOptions = { id: crypto.randomUUID(), ...options };
      const progress = { signal: abort.signal, onProgress };
      const imported = await importUpload(entries, importOptions, this.#env.decodeImage, progress);
      if (!imported.ok) return { ok: false, error: imported.problems };
      const saved = await this.#sources.save(imported.value);
      if (!saved.ok) return { ok: false, error: saved.problems };
      return { ok: true, value: { schema: imported.value.schema, warnings: imported.warnings } };
    } finally {
      this.#cancellable.delete(id);
    }
  }

  async #exportTfjs({ plan, model, seed }: Requests['exportTfjs']['args']): Promise<Answer<'exportTfjs'>> {
    const { tf, backends } = this.#env;
    // Any backend can do it, so the one of a run in progress stays.
    if (!tf.getBackend()) await chooseBackend(tf, 'cpu', backends);
    const built = buildModel(tf, plan, seed);
    try {
      const kept = model && fitWeights(tf, built, model.weights);
      const files = await exportTfjs(tf, built);
      return { ok: true, value: { ...files, kept }, transfer: [files.weights] };
    } finally {
      built.dispose();
    }
  }
}
