/**
 * The few things that page, worker and Node all have although the language standard does not name them. Kept in one place,
 * so that the core needs no DOM types.
 */
interface Decoder {
  decode(bytes: Uint8Array): string;
}
interface Platform {
  readonly TextDecoder: new (
    label: string,
    options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
  ) => Decoder;
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
}
const platform = globalThis as unknown as Platform;

/** Text in the named encoding, or null when the bytes are not valid in it. */
export function decodeStrictly(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new platform.TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Text in the named encoding, U+FFFD for what is not valid in it. */
export const decodeLoosely = (bytes: Uint8Array, encoding: string): string =>
  new platform.TextDecoder(encoding).decode(bytes);

/** Lets waiting messages (a cancel, a pause) be handled before long work goes on. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    platform.setTimeout(resolve, 0);
  });

/** The part of an `AbortSignal` that long work looks at. */
interface CancelSignal {
  readonly aborted: boolean;
}

/** How long work reports and how it is told to stop. */
export interface Progress {
  readonly signal?: CancelSignal;
  readonly onProgress?: (done: number, total: number) => void;
}
