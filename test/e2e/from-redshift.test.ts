// Does the synthesized machine carry a Redshift into another schema of its kind, and into PostgreSQL, and does `pgshift compare`
// find both ends equal?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession } from '../support/database.ts';
import { pgshift } from './command-line.ts';
import { type Servers, startServers } from './servers.ts';

let servers: Servers;
let redshift: Session;
beforeAll(async () => {
  servers = await startServers();
  redshift = await openSession(servers.target);
  await redshift.run(`
    CREATE SCHEMA shop;
    CREATE TABLE shop.items (id BIGINT IDENTITY(1,1) PRIMARY KEY, name VARCHAR(40), price DECIMAL(10,2), detail SUPER, bytes VARBYTE(8))
      DISTKEY (id) SORTKEY (name);
    INSERT INTO shop.items (name, price, detail, bytes) VALUES
      ('a "b", c', 1.20, JSON_PARSE('{"x":[1,null]}'), FROM_HEX('00ff')), ('', NULL, NULL, FROM_HEX('')), (NULL, -3, JSON_PARSE('"s"'), NULL);
    CREATE TABLE shop.readings (at TIMESTAMP, value DOUBLE PRECISION);
    INSERT INTO shop.readings VALUES ('2026-11-28 01:02:03.456789', 0.30000000000000004), (NULL, 'NaN');
    CREATE TABLE shop.empty (n INTEGER)`);
});
afterAll(async () => {
  await redshift.close();
  await servers.stop();
});

/** What it wrote on stdout. */
async function run(kind: 'load' | 'compare', target: string, clauses: string): Promise<string> {
  const file = join(servers.folder, `${clauses.length}.load`);
  writeFileSync(file, `LOAD DATABASE FROM ${servers.target} INTO ${target}\n${clauses};\n`);
  const { code, stdout, stderr } = await pgshift([kind, file], servers.env());
  expect(code, stderr + stdout).toBe(0);
  return stdout;
}

const ITEMS = 'id, name, price, JSON_SERIALIZE(detail) AS detail, TO_HEX(bytes) AS bytes';
const EXACT = 'SET extra_float_digits TO 2';

test('a Redshift goes into another, by UNLOAD and by a cursor', async () => {
  expect(await run('load', servers.target, "WITH verify checksums ALTER SCHEMA 'shop' RENAME TO 'copy'")).toMatch(
    /shop\.items +✓? *0? +3/,
  );
  await redshift.run(EXACT);
  for (const [what, table] of [
    [ITEMS, 'items'],
    ['*', 'readings'],
    ['*', 'empty'],
  ] as const) {
    const rows = (schema: string) => redshift.query(`SELECT ${what} FROM ${schema}.${table} ORDER BY 1`);
    expect(await rows('copy')).toEqual(await rows('shop'));
  }
  const layout = (schema: string) =>
    redshift.query(
      `SELECT column_name, distkey, sortkey FROM svv_redshift_columns WHERE schema_name = '${schema}' AND table_name = 'items' ORDER BY 1`,
    );
  expect(await layout('copy')).toEqual(await layout('shop'));
});

test('a Redshift goes into PostgreSQL, and the two are equal', async () => {
  const database = await createDatabase(servers.source, '');
  const only = "INCLUDING ONLY TABLE NAMES MATCHING ~/./ IN SCHEMA 'shop'";
  await run('load', database.uri, `WITH verify checksums ${only}`);
  expect(await run('compare', database.uri, only)).toMatch(/3 tables, 5 rows: equal/);
  const session = await openSession(database.uri);
  const items = await session.query(
    "SELECT id, name, price, replace(detail::text, ' ', '') AS detail, encode(bytes, 'hex') AS bytes FROM shop.items ORDER BY 1",
  );
  expect(items).toEqual(await redshift.query(`SELECT ${ITEMS} FROM shop.items ORDER BY 1`));
  expect(await session.query('SELECT * FROM shop.readings ORDER BY 1')).toEqual(
    await redshift.query('SELECT * FROM shop.readings ORDER BY 1'),
  );
  expect(await session.query('INSERT INTO shop.items (name) VALUES (NULL) RETURNING id')).toEqual([{ id: '4' }]);
  await session.run('DELETE FROM shop.items WHERE id = 4');
  await session.close();
  await database.drop();
});
