/**
 * Files of a ZIP as they are asked for. The central directory is read first, so nothing is unpacked that is not wanted and
 * no unpacked size comes as a surprise; entries are then inflated in batches, in order.
 */
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { decodeText } from './text-encoding';

/** A file whose bytes are read when they are needed. */
export interface FileEntry {
  /** With folders, `cats/1.png`. */
  readonly path: string;
  readonly size: number;
  read(): Promise<Uint8Array>;
}

const BATCH_ENTRIES = 256;
const BATCH_BYTES = 32e6;

/** Null when the bytes are no readable ZIP. A damaged entry makes only its own `read` fail. */
export function zipEntries(bytes: Uint8Array): FileEntry[] | null {
  const infos: UnzipFileInfo[] = [];
  try {
    unzipSync(bytes, {
      filter(info) {
        if (!info.name.endsWith('/')) infos.push(info);
        return false;
      },
    });
  } catch {
    return null;
  }
  let cache = new Map<string, Uint8Array>();
  const inflateFrom = (first: number): void => {
    const wanted = new Set<string>();
    let size = 0;
    for (let i = first; i < infos.length && wanted.size < BATCH_ENTRIES; i++) {
      size += infos[i]!.originalSize;
      if (wanted.size > 0 && size > BATCH_BYTES) break;
      wanted.add(infos[i]!.name);
    }
    cache = inflate(bytes, wanted);
  };
  return infos.map((info, i) => ({
    path: readableName(info.name),
    size: info.originalSize,
    async read() {
      if (!cache.has(info.name)) inflateFrom(i);
      const found = cache.get(info.name);
      if (!found) throw new Error(`ZIP entry is damaged: ${info.name}`);
      return found;
    },
  }));
}

/** One bad entry fails a whole batch, so then each is tried alone. */
function inflate(bytes: Uint8Array, wanted: ReadonlySet<string>): Map<string, Uint8Array> {
  const only = (names: ReadonlySet<string>) => unzipSync(bytes, { filter: (info) => names.has(info.name) });
  try {
    return new Map(Object.entries(only(wanted)));
  } catch {
    const good = new Map<string, Uint8Array>();
    for (const name of wanted) {
      try {
        good.set(name, only(new Set([name]))[name]!);
      } catch {
        // The caller names the file when it asks for it.
      }
    }
    return good;
  }
}

/** Names without the UTF-8 flag arrive byte by byte; Windows writes them in the code page of the country. */
function readableName(name: string): string {
  const codes = Array.from(name, (c) => c.codePointAt(0)!);
  if (codes.every((code) => code < 0x80) || codes.some((code) => code > 0xff)) return name;
  return decodeText(Uint8Array.from(codes), name).text;
}
