/** The bench's page: one worker per contender, so that each has a tfjs and a heap of its own. They work one at a time. */
import type { Answer, Ask, Contender } from './protocol';

const workers = new Map<Contender, Worker>();

async function ask(contender: Contender, message: Ask): Promise<Answer> {
  let worker = workers.get(contender);
  if (!worker) {
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    workers.set(contender, worker);
  }
  return new Promise((done) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => done(data);
    worker.onerror = ({ message: error }) => done({ ok: false, error });
    worker.postMessage(message);
  });
}

Object.assign(window, { ask });
