// Each value that Redshift refuses or alters, under each policy: what arrives, what is counted, and what is said.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { type HazardName, hazardOf, type Policy, VALUE_HAZARDS } from '../../core/cast/value-hazards.ts';
import type { BatchItem, StepInput } from '../../core/pipeline.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import type { Report } from '../../core/report/model.ts';
import { scanQueries } from '../../core/sql/scan.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { report } from '../../lambdas/9-report/report.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { PROFILES, startTwoEnds, type TwoEnds } from '../support/two-ends.ts';

interface Case {
  readonly hazard: HazardName;
  /** The column's type in the source; and what a CAST makes of it. */
  readonly type: string;
  readonly to?: string;
  /** SQL of a value that arrives as it is, and its text there. */
  readonly good: readonly [sql: string, arrives: string];
  /** SQL of the value, and what arrives of it under each policy but `fail` and `null`. */
  readonly bad: string;
  readonly arrives: Partial<Record<Policy, string>>;
}

const MOMENT = ["'2024-05-06 07:08:09'", '2024-05-06 07:08:09'] as const;
const MOMENT_TZ = ["'2024-05-06 07:08:09+00'", '2024-05-06 07:08:09+00'] as const;
const DAY = ["'2024-05-06'", '2024-05-06'] as const;

const CASES: readonly Case[] = [
  {
    hazard: 'infinity',
    type: 'timestamp',
    good: MOMENT,
    bad: "'infinity'",
    arrives: { clamp: '9999-12-31 23:59:59.999999' },
  },
  {
    hazard: 'infinity',
    type: 'timestamptz',
    good: MOMENT_TZ,
    bad: "'-infinity'",
    arrives: { clamp: '0001-01-01 00:00:00+00' },
  },
  { hazard: 'infinity', type: 'date', good: DAY, bad: "'infinity'", arrives: { clamp: '9999-12-31' } },
  {
    hazard: 'infinity',
    type: 'timestamp',
    to: 'date',
    good: ["'2024-05-06 23:00:00'", '2024-05-06'],
    bad: "'-infinity'",
    arrives: { clamp: '0001-01-01' },
  },
  {
    hazard: 'infinity',
    type: 'float4',
    to: 'double precision',
    good: ['0.1', '0.1'],
    bad: "'Infinity'",
    arrives: { clamp: '1.7976931348623157e+308' },
  },
  {
    hazard: 'date out of range',
    type: 'timestamp',
    to: 'date',
    good: ["'9999-12-31 23:59:59'", '9999-12-31'],
    bad: "'10000-01-01 00:00:00'",
    arrives: { clamp: '9999-12-31' },
  },
  {
    hazard: 'infinity',
    type: 'numeric',
    to: 'decimal(5,2)',
    good: ['1.5', '1.50'],
    bad: "'infinity'",
    arrives: { clamp: '999.99' },
  },
  {
    hazard: 'infinity',
    type: 'float8',
    to: 'decimal(5,2)',
    good: ['1.5', '1.50'],
    bad: "'-infinity'",
    arrives: { clamp: '-999.99' },
  },
  {
    hazard: 'infinity',
    type: 'float8',
    to: 'integer',
    good: ['15', '15'],
    bad: "'infinity'",
    arrives: { clamp: '2147483647' },
  },
  { hazard: 'nan', type: 'numeric(5,2)', good: ['1.5', '1.50'], bad: "'NaN'", arrives: {} },
  { hazard: 'nan', type: 'float4', to: 'smallint', good: ['15', '15'], bad: "'NaN'", arrives: {} },
  { hazard: 'date out of range', type: 'date', good: DAY, bad: "'10000-01-01'", arrives: { clamp: '9999-12-31' } },
  {
    hazard: 'date out of range',
    type: 'timestamp',
    good: MOMENT,
    bad: "'0044-03-15 12:00:00 BC'",
    arrives: { clamp: '0001-01-01 00:00:00' },
  },
  {
    hazard: 'date out of range',
    type: 'timestamptz',
    good: MOMENT_TZ,
    bad: "'12024-01-01'",
    arrives: { clamp: '9999-12-31 23:59:59.999999+00' },
  },
  {
    hazard: 'number out of range',
    type: 'bigint',
    to: 'integer',
    good: ['7', '7'],
    bad: '2147483648',
    arrives: { clamp: '2147483647' },
  },
  {
    hazard: 'number out of range',
    type: 'integer',
    to: 'decimal(3,0)',
    good: ['-999', '-999'],
    bad: '-1000',
    arrives: { clamp: '-999' },
  },
  {
    hazard: 'number out of range',
    type: 'numeric(10,4)',
    to: 'decimal(5,2)',
    good: ['999.99', '999.99'],
    bad: '999.995',
    arrives: { clamp: '999.99' },
  },
  {
    hazard: 'number out of range',
    type: 'numeric',
    to: 'decimal(38,37)',
    good: ['9.5', '9.5000000000000000000000000000000000000'],
    bad: '10',
    arrives: { clamp: '9.9999999999999999999999999999999999999' },
  },
  {
    hazard: 'number out of range',
    type: 'numeric',
    to: 'bigint',
    good: ['7', '7'],
    bad: '9223372036854775808',
    arrives: { clamp: '9223372036854775807' },
  },
  {
    hazard: 'number out of range',
    type: 'money',
    to: 'decimal(4,2)',
    good: ["'12.34'", '12.34'],
    bad: "'100'",
    arrives: { clamp: '99.99' },
  },
  {
    hazard: 'number out of range',
    type: 'float8',
    to: 'real',
    good: ['1.5', '1.5'],
    bad: '1e39',
    arrives: { clamp: '3.4028235e+38' },
  },
  {
    hazard: 'number out of range',
    type: 'float8',
    to: 'real',
    good: ['0', '0'],
    bad: '-1e-40',
    arrives: { clamp: '0' },
  },
  {
    hazard: 'number out of range',
    type: 'float8',
    good: ['2.2250738585072014e-308', '2.2250738585072014e-308'],
    bad: '5e-324',
    arrives: { clamp: '0' },
  },
  {
    hazard: 'number out of range',
    type: 'numeric',
    to: 'double precision',
    good: ['0.1', '0.1'],
    bad: "'1e400'",
    arrives: { clamp: '1.7976931348623157e+308' },
  },
  {
    hazard: 'extra digits',
    type: 'numeric(10,4)',
    to: 'decimal(10,2)',
    good: ['1.2300', '1.23'],
    bad: '1.2350',
    arrives: { clamp: '1.24', truncate: '1.23' },
  },
  {
    hazard: 'extra digits',
    type: 'numeric(10,4)',
    to: 'integer',
    good: ['5.0000', '5'],
    bad: '-1.5',
    arrives: { clamp: '-2', truncate: '-1' },
  },
  {
    hazard: 'extra digits',
    type: 'float8',
    to: 'decimal(10,2)',
    good: ['1e5', '100000.00'],
    bad: '1e-5',
    arrives: { clamp: '0.00', truncate: '0.00' },
  },
  {
    hazard: 'multibyte',
    type: 'text',
    to: 'char(5)',
    good: ["'abcde'", 'abcde'],
    bad: "'é'",
    arrives: {},
  },
  { hazard: 'multibyte', type: 'char(4)', to: 'char(8)', good: ["'ab'", 'ab      '], bad: "'é'", arrives: {} },
  {
    hazard: 'long text',
    type: 'text',
    to: 'varchar(5)',
    good: ["'abcde'", 'abcde'],
    bad: "'abcdéf'",
    arrives: { truncate: 'abcd' },
  },
  {
    hazard: 'long text',
    type: 'text',
    to: 'varchar(6)',
    good: ["'🐘é'", '🐘é'],
    bad: "'🐘a🐘'",
    arrives: { truncate: '🐘a' },
  },
  {
    hazard: 'long text',
    type: 'text',
    good: ["repeat('é', 32767)", 'é'.repeat(32_767)],
    bad: "repeat('é', 32768)",
    arrives: { truncate: 'é'.repeat(32_767) },
  },
  {
    hazard: 'long text',
    type: 'char(9)',
    to: 'varchar(3)',
    good: ["'abc'", 'abc'],
    bad: "'ab  c'",
    arrives: { truncate: 'ab ' },
  },
  {
    hazard: 'long text',
    type: 'integer',
    to: 'varchar(3)',
    good: ['-12', '-12'],
    bad: '1234',
    arrives: { truncate: '123' },
  },
  {
    hazard: 'long text',
    type: 'jsonb',
    to: 'varchar(3)',
    good: ["'[1]'", '[1]'],
    bad: "'[1, 2]'",
    arrives: { truncate: '[1,' },
  },
  {
    hazard: 'long text',
    type: 'mood',
    to: 'varchar(2)',
    good: ["'ok'", 'ok'],
    bad: "'sad'",
    arrives: { truncate: 'sa' },
  },
  {
    hazard: 'extra blanks',
    type: 'varchar(9)',
    to: 'varchar(4)',
    good: ["'ab  '", 'ab  '],
    bad: "'ab    '",
    arrives: { truncate: 'ab  ' },
  },
  {
    hazard: 'extra blanks',
    type: 'text',
    to: 'char(3)',
    good: ["'abc'", 'abc'],
    bad: "'ab  '",
    arrives: { truncate: 'ab ' },
  },
  {
    hazard: 'long bytes',
    type: 'bytea',
    to: 'varbyte(3)',
    good: ["'\\x010203'", '010203'],
    bad: "'\\x01020304'",
    arrives: { truncate: '010203' },
  },
  {
    hazard: 'long bytes',
    type: 'bytea',
    good: ["'\\x01'", '01'],
    bad: "decode(repeat('ab', 2100000), 'hex')",
    // Other columns have a place beside it.
    arrives: { truncate: 'ab'.repeat(2_000_000) },
  },
  {
    hazard: 'long bytes',
    type: 'text',
    to: 'varbyte(2)',
    good: ["'é'", 'c3a9'],
    bad: "'abc'",
    arrives: { truncate: '6162' },
  },
  {
    hazard: 'long json',
    type: 'jsonb',
    good: ['\'{"a": [1, "x"]}\'', '{"a":[1,"x"]}'],
    bad: "jsonb_build_object('a', (SELECT jsonb_agg(repeat('x', 60000)) FROM generate_series(1, 70)))",
    arrives: {},
  },
  {
    hazard: 'long json string',
    type: 'jsonb',
    good: ["jsonb_build_object('a', 'b\"c\\d')", '{"a":"b\\"c\\\\d"}'],
    bad: "jsonb_build_array(1, repeat('é', 32768))",
    arrives: {},
  },
  {
    hazard: 'long json string',
    type: 'jsonb',
    good: ["'[]'", '[]'],
    bad: "jsonb_build_object(repeat('k', 65536), 1)",
    arrives: {},
  },
  {
    hazard: 'long json string',
    type: 'text[]',
    good: ["ARRAY['a,\"b', NULL]", '["a,\\"b",null]'],
    bad: "ARRAY[repeat('\"', 65536)]",
    arrives: {},
  },
  {
    hazard: 'long json number',
    type: 'jsonb',
    good: [
      '\'[12345678901234567890123456789012345678, "123456789012345678901234567890123456789"]\'',
      '[12345678901234567890123456789012345678,"123456789012345678901234567890123456789"]',
    ],
    bad: '\'{"a": [1, -0.123456789012345678901234567890123456789]}\'',
    arrives: {},
  },
  {
    hazard: 'long json number',
    type: 'json',
    good: [`'[1e5, 2.5E-1, 0e9999, "1e400"]'`, '[100000,0.25,0,"1e400"]'],
    bad: `'{"a": [1, -1E-400]}'`,
    arrives: {},
  },
  {
    hazard: 'long json number',
    type: 'json',
    good: [`'[1.5e3, 1234567890123456e1]'`, '[1500,12345678901234560]'],
    bad: `'[1.2345678901234567890123e5]'`,
    arrives: {},
  },
  { hazard: 'long json number', type: 'numeric[]', good: ["'{1.5}'", '[1.5]'], bad: 'ARRAY[1e40]', arrives: {} },
  {
    hazard: 'deep json',
    type: 'json',
    good: ["(repeat('[', 999) || '1' || repeat(']', 999))::json", `${'['.repeat(999)}1${']'.repeat(999)}`],
    bad: `(repeat('{"a":', 1001) || '1' || repeat('}', 1001))::json`,
    arrives: {},
  },
  {
    hazard: 'bad json character',
    type: 'json',
    good: [`'{"a":"\\\\u0000 \\ud83d\\udc18 \\u00e9"}'`, '{"a":"\\\\u0000 🐘 é"}'],
    bad: `'["\\u0000"]'`,
    arrives: {},
  },
  { hazard: 'bad json character', type: 'json', good: ["'{}'", '{}'], bad: `'["\\ud83d x"]'`, arrives: {} },
];

let ends: TwoEnds;
let source: TestDatabase;
beforeAll(async () => {
  ends = await startTwoEnds();
  // Each column in a table of its own, where the first offender stops it; and all of them in one.
  const columns = CASES.map(({ type }, n) => `v${n} ${type}`);
  const row = (id: number, of: (one: Case) => string) => `(${[id, ...CASES.map(of)].join(', ')})`;
  const own = CASES.map(
    ({ type, good, bad }, n) =>
      `CREATE TABLE t${n} (id int, v${n} ${type}); INSERT INTO t${n} VALUES (1, ${good[0]}), (2, NULL), (3, ${bad}), (4, ${bad});`,
  );
  source = await createDatabase(
    ends.source,
    `CREATE TYPE mood AS ENUM ('ok', 'sad');
     CREATE TABLE whole (id int, ${columns.join(', ')});
     INSERT INTO whole VALUES ${row(1, ({ good }) => good[0])}, ${row(2, () => 'NULL')};
     INSERT INTO whole VALUES ${row(3, ({ bad }) => bad)}, ${row(4, ({ bad }) => bad)};
     ${own.join('\n')}`,
  );
});
afterAll(async () => {
  await source.drop();
  await ends.stop();
});

const has = (hazard: HazardName, policy: Policy): boolean => hazardOf(hazard).policies.includes(policy);

/** A rule for each column: of its type, and of the policy; of `null` where the hazard does not have it. */
const rules = (policy: Policy, table?: string): string =>
  CASES.map(({ hazard, to }, n) => {
    const type = to === undefined ? '' : `to ${to} `;
    return `column ${table ?? `t${n}`}.v${n} ${type}on ${hazard} ${has(hazard, policy) ? policy : 'null'}`;
  }).join(', ');

const numbered = CASES.map((one, n) => ({ ...one, n, into: one.to ?? 'its own' }));

test('every hazard is tried, under every policy that it has', () => {
  const tried = new Set(CASES.map(({ hazard }) => hazard));
  expect(VALUE_HAZARDS.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  for (const { hazard, arrives } of CASES) {
    const needed = (['clamp', 'truncate'] as const).filter((policy) => has(hazard, policy));
    expect(Object.keys(arrives)).toEqual(expect.arrayContaining(needed));
  }
});

describe('fail', () => {
  const run = 'fails';
  let ports: Ports;
  const reads = new Map<string, Pick<StepInput<'extract'>, 'chunk' | 'parts'>>();
  beforeAll(async () => {
    ports = ends.ports(source, 'pessimistic');
    const command = ends.command(source, 'pessimistic', `CAST ${rules('fail')}`);
    await detect(ports, { run, input: { command } });
    await discover(ports, { run, snapshot: false });
    const { batchesKey } = await plan(ports, { run });
    const { tables } = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, 0));
    for (const line of (await ports.store.getText(batchesKey)).trim().split('\n')) {
      const { chunk, reads: shared }: BatchItem = JSON.parse(line);
      for (const part of shared.flatMap(({ parts }) => parts)) {
        const planned = tables.find(({ table }) => table === part.table);
        reads.set(planned?.source.name ?? '', { chunk, parts: [part] });
      }
    }
  });

  test.each(numbered)('$hazard in $type to $into: names its place and what to do, no value', async ({ hazard, n }) => {
    const read = reads.get(`t${n}`);
    if (read === undefined) throw new Error('no batch');
    const failure = await extract(ports, { run, snapshot: false, ...read, attempt: 0 }).catch((error) => error);
    const { what, redshift, policies } = hazardOf(hazard);
    const column = await columnOf(ports, run, n);
    const others = policies.filter((policy) => policy !== 'fail');
    expect(failure.name).toBe('ValueRefused');
    expect(failure.message).toBe(
      `public.t${n}.v${n} holds ${what} (${column}) in the row whose ctid is (0,3) in "public"."t${n}". Redshift ${redshift}. ` +
        `Say what becomes of such values, \`on ${hazard}\` ${others.join(', ').replace(/, (\w+)$/, ' or $1')}: ` +
        `WITH on ${hazard} null, or CAST column public.t${n}.v${n} on ${hazard} null.`,
    );
  });
});

describe('rows', () => {
  const json = (pieces: number) => `(SELECT jsonb_agg(repeat('x', 60000)) FROM generate_series(1, ${pieces}))`;
  let rowsOnly: TestDatabase;
  beforeAll(async () => {
    rowsOnly = await createDatabase(
      ends.source,
      `CREATE TABLE wide (id int, doc jsonb, bytes bytea);
       INSERT INTO wide VALUES (1, ${json(35)}, convert_to(repeat('y', 900000), 'UTF8')), (2, NULL, NULL);
       INSERT INTO wide VALUES (3, ${json(35)}, convert_to(repeat('y', 1200000), 'UTF8'));`,
    );
  });
  afterAll(() => rowsOnly.drop());

  const load = async (run: string, clauses: string) => {
    const ports = ends.ports(rowsOnly, 'pessimistic');
    await loadBySteps(ports, run, ends.command(rowsOnly, 'pessimistic', clauses));
  };
  const only = (table: string) => `INCLUDING ONLY TABLE NAMES MATCHING '${table}' IN SCHEMA 'public'`;

  test('of 3.9 MB arrive', async () => {
    const view = 'MATERIALIZE VIEWS most AS $$ SELECT * FROM public.wide WHERE id < 3 $$';
    await load('row-1', `${view} EXCLUDING TABLE NAMES MATCHING 'wide' IN SCHEMA 'public'`);
    expect(await ends.arrived('pessimistic', 'SELECT id FROM public.most ORDER BY id')).toEqual([['1'], ['2']]);
  });

  test('of more than 4 MB stop the run, whose message names the row', async () => {
    await expect(load('row-2', only('wide'))).rejects.toMatchObject({
      name: 'ValueRefused',
      message: expect.stringMatching(
        /^public\.wide holds a row of more than 4 MB as CSV: the row whose ctid is \(0,3\) in "public"\."wide"\. .*WITH on long row keep\.$/,
      ),
    });
  });

  test('are shortened before they are measured', async () => {
    await load('row-3', `CAST column wide.bytes to varbyte(900000) on long bytes truncate ${only('wide')}`);
    expect(await ends.arrived('pessimistic', 'SELECT id FROM public.wide ORDER BY id')).toEqual([['1'], ['2'], ['3']]);
  });

  test('go to Redshift when the command says so', async () => {
    await expect(load('row-4', `WITH on long row keep ${only('wide')}`)).rejects.toMatchObject({ name: 'RowRefused' });
  });

  test('of a query have no ctid, and the message says so; of its values as well', async () => {
    const view = (name: string, column: string) =>
      `MATERIALIZE VIEWS ${name} AS $$ SELECT ${column} AS v FROM public.wide $$ EXCLUDING TABLE NAMES MATCHING 'wide' IN SCHEMA 'public'`;
    await expect(load('row-5', view('all_of_it', 'id, doc, bytes'))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^public\.all_of_it holds a row of more than 4 MB as CSV: a row of its query, where rows have no ctid\./,
      ),
    });
    await expect(load('row-6', view('times', "'infinity'::timestamp"))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^public\.times\.v holds an infinite value \(TIMESTAMP\) in a row of its query, where rows have no ctid\./,
      ),
    });
  });
});

test('texts of a source that does not keep them in UTF-8 are measured in UTF-8', async () => {
  const administrator = await openSession(ends.source.uri());
  await administrator.run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0");
  await administrator.close();
  const session = await openSession(ends.source.uri('latin'));
  await session.run("CREATE TABLE t (v text); INSERT INTO t VALUES (repeat(U&'\\00E9', 40000))");
  const latin: TestDatabase = { name: 'latin', uri: ends.source.uri('latin'), session, drop: session.close };
  const command = ends.command(latin, 'pessimistic', 'WITH on long text truncate');
  await loadBySteps(ends.ports(latin, 'pessimistic'), 'latin', command);
  await session.close();
  expect(await ends.arrived('pessimistic', 'SELECT v FROM public.t')).toEqual([['é'.repeat(32_767)]]);
});

test('1,600 columns are guarded, counted and scanned', async () => {
  const types = ['text', 'jsonb', 'timestamp', 'numeric'] as const;
  const columns = Array.from({ length: 1600 }, (_, n) => `c${n} ${types[n % types.length]}`);
  const wide = await createDatabase(
    ends.source,
    `CREATE TABLE wide (${columns.join(', ')});
     INSERT INTO wide (c0, c1, c2, c3, c1598) VALUES ('a', '[1]', 'infinity', 1.5, 'infinity'), ('b', NULL, '2024-05-06', NULL, NULL)`,
  );
  const ports = ends.ports(wide, 'pessimistic');
  await loadBySteps(ports, 'wide', ends.command(wide, 'pessimistic', 'WITH on infinity null'));
  await report(ports, { run: 'wide' });
  expect(await ends.arrived('pessimistic', 'SELECT c0, c1, c2, c3, c1598 FROM public.wide ORDER BY c0')).toEqual([
    ['a', '[1]', null, '1.5', null],
    ['b', null, '2024-05-06 00:00:00', null, null],
  ]);
  const { replaced } = await ports.store.getJson<Report>(artifactKeys.reportJson('wide'));
  expect(replaced.map(({ column, rows }) => [column, rows])).toEqual([
    ['c2', 1],
    ['c1598', 1],
  ]);
  const { tables } = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk('wide', 0));
  let counted = 0;
  for (const { sql, counts } of tables.flatMap(scanQueries)) {
    const [row] = await wide.session.query(sql);
    counted += counts.reduce((sum, { name }) => sum + Number(row?.[name]), 0);
  }
  expect(counted).toBe(2);
  await wide.drop();
});

async function columnOf(ports: Ports, run: string, n: number): Promise<string | undefined> {
  const { tables } = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, 0));
  return tables.find(({ source: { name } }) => name === `t${n}`)?.columns[1]?.type;
}

describe.each(PROFILES)('read by the %s profile', (profile) => {
  describe.each(['null', 'clamp', 'truncate'] as const)('%s', (policy) => {
    let loaded: Report;
    let arrived: unknown[][];
    beforeAll(async () => {
      const run = `${policy}-${profile}`;
      const ports = ends.ports(source, profile);
      const only = "INCLUDING ONLY TABLE NAMES MATCHING 'whole' IN SCHEMA 'public'";
      await loadBySteps(ports, run, ends.command(source, profile, `CAST ${rules(policy, 'whole')} ${only}`));
      await report(ports, { run });
      loaded = await ports.store.getJson(artifactKeys.reportJson(run));
      arrived = await ends.arrived(profile, 'SELECT * FROM public.whole ORDER BY id');
    });

    test.each(numbered)('of $hazard in $type to $into', ({ hazard, good, arrives, n }) => {
      const used = has(hazard, policy) ? policy : 'null';
      const instead = used === 'null' ? null : arrives[used];
      expect(arrived.map((row) => row[n + 1])).toEqual([good[1], null, instead, instead]);
      const column = `v${n}`;
      expect(loaded.replaced.filter((each) => each.column === column)).toEqual([
        { table: 'public.whole', column, hazard, policy: used, rows: 2 },
      ]);
    });
  });
});
