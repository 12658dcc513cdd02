import { describe, expect, it } from 'vitest';
import { decodeText } from './text-encoding';

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, littleEndian: boolean, mark: boolean) => {
  const marked = mark ? `\uFEFF${text}` : text;
  const view = new DataView(new ArrayBuffer(marked.length * 2));
  for (let i = 0; i < marked.length; i++) view.setUint16(i * 2, marked.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
};

describe('decodeText', () => {
  it.each<[string, Uint8Array, string]>([
    ['UTF-8', utf8('größe,价格\n1,2'), 'größe,价格\n1,2'],
    ['UTF-8 with mark', utf8('\uFEFFgröße'), 'größe'],
    ['UTF-16 little endian', utf16('größe,价格', true, true), 'größe,价格'],
    ['UTF-16 big endian', utf16('größe,价格', false, true), 'größe,价格'],
    ['UTF-16 little endian without mark', utf16('name,size\n', true, false), 'name,size\n'],
    ['UTF-16 big endian without mark', utf16('name,size\n', false, false), 'name,size\n'],
    ['UTF-16 cut in the middle of a character', utf16('ab', true, true).subarray(0, 5), 'a'],
    ['nothing', new Uint8Array(0), ''],
  ])('%s, without a warning', (_, bytes, text) => {
    expect(decodeText(bytes, 'f.csv')).toEqual({ text, warnings: [] });
  });

  it.each<[string, number[], string]>([
    ['Windows-1252', [0x67, 0x72, 0xf6, 0xdf, 0x65, 0x3b, 0x80], 'größe;€'],
    ['Windows-1252', [0x43, 0x61, 0x66, 0xe9, 0x0a], 'Café\n'],
    ['GB18030', [0xbc, 0xdb, 0xb8, 0xf1, 0x2c, 0x31, 0x0a], '价格,1\n'],
  ])('%s with a warning', (encoding, bytes, text) => {
    const warning = { severity: 'warning', code: 'encoding-fallback', facts: { file: 'f.csv', encoding } };
    expect(decodeText(Uint8Array.from(bytes), 'f.csv')).toEqual({ text, warnings: [warning] });
  });

  it('stays with UTF-8 where a few bytes are damaged, and counts them', () => {
    const bytes = utf8('城市,价格\n北京,1\n上海,2\n');
    const cut = Uint8Array.from([...bytes, 0xe5]);
    expect(decodeText(cut, 'f.csv')).toEqual({
      text: '城市,价格\n北京,1\n上海,2\n\uFFFD',
      warnings: [{ severity: 'warning', code: 'damaged-text', facts: { file: 'f.csv', count: 1 } }],
    });
  });
});
