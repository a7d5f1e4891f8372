// Does the catalog say what Redshift has, asked with what Redshift can answer?
// PostgreSQL stands in for the leader node here: its catalogs grew out of the same ones.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';

describe("Redshift's queries", () => {
  let server: PostgresServer;
  let database: TestDatabase;
  beforeAll(async () => {
    server = await startTestPostgres();
    database = await createDatabase(
      server,
      `CREATE SCHEMA sales; COMMENT ON SCHEMA sales IS 'what was sold';
       CREATE TABLE sales.orders (id bigint NOT NULL PRIMARY KEY, day date, price numeric(12,2) DEFAULT 0,
         note varchar(256), UNIQUE (note, day));
       COMMENT ON TABLE sales.orders IS 'all of them'; COMMENT ON COLUMN sales.orders.note IS 'free text';
       CREATE TABLE sales.lines (orders bigint, n int, CONSTRAINT fk FOREIGN KEY (orders) REFERENCES sales.orders (id));
       ALTER TABLE sales.lines DROP n;
       CREATE VIEW sales.all_orders AS SELECT id FROM sales.orders;
       CREATE TABLE sales._pgshift_run_1 (x int)`,
    );
  });
  afterAll(() => server.stop());

  it('give a catalog of the same shape, with sizes unknown and no key proven', async () => {
    const builtIn = (name: string, sql: string, modifier = -1) => ({
      schema: 'pg_catalog',
      name,
      sql,
      kind: 'base',
      modifier,
    });
    const heap = (name: string) => ({
      oid: expect.any(Number),
      schema: 'sales',
      name,
      readable: true,
      bytes: 0,
      pages: 0,
      estimatedRows: -1,
    });
    expect(await readCatalog(database.session, { dialect: 'redshift', major: 8 })).toEqual({
      dialect: 'redshift',
      database: database.name,
      schemas: [
        { name: 'public', comment: 'standard public schema' },
        { name: 'sales', comment: 'what was sold' },
      ],
      tables: [
        {
          oid: expect.any(Number),
          schema: 'sales',
          name: 'lines',
          kind: 'table',
          columns: [{ name: 'orders', type: builtIn('int8', 'bigint'), notNull: false }],
          keys: [],
          foreignKeys: [
            {
              name: 'fk',
              columns: ['orders'],
              references: { schema: 'sales', table: 'orders', columns: ['id'] },
              validated: false,
            },
          ],
          heaps: [heap('lines')],
          inherits: [],
        },
        {
          oid: expect.any(Number),
          schema: 'sales',
          name: 'orders',
          kind: 'table',
          comment: 'all of them',
          columns: [
            { name: 'id', type: builtIn('int8', 'bigint'), notNull: true },
            { name: 'day', type: builtIn('date', 'date'), notNull: false },
            {
              name: 'price',
              type: builtIn('numeric', 'numeric(12,2)', (12 << 16) + 2 + 4),
              notNull: false,
              default: '0',
            },
            {
              name: 'note',
              type: builtIn('varchar', 'character varying(256)', 260),
              notNull: false,
              comment: 'free text',
            },
          ],
          keys: [
            { name: 'orders_pkey', kind: 'primary', columns: ['id'] },
            { name: 'orders_note_day_key', kind: 'unique', columns: ['note', 'day'] },
          ],
          foreignKeys: [],
          heaps: [heap('orders')],
          inherits: [],
        },
      ],
      views: [{ schema: 'sales', name: 'all_orders', definition: expect.stringMatching(/SELECT\s+(\w+\.)?id/) }],
    });
  });

  it('say which table may not be read', async () => {
    const { session } = database;
    await session.run(
      'CREATE ROLE reader; GRANT USAGE ON SCHEMA sales TO reader; GRANT SELECT ON sales.lines TO reader',
    );
    await session.run('SET ROLE reader');
    const { tables } = await readCatalog(session, { dialect: 'redshift', major: 8 });
    await session.run('RESET ROLE');
    expect(tables.map((table) => [table.name, table.heaps[0]?.readable])).toEqual([
      ['lines', true],
      ['orders', false],
    ]);
  });
});
