// Is a manifest of UNLOAD believed only as far as it counts, and names what is this attempt's?
import { expect, test } from 'vitest';
import { readManifest } from '../../../../core/sql/redshift/unload-manifest.ts';

const prefix = 's3://b/runs/r/parts/0.1.unload/';
const text = (entries: unknown) => JSON.stringify({ entries });
const file = (url: string, record_count?: unknown) => ({ url, meta: { content_length: 7, record_count } });

test('it lists files with their rows and bytes', () => {
  expect(readManifest(text([file(`${prefix}0000_part_00.zst`, 3)]), prefix)).toEqual([
    { url: `${prefix}0000_part_00.zst`, rows: 3, bytes: 7 },
  ]);
});

test.each([
  ['has no entries', '{}'],
  ['does not count the rows of its files', text([{ url: `${prefix}a` }])],
  ['does not count the rows of its files', text([file(`${prefix}a`, '3')])],
  ['names a file of somebody else’s', text([file('s3://b/runs/r/parts/0.0.unload/a', 3)])],
])('one that %s is refused', (what, manifest) => {
  expect(() => readManifest(manifest, prefix)).toThrow(what);
});
