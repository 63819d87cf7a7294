import { describe, expect, it } from 'vitest';
import { bodyOf, type FormRow, isAsked, placeOf, type Storage, sizeOf, valuesOf } from './model';

const rows: FormRow[] = [
  { columnCount: 1, fields: [{ type: 'text', name: 'title', label: 'Name' }] },
  {
    columnCount: 2,
    fields: [
      { type: 'text', name: 'bucket', label: 'Bucket' },
      { type: 'password', name: 'secret', label: 'Secret', secret: true },
      { type: 'toggle', name: 'presign', label: 'Links', value: true },
      { type: 'counter', name: 'presign_ttl', label: 'Minutes', min: 1, value: 1 },
    ],
  },
];
const storage = { id: 7, type: 's3', title: null, bucket: 'b', prefix: 'a/', presign: false, presign_ttl: 5 };

describe('a storage in its form', () => {
  it('begins with what is usual, or with what is there', () => {
    expect(valuesOf(rows)).toEqual({ title: '', bucket: '', secret: '', presign: true, presign_ttl: 1 });
    const values = valuesOf(rows, storage as unknown as Storage);
    expect(values).toEqual({ title: '', bucket: 'b', secret: '', presign: false, presign_ttl: 5 });
  });

  it('asks for what its switches leave to be asked', () => {
    const field = { type: 'text', name: 'key', label: 'Key' } as const;
    expect(isAsked(field, {})).toBe(true);
    expect(isAsked({ ...field, when: 'tls' }, { tls: false })).toBe(false);
    expect(isAsked({ ...field, when: 'tls' }, { tls: true })).toBe(true);
    expect(isAsked({ ...field, unless: 'server' }, { server: false })).toBe(true);
    expect(isAsked({ ...field, unless: 'server' }, { server: true })).toBe(false);
  });

  it('sends no secret that was not typed, and empties what was emptied', () => {
    const values = { ...valuesOf(rows, storage as unknown as Storage), bucket: '' };
    const body = bodyOf(rows, values, 3, storage as unknown as Storage);
    expect(body).toEqual({ project: 3, id: 7, title: '', bucket: '', presign: false, presign_ttl: 5 });
    expect(bodyOf(rows, { ...values, secret: 'x' }, 3)).toMatchObject({ secret: 'x' });
  });
});

it('says where it is', () => {
  expect(placeOf(storage as unknown as Storage)).toBe('s3://b/a');
  const azure = { type: 'azure_spi', container: 'c', prefix: null };
  expect(placeOf(azure as unknown as Storage)).toBe('azure-blob://c');
  const redis = { type: 'redis', host: 'h', port: null, db: 1, path: 'tasks:' };
  expect(placeOf(redis as unknown as Storage)).toBe('redis://h:6379/1 tasks:');
  expect(placeOf({ type: 'localfiles', path: '/data/x' } as unknown as Storage)).toBe('/data/x');
});

it('says sizes as people read them', () => {
  expect([0, 999, 1000, 1_234_567, 123_000_000].map(sizeOf)).toEqual(['0 B', '999 B', '1.0 KB', '1.2 MB', '123 MB']);
});
