// Does the catalog say what Redshift has? Asked through the stand-in, as any client would.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { type RedshiftServer, startRedshift } from '../../local/redshift/server.ts';
import { openSession, startTestPostgres } from '../support/database.ts';

describe("Redshift's queries", () => {
  let backend: PostgresServer;
  let redshift: RedshiftServer;
  let session: Session;
  beforeAll(async () => {
    backend = await startTestPostgres();
    const { port, user, password } = backend;
    redshift = await startRedshift({
      backend: { host: '127.0.0.1', port, user, password },
      user: 'admin',
      password: 'Secret1',
      database: 'dev',
      s3: { region: 'eu-central-1' },
    });
    session = await openSession(redshift.uri());
    await session.run(
      `CREATE SCHEMA sales;
       CREATE TABLE sales.orders (id bigint NOT NULL PRIMARY KEY, day date, price numeric(12,2) DEFAULT 0,
         note varchar(256), detail super, UNIQUE (note, day));
       COMMENT ON TABLE sales.orders IS 'all of them'; COMMENT ON COLUMN sales.orders.note IS 'free text';
       CREATE TABLE sales.lines (n int, orders bigint, CONSTRAINT fk FOREIGN KEY (orders) REFERENCES sales.orders (id));
       ALTER TABLE sales.lines DROP COLUMN n;
       CREATE VIEW sales.all_orders AS SELECT id FROM sales.orders;
       CREATE TABLE sales._pgshift_run_1 (x int)`,
    );
  });
  afterAll(async () => {
    await session.close();
    await redshift.close();
    await backend.stop();
  });

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
    expect(await readCatalog(session, { dialect: 'redshift', major: 8 })).toEqual({
      dialect: 'redshift',
      database: 'dev',
      schemas: [{ name: 'public', comment: 'standard public schema' }, { name: 'sales' }],
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
            { name: 'detail', type: builtIn('super', 'super'), notNull: false },
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

  it('are answered while others drop what they tell of', async () => {
    await session.run('CREATE SCHEMA gone; CREATE TABLE gone.t (x int)');
    const reader = await openSession(redshift.uri());
    await reader.run('BEGIN');
    await reader.query('SELECT 1 FROM pg_class LIMIT 1');
    await session.run('DROP SCHEMA gone CASCADE');
    const { tables } = await readCatalog(reader, { dialect: 'redshift', major: 8 });
    await reader.close();
    const found = tables.find(({ schema }) => schema === 'gone');
    expect(found?.heaps).toMatchObject([{ name: 't', readable: false }]);
  });

  it('say which table may not be read', async () => {
    await session.run("CREATE USER reader PASSWORD 'Secret2'");
    await session.run('GRANT USAGE ON SCHEMA sales TO reader; GRANT SELECT ON sales.lines TO reader');
    const reader = await openSession(redshift.uri().replace('admin:Secret1', 'reader:Secret2'));
    const { tables } = await readCatalog(reader, { dialect: 'redshift', major: 8 });
    await reader.close();
    expect(tables.map((table) => [table.name, table.heaps[0]?.readable])).toEqual([
      ['lines', true],
      ['orders', false],
    ]);
  });
});
