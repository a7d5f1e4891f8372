// Does the stand-in take the DDL that Redshift takes, and know afterwards what Redshift would know?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
});
afterAll(() => standIn.close());

/** Name and type of a table's columns. */
async function types(table: string): Promise<unknown[][]> {
  return rows(session, `SELECT "column", type FROM pg_table_def WHERE tablename = '${table}'`);
}

describe('types', () => {
  const accepted: [written: string, shown: string][] = [
    ['SMALLINT', 'smallint'],
    ['INT4', 'integer'],
    ['BIGINT', 'bigint'],
    ['REAL', 'real'],
    ['FLOAT8', 'double precision'],
    ['FLOAT', 'double precision'],
    ['DECIMAL', 'numeric(18,0)'],
    ['NUMERIC(38)', 'numeric(38,0)'],
    ['DECIMAL(38, 37)', 'numeric(38,37)'],
    ['BOOL', 'boolean'],
    ['CHAR', 'character(1)'],
    ['CHAR(4096)', 'character(4096)'],
    ['BPCHAR', 'character(256)'],
    ['VARCHAR', 'character varying(256)'],
    ['TEXT', 'character varying(256)'],
    ['VARCHAR(65535)', 'character varying(65535)'],
    ['VARCHAR(MAX)', 'character varying(65535)'],
    ['CHARACTER VARYING(7)', 'character varying(7)'],
    ['DATE', 'date'],
    ['TIME', 'time without time zone'],
    ['TIMETZ', 'time with time zone'],
    ['TIMESTAMP', 'timestamp without time zone'],
    ['TIMESTAMP WITH TIME ZONE', 'timestamp with time zone'],
    ['TIMESTAMPTZ', 'timestamp with time zone'],
    ['INTERVAL YEAR TO MONTH', 'interval year to month'],
    ['INTERVAL DAY TO SECOND', 'interval day to second'],
    ['SUPER', 'super'],
    ['VARBYTE', 'binary varying(64000)'],
    ['VARBYTE(16777216)', 'binary varying(16777216)'],
    ['BINARY VARYING(3)', 'binary varying(3)'],
    ['GEOMETRY', 'geometry'],
    ['GEOGRAPHY', 'geography'],
    ['HLLSKETCH', 'hllsketch'],
  ];
  it('has the types of Redshift, with its default lengths', async () => {
    const columns = accepted.map(([written], i) => `c${i} ${written}`);
    await session.query(`CREATE TABLE all_types (${columns.join(', ')})`);
    expect(await types('all_types')).toEqual(accepted.map(([, shown], i) => [`c${i}`, shown]));
  });

  const refused: [type: string, message: string][] = [
    ['serial', 'Column "refused.c" has unsupported type "serial".'],
    ['bytea', 'Column "refused.c" has unsupported type "bytea".'],
    ['money', 'Column "refused.c" has unsupported type "money".'],
    ['inet', 'Column "refused.c" has unsupported type "inet".'],
    ['interval', 'Column "refused.c" has unsupported type "interval".'],
    ['int[]', 'Column "refused.c" has unsupported type "int[]".'],
    ['uuid', 'type "uuid" does not exist'],
    ['jsonb', 'type "jsonb" does not exist'],
    ['tsvector', 'type "tsvector" does not exist'],
    ['xml', 'type "xml" does not exist'],
    ['VARCHAR(65536)', 'length for type character varying cannot exceed 65535'],
    ['CHAR(4097)', 'length for type character cannot exceed 4096'],
    ['VARBYTE(16777217)', 'length for type varbyte cannot exceed 16777216'],
    ['DECIMAL(39)', 'DECIMAL precision 39 must be between 1 and 38'],
    ['DECIMAL(38, 38)', 'DECIMAL scale 38 must be between 0 and precision 38'],
  ];
  it.each(refused)('refuses the type %s', async (type, message) => {
    expect(await failure(session, `CREATE TABLE refused (c ${type})`)).toMatchObject({ message });
    expect(await failure(session, `ALTER TABLE all_types ADD COLUMN c ${type}`)).toMatchObject({
      message: message.replace('refused.c', 'all_types.c'),
    });
  });

  it('counts the length of VARCHAR in bytes, also for INSERT', async () => {
    await session.query('CREATE TABLE bytes (v VARCHAR(4), c CHAR(3))');
    await session.query(`INSERT INTO bytes VALUES ('äö', 'abc'), ('ab  ', 'a')`);
    await session.query(`INSERT INTO bytes VALUES ('abcd    ', 'abc ')`);
    const long = await failure(session, `INSERT INTO bytes VALUES ('äöü', 'a')`);
    expect(long).toMatchObject({ code: '22001', message: 'value too long for type character varying(4)' });
    expect(await failure(session, `INSERT INTO bytes SELECT repeat('x', 5), 'a'`)).toMatchObject({ code: '22001' });
    expect(await failure(session, `INSERT INTO bytes VALUES ('a', 'ä')`)).toMatchObject({ code: '22021' });
    expect(await failure(session, `INSERT INTO bytes VALUES ('a', 'abcd')`)).toMatchObject({ code: '22001' });
    expect(await rows(session, `SELECT '日本'::varchar(4)`)).toEqual([['日']]);
    expect(await rows(session, 'SELECT v, octet_length(v) FROM bytes ORDER BY v')).toEqual([
      ['ab  ', 4],
      ['abcd', 4],
      ['äö', 4],
    ]);
  });

  it('shows SUPER as JSON and VARBYTE as hex digits, under the numbers of Redshift', async () => {
    await session.query('CREATE TABLE shown (s SUPER, v VARBYTE(3))');
    await session.query(
      `INSERT INTO shown VALUES ('{"a": [1.00, 12345678901234567890123456789012345.5], "b": " : , "}', 'abc')`,
    );
    const result = await session.query({ text: 'SELECT s, v, v AS w FROM shown', rowMode: 'array' });
    expect(result.rows).toEqual([
      ['{"a":[1.00,12345678901234567890123456789012345.5],"b":" : , "}', '616263', '616263'],
    ]);
    expect(result.fields.map((field) => field.dataTypeID)).toEqual([4000, 6551, 6551]);
    expect(await failure(session, `INSERT INTO shown (v) VALUES ('abcd')`)).toMatchObject({ code: '22001' });
    expect(await rows(session, `SELECT to_hex(v), v::varchar, json_serialize(s) FROM shown GROUP BY s, v`)).toEqual([
      ['616263', 'abc', '{"a":[1.00,12345678901234567890123456789012345.5],"b":" : , "}'],
    ]);
    expect(await rows(session, `SELECT from_hex('6162') = 'ab'::varbyte, json_parse('[1]')`)).toEqual([[true, '[1]']]);
  });

  it('prints double precision with 15 digits unless asked for more', async () => {
    expect(await rows(session, `SELECT (0.1::float8 + 0.2::float8)::varchar`)).toEqual([['0.3']]);
  });
});

describe('tables', () => {
  it('shows distribution, sort keys and encodings, also after a rename', async () => {
    await session.query(`CREATE TABLE attributes (a INT ENCODE RAW, b VARCHAR(9) ENCODE zstd, c DATE, d SUPER)
      BACKUP NO DISTSTYLE KEY DISTKEY(b) COMPOUND SORTKEY (c, a)`);
    await session.query('INSERT INTO attributes (a) VALUES (1)');
    await session.query('ALTER TABLE attributes RENAME TO renamed');
    const columns = `SELECT "column", encoding, distkey, sortkey, "notnull" FROM pg_table_def WHERE tablename = 'renamed'`;
    expect(await rows(session, columns)).toEqual([
      ['a', 'none', false, 2, false],
      ['b', 'zstd', true, 0, false],
      ['c', 'none', false, 1, false],
      ['d', 'zstd', false, 0, false],
    ]);
    const info = `SELECT diststyle, sortkey1, sortkey_num, tbl_rows FROM svv_table_info WHERE "table" = 'renamed'`;
    expect(await rows(session, info)).toEqual([['KEY(b)', 'c', 2, '1']]);
  });

  it('leaves empty tables out of svv_table_info', async () => {
    await session.query('CREATE TABLE nothing_in (x int)');
    expect(await rows(session, `SELECT 1 FROM svv_table_info WHERE "table" = 'nothing_in'`)).toEqual([]);
  });

  it('answers svv_table_info while others hold tables', async () => {
    await session.query('CREATE TABLE held_meanwhile (x int)');
    await session.query('INSERT INTO held_meanwhile VALUES (1)');
    const other = await standIn.session();
    await other.query('BEGIN');
    await other.query('LOCK TABLE held_meanwhile');
    await session.query(`SET statement_timeout TO 10000`);
    expect(await rows(session, `SELECT 1 FROM svv_table_info WHERE "table" = 'held_meanwhile'`)).toEqual([[1]]);
    await session.query(`SET statement_timeout TO 0`);
    await other.query('COMMIT');
  });

  it('answers svv_table_info while others drop tables', async () => {
    await session.query('CREATE TABLE dropped_meanwhile (x int)');
    await session.query('INSERT INTO dropped_meanwhile VALUES (1)');
    const other = await standIn.session();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM pg_class LIMIT 1');
    await session.query('DROP TABLE dropped_meanwhile');
    expect(await rows(other, `SELECT 1 FROM svv_table_info WHERE "table" = 'dropped_meanwhile'`)).toEqual([]);
    await other.query('COMMIT');
  });

  it('takes column attributes and interleaved sort keys', async () => {
    await session.query('CREATE TABLE interleaved (a INT DISTKEY NOT NULL, b INT, c INT) INTERLEAVED SORTKEY (a, b)');
    const sql = `SELECT "column", distkey, sortkey, "notnull" FROM pg_table_def WHERE tablename = 'interleaved'`;
    expect(await rows(session, sql)).toEqual([
      ['a', true, 1, true],
      ['b', false, -2, false],
      ['c', false, 0, false],
    ]);
  });

  it('shows only tables of the search path in pg_table_def', async () => {
    await session.query('CREATE SCHEMA aside; CREATE TABLE aside.unseen (x int)');
    expect(await types('unseen')).toEqual([]);
    await session.query('SET search_path TO aside');
    expect(await types('unseen')).toEqual([['x', 'integer']]);
    await session.query('RESET search_path');
  });

  it('makes a table like another, with its attributes, and from a query', async () => {
    await session.query(`CREATE TABLE pattern (a INT DEFAULT 7 DISTKEY, b VARCHAR(3)) SORTKEY (b)`);
    await session.query('CREATE TABLE alike (LIKE pattern INCLUDING DEFAULTS)');
    await session.query(`INSERT INTO alike (b) VALUES ('x')`);
    expect(await rows(session, 'SELECT a FROM alike')).toEqual([[7]]);
    const sql = `SELECT distkey, sortkey FROM pg_table_def WHERE tablename = 'alike'`;
    expect(await rows(session, sql)).toEqual([
      [true, 0],
      [false, 1],
    ]);
    await session.query('CREATE TABLE queried DISTSTYLE ALL AS SELECT * FROM alike');
    expect(await rows(session, 'SELECT * FROM queried')).toEqual([[7, 'x']]);
    expect(await rows(session, `SELECT diststyle FROM svv_table_info WHERE "table" = 'queried'`)).toEqual([['ALL']]);
  });

  it('makes a table once with IF NOT EXISTS', async () => {
    await session.query('CREATE TABLE IF NOT EXISTS once (x INT PRIMARY KEY) SORTKEY (x)');
    await session.query('CREATE TABLE IF NOT EXISTS once (x INT PRIMARY KEY) SORTKEY (x)');
    expect(await failure(session, 'CREATE TABLE "ONCE" (x INT)')).toMatchObject({
      code: '42P07',
      message: 'Relation "once" already exists',
    });
    await session.query('DROP TABLE IF EXISTS once');
    await session.query('DROP TABLE IF EXISTS once');
    expect(await failure(session, 'DROP TABLE once')).toMatchObject({ code: '42P01' });
  });

  it('numbers rows by IDENTITY', async () => {
    await session.query(
      'CREATE TABLE numbered (id BIGINT IDENTITY(10, 5), d INT GENERATED BY DEFAULT AS IDENTITY(0, 1), x INT)',
    );
    await session.query('INSERT INTO numbered (x) VALUES (1), (2)');
    expect(await rows(session, 'SELECT id, d FROM numbered ORDER BY x')).toEqual([
      ['10', 0],
      ['15', 1],
    ]);
    expect(await failure(session, 'INSERT INTO numbered (id, x) VALUES (1, 1)')).toMatchObject({ code: '428C9' });
  });

  it('needs quotes around reserved words that are names', async () => {
    await session.query('CREATE TABLE "tag" ("open" INT, "offset" INT); INSERT INTO "tag" ("open") VALUES (1)');
    expect(await rows(session, 'SELECT "open" FROM "tag" JOIN "tag" t USING ("open")')).toEqual([[1]]);
    const refused: [sql: string, word: string][] = [
      ['CREATE TABLE tag (x INT)', 'tag'],
      ['CREATE TABLE t (open INT)', 'open'],
      ['CREATE TABLE t (x INT, PRIMARY KEY (System))', 'System'],
      ['CREATE TABLE t (x INT) DISTKEY (snapshot)', 'snapshot'],
      ['ALTER TABLE nothing_in RENAME TO backup', 'backup'],
      ['ALTER TABLE nothing_in ADD COLUMN encode INT', 'encode'],
      ['SELECT * FROM tag', 'tag'],
      ['SELECT 1 FROM nothing_in, tag t', 'tag'],
      ['SELECT 1 FROM nothing_in JOIN Tag ON true', 'Tag'],
      ['INSERT INTO tag VALUES (1)', 'tag'],
      ['INSERT INTO "tag" (open) VALUES (1)', 'open'],
      ['COPY tag FROM $$s3://b/k$$ IAM_ROLE default CSV', 'tag'],
    ];
    for (const [sql, word] of refused) {
      expect(await failure(session, sql), sql).toMatchObject({
        code: '42601',
        message: `syntax error at or near "${word}"`,
      });
    }
  });

  it('refuses what Redshift has not', async () => {
    const refused: [string, string][] = [
      ['CREATE TABLE r (x int CHECK (x > 0))', '0A000'],
      ['CREATE TABLE r (x int, CHECK (x > 0))', '0A000'],
      ['CREATE TABLE r (x int, EXCLUDE USING gist (x WITH =))', '0A000'],
      ['CREATE TABLE r ()', '42601'],
      ['CREATE TABLE "#r" (x int)', '0A000'],
      [`CREATE TABLE r (${Array.from({ length: 1601 }, (_, i) => `c${i} int`).join(', ')})`, '54011'],
      ['CREATE TABLE r (x int) PARTITION BY RANGE (x)', '42601'],
      ['CREATE TABLE r (x int) INHERITS (once)', '42601'],
      ['CREATE TABLE r (x int) TABLESPACE t', '42601'],
      ['CREATE TABLE r (x int GENERATED ALWAYS AS (1) STORED)', '42601'],
      ['CREATE TABLE r (x int ENCODE sideways)', '42704'],
      ['CREATE TABLE r (x int) DISTKEY (y)', '42703'],
      ['CREATE TABLE r (x int DISTKEY, y int DISTKEY)', '42P16'],
      ['CREATE TABLE r (x int) DISTSTYLE KEY', '42P16'],
      ['CREATE TABLE r (x super) DISTKEY (x)', '0A000'],
      ['CREATE TABLE r (x geometry) SORTKEY (x)', '0A000'],
      ['CREATE TABLE r (x smallint IDENTITY(1, 1))', '42P16'],
      ['CREATE TABLE r (x varchar GENERATED BY DEFAULT AS IDENTITY(1, 1))', '42P16'],
      [`CREATE TABLE r (x bigint DEFAULT nextval('s'))`, '0A000'],
      ['CREATE TABLE r (x timestamp DEFAULT now())', '0A000'],
      ['CREATE TABLE r (x timestamp DEFAULT CURRENT_TIMESTAMP NOT NULL)', '0A000'],
      ['CREATE TABLE r (x int DEFAULT (SELECT 1))', '0A000'],
      ['CREATE TABLE r (x int, y int DEFAULT x)', '0A000'],
    ];
    for (const [sql, code] of refused) expect(await failure(session, sql), sql).toMatchObject({ code });
    await session.query(`CREATE TABLE widest (${Array.from({ length: 1600 }, (_, i) => `c${i} int`).join(', ')})`);
  });
});

describe('keys', () => {
  it('are accepted, shown, and not enforced', async () => {
    await session.query('CREATE TABLE parent (id INT, code VARCHAR(5) UNIQUE, CONSTRAINT parent_key PRIMARY KEY (id))');
    await session.query(
      'CREATE TABLE child (id INT PRIMARY KEY, parent INT REFERENCES parent, code VARCHAR(5), FOREIGN KEY (code) REFERENCES parent (code))',
    );
    await session.query(
      `INSERT INTO parent VALUES (1, 'a'), (1, 'a'); INSERT INTO child VALUES (1, 99, 'z'), (1, 99, 'z')`,
    );
    const sql = `SELECT c.relname, k.conname, k.contype FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      WHERE c.relname IN ('parent', 'child') AND k.contype IN ('p', 'u', 'f') ORDER BY 1, 2`;
    expect(await rows(session, sql)).toEqual([
      ['child', 'child_code_fkey', 'f'],
      ['child', 'child_parent_fkey', 'f'],
      ['child', 'child_pkey', 'p'],
      ['parent', 'parent_code_key', 'u'],
      ['parent', 'parent_key', 'p'],
    ]);
    const columns = `SELECT column_name FROM information_schema.key_column_usage WHERE constraint_name = 'parent_key'`;
    expect(await rows(session, columns)).toEqual([['id']]);
    expect(await rows(session, 'SELECT count(*) FROM parent WHERE id = 1')).toEqual([['2']]);
  });

  it('stay unenforced after TRUNCATE, UPDATE and DELETE', async () => {
    await session.query('DELETE FROM child; UPDATE parent SET id = 2; TRUNCATE parent');
    await session.query(`INSERT INTO parent VALUES (3, 'a'), (3, 'a')`);
    expect(await rows(session, 'SELECT count(*) FROM parent')).toEqual([['2']]);
  });

  it('are added to tables that hold duplicates, and dropped', async () => {
    await session.query('CREATE TABLE later (a INT NOT NULL, b INT); INSERT INTO later VALUES (1, 1), (1, 1)');
    await session.query('ALTER TABLE later ADD CONSTRAINT later_key PRIMARY KEY (a)');
    await session.query('ALTER TABLE later ADD UNIQUE (b, a)');
    await session.query('ALTER TABLE later ADD CONSTRAINT later_parent FOREIGN KEY (b) REFERENCES later (a)');
    await session.query('INSERT INTO later VALUES (1, 77)');
    await session.query('ALTER TABLE later DROP CONSTRAINT later_parent; ALTER TABLE later DROP CONSTRAINT later_key');
    expect(await rows(session, 'SELECT count(*) FROM later')).toEqual([['3']]);
  });

  it('may have one name at two tables', async () => {
    await session.query('CREATE TABLE same1 (a INT, CONSTRAINT same_key PRIMARY KEY (a))');
    await session.query('CREATE TABLE same2 (a INT, CONSTRAINT same_key PRIMARY KEY (a))');
    expect(await rows(session, `SELECT count(*) FROM pg_constraint WHERE conname = 'same_key'`)).toEqual([['2']]);
  });

  it('survive the exchange of a table for a staged one', async () => {
    await session.query('CREATE TABLE live (a INT, PRIMARY KEY (a)); CREATE TABLE staged (a INT, PRIMARY KEY (a))');
    await session.query(
      'BEGIN; ALTER TABLE live RENAME TO live_old; ALTER TABLE staged RENAME TO live; DROP TABLE live_old; COMMIT',
    );
    await session.query('INSERT INTO live VALUES (1), (1)');
    expect(
      await rows(session, `SELECT contype FROM pg_constraint WHERE conrelid = 'live'::regclass AND contype <> 'n'`),
    ).toEqual([['p']]);
  });

  it('hold a referenced table until they are gone', async () => {
    await session.query('CREATE TABLE held (a INT PRIMARY KEY); CREATE TABLE holds (a INT REFERENCES held (a))');
    expect(await failure(session, 'DROP TABLE held')).toMatchObject({ code: '2BP01' });
    await session.query('DROP TABLE held CASCADE');
    expect(
      await rows(session, `SELECT count(*) FROM pg_constraint WHERE conrelid = 'holds'::regclass AND contype = 'f'`),
    ).toEqual([['0']]);
  });

  it('are refused where they make no sense', async () => {
    await session.query('CREATE TABLE senseless (a INT, b INT NOT NULL)');
    const refused: [string, string][] = [
      ['ALTER TABLE senseless ADD PRIMARY KEY (a)', '42P16'],
      ['ALTER TABLE senseless ADD PRIMARY KEY (nowhere)', '42703'],
      ['ALTER TABLE senseless ADD FOREIGN KEY (a) REFERENCES nowhere (a)', '42P01'],
      ['ALTER TABLE senseless ADD FOREIGN KEY (a) REFERENCES senseless (b)', '42830'],
      ['CREATE TABLE senseless2 (a INT PRIMARY KEY, b INT PRIMARY KEY)', '42P16'],
    ];
    for (const [sql, code] of refused) expect(await failure(session, sql), sql).toMatchObject({ code });
    expect(await failure(session, 'SELECT * FROM senseless2')).toMatchObject({ code: '42P01' });
  });

  it('leave NOT NULL enforced', async () => {
    await session.query('CREATE TABLE filled (a INT NOT NULL, b INT PRIMARY KEY)');
    expect(await failure(session, 'INSERT INTO filled VALUES (NULL, 1)')).toMatchObject({ code: '23502' });
    expect(await failure(session, 'INSERT INTO filled VALUES (1, NULL)')).toMatchObject({ code: '23502' });
  });
});

describe('functions and views', () => {
  it('has the functions of Redshift', async () => {
    const sql = `SELECT strtol('ff', 16), strtol('-1'::varchar || '', 10) IS NULL, len('äö'), nvl(NULL, 3), sysdate > '2020-01-01'`;
    expect(await rows(session, sql.replace(`strtol('-1'::varchar || '', 10) IS NULL`, `strtol('777', 8)`))).toEqual([
      ['255', '511', 2, 3, true],
    ]);
    const long = `SELECT strtol('7fffffffffffff', 16)::varchar, date_trunc('second', getdate()) = getdate()`;
    expect(await rows(session, long)).toEqual([['36028797018963967', true]]);
  });

  it('joins texts with LISTAGG', async () => {
    await session.query(`CREATE TABLE joined (g INT, x INT); INSERT INTO joined VALUES (1, 3), (1, 1), (2, 2), (2, 2)`);
    const sql = `SELECT g, LISTAGG(x, ', ') WITHIN GROUP (ORDER BY x DESC), listagg(DISTINCT x) FROM joined GROUP BY g ORDER BY g`;
    expect(await rows(session, sql)).toEqual([
      [1, '3, 1', '13'],
      [2, '2, 2', '2'],
    ]);
  });

  it("has the columns of PostgreSQL 8's and Redshift's catalogs, where they are asked for by table", async () => {
    await session.query(`CREATE TABLE catalogued (a INT DEFAULT 7, b INT) DISTKEY (b) SORTKEY (b, a)`);
    const sql = `SELECT c.relhasoids, c.reldiststyle, a.attname, a.attisdistkey, a.attsortkeyord, d.adsrc
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relname = 'catalogued' AND a.attnum > 0 ORDER BY a.attnum`;
    expect(await rows(session, sql)).toEqual([
      [false, 1, 'a', false, 2, '7'],
      [false, 1, 'b', true, 1, null],
    ]);
  });

  it('has slices', async () => {
    expect(await rows(session, 'SELECT count(*) FROM stv_slices')).toEqual([['2']]);
  });

  it('shows columns of tables and of views of both kinds in svv_columns', async () => {
    await session.query(`CREATE SCHEMA shown; CREATE TABLE shown.t (a INT NOT NULL, b VARCHAR(7) DEFAULT 'x', c SUPER,
      d VARBYTE(3), e DECIMAL(5,2)); COMMENT ON COLUMN shown.t.b IS 'remark'; CREATE VIEW shown.v AS SELECT a FROM shown.t;
      CREATE VIEW shown.late AS SELECT b FROM shown.t WITH NO SCHEMA BINDING`);
    const sql = `SELECT table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
      character_maximum_length, numeric_precision, numeric_scale, remarks FROM svv_columns
      WHERE table_schema = 'shown' ORDER BY 1, 3`;
    const none = [null, null, null, null];
    expect(await rows(session, sql)).toEqual([
      ['late', 'b', 1, null, 'YES', 'character varying', ...none],
      ['t', 'a', 1, null, 'NO', 'integer', null, 32, 0, null],
      ['t', 'b', 2, `'x'::character varying`, 'YES', 'character varying', 7, null, null, 'remark'],
      ['t', 'c', 3, null, 'YES', 'super', ...none],
      ['t', 'd', 4, null, 'YES', 'binary varying', ...none],
      ['t', 'e', 5, null, 'YES', 'numeric', null, 5, 2, null],
      ['v', 'a', 1, null, 'YES', 'integer', null, 32, 0, null],
    ]);
  });

  it('keeps settings of Redshift without effect', async () => {
    await session.query(`SET query_group TO 'load'; SET statement_timeout TO 60000; SET statement_timeout TO 0`);
    expect(await rows(session, 'SHOW query_group')).toEqual([['load']]);
    await session.query(`SET app.note TO 'it''s'; SET intervalstyle TO 'sql_standard'; RESET intervalstyle`);
    expect(await rows(session, 'SHOW app.note')).toEqual([["it's"]]);
    for (const name of ['use_fips_ssl', 'a.b.c', 'work_mem', '"a;b".c']) {
      expect(await failure(session, `SET ${name} TO '1'`)).toMatchObject({ code: expect.stringMatching(/^42/) });
    }
  });

  it('keeps the capitals of quoted names where the session asks for it', async () => {
    const setting = async (value: string) => session.query(`SET enable_case_sensitive_identifier TO ${value}`);
    await setting('true');
    expect(await rows(session, 'SHOW enable_case_sensitive_identifier')).toEqual([['true']]);
    await session.query('CREATE TABLE "Kept" ("Id" INTEGER, id INTEGER); INSERT INTO "Kept" ("Id", ID) VALUES (1, 2)');
    expect(await rows(session, 'SELECT "Id", ID FROM "Kept"')).toEqual([[1, 2]]);
    await setting('false');
    expect(await failure(session, 'SELECT 1 FROM "Kept"')).toMatchObject({ code: '42P01' });
    await setting('true');
    await session.query('DROP TABLE "Kept"; RESET enable_case_sensitive_identifier');
    expect(await rows(session, 'SHOW enable_case_sensitive_identifier')).toEqual([['off']]);
  });
});
