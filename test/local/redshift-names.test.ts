// Do names work that Redshift keeps and the PostgreSQL behind the stand-in does not: those of 64 to 127 bytes?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, failure, role, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
});
afterAll(() => standIn.close());

const long = (start: string, bytes = 127) => start.padEnd(bytes, 'x');
const schema = long('schema_');
const table = long('table_');
const column = long('column_');

describe('a name of up to 127 bytes', () => {
  it('names schemas, tables, columns, keys and views', async () => {
    await session.query(
      `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.${table} (${column} INT ENCODE raw, b INT DISTKEY, PRIMARY KEY (${column}))`,
    );
    await standIn.put('names/x', '1,2\n');
    await session.query(`COPY "${schema}"."${table}" ("${column}", b) FROM 's3://${bucket}/names/x' ${role} CSV`);
    const result = await session.query(`SELECT * FROM ${schema}.${table}`);
    expect(result.rows).toEqual([{ [column]: 1, b: 2 }]);
    expect(result.fields.map(({ name }) => name)).toEqual([column, 'b']);
    await session.query(
      `CREATE VIEW ${long('view_')} AS SELECT ${column} AS ${long('alias_')} FROM ${schema}.${table}`,
    );
    expect(await rows(session, `SELECT ${long('alias_')} FROM "${long('view_').toUpperCase()}"`)).toEqual([[1]]);
  });

  it('is found in the catalog, by text and by parameter', async () => {
    const inCatalog = `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`;
    const found = [[schema, table]];
    expect(await rows(session, `${inCatalog} WHERE relname = '${table}'`)).toEqual(found);
    expect(await rows(session, `${inCatalog} WHERE relname = $1`, [table])).toEqual(found);
    expect(await rows(session, `${inCatalog} WHERE relname = ANY($1)`, [['t', table]])).toEqual(found);
    expect(await rows(session, `${inCatalog} WHERE c.oid = '"${schema}"."${table}"'::regclass`)).toEqual(found);
    expect(await rows(session, `${inCatalog} WHERE c.oid = $1::regclass`, [`${schema}.${table}`])).toEqual(found);
    expect(await rows(session, `SELECT '${schema}.${table}'::regclass::varchar(300)`)).toEqual([
      [`${schema}.${table}`],
    ]);
    await session.query(`SET search_path TO ${schema}`);
    const definition = `SELECT "column", encoding, distkey FROM pg_table_def WHERE tablename = '${table}'`;
    expect(await rows(session, definition)).toEqual([
      [column, 'none', false],
      ['b', 'az64', true],
    ]);
    expect(await rows(session, 'SHOW search_path')).toEqual([[schema]]);
    await session.query('RESET search_path');
    expect(await rows(session, `SELECT pg_get_viewdef('${long('view_')}'::regclass)`)).toEqual([
      [expect.stringContaining(`FROM ${schema}.${table}`)],
    ]);
    expect(
      await rows(
        session,
        `SELECT conname FROM pg_constraint WHERE conrelid = '${schema}.${table}'::regclass AND contype = 'p'`,
      ),
    ).toEqual([[`${table}_pkey`]]);
  });

  it('is shown in errors, notices and load errors', async () => {
    expect(await failure(session, `SELECT * FROM ${long('nowhere_')}`)).toMatchObject({
      message: `relation "${long('nowhere_')}" does not exist`,
    });
    const copy = (name: string) => `COPY ${name} FROM 's3://${bucket}/names/bad' ${role} CSV`;
    expect(await failure(session, copy(long('nowhere_')))).toMatchObject({
      message: `Cannot COPY into nonexistent table ${long('nowhere_')}`,
    });
    await standIn.put('names/bad', 'x,1\n');
    expect((await failure(session, copy(`${schema}.${table}`))).message).toContain(`Load into table '${table}' failed`);
    expect(await rows(session, 'SELECT trim(colname) FROM stl_load_errors')).toEqual([[column]]);
    const notices: (string | undefined)[] = [];
    session.on('notice', ({ message }) => notices.push(message));
    await session.query(`DROP TABLE IF EXISTS ${long('nowhere_')}`);
    expect(notices).toEqual([expect.stringContaining(long('nowhere_'))]);
  });

  it('is another than one that begins like it, and may have any characters', async () => {
    const names = [
      long('same_', 126),
      long('same_', 127),
      'ä'.repeat(63),
      `${'😀 '.repeat(20)}"'\\`,
      long('same_', 64),
      long('same_', 63),
    ];
    const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
    await session.query(`CREATE TABLE many (${quoted.map((name) => `${name} INT`).join(', ')})`);
    const result = await session.query('SELECT * FROM many');
    expect(result.fields.map(({ name }) => name)).toEqual(names);
    await session.query(`INSERT INTO many (${quoted[3]}) VALUES (3)`);
    expect(await rows(session, `SELECT ${quoted[3]} FROM many WHERE ${quoted[2]} IS NULL`)).toEqual([[3]]);
  });

  it('is cut at 127 bytes, at a character', async () => {
    await session.query(`CREATE TABLE ${long('cut_', 200)} (x INT, "${'ä'.repeat(70)}" INT)`);
    const result = await session.query(`SELECT * FROM ${long('cut_', 127)}`);
    expect(result.fields.map(({ name }) => name)).toEqual(['x', 'ä'.repeat(63)]);
    expect(await failure(session, `CREATE TABLE ${long('cut_', 130)} (x INT)`)).toMatchObject({
      code: '42P07',
      message: `Relation "${long('cut_', 127)}" already exists`,
    });
  });

  it('does not change data that say the same', async () => {
    const path = `s3://${bucket}/${table}/x`;
    await standIn.put(`${table}/x`, `"${table}","see ${table}"\n`);
    await session.query(`CREATE TABLE said (a VARCHAR(200), b VARCHAR(200)); COPY said FROM '${path}' ${role} CSV`);
    await session.query(`INSERT INTO said VALUES ('${table}', 'see ${table}')`);
    expect(await rows(session, 'SELECT a, b, len(b) FROM said')).toEqual([
      [table, `see ${table}`, 131],
      [table, `see ${table}`, 131],
    ]);
  });

  it('is known to a stand-in that is started anew', async () => {
    const again = await standIn.another('dev', {});
    const client = await standIn.session({ port: again.port });
    expect(await rows(client, `SELECT relname FROM pg_class WHERE relname LIKE '%' AND relname = '${table}'`)).toEqual([
      [table],
    ]);
  });
});
