// Does the demo's comparison see every way in which two databases can differ?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareDatabases } from '../../cli/demo/compare.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';

const rows = (table: string) => `
INSERT INTO ${table} VALUES
  (1, 'one', 'eins', true, 1.50, '2024-02-29 12:00+00', 0.1, 1.7976931348623157e308, 'ab', '\\x00ff'),
  (2, '', 'x|y', false, -0.01, '2024-03-31 01:30+00', 16777217, 9007199254740993, '', ''),
  (3, NULL, '|', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'NULL', '🦉', true, 0, '1999-01-01 00:00:00.000001+00', 3.4028235e38, 2.2250738585072014e-308, 'a', '\\x5c');`;

const sourceTables = `
CREATE SCHEMA "Shop";
CREATE TABLE "Shop"."Things" (
  "Id" int, a text, b varchar(10), flag boolean, price numeric(10,2), at timestamptz, small real, big double precision,
  code char(4), bytes bytea);
CREATE TABLE "Shop".empty (id bigint, note text);
CREATE TABLE "Shop".leaves (id int, k int) PARTITION BY HASH (k);
CREATE TABLE "Shop".leaf PARTITION OF "Shop".leaves FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO "Shop".leaves SELECT i, i % 7 FROM generate_series(1, 100) AS i;
${rows('"Shop"."Things"')}`;

// Redshift's functions, and its types by the nearest of PostgreSQL's.
const targetTables = `
CREATE FUNCTION strtol(text, int) RETURNS bigint LANGUAGE sql AS
  $$ SELECT ('x' || lpad($1, 16, '0'))::bit(64)::bigint $$;
CREATE FUNCTION from_varbyte(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT encode($1, $2) $$;
CREATE SCHEMA shop;
CREATE TABLE shop.things (
  id int, a varchar(65535), b varchar(40), flag boolean, price numeric(10,2), at timestamptz, small real,
  big double precision, code varchar(16), bytes bytea);
CREATE TABLE shop.empty (id bigint, note varchar(65535));
CREATE TABLE shop.leaves (id int, k int);
INSERT INTO shop.leaves SELECT i, i % 7 FROM generate_series(100, 1, -1) AS i;
${rows('shop.things')}`;

describe('the comparison', () => {
  let server: PostgresServer;
  let source: TestDatabase;
  let target: TestDatabase;
  beforeAll(async () => {
    server = await startTestPostgres();
    source = await createDatabase(server, sourceTables);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    target = await createDatabase(server, targetTables);
  });
  afterEach(() => target.drop());

  const compare = () => compareDatabases(source.uri, target.uri);

  it('finds equal what is equal, whatever the order of the rows', async () => {
    expect(await compare()).toEqual({ tables: 3, rows: 104, differences: [] });
  });

  const seeded: readonly [name: string, change: string, where: { table: string; column?: string }][] = [
    [
      'NULL that became an empty text',
      `UPDATE shop.things SET a = '' WHERE id = 3`,
      { table: 'Shop.Things', column: 'a' },
    ],
    [
      'an empty text that became NULL',
      `UPDATE shop.things SET a = NULL WHERE id = 2`,
      { table: 'Shop.Things', column: 'a' },
    ],
    [
      'NULL that became the word',
      `UPDATE shop.things SET a = 'NULL' WHERE id = 3`,
      { table: 'Shop.Things', column: 'a' },
    ],
    ['one changed character', `UPDATE shop.things SET b = '🦊' WHERE id = 4`, { table: 'Shop.Things', column: 'b' }],
    ['a lost blank', `UPDATE shop.things SET a = 'one ' WHERE id = 1`, { table: 'Shop.Things', column: 'a' }],
    [
      'a flipped boolean',
      `UPDATE shop.things SET flag = NOT flag WHERE id = 2`,
      { table: 'Shop.Things', column: 'flag' },
    ],
    ['a cent', `UPDATE shop.things SET price = 1.51 WHERE id = 1`, { table: 'Shop.Things', column: 'price' }],
    [
      'a microsecond',
      `UPDATE shop.things SET at = at + interval '1 us' WHERE id = 1`,
      { table: 'Shop.Things', column: 'at' },
    ],
    [
      'the last bit of a real',
      `UPDATE shop.things SET small = '0.099999994' WHERE id = 1`,
      { table: 'Shop.Things', column: 'small' },
    ],
    [
      'the last bit of a double',
      `UPDATE shop.things SET big = '1.7976931348623155e308' WHERE id = 1`,
      { table: 'Shop.Things', column: 'big' },
    ],
    ['bytes', `UPDATE shop.things SET bytes = '\\x00fe' WHERE id = 1`, { table: 'Shop.Things', column: 'bytes' }],
    ['a missing row', `DELETE FROM shop.leaves WHERE id = 50`, { table: 'Shop.leaves' }],
    ['an extra row', `INSERT INTO shop.empty VALUES (NULL, NULL)`, { table: 'Shop.empty' }],
    [
      'a row twice and another not at all',
      `UPDATE shop.leaves SET id = 8, k = 1 WHERE id = 1`,
      { table: 'Shop.leaves', column: 'id' },
    ],
    ['two columns swapped', `UPDATE shop.leaves SET id = k, k = id`, { table: 'Shop.leaves', column: 'id' }],
    ['values swapped between rows', `UPDATE shop.leaves SET k = 3 - k WHERE id IN (1, 2)`, { table: 'Shop.leaves' }],
    [
      'a delimiter that moved',
      `UPDATE shop.things SET a = 'v|', b = '' WHERE id = 3`,
      { table: 'Shop.Things', column: 'a' },
    ],
    ['a missing table', `DROP TABLE shop.empty`, { table: 'Shop.empty' }],
    ['a table too many', `CREATE TABLE shop.left_over (id int)`, { table: 'shop.left_over' }],
    ['a missing column', `ALTER TABLE shop.leaves DROP COLUMN k`, { table: 'Shop.leaves' }],
    [
      'columns in another order',
      `ALTER TABLE shop.leaves DROP COLUMN id; ALTER TABLE shop.leaves ADD COLUMN id int`,
      { table: 'Shop.leaves' },
    ],
  ];

  it.each(seeded)('sees %s', async (_name, change, where) => {
    await target.session.run(change);
    const { differences } = await compare();
    expect(differences).toContainEqual(expect.objectContaining(where));
    expect(new Set(differences.map((difference) => difference.table))).toEqual(new Set([where.table]));
  });
});
