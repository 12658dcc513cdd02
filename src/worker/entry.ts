/** The worker's entry: hands the host what a browser worker has. The only file of ours that runs when the worker starts. */
import { type DataProblem, failure, success } from '../data/problems';
import { browserBackendEnv } from '../engine/browser-backends';
import { tf } from '../engine/tf';
import { saveCheckpoint } from '../storage/checkpoints';
import { loadDataset, saveDataset } from '../storage/datasets';
import type { Stored } from '../storage/db';
import { decodeImage } from './decode-image';
import { Host } from './host';
import type { ToWorker } from './protocol';

/** The worker's script lies in `assets/` of the built page, and under `src/` of the development server. */
const BASE = new URL(
  import.meta.env.BASE_URL,
  new URL(import.meta.env.DEV ? '/' : '../', self.location.href),
);

async function fetchFile(path: string): Promise<Uint8Array> {
  const response = await fetch(new URL(`datasets/${path}`, BASE));
  if (!response.ok) throw new Error(`${response.status} ${path}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The problems of storage have the same codes and facts among those of data. */
const fromStorage = <T>(stored: Stored<T>) =>
  stored.ok ? success(stored.value) : failure(stored.problem as DataProblem);

/** A lock cannot be held by more than one worker, and is let go by the browser when this one ends. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => new Promise<void>((release) => resolve(() => release())));
  });
}

const host = new Host(
  {
    tf,
    backends: browserBackendEnv,
    decodeImage,
    fetchFile,
    loadStored: async (id) => fromStorage(await loadDataset(id)),
    saveCheckpoint,
    holdLock,
    saveStored: async (dataset) => fromStorage(await saveDataset(dataset)),
  },
  (message, transfer) => self.postMessage(message, { transfer }),
);
self.onmessage = ({ data }: MessageEvent<ToWorker>) => host.receive(data);
