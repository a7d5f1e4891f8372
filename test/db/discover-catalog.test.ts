// One create statement in, one object out: does the catalog say what PostgreSQL has? On the newest and the oldest.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog, Column, Table } from '../../core/catalog/model.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import {
  createDatabase,
  openSession,
  postgresVersions,
  startTestPostgres,
  type TestDatabase,
} from '../support/database.ts';

type Server = Awaited<ReturnType<typeof startTestPostgres>>;

describe.each(postgresVersions)('$name', (version) => {
  let server: Server;
  let database: TestDatabase;
  beforeAll(async () => {
    server = await startTestPostgres(version);
    database = await createDatabase(server);
  });
  afterAll(() => server.stop());

  /** What the catalog says after `sql`, whose effects do not outlive this call. */
  async function catalogAfter(sql: string, role?: string): Promise<Catalog> {
    const { session } = database;
    await session.run('BEGIN');
    try {
      await session.run(sql);
      await session.run(`SET LOCAL search_path TO ''${role ? `; SET LOCAL ROLE ${role}` : ''}`);
      return await readCatalog(session, { dialect: 'postgresql', major: version.major });
    } finally {
      await session.run('ROLLBACK');
    }
  }

  async function tableAfter(sql: string, role?: string): Promise<Table> {
    const [table, ...others] = (await catalogAfter(sql, role)).tables;
    expect(others.map((other) => other.name)).toEqual([]);
    if (!table) throw new Error(`no table after ${sql}`);
    return table;
  }

  async function columnAfter(definition: string, before = ''): Promise<Column> {
    const [column] = (await tableAfter(`${before}; CREATE TABLE t (${definition})`)).columns;
    if (!column) throw new Error(`no column after ${definition}`);
    return column;
  }

  const builtIn = (name: string, sql: string, modifier = -1) => ({
    schema: 'pg_catalog',
    name,
    sql,
    kind: 'base' as const,
    modifier,
  });

  describe('tables', () => {
    it('knows an empty database', async () => {
      expect(await catalogAfter('')).toEqual({
        dialect: 'postgresql',
        database: database.name,
        encoding: 'UTF8',
        schemas: [{ name: 'public', comment: 'standard public schema' }],
        tables: [],
        views: [],
      });
    });

    it('is told while others drop what a snapshot still shows', async () => {
      await database.session.run('CREATE TABLE going (x int); CREATE VIEW going_too AS SELECT x FROM going');
      const reader = await openSession(database.uri);
      await reader.run('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await reader.query('SELECT 1');
      await database.session.run('DROP TABLE going CASCADE');
      const { tables, views } = await readCatalog(reader, { dialect: 'postgresql', major: version.major });
      await reader.close();
      expect(tables.map(({ heaps: [heap] }) => [heap?.name, heap?.readable])).toEqual([['going', false]]);
      expect(views).toEqual([]);
    });

    it('describes a plain table whole', async () => {
      const table = await tableAfter(`
        CREATE TABLE "Order" (id int PRIMARY KEY, note text);
        COMMENT ON TABLE "Order" IS 'What people buy'; COMMENT ON COLUMN "Order".note IS 'as they said it'`);
      expect(table).toEqual({
        oid: expect.any(Number),
        schema: 'public',
        name: 'Order',
        kind: 'table',
        comment: 'What people buy',
        columns: [
          { name: 'id', type: builtIn('int4', 'integer'), notNull: true },
          { name: 'note', type: builtIn('text', 'text'), notNull: false, comment: 'as they said it' },
        ],
        keys: [{ name: 'Order_pkey', kind: 'primary', columns: ['id'] }],
        foreignKeys: [],
        heaps: [
          {
            oid: table.oid,
            filenode: expect.any(Number),
            schema: 'public',
            name: 'Order',
            readable: true,
            bytes: 8192, // the TOAST table's index has a page
            pages: 0,
            estimatedRows: -1,
          },
        ],
        inherits: [],
      });
    });

    it('takes a table without columns for one', async () => {
      expect((await tableAfter('CREATE TABLE bare ()')).columns).toEqual([]);
    });

    it('takes an unlogged table for one', async () => {
      expect(await tableAfter('CREATE UNLOGGED TABLE fast (x int)')).toMatchObject({ kind: 'table', name: 'fast' });
    });

    it('leaves out temporary tables', async () => {
      expect((await catalogAfter('CREATE TEMP TABLE t (x int)')).tables).toEqual([]);
    });

    it('holds a table that is called like one of pgshift’s own: the plan says what becomes of it', async () => {
      expect((await tableAfter('CREATE TABLE _pgshift_mine (x int)')).name).toBe('_pgshift_mine');
    });

    it('leaves out what an extension owns', async () => {
      const owned = `CREATE TABLE owned (id int PRIMARY KEY); CREATE VIEW seen AS SELECT 1;
        ALTER EXTENSION plpgsql ADD TABLE owned; ALTER EXTENSION plpgsql ADD VIEW seen`;
      expect(await catalogAfter(owned)).toMatchObject({ tables: [], views: [] });
    });

    it('orders tables by schema and name, byte by byte', async () => {
      const { tables, schemas } = await catalogAfter(`CREATE SCHEMA "Z"; CREATE SCHEMA a; CREATE TABLE a.b (); 
        CREATE TABLE "Z".b (); CREATE TABLE a."B" ()`);
      expect(tables.map((table) => `${table.schema}.${table.name}`)).toEqual(['Z.b', 'a.B', 'a.b']);
      expect(schemas.map((schema) => schema.name)).toEqual(['Z', 'a', 'public']);
    });

    it('keeps names that hold quotes, dots, braces and other alphabets', async () => {
      const table = await tableAfter(`CREATE SCHEMA "a.b"; CREATE TABLE "a.b"."q""uo'te{1,2}" ("ü,\\" int UNIQUE)`);
      expect([table.schema, table.name]).toEqual(['a.b', `q"uo'te{1,2}`]);
      expect(table.keys[0]?.columns).toEqual(['ü,\\']);
    });
  });

  describe('heaps', () => {
    it('measures pages by the real size and not by the last ANALYZE', async () => {
      const table =
        await tableAfter(`CREATE TABLE t (x char(4000)); INSERT INTO t SELECT 'x' FROM generate_series(1, 10);
        ALTER TABLE t ALTER x SET STORAGE PLAIN; INSERT INTO t SELECT 'x' FROM generate_series(1, 10)`);
      const [heap] = table.heaps;
      // Ten compressed rows share the first page; of the plain ones two fit one page, the first is not with the others.
      expect(heap?.pages).toBeGreaterThanOrEqual(5);
      expect(heap?.pages).toBeLessThanOrEqual(6);
      expect(heap?.bytes).toBeGreaterThanOrEqual((heap?.pages ?? 0) * 8192);
      expect(heap?.estimatedRows).toBe(-1);
    });

    it('counts what stands in TOAST as bytes and not as pages', async () => {
      const [heap] = (
        await tableAfter(`CREATE TABLE t (x text); ALTER TABLE t ALTER x SET STORAGE EXTERNAL;
          INSERT INTO t SELECT repeat('x', 1000000)`)
      ).heaps;
      expect(heap).toMatchObject({ pages: 1 });
      expect(heap?.bytes).toBeGreaterThan(1_000_000);
    });

    it('passes on the row estimate of ANALYZE', async () => {
      const { heaps } = await tableAfter(
        'CREATE TABLE t AS SELECT * FROM generate_series(1, 1234567) AS g(x); ANALYZE t',
      );
      expect(heaps[0]?.estimatedRows).toBeCloseTo(1234567, -4);
    });

    it('finds the leaves of a partitioned table at every depth, and lists no partition as a table', async () => {
      const table = await tableAfter(`
        CREATE SCHEMA old;
        CREATE TABLE sales (day date, region int) PARTITION BY RANGE (day);
        CREATE TABLE old.sales_2025 PARTITION OF sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE sales_2026 PARTITION OF sales FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
          PARTITION BY LIST (region);
        CREATE TABLE sales_2026_1 PARTITION OF sales_2026 FOR VALUES IN (1);
        CREATE TABLE sales_2026_rest PARTITION OF sales_2026 DEFAULT PARTITION BY HASH (region);
        CREATE TABLE sales_2026_rest_0 PARTITION OF sales_2026_rest FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        INSERT INTO sales VALUES ('2025-05-05', 1), ('2026-05-05', 7)`);
      expect(table).toMatchObject({ name: 'sales', kind: 'partitioned', inherits: [] });
      expect(table.heaps.map((heap) => `${heap.schema}.${heap.name} ${heap.pages}`)).toEqual([
        'old.sales_2025 1',
        'public.sales_2026_1 0',
        'public.sales_2026_rest_0 1',
      ]);
    });

    it('gives a partitioned table without partitions no heap', async () => {
      expect((await tableAfter('CREATE TABLE p (x int) PARTITION BY LIST (x)')).heaps).toEqual([]);
    });

    it('lists each table of plain inheritance, its heap being itself', async () => {
      const { tables } = await catalogAfter(`
        CREATE SCHEMA s; CREATE TABLE s.city (name text); CREATE TABLE place (at point);
        CREATE TABLE capital (country text) INHERITS (s.city, place)`);
      expect(tables.map(({ name, inherits, heaps }) => [name, inherits, heaps.map((heap) => heap.name)])).toEqual([
        [
          'capital',
          [
            { schema: 's', name: 'city' },
            { schema: 'public', name: 'place' },
          ],
          ['capital'],
        ],
        ['place', [], ['place']],
        ['city', [], ['city']],
      ]);
      expect(tables[0]?.columns.map((column) => column.name)).toEqual(['name', 'at', 'country']);
    });

    it('takes a materialized view for a table with rows', async () => {
      const table = await tableAfter('CREATE MATERIALIZED VIEW m AS SELECT 1 AS one');
      expect(table).toMatchObject({ name: 'm', kind: 'materialized view', heaps: [{ name: 'm', pages: 1 }] });
      expect(table.columns).toEqual([{ name: 'one', type: builtIn('int4', 'integer'), notNull: false }]);
    });

    it('takes a foreign table for one without pages', async () => {
      const table = await tableAfter(`CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
        CREATE FOREIGN TABLE f (x int NOT NULL) SERVER s`);
      expect(table).toMatchObject({
        kind: 'foreign table',
        columns: [{ name: 'x', notNull: true }],
        heaps: [{ name: 'f', pages: 0, bytes: 0, foreign: true, readable: true }],
      });
    });

    it('tells which leaf of a partitioned table is a foreign table', async () => {
      const { heaps } = await tableAfter(`CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
        CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1);
        CREATE FOREIGN TABLE p_2 PARTITION OF p FOR VALUES IN (2) SERVER s`);
      expect(heaps.map((heap) => [heap.name, heap.foreign])).toEqual([
        ['p_1', undefined],
        ['p_2', true],
      ]);
    });
  });

  describe('rights', () => {
    const readable = async (sql: string) => {
      const { tables } = await catalogAfter(
        `CREATE ROLE reader; CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO reader; CREATE TABLE s.t (x int, y int); ${sql}`,
        'reader',
      );
      return tables.flatMap((table) => table.heaps.map((heap) => [heap.name, heap.readable, heap.filtered]));
    };

    it('calls a table readable after GRANT SELECT', async () => {
      expect(await readable('GRANT SELECT ON s.t TO reader')).toEqual([['t', true, undefined]]);
    });

    it('calls a table without a grant unreadable, and lists it', async () => {
      expect(await readable('')).toEqual([['t', false, undefined]]);
    });

    it('does not take a right on some columns for one on the table', async () => {
      expect(await readable('GRANT SELECT (x) ON s.t TO reader')).toEqual([['t', false, undefined]]);
    });

    it('wants USAGE of the schema too', async () => {
      expect(await readable('GRANT SELECT ON s.t TO reader; REVOKE USAGE ON SCHEMA s FROM reader')).toEqual([
        ['t', false, undefined],
      ]);
    });

    it('asks each leaf itself: a right on the root is none on its partitions', async () => {
      const sql = `DROP TABLE s.t; CREATE TABLE s.p (x int) PARTITION BY LIST (x);
        CREATE TABLE s.p_1 PARTITION OF s.p FOR VALUES IN (1); CREATE TABLE s.p_2 PARTITION OF s.p FOR VALUES IN (2);
        GRANT SELECT ON s.p, s.p_1 TO reader`;
      expect(await readable(sql)).toEqual([
        ['p_1', true, undefined],
        ['p_2', false, undefined],
      ]);
    });

    it('says when row-level security hides rows', async () => {
      const sql = `GRANT SELECT ON s.t TO reader; ALTER TABLE s.t ENABLE ROW LEVEL SECURITY`;
      expect(await readable(sql)).toEqual([['t', false, true]]);
      expect(await readable(`${sql}; ALTER ROLE reader BYPASSRLS`)).toEqual([['t', true, undefined]]);
    });
  });

  describe('types', () => {
    it.each([
      ['numeric(10,2)', builtIn('numeric', 'numeric(10,2)', (10 << 16) + 2 + 4)],
      ['numeric', builtIn('numeric', 'numeric')],
      ['varchar(7)', builtIn('varchar', 'character varying(7)', 11)],
      ['char(3)', builtIn('bpchar', 'character(3)', 7)],
      ['"char"', builtIn('char', '"char"')],
      ['timestamptz(3)', builtIn('timestamptz', 'timestamp(3) with time zone', 3)],
      ['bit varying(9)', builtIn('varbit', 'bit varying(9)', 9)],
      ['int2vector', builtIn('int2vector', 'int2vector')],
      ['name', builtIn('name', 'name')],
      ['jsonb', builtIn('jsonb', 'jsonb')],
    ])('knows %s with its modifier', async (sql, type) => {
      expect((await columnAfter(`x ${sql}`)).type).toEqual(type);
    });

    it('knows an array by its element, which has the modifier', async () => {
      expect((await columnAfter('x varchar(5)[][]')).type).toEqual({
        ...builtIn('_varchar', 'character varying(5)[]', 9),
        kind: 'array',
        element: builtIn('varchar', 'character varying(5)', 9),
      });
    });

    it('knows an enum by the bytes of its longest label', async () => {
      const { type } = await columnAfter('x mood', `CREATE TYPE mood AS ENUM ('sad', 'glücklich', 'so so')`);
      expect(type).toEqual({
        schema: 'public',
        name: 'mood',
        sql: 'public.mood',
        kind: 'enum',
        modifier: -1,
        longestLabelBytes: 10,
      });
    });

    it('resolves a domain over a domain to its base, with the modifier of the innermost', async () => {
      const { type, notNull } = await columnAfter(
        'x "Price"',
        'CREATE DOMAIN amount AS numeric(12,3); CREATE DOMAIN "Price" AS amount NOT NULL CHECK (VALUE > 0)',
      );
      expect(type).toEqual({
        schema: 'public',
        name: 'Price',
        sql: 'public."Price"',
        kind: 'domain',
        modifier: -1,
        base: builtIn('numeric', 'numeric(12,3)', (12 << 16) + 3 + 4),
      });
      expect(notNull).toBe(false); // the column is not; the domain's constraint is the domain's
    });

    it('knows a domain over an array, and an array of a domain', async () => {
      const domain = 'CREATE DOMAIN tags AS varchar(4)[]';
      const base = { kind: 'array', name: '_varchar', element: { name: 'varchar', modifier: 8 } };
      expect((await columnAfter('x tags', domain)).type).toMatchObject({ kind: 'domain', base });
      expect((await columnAfter('x tags[]', domain)).type).toMatchObject({
        kind: 'array',
        sql: 'public.tags[]',
        element: { kind: 'domain', sql: 'public.tags', base },
      });
    });

    it('knows composites and ranges', async () => {
      const pair = 'CREATE TYPE pair AS (a int, b text); CREATE TYPE span AS RANGE (subtype = float8)';
      expect((await columnAfter('x pair', pair)).type).toMatchObject({ kind: 'composite', name: 'pair' });
      expect((await columnAfter('x span', pair)).type).toMatchObject({ kind: 'range', name: 'span', schema: 'public' });
    });

    it('names the extension that owns a type', async () => {
      const owned = `CREATE TYPE level AS ENUM ('a'); ALTER EXTENSION plpgsql ADD TYPE level`;
      expect((await columnAfter('x level', owned)).type).toMatchObject({ name: 'level', extension: 'plpgsql' });
      expect((await columnAfter('x level[]', owned)).type).toMatchObject({ element: { extension: 'plpgsql' } });
    });
  });

  describe('columns', () => {
    it('leaves out dropped columns', async () => {
      const table = await tableAfter('CREATE TABLE t (a int, b int, c int, UNIQUE (c, a)); ALTER TABLE t DROP b');
      expect(table.columns.map((column) => column.name)).toEqual(['a', 'c']);
      expect(table.keys[0]?.columns).toEqual(['c', 'a']);
    });

    it('passes on a default as SQL, with names in full', async () => {
      expect((await columnAfter(`x text DEFAULT 'it''s'`)).default).toBe(`'it''s'::text`);
      expect((await columnAfter(`x mood DEFAULT 'sad'`, `CREATE TYPE mood AS ENUM ('sad')`)).default).toBe(
        `'sad'::public.mood`,
      );
    });

    it('takes serial for what it is: a default', async () => {
      expect(await columnAfter('id serial')).toEqual({
        name: 'id',
        type: builtIn('int4', 'integer'),
        notNull: true,
        default: `nextval('public.t_id_seq'::regclass)`,
        serial: { start: '1', increment: '1' },
      });
    });

    it('takes for serial only a column whose default takes from a sequence of its own, and no more', async () => {
      const before = 'CREATE SEQUENCE s START 5; CREATE SEQUENCE other';
      expect((await columnAfter(`id int DEFAULT nextval('s')`, before)).serial).toBeUndefined();
      const owned = (expression: string) =>
        tableAfter(`${before}; CREATE TABLE t (id int DEFAULT ${expression}); ALTER SEQUENCE s OWNED BY t.id;
          ALTER SEQUENCE other OWNED BY t.id`);
      expect((await owned(`nextval('s')`)).columns[0]?.serial).toEqual({ start: '5', increment: '1' });
      expect((await owned(`nextval('s') + nextval('other')`)).columns[0]?.serial).toBeUndefined();
      expect((await owned('7')).columns[0]?.serial).toBeUndefined();
    });

    it('knows the last value that a sequence gave, where it may ask', async () => {
      const sql = `CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 10));
        INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES; CREATE ROLE nobody`;
      expect((await tableAfter(sql)).columns[0]?.identity).toMatchObject({ increment: '10', last: '11' });
      expect((await tableAfter(sql, 'nobody')).columns[0]?.identity?.last).toBeUndefined();
    });

    it('knows identity columns and where they start', async () => {
      expect((await columnAfter('id bigint GENERATED ALWAYS AS IDENTITY')).identity).toEqual({
        generation: 'always',
        start: '1',
        increment: '1',
      });
      const odd =
        'GENERATED BY DEFAULT AS IDENTITY (START WITH 9007199254740993 INCREMENT BY -7 MINVALUE -9 MAXVALUE 9007199254740993)';
      const column = await columnAfter(`id bigint ${odd}`);
      expect(column.identity).toEqual({ generation: 'by default', start: '9007199254740993', increment: '-7' });
      expect(column.default).toBeUndefined();
    });

    it('does not take an owned sequence for an identity', async () => {
      expect((await columnAfter('id int', '')).identity).toBeUndefined();
      expect((await columnAfter('id serial')).identity).toBeUndefined();
    });

    it('knows a stored generated column', async () => {
      const { columns } = await tableAfter('CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)');
      expect(columns[1]).toEqual({
        name: 'b',
        type: builtIn('int4', 'integer'),
        notNull: false,
        generated: '(a * 2)',
      });
    });
  });

  describe('keys', () => {
    it('gives columns in key order, and constraints only', async () => {
      const { keys } = await tableAfter(`CREATE TABLE t (a int, b int, c int, CONSTRAINT pk PRIMARY KEY (b, a),
        CONSTRAINT u UNIQUE (c, a)); CREATE UNIQUE INDEX only_an_index ON t (c)`);
      expect(keys).toEqual([
        { name: 'pk', kind: 'primary', columns: ['b', 'a'] },
        { name: 'u', kind: 'unique', columns: ['c', 'a'] },
      ]);
    });

    it("gives a partitioned table's key once", async () => {
      const { keys } = await tableAfter(`CREATE TABLE p (x int PRIMARY KEY) PARTITION BY LIST (x);
        CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1)`);
      expect(keys).toEqual([{ name: 'p_pkey', kind: 'primary', columns: ['x'] }]);
    });

    it('gives a foreign key with both sides in its order', async () => {
      const { tables } = await catalogAfter(`CREATE SCHEMA s; CREATE TABLE s.a (y int, x int, PRIMARY KEY (x, y));
        CREATE TABLE b (p int, q int, CONSTRAINT fk FOREIGN KEY (q, p) REFERENCES s.a (x, y))`);
      expect(tables.find((table) => table.name === 'b')?.foreignKeys).toEqual([
        {
          name: 'fk',
          columns: ['q', 'p'],
          references: { schema: 's', table: 'a', columns: ['x', 'y'] },
          validated: true,
        },
      ]);
    });

    it('says when a foreign key was never validated', async () => {
      const { foreignKeys } = await tableAfter(`CREATE TABLE t (id int PRIMARY KEY, up int);
        ALTER TABLE t ADD FOREIGN KEY (up) REFERENCES t NOT VALID`);
      expect(foreignKeys).toMatchObject([{ columns: ['up'], references: { table: 't' }, validated: false }]);
    });

    it('gives a foreign key from or to a partitioned table once', async () => {
      const { tables } = await catalogAfter(`CREATE TABLE p (x int PRIMARY KEY) PARTITION BY LIST (x);
        CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p_2 PARTITION OF p FOR VALUES IN (2);
        CREATE TABLE t (x int REFERENCES p); ALTER TABLE p ADD up int REFERENCES p`);
      expect(tables.map(({ name, foreignKeys }) => [name, foreignKeys.map((key) => key.references.table)])).toEqual([
        ['p', ['p']],
        ['t', ['p']],
      ]);
    });

    it('names what a foreign key refers to also where that is no table of the catalog', async () => {
      const { foreignKeys } = await tableAfter(`CREATE TABLE owned (id int PRIMARY KEY);
        ALTER EXTENSION plpgsql ADD TABLE owned; CREATE TABLE t (x int REFERENCES owned)`);
      expect(foreignKeys).toMatchObject([{ references: { schema: 'public', table: 'owned', columns: ['id'] } }]);
    });
  });

  it('gives views with names in full, and their comments', async () => {
    const { views, tables } = await catalogAfter(`CREATE TABLE t (x int); CREATE VIEW v AS SELECT x FROM t;
      COMMENT ON VIEW v IS 'all of it'`);
    expect(views).toEqual([
      {
        schema: 'public',
        name: 'v',
        definition: expect.stringMatching(/SELECT (t\.)?x\s+FROM public\.t;/),
        comment: 'all of it',
      },
    ]);
    expect(tables).toHaveLength(1);
  });

  if (version.major < 14) {
    describe('where ctid ranges are not to be had', () => {
      // One row a page: 8,300 × 8 kB = 68 MB, just above the threshold of 64 MiB.
      const fill = `SELECT g AS id, repeat('x', 5000) AS x FROM generate_series(-5, 8294) AS g`;
      const large = (name: string, sql = '') =>
        `CREATE TABLE ${name} (id bigint, x text); ALTER TABLE ${name} ALTER x SET STORAGE PLAIN; ${sql}; INSERT INTO ${name} ${fill};`;

      it('gives the bounds of a large table with an integer primary key', async () => {
        const { heaps } = await tableAfter(`${large('"La""rge"')} ALTER TABLE "La""rge" ADD PRIMARY KEY (id)`);
        expect(heaps[0]?.keyRange).toEqual({ column: 'id', low: '-5', high: '8294' });
      });

      it('gives none of a small one, of a text key, of a key of two columns', async () => {
        const { tables } = await catalogAfter(`CREATE TABLE small (id int PRIMARY KEY); INSERT INTO small VALUES (1);
          ${large('a')} ALTER TABLE a ALTER id TYPE text, ADD PRIMARY KEY (id);
          ${large('b')} ALTER TABLE b ADD y int DEFAULT 0, ADD PRIMARY KEY (id, y)`);
        expect(tables.map((table) => table.heaps[0]?.keyRange)).toEqual([undefined, undefined, undefined]);
      });

      it('asks only what it may read', async () => {
        const sql = `CREATE ROLE reader; ${large('t')} ALTER TABLE t ADD PRIMARY KEY (id)`;
        expect((await tableAfter(sql, 'reader')).heaps).toMatchObject([{ readable: false }]);
      });

      it("leaves out the rows of an inheritance child, and a child that lacks its parent's key", async () => {
        const { tables } = await catalogAfter(`${large('t')} ALTER TABLE t ADD PRIMARY KEY (id);
          CREATE TABLE u () INHERITS (t); ALTER TABLE u ALTER x SET STORAGE PLAIN;
          INSERT INTO u SELECT id + 1000000, x FROM t`);
        expect(tables.map((table) => table.heaps[0]?.keyRange?.high)).toEqual(['8294', undefined]);
      });

      it('gives each large leaf its own bounds', async () => {
        const { heaps } = await tableAfter(`CREATE TABLE p (id bigint PRIMARY KEY, x text) PARTITION BY RANGE (id);
          CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (-100) TO (9000);
          CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (9000) TO (9100);
          ALTER TABLE p_1 ALTER x SET STORAGE PLAIN; INSERT INTO p ${fill}; INSERT INTO p VALUES (9000, 'y')`);
        expect(heaps.map((heap) => heap.keyRange)).toEqual([{ column: 'id', low: '-5', high: '8294' }, undefined]);
      });
    });
  }

  if (version.major >= 18) {
    describe('new in 18', () => {
      it('knows a virtual generated column', async () => {
        const { columns } = await tableAfter('CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL)');
        expect(columns[1]).toMatchObject({ name: 'b', generated: '(a * 2)' });
      });

      it('knows multiranges', async () => {
        expect((await columnAfter('x int4multirange')).type).toMatchObject({ kind: 'multirange' });
      });

      it('does not trust a NOT NULL that was never validated', async () => {
        const { columns } = await tableAfter(`CREATE TABLE t (a int, b int NOT NULL); INSERT INTO t VALUES (NULL, 1);
          ALTER TABLE t ADD CONSTRAINT later NOT NULL a NOT VALID`);
        expect(columns.map((column) => column.notNull)).toEqual([false, true]);
      });

      it('does not trust a foreign key that is not enforced', async () => {
        const { foreignKeys } = await tableAfter(
          'CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t NOT ENFORCED)',
        );
        expect(foreignKeys).toMatchObject([{ validated: false }]);
      });
    });
  }
});
