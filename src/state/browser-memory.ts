/** Small settings remembered per browser. A browser that forbids it (private windows, embedded pages) simply forgets. */
import type { JsonObject } from '../graph/json';

export function recall(key: string): JsonObject {
  try {
    const value: unknown = JSON.parse(globalThis.localStorage?.getItem(`weft.${key}`) ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

export function keep(key: string, value: JsonObject): void {
  try {
    globalThis.localStorage?.setItem(`weft.${key}`, JSON.stringify(value));
  } catch {
    // Full or forbidden: the setting holds until the page is closed.
  }
}

export function forget(key: string): void {
  try {
    globalThis.localStorage?.removeItem(`weft.${key}`);
  } catch {
    // Forbidden: then nothing was kept either.
  }
}

/** The keys that begin so. */
export function keysFrom(prefix: string): readonly string[] {
  try {
    return Object.keys(globalThis.localStorage ?? {})
      .filter((key) => key.startsWith(`weft.${prefix}`))
      .map((key) => key.slice('weft.'.length));
  } catch {
    return [];
  }
}
