import { describe, expect, it } from 'vitest';
import { NODE_TYPES } from '../../nodes/index';
import { searchNodes } from './search-nodes';

const found = (query: string) => searchNodes(NODE_TYPES, query).map(({ type }) => type);

describe('searchNodes', () => {
  it('finds everything in palette order for an empty query', () => {
    expect(searchNodes(NODE_TYPES, '  ')).toEqual(NODE_TYPES);
  });

  it('puts the type of that very name first, however it is spelt', () => {
    for (const query of ['conv2d', 'Conv2D', 'conv 2d', 'conv-2d'])
      expect(found(query)[0], query).toBe('conv-2d');
    expect(found('dense')[0]).toBe('dense');
    expect(found('lstm')[0]).toBe('lstm');
  });

  it('finds every type by its full title in both languages', () => {
    for (const type of NODE_TYPES) {
      expect(found(type.title.en), type.title.en).toContain(type.type);
      expect(found(type.title.zh), type.title.zh).toContain(type.type);
    }
  });

  it('finds by field terms that are in no title', () => {
    expect(found('fully connected')).toContain('dense');
    expect(found('线性')).toContain('dense');
  });

  it('asks for every word', () => {
    expect(found('max pool')).toContain('max-pooling-2d');
    expect(found('max pool')).not.toContain('average-pooling-2d');
    expect(found('dense zzz')).toEqual([]);
  });
});
