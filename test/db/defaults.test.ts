// Does a new row in Redshift get what a new row in PostgreSQL gets, where a default is kept?
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identifier } from '../../core/sql/quote.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { createDatabase, openSession } from '../support/database.ts';
import { type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { planOf, tablesOf } from '../unit/core/plan/planning.ts';

/** Type and default. */
const LITERALS: readonly (readonly [type: string, expression: string])[] = [
  ['smallint', '3'],
  ['int', '-5'],
  ['int', '+5'],
  ['bigint', '-9223372036854775808'],
  ['numeric(5,2)', '-1.5'],
  ['numeric(20,5)', '5::numeric(10,2)'],
  ['numeric', '1.50'],
  ['real', '1e-5'],
  ['float8', '-1e300'],
  ['float8', '0.1'],
  ['money', '1'],
  ['boolean', `'f'`],
  ['text', `'it''s "so"'`],
  ['text', String.raw`E'C:\\new\n\t\\'`],
  ['text', `''`],
  ['text', `'  '`],
  ['text', `'😀 ü'`],
  ['text', '5'],
  ['varchar(3)', `'abc'`],
  ['"char"', `'a'`],
  ['uuid', `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`],
  ['mood', `'so''so'`],
  ['few', '7'],
  ['inet', `'10.0.0.1'`],
  ['inet', `'10.0.0.0/8'`],
  ['macaddr', `'08:00:2b:01:02:03'`],
  ['bit(3)', `B'101'`],
  ['interval', `'1 day -2 hours'`],
  ['point', `'(1,2)'`],
  ['date', `'2020-02-29'`],
  ['time', `'12:34:56.789'`],
  ['timetz', `'12:34+00'`],
  ['timestamp', `'2020-01-02 03:04:05.000006'`],
  ['timestamptz', `'2020-01-02 03:04+02'`],
];
const MOMENTS = `now_tz timestamptz DEFAULT now(), now_plain timestamp DEFAULT CURRENT_TIMESTAMP(0),
  now_utc timestamp DEFAULT (now() AT TIME ZONE 'utc'), today date DEFAULT CURRENT_DATE, now_day date DEFAULT now()::date,
  clock time DEFAULT LOCALTIME`;

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

test('a new row has the source’s defaults, and the present where that is the default', async () => {
  const columns = LITERALS.map(([type, expression], at) => `c${at} ${type} DEFAULT ${expression}`);
  const source = await createDatabase(
    standIn.postgres,
    `CREATE TYPE mood AS ENUM ('so''so'); CREATE DOMAIN few AS int CHECK (value < 9);
     CREATE TABLE t (id int, ${columns.join(', ')}, ${MOMENTS}); INSERT INTO t (id) VALUES (1)`,
  );
  await source.session.run(PIN_POSTGRESQL_SOURCE);
  const { tables } = await readCatalog(source.session, { dialect: 'postgresql', major: 18 });
  const plan = planOf(tables);
  expect(plan.summary.hazards.filter(({ kind }) => kind === 'DEFAULT_DROPPED')).toEqual([]);
  const [table] = tablesOf(plan);
  if (table === undefined) throw new Error('no table was planned');

  const target = await openSession(standIn.redshift.uri());
  for (const statement of table.create) await target.run(statement);
  const staging = identifier(table.staging);
  const [before] = await target.query('SELECT GETDATE() AS now');
  await target.run(`INSERT INTO ${staging} (id) VALUES (1)`);
  const [after] = await target.query('SELECT GETDATE() AS now');

  const literals = table.columns.filter(({ target: name }) => /^c\d+$/.test(name));
  const [wanted] = await source.session.query(
    `SELECT ${literals.map((column) => `${column.expression} AS ${column.target}`).join(', ')} FROM public.t`,
  );
  const [found] = await target.query(`SELECT ${literals.map((column) => column.target).join(', ')} FROM ${staging}`);
  expect(found).toEqual(wanted);

  const [moments] = await target.query(
    `SELECT now_plain, now_tz AT TIME ZONE 'UTC' = now_plain AS same, now_utc = now_plain AS utc, today = now_plain::date AS day,
       now_day = today AS cast, clock = now_plain::time AS clock FROM ${staging}`,
  );
  const now = moments?.now_plain ?? '';
  expect(moments).toEqual({ now_plain: now, same: 't', utc: 't', day: 't', cast: 't', clock: 't' });
  expect([before?.now, now, after?.now].toSorted()).toEqual([before?.now, now, after?.now]);
  await target.close();
  await source.drop();
});
