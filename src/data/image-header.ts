/**
 * Height, width and colour of a PNG, JPEG, GIF, BMP or WebP file from its first bytes, without decoding it: the size that
 * all images are stored at is chosen before any is decoded.
 */

export interface ImageHeader {
  readonly height: number;
  readonly width: number;
  /** True only when the file says so; an RGB file may still hold grey pixels. */
  readonly isGrey: boolean;
}

/** Null when the bytes are none of these formats or end too early. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const header = png(bytes) ?? jpeg(bytes) ?? gif(bytes) ?? bmp(bytes) ?? webp(bytes);
  return header && header.height > 0 && header.width > 0 ? header : null;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** IHDR is always the first chunk; colour types 0 and 4 are grey. */
function png(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 26 || bytes[0] !== 0x89 || tag(bytes, 12) !== 'IHDR') return null;
  const view = viewOf(bytes);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    isGrey: bytes[25] === 0 || bytes[25] === 4,
  };
}

/** Walks the segments to the start of frame (C0 to CF without the tables C4, C8, CC). */
function jpeg(bytes: Uint8Array): ImageHeader | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const view = viewOf(bytes);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), isGrey: bytes[at + 9] === 1 };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function gif(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 10 || tag(bytes, 0) !== 'GIF8') return null;
  const view = viewOf(bytes);
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), isGrey: false };
}

/** A negative height means top-down rows. */
function bmp(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 26 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return null;
  const view = viewOf(bytes);
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)), isGrey: false };
}

/** Three kinds of first chunk: lossy, lossless, extended. */
function webp(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 30 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WEBP') return null;
  const view = viewOf(bytes);
  const kind = tag(bytes, 12);
  if (kind === 'VP8 ') {
    return {
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
      isGrey: false,
    };
  }
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, isGrey: false };
  }
  const uint24 = (at: number) => view.getUint16(at, true) | (bytes[at + 2]! << 16);
  return kind === 'VP8X' ? { width: uint24(24) + 1, height: uint24(27) + 1, isGrey: false } : null;
}
