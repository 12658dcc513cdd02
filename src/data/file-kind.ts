/** What a file is by its first bytes, whatever its name says: nobody should read "one column" for a spreadsheet. */

export type FileKind =
  | 'text'
  | 'image'
  | 'ZIP'
  | 'gzip'
  | 'Excel'
  | 'PDF'
  | 'JSON'
  | 'HTML'
  | 'XML'
  | 'Parquet'
  | 'SQLite'
  | 'binary';

const startsWith = (bytes: Uint8Array, ...signature: readonly number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);
const ascii = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));

/** By signature alone; null when the bytes have none that is known. */
export function signatureKind(bytes: Uint8Array): FileKind | null {
  if (
    startsWith(bytes, 0x89, ...ascii('PNG')) ||
    startsWith(bytes, 0xff, 0xd8, 0xff) ||
    startsWith(bytes, ...ascii('GIF8'))
  )
    return 'image';
  if (startsWith(bytes, ...ascii('RIFF')) && startsWith(bytes.subarray(8), ...ascii('WEBP'))) return 'image';
  if (
    startsWith(bytes, ...ascii('BM')) &&
    bytes[6] === 0 &&
    bytes[7] === 0 &&
    bytes[8] === 0 &&
    bytes[9] === 0
  )
    return 'image';
  if (startsWith(bytes.subarray(4), ...ascii('ftypavif'))) return 'image';
  if (startsWith(bytes, ...ascii('PK'), 3, 4) || startsWith(bytes, ...ascii('PK'), 5, 6)) return 'ZIP';
  if (startsWith(bytes, 0x1f, 0x8b)) return 'gzip';
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) return 'Excel';
  if (startsWith(bytes, ...ascii('%PDF'))) return 'PDF';
  if (startsWith(bytes, ...ascii('PAR1'))) return 'Parquet';
  return startsWith(bytes, ...ascii('SQLite format 3')) ? 'SQLite' : null;
}

/** `text` is what the bytes decode to. */
export function sniff(bytes: Uint8Array, text: string): FileKind {
  const kind = signatureKind(bytes);
  if (kind) return kind;
  const start = text.slice(0, 4096).trimStart();
  if (/^(?:\[\s*[[{\]"\d]|\{\s*["}])/u.test(start)) return 'JSON';
  if (/^<(?:!doctype html|html|head|body)/iu.test(start)) return 'HTML';
  if (/^<(?:\?xml|[a-z][\w:-]*[ />])/iu.test(start)) return 'XML';
  let control = 0;
  for (let i = 0; i < start.length; i++) {
    const code = start.charCodeAt(i);
    if (code < 9 || (code > 13 && code < 32)) control++;
  }
  return control > start.length / 100 ? 'binary' : 'text';
}
