/** Data sets by their source, read once and kept: runs, previews and samples of one set share it. */
import type { Dataset, PreparedData, Result } from '../data/dataset';
import { findDataset, parseShipped } from '../data/datasets/index';
import { prepareData } from '../data/prepare';
import { dataError, failure } from '../data/problems';
import type { DataSpec } from '../graph/data-spec';
import type { DataSource } from './protocol';

export interface DataAccess {
  /** A file under `datasets/`; rejects when it cannot be had. */
  fetchFile(path: string): Promise<Uint8Array>;
  loadStored(id: string): Promise<Result<Dataset | null>>;
  saveStored(dataset: Dataset): Promise<Result<void>>;
}

/** Image sets take tens of megabytes each. */
const KEPT = 2;

export class DataSources {
  readonly #access: DataAccess;
  /** Least recently used first. */
  readonly #datasets = new Map<string, Promise<Result<Dataset>>>();
  #prepared: { readonly key: string; readonly data: Result<PreparedData> } | null = null;

  constructor(access: DataAccess) {
    this.#access = access;
  }

  async dataset(source: DataSource): Promise<Result<Dataset>> {
    const key = `${source.kind}:${source.id}`;
    const loading = this.#datasets.get(key) ?? this.#load(source);
    this.#datasets.delete(key);
    this.#datasets.set(key, loading);
    for (const oldest of [...this.#datasets.keys()].slice(0, -KEPT)) this.#datasets.delete(oldest);
    const result = await loading;
    // A download may work the next time.
    if (!result.ok) this.#datasets.delete(key);
    return result;
  }

  async prepared(source: DataSource, spec: DataSpec): Promise<Result<PreparedData>> {
    const dataset = await this.dataset(source);
    if (!dataset.ok) return dataset;
    const key = JSON.stringify([source, spec]);
    if (this.#prepared?.key !== key) this.#prepared = { key, data: prepareData(dataset.value, spec) };
    return this.#prepared.data;
  }

  async save(dataset: Dataset): Promise<Result<void>> {
    const saved = await this.#access.saveStored(dataset);
    if (saved.ok) {
      this.#datasets.set(
        `stored:${dataset.schema.id}`,
        Promise.resolve({ ok: true, value: dataset, warnings: [] }),
      );
      this.#prepared = null;
    }
    return saved;
  }

  async #load({ kind, id }: DataSource): Promise<Result<Dataset>> {
    if (kind === 'stored') {
      const stored = await this.#access.loadStored(id);
      if (!stored.ok) return stored;
      const { value } = stored;
      return value ? { ok: true, value, warnings: [] } : failure(dataError('dataset-missing', { id }));
    }
    const descriptor = findDataset(id);
    if (!descriptor) return failure(dataError('dataset-missing', { id }));
    const files: Uint8Array[] = [];
    for (const file of descriptor.files) {
      try {
        files.push(await this.#access.fetchFile(`${id}/${file}`));
      } catch {
        return failure(dataError('download-failed', { file }));
      }
    }
    return parseShipped(descriptor, files);
  }
}
