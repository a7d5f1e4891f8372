// Does publishing into PostgreSQL keep what people gave a table and built on it, and fill tables that are there?
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { type Pair, startTwoPostgres, type TwoPostgres } from '../support/two-postgres.ts';

let two: TwoPostgres;
let pair: Pair;

beforeAll(async () => {
  two = await startTwoPostgres();
});
afterAll(() => two.stop());
beforeEach(() => () => pair.drop());

const SOURCE = `CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t VALUES (1, 'new'), (2, 'newer')`;

async function loaded(inTarget: string, clauses = '', inSource = SOURCE): Promise<void> {
  pair = await two.pair(inSource, inTarget);
  await loadBySteps(pair.ports(), pair.target.name, pair.command(clauses));
}
const asked = async (sql: string): Promise<unknown[][]> => (await pair.target.session.query(sql)).map(Object.values);

test('a table that is replaced keeps owner, grants, comments, and the views over it with theirs', async () => {
  await loaded(`
    CREATE ROLE keeper; CREATE ROLE reader; GRANT USAGE, CREATE ON SCHEMA public TO keeper;
    CREATE TABLE t (id int, note text, old int); COMMENT ON TABLE t IS 'kept'; COMMENT ON COLUMN t.note IS 'noted';
    GRANT SELECT ON t TO reader WITH GRANT OPTION; GRANT UPDATE (note), SELECT (old) ON t TO reader; GRANT INSERT ON t TO PUBLIC;
    CREATE VIEW over WITH (security_barrier = true) AS SELECT id, note FROM t;
    CREATE VIEW over_over AS SELECT o.id, t.note FROM over o JOIN t USING (id);
    COMMENT ON VIEW over_over IS 'twice'; GRANT SELECT ON over_over TO reader; ALTER VIEW over OWNER TO keeper;
    ALTER TABLE t OWNER TO keeper`);
  const relations = await asked(
    `SELECT relname, pg_get_userbyid(relowner), relacl::text[] @> ARRAY['reader=r*/keeper'], reloptions::text,
       obj_description(oid, 'pg_class') FROM pg_class WHERE relname IN ('t', 'over', 'over_over') ORDER BY 1`.replaceAll(
      /\n\s+/g,
      ' ',
    ),
  );
  expect(relations.map((row) => [row[0], row[1]])).toEqual([
    ['over', 'keeper'],
    ['over_over', 'postgres'],
    ['t', 'keeper'],
  ]);
  expect(relations[0]?.[3]).toBe('{security_barrier=true}');
  expect(relations.map((row) => row[4])).toEqual([null, 'twice', 'kept']);
  expect(
    await asked(`SELECT has_table_privilege('reader', 't', 'SELECT WITH GRANT OPTION') AS a, has_column_privilege('reader', 't', 'note', 'UPDATE') AS b,
      has_table_privilege('reader', 't', 'DELETE') AS c, has_table_privilege('reader', 'over_over', 'SELECT') AS d,
      (SELECT relacl::text ~ '(\\{|,)=a/' FROM pg_class WHERE relname = 't') AS e, col_description('t'::regclass, 2) AS f`),
  ).toEqual([['t', 't', 'f', 't', 't', 'noted']]);
  expect(await asked('SELECT * FROM over_over ORDER BY 1')).toEqual([
    ['1', 'new'],
    ['2', 'newer'],
  ]);
  await pair.target.session.run('DROP OWNED BY keeper, reader CASCADE; DROP ROLE keeper; DROP ROLE reader');
});

test.each([
  [
    'a trigger',
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
    /trigger "tr"/,
  ],
  [
    'row-level security',
    'CREATE POLICY p ON t USING (id > 1); ALTER TABLE t ENABLE ROW LEVEL SECURITY',
    /policy "p", row-level security/,
  ],
  ['a materialized view', 'CREATE MATERIALIZED VIEW m AS SELECT * FROM t', /materialized view "public\.m"/],
  [
    'a key from outside',
    'ALTER TABLE t ADD PRIMARY KEY (id); CREATE TABLE other (id int REFERENCES t)',
    /foreign key "other_id_fkey" of public\.other/,
  ],
])('a table with %s is not replaced', async (_what, sql, message) => {
  const failure = loaded(`CREATE TABLE t (id int, note text); INSERT INTO t VALUES (0, 'old'); ${sql}`);
  await expect(failure).rejects.toMatchObject({ name: 'PlanRefused', message: expect.stringMatching(message) });
  expect(await asked('SELECT * FROM t')).toEqual([['0', 'old']]);
});

const FILLED = `
  CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text, size int GENERATED ALWAYS AS (length(note)) STORED);
  CREATE TABLE child (parent int REFERENCES parent ON DELETE CASCADE, n serial);
  CREATE INDEX by_note ON parent (note); COMMENT ON INDEX by_note IS 'kept';
  CREATE TABLE heard (what text);
  CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO heard VALUES (TG_TABLE_NAME); RETURN NEW; END $$;
  CREATE TRIGGER hears AFTER INSERT ON parent FOR EACH ROW EXECUTE FUNCTION hear();
  INSERT INTO parent (note) VALUES ('old'); INSERT INTO child VALUES (1, 1)`;
const FILLING = `
  CREATE TABLE parent (id int, note text); INSERT INTO parent VALUES (5, 'five'), (6, 'sixth');
  CREATE TABLE child (parent int, n int); INSERT INTO child SELECT 5 + n % 2, n FROM generate_series(10, 2000) n;
  CREATE TABLE heard (what text)`;

test('rows are added to tables that refer to one another, whose triggers hear of them', async () => {
  await loaded(FILLED, 'WITH data only', FILLING);
  expect(await asked('SELECT * FROM parent ORDER BY 1')).toEqual([
    ['1', 'old', '3'],
    ['5', 'five', '4'],
    ['6', 'sixth', '5'],
  ]);
  expect(await asked('SELECT count(*), count(DISTINCT parent) AS parents FROM child')).toEqual([['1992', '3']]);
  expect(await asked('SELECT count(*) FROM heard')).toEqual([['3']]);
  expect(
    await asked(`SELECT convalidated, confdeltype FROM pg_constraint WHERE conname = 'child_parent_fkey'`),
  ).toEqual([['t', 'c']]);
  expect(await asked(`INSERT INTO parent (note) VALUES ('next') RETURNING id`)).toEqual([['7']]);
  expect(await asked('INSERT INTO child VALUES (5) RETURNING n')).toEqual([['2001']]);
});

test('tables are filled anew, without triggers and with their indexes out of the way', async () => {
  await loaded(FILLED, 'WITH data only, truncate, disable triggers, drop indexes', FILLING);
  expect(await asked('SELECT id FROM parent ORDER BY 1')).toEqual([['5'], ['6']]);
  expect(await asked('SELECT count(*) FROM heard')).toEqual([['0']]);
  expect(await asked(`SELECT indexname FROM pg_indexes WHERE tablename = 'parent' ORDER BY 1`)).toEqual([
    ['by_note'],
    ['parent_pkey'],
  ]);
  expect(await asked(`SELECT obj_description('by_note'::regclass, 'pg_class')`)).toEqual([['kept']]);
  await expect(pair.target.session.run('INSERT INTO child VALUES (1)')).rejects.toThrow(/child_parent_fkey/);
});

test('a key that the rows break is told, and the rows are live', async () => {
  const broken =
    'CREATE TABLE parent (id int, note text); CREATE TABLE child (parent int, n int); INSERT INTO child VALUES (9, 9)';
  await expect(loaded(FILLED, 'WITH data only', broken)).rejects.toMatchObject({
    message: expect.stringMatching(/a foreign key is violated.*All rows are loaded and live/s),
  });
  expect(await asked('SELECT count(*) FROM child')).toEqual([['2']]);
});

test('what the target cannot have is said, and the rows arrive', async () => {
  await loaded(
    '',
    '',
    `CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
     CREATE TABLE t (a int CHECK (f(a) > 0), b int DEFAULT f(3)); CREATE INDEX by_f ON t (f(a)); CREATE INDEX by_a ON t (a); INSERT INTO t VALUES (1)`,
  );
  expect(await asked('SELECT * FROM t')).toEqual([['1', '3']]);
  expect(await asked(`SELECT indexname FROM pg_indexes WHERE tablename = 't'`)).toEqual([['by_a']]);
  const { hazards } = await pair
    .ports()
    .store.getJson<{ hazards: { kind: string; message: string }[] }>(`runs/${pair.target.name}/plan.json`);
  expect(hazards.map(({ kind }) => kind).sort()).toEqual(['DEFAULT_DROPPED', 'KEY_DROPPED', 'KEY_DROPPED']);
  expect(hazards.every(({ message }) => message.includes('function public.f(integer)'))).toBe(true);
});

test('who drops identities gets plain columns; words for Redshift are told to do nothing', async () => {
  await loaded(
    '',
    `WITH drop identity, on infinity null DISTRIBUTE t USING a`,
    'CREATE TABLE t (a serial, b int GENERATED ALWAYS AS IDENTITY, c int DEFAULT 4); INSERT INTO t DEFAULT VALUES',
  );
  expect(await asked('SELECT * FROM t')).toEqual([['1', '1', '4']]);
  expect(
    await asked(
      `SELECT column_default, is_identity FROM information_schema.columns WHERE table_name = 't' ORDER BY column_name`,
    ),
  ).toEqual([
    [null, 'NO'],
    [null, 'NO'],
    ['4', 'NO'],
  ]);
  const { hazards } = await pair
    .ports()
    .store.getJson<{ hazards: { kind: string; message: string }[] }>(`runs/${pair.target.name}/plan.json`);
  expect(hazards.filter(({ kind }) => kind === 'WITHOUT_MEANING').map(({ message }) => message)).toEqual([
    '`on infinity null` does nothing: PostgreSQL holds such values',
    'DISTRIBUTE does nothing: PostgreSQL keeps a table in one place',
  ]);
});

test('a name that the target does not have is told by its place, not by what it is', async () => {
  const failure = loaded(
    '',
    '',
    "CREATE TABLE secret_name (); CREATE TABLE t (a regclass); INSERT INTO t VALUES (1259), ('secret_name')",
  );
  await expect(failure).rejects.toMatchObject({
    name: 'RowRefused',
    message: expect.stringMatching(/line 2 of .*column "a": it names what the target does not have \(42P01\)\.$/),
  });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('secret_name') });
});

test('an index that takes longer than an invocation is built on by the server, and waited for by the next attempt', async () => {
  const waits = `CREATE FUNCTION waits(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(42); RETURN $1; END $$;`;
  pair = await two.pair(
    `${waits} CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE INDEX slow ON t (waits(a))`,
    waits,
  );
  await pair.target.session.query('SELECT pg_advisory_lock(42)');
  let built = 0;
  const before = async (sql: string) => {
    if (sql.startsWith('CREATE INDEX')) built += 1;
  };
  const ports = { ...pair.ports({ before }), remaining: () => (built === 1 ? 1 : 900_000) };
  const run = pair.target.name;
  await expect(loadBySteps(ports, run, pair.command())).rejects.toMatchObject({ name: 'Unfinished' });
  const again = publish({ ...ports, remaining: () => 900_000 }, { run, publish: 0, first: 0, last: 0 });
  await pair.target.session.query('SELECT pg_advisory_unlock(42)');
  await again;
  expect(built).toBe(1);
  expect(await asked(`SELECT indexdef FROM pg_indexes WHERE tablename = 't'`)).toEqual([
    ['CREATE INDEX slow ON public.t USING btree (waits(a))'],
  ]);
});

test('drop schema takes the views over a table that is replaced, and does not make them again', async () => {
  await loaded('CREATE TABLE t (id int, note text); CREATE VIEW over AS SELECT id FROM t', 'WITH drop schema');
  expect(await asked(`SELECT relname FROM pg_class WHERE relkind = 'v' AND relname = 'over'`)).toEqual([]);
});
