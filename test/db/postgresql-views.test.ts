// Are the source's views made in a PostgreSQL target with `create views`: right, or left out with a word?
import { afterAll, beforeAll, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { PlanChunk, PlanSummary } from '../../core/plan/model.ts';
import { planScript } from '../../core/plan/print.ts';
import { report } from '../../lambdas/9-report/report.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { type Pair, startTwoPostgres, type TwoPostgres } from '../support/two-postgres.ts';

let two: TwoPostgres;
beforeAll(async () => {
  two = await startTwoPostgres();
});
afterAll(() => two.stop());

const TABLES = `
  CREATE SCHEMA shop; CREATE SCHEMA reports; COMMENT ON SCHEMA reports IS 'for people';
  CREATE TYPE shop.size AS ENUM ('s', 'l');
  CREATE TABLE shop.orders (id int PRIMARY KEY, total numeric(10,2), size shop.size, note text);
  CREATE TABLE shop.lines (id int, "Order" int, what text) PARTITION BY LIST (id); CREATE TABLE shop.line_1 PARTITION OF shop.lines FOR VALUES IN (1); CREATE TABLE shop.line_n PARTITION OF shop.lines DEFAULT;
  INSERT INTO shop.orders VALUES (1, 9.50, 'l', 'a'), (2, 1, 's', NULL); INSERT INTO shop.lines VALUES (1, 1, 'x'), (2, 1, 'y')`;
const VIEWS = `
  CREATE VIEW shop.z_large WITH (security_barrier = true) AS SELECT id, total FROM shop.orders WHERE size = 'l' WITH LOCAL CHECK OPTION;
  CREATE VIEW reports."A ""list""" AS SELECT o.id AS "Id", l.what FROM shop.z_large o JOIN shop.lines l ON l."Order" = o.id;
  CREATE RECURSIVE VIEW reports.countdown (n) AS SELECT max(id) FROM shop.lines UNION ALL SELECT n - 1 FROM countdown WHERE n > 0;
  CREATE VIEW reports.nothing AS SELECT 1 AS one; CREATE VIEW shop.of_one AS SELECT id FROM shop.line_1;
  COMMENT ON VIEW shop.z_large IS 'it''s large'; COMMENT ON COLUMN shop.z_large.total IS 'in €';
  ALTER VIEW shop.z_large ALTER total SET DEFAULT 0`;

const DESCRIBED = `SELECT c.oid::regclass::text AS name, pg_get_viewdef(c.oid) AS query, c.reloptions::text AS options, obj_description(c.oid) AS comment,
  (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum), pg_get_expr(d.adbin, d.adrelid)), ', ')
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns
  FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace::regnamespace::text IN ('shop', 'reports') ORDER BY 1`;

async function loaded(pair: Pair, clauses: string): Promise<string[]> {
  const [run, ports] = [pair.target.name, pair.ports()];
  await loadBySteps(ports, run, pair.command(clauses));
  const { hazards } = await ports.store.getJson<PlanSummary>(artifactKeys.plan(run));
  return hazards.map(({ kind, place, message }) => `${kind} ${place}: ${message}`);
}
const inTarget = (pair: Pair, sql: string) => pair.target.session.query(sql);
const named = async (pair: Pair) => (await inTarget(pair, DESCRIBED)).map(({ name }) => name);

test.each(['create views', 'create views, publish table by table'])('views arrive as they are, %s', async (options) => {
  const pair = await two.pair(`${TABLES}; ${VIEWS}`);
  expect(await loaded(pair, `WITH ${options}`)).toEqual([]);
  expect(await inTarget(pair, DESCRIBED)).toEqual(await pair.source.session.query(DESCRIBED));
  const rows = 'SELECT * FROM reports."A ""list""" ORDER BY 2';
  expect(await inTarget(pair, rows)).toEqual(await pair.source.session.query(rows));
  expect(await inTarget(pair, `SELECT obj_description('reports'::regnamespace) AS said`)).toEqual([
    { said: 'for people' },
  ]);
  await pair.drop();
});

test('views that are there are replaced, with their owner, their grants, and what stands on them', async () => {
  const pair = await two.pair(
    `${TABLES}; ${VIEWS}`,
    `${TABLES}; CREATE ROLE view_owner; CREATE ROLE view_reader; GRANT ALL ON SCHEMA shop TO view_owner;
     CREATE VIEW shop.z_large AS SELECT id, note FROM shop.orders; CREATE VIEW shop.before AS SELECT note FROM shop.orders;
     CREATE VIEW reports.mine AS SELECT id FROM shop.z_large; GRANT SELECT ON shop.z_large, reports.mine TO view_reader;
     ALTER VIEW shop.z_large OWNER TO view_owner; CREATE VIEW reports.nothing AS SELECT 2 AS two, 3 AS three`,
  );
  const hazards = await loaded(pair, 'WITH create views');
  expect(
    hazards.filter((hazard) => hazard.startsWith('DROPS_TARGET_VIEW')).map((hazard) => hazard.split(':')[0]),
  ).toEqual(['DROPS_TARGET_VIEW shop.z_large', 'DROPS_TARGET_VIEW reports.nothing']);
  const made = await inTarget(pair, DESCRIBED);
  expect(made.filter(({ name }) => !['shop.before', 'reports.mine'].includes(name ?? ''))).toEqual(
    await pair.source.session.query(DESCRIBED),
  );
  expect(made).toHaveLength(7);
  expect(
    await inTarget(
      pair,
      `SELECT relname, pg_get_userbyid(relowner) AS owner, has_table_privilege('view_reader', oid, 'SELECT') AS reads
       FROM pg_class WHERE relname IN ('z_large', 'mine') ORDER BY 1`,
    ),
  ).toEqual([
    { relname: 'mine', owner: 'postgres', reads: 't' },
    { relname: 'z_large', owner: 'view_owner', reads: 't' },
  ]);
  await pair.target.session.run(
    'DROP OWNED BY view_owner, view_reader CASCADE; DROP ROLE view_owner; DROP ROLE view_reader',
  );
  await pair.drop();
});

test('a view that cannot be kept right is left out with a word, and so is what reads it', async () => {
  const pair = await two.pair(`${TABLES}; ${VIEWS};
    CREATE FUNCTION shop.twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
    CREATE VIEW shop.doubled AS SELECT shop.twice(id) AS n FROM shop.lines;
    CREATE VIEW shop.notes AS SELECT note FROM shop.orders; CREATE VIEW shop.totals AS SELECT total FROM shop.orders`);
  const hazards = await loaded(
    pair,
    `WITH create views CAST column orders.total to text
     ALTER TABLE NAMES MATCHING 'lines' IN SCHEMA 'shop' RENAME TO 'items'`,
  );
  const left = (place: string, why: string) => `LEFT_OUT ${place}: the view is not made: ${why}`;
  const lines = 'its query names shop.lines, which is shop.items in the target';
  expect(hazards.filter((hazard) => hazard.startsWith('LEFT_OUT')).sort()).toEqual([
    left('reports.A "list"', lines),
    left('reports.countdown', lines),
    left('shop.doubled', lines),
    left('shop.totals', 'it reads shop.orders.total, whose name or type is another one in the target'),
    left('shop.z_large', 'it reads shop.orders.total, whose name or type is another one in the target'),
  ]);
  expect(await named(pair)).toEqual(['reports.nothing', 'shop.notes', 'shop.of_one']);
  await pair.drop();
});

test('filters and ALTER TABLE speak of views as well; what speaks of a missing function, or reads a table that is left out, is not made', async () => {
  const pair = await two.pair(`${TABLES}; ${VIEWS};
    CREATE FUNCTION shop.twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
    CREATE VIEW shop.bigger AS SELECT id FROM shop.z_large; CREATE VIEW shop.doubled AS SELECT shop.twice(id) AS n FROM shop.orders`);
  const hazards = await loaded(
    pair,
    `WITH create views EXCLUDING TABLE NAMES MATCHING 'lines', 'countdown'
     ALTER TABLE NAMES MATCHING 'z_large' IN SCHEMA 'shop' RENAME TO 'big one'`,
  );
  expect(hazards).toEqual([
    'LEFT_OUT reports.A "list": the view is not made: it reads shop.lines, which this run does not make',
    'LEFT_OUT shop.bigger: the view is not made: its query names shop.z_large, which is shop.big one in the target',
    'LEFT_OUT shop.doubled: the view is not made: it speaks of function shop.twice(integer), which the target does not have',
    'LEFT_OUT shop.of_one: the view is not made: it reads shop.line_1, which this run does not make',
  ]);
  expect(await named(pair)).toEqual(['reports.nothing', 'shop."big one"']);
  const [run, { store }] = [pair.target.name, pair.ports()];
  const command = await store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await store.getJson<PlanChunk>(artifactKeys.planChunk(run, 0));
  const script = planScript(await store.getJson<PlanSummary>(artifactKeys.plan(run)), [chunk], command);
  expect(script).toMatch(/^-- 2 views, in this order\n-- {3}shop\.big one\n-- {3}reports\.nothing$/m);
  expect(script).toMatch(/RENAME TO "orders";[\s\S]*\nCREATE VIEW "shop"\."big one" WITH [\s\S]*\nCOMMIT;/);
  await report(pair.ports(), { run });
  expect(await store.getText(artifactKeys.reportText(run))).toContain('\nViews made: shop.big one, reports.nothing\n');
  await pair.drop();
});

test('a view that the server refuses publishes nothing, and the message says what to do', async () => {
  const pair = await two.pair(
    `${TABLES}; CREATE VIEW shop.notes AS SELECT note FROM shop.orders`,
    'CREATE SCHEMA shop; CREATE SEQUENCE shop.notes',
  );
  await expect(loaded(pair, 'WITH create views')).rejects.toMatchObject({
    kind: 'StatementRefused',
    message: expect.stringMatching(/^The view shop\.notes cannot be made: .* say `create no views`\.$/),
  });
  expect(await inTarget(pair, `SELECT to_regclass('shop.orders') AS there`)).toEqual([{ there: null }]);
  await pair.drop();
});
