/**
 * Bytes to text. A byte-order mark decides; else UTF-8 if it is valid; else, with a warning, GB18030 where the bytes look
 * like Chinese (Excel's default in China) and Windows-1252 otherwise, which every byte is valid in.
 */
import { decodeLoosely, decodeStrictly } from './platform';
import { type DataProblem, dataWarning } from './problems';

export interface DecodedText {
  readonly text: string;
  readonly warnings: readonly DataProblem[];
}

export function decodeText(bytes: Uint8Array, file: string): DecodedText {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return named(bytes, 'utf-16le', file);
  if (first === 0xfe && second === 0xff) return named(bytes, 'utf-16be', file);
  if (first === 0xef && second === 0xbb && third === 0xbf) return named(bytes, 'utf-8', file);
  const unmarked = utf16WithoutMark(bytes);
  if (unmarked) return named(bytes, unmarked, file);
  const utf8 = decodeStrictly(bytes, 'utf-8');
  if (utf8 !== null) return { text: utf8, warnings: [] };
  return fallback(bytes, file);
}

/** A marked encoding with a broken byte (a file cut short) still falls back instead of failing. */
function named(bytes: Uint8Array, encoding: string, file: string): DecodedText {
  const text =
    decodeStrictly(bytes, encoding) ??
    (encoding === 'utf-8' ? null : decodeStrictly(evenPart(bytes), encoding));
  return text === null ? fallback(bytes, file) : { text, warnings: [] };
}

const evenPart = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length & ~1);

function fallback(bytes: Uint8Array, file: string): DecodedText {
  // UTF-8 with a damaged byte or cut in a character has far more good sequences than bad ones; other encodings have none.
  const loose = decodeLoosely(bytes, 'utf-8');
  const damaged = loose.match(/\uFFFD/gu)?.length ?? 0;
  if ((loose.match(/[^\0-\x7f\uFFFD]/gu)?.length ?? 0) >= 4 * damaged) {
    return { text: loose, warnings: [dataWarning('damaged-text', { file, count: damaged })] };
  }
  const chinese = looksChinese(bytes) ? decodeStrictly(bytes, 'gb18030') : null;
  if (chinese !== null)
    return { text: chinese, warnings: [dataWarning('encoding-fallback', { file, encoding: 'GB18030' })] };
  return {
    text: windows1252(bytes),
    warnings: [dataWarning('encoding-fallback', { file, encoding: 'Windows-1252' })],
  };
}

/** Latin text in UTF-16 has a zero in nearly every other byte; text in any other encoding has none. */
function utf16WithoutMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const length = Math.min(bytes.length, 1024) & ~1;
  if (length < 4) return null;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const share = 0.8 * (length / 2);
  if (odd >= share && even === 0) return 'utf-16le';
  return even >= share && odd === 0 ? 'utf-16be' : null;
}

/**
 * In GB2312 both bytes of a character lie above 0xA0; punctuation starts with 0xA1 to 0xA9 and the 3,755 common characters
 * with 0xB0 to 0xD7. In Western text a byte above 0x7F mostly stands alone, and where two meet (`öß`) they are lower case,
 * 0xDF and above.
 */
function looksChinese(bytes: Uint8Array): boolean {
  let common = 0;
  let other = 0;
  const length = Math.min(bytes.length, 200_000);
  for (let i = 0; i < length; i++) {
    const first = bytes[i]!;
    if (first < 0x80) continue;
    const isPair = first >= 0xa1 && first <= 0xf7 && (bytes[i + 1] ?? 0) >= 0xa1;
    if (isPair && (first <= 0xa9 || (first >= 0xb0 && first <= 0xd7))) common++;
    else other++;
    if (isPair) i++;
  }
  return common > 0 && common >= 2 * other;
}

/** Code points of 0x80 to 0x9F, the only ones where Windows-1252 is not Latin-1 (WHATWG index); five bytes name themselves. */
const UPPER_CONTROLS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** By hand: Node 20's own decoder reads these bytes as Latin-1. */
function windows1252(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(from, from + 8192)));
  }
  return parts.join('').replace(/[\u0080-\u009f]/gu, (c) => UPPER_CONTROLS[c.charCodeAt(0) - 0x80]!);
}
