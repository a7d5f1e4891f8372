// Do the values of the golden table arrive as it says? Each type is a column, each of its lists a table, which goes through
// discover, plan, prepare, extract and copy into the stand-in, in both of its profiles; from the newest PostgreSQL and from
// the oldest.
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Catalog } from '../../core/catalog/model.ts';
import type { Row } from '../../core/catalog/rows.ts';
import { parseCommands } from '../../core/command/parser.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import type { BatchItem } from '../../core/pipeline.ts';
import { buildPlan } from '../../core/plan/build.ts';
import type { PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import { identifier } from '../../core/sql/quote.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, openSession, postgresVersions, startTestPostgres } from '../support/database.ts';
import { bucket, keys, region, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { type Login, stepWorld } from '../support/step-world.ts';
import { GOLDEN, GOLDEN_SETUP, type GoldenType } from './values.ts';

let standIn: StandIn;
let s3: S3Client;
beforeAll(async () => {
  standIn = await startStandIn({ profile: 'pessimistic' });
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await standIn.close();
});

describe.each(postgresVersions)('from $name', (version) => {
  const tables = goldenTables(version.major);
  let server: PostgresServer;
  let arrived: ReadonlyMap<GoldenType, Arrived>;
  beforeAll(async () => {
    server = await startTestPostgres(version);
    arrived = await load(server, version.major, tables);
  });
  afterAll(() => server.stop());

  const types = tables.flatMap((table) => table.types);
  test.each(types.map((golden) => [title(golden), golden] as const))('%s', (_title, golden) => {
    const { type, pessimistic, optimistic } = arrived.get(golden) ?? {};
    expect(type).toBe(golden.becomes);
    const wanted = [null, ...golden.values.map(([, value]) => value)];
    expect(pessimistic?.slice(0, wanted.length)).toEqual(wanted);
    expect(optimistic?.slice(0, wanted.length)).toEqual(wanted);
  });
});

function title({ type, becomes, options, values }: GoldenType): string {
  return `${type} arrives as ${becomes}${options === undefined ? '' : ` (WITH ${options})`}: ${values.length + 1} values`;
}

/** The source's defaults for every session: none of them may change a value. */
const ODD_SETTINGS = [
  "DateStyle TO 'German, DMY'",
  "IntervalStyle TO 'iso_8601'",
  "TimeZone TO 'Asia/Kolkata'",
  "bytea_output TO 'escape'",
  'extra_float_digits TO -10',
  'quote_all_identifiers TO on',
  "xmloption TO 'document'",
  "xmlbinary TO 'hex'",
  "client_encoding TO 'LATIN1'",
  'search_path TO pg_temp, public',
  "lc_monetary TO 'C'",
];

interface GoldenTable {
  readonly name: string;
  readonly options: string | undefined;
  readonly types: readonly GoldenType[];
}

/** The types of a list that go by the same options, and that this PostgreSQL has, are one table. */
function goldenTables(major: number): GoldenTable[] {
  const tables = GOLDEN.flatMap((types) => {
    const there = types.filter(({ since = 0 }) => since <= major);
    return [...Map.groupBy(there, ({ options }) => options)];
  });
  return tables.map(([options, types], number) => ({ name: `golden_${number}`, options, types }));
}

/** A row for the first value of each type, one for the second, and so on, behind a row of NULLs. */
function tableSql({ name, types }: GoldenTable): string {
  const columns = types.map(({ type }, at) => `c${at} ${type}`);
  const most = Math.max(...types.map(({ values }) => values.length));
  const rows = Array.from({ length: most + 1 }, (_, n) => types.map(({ values }) => values[n - 1]?.[0] ?? 'NULL'));
  const inserts = rows.map((row, n) => `INSERT INTO ${name} VALUES (${[n, ...row].join(', ')});`);
  return [`CREATE TABLE ${name} (${['n int', ...columns].join(', ')});`, ...inserts].join('\n');
}

interface Arrived {
  readonly type: string;
  readonly pessimistic: readonly unknown[];
  readonly optimistic: readonly unknown[];
}

async function load(server: PostgresServer, major: number, tables: readonly GoldenTable[]) {
  const source = await createDatabase(server, [GOLDEN_SETUP, ...tables.map(tableSql)].join('\n'));
  for (const setting of ODD_SETTINGS) await source.session.run(`ALTER DATABASE ${source.name} SET ${setting}`);
  await source.session.run(PIN_POSTGRESQL_SOURCE);
  const catalog = await readCatalog(source.session, { dialect: 'postgresql', major });
  const { port, user, password } = server;
  const from = stepWorld(s3, bucket, { port, user, password, database: source.name }).ports;
  const other = await standIn.another(`optimistic_${major}`, { profile: 'optimistic' });
  const uris = [standIn.redshift.uri(), other.uri()];
  const targets = uris.map((uri) => stepWorld(s3, bucket, loginOf(uri), { authorization: keys }).ports);
  const arrived = new Map<GoldenType, Arrived>();
  for (const [number, [options, members]] of [...Map.groupBy(tables, (table) => table.options)].entries()) {
    const run = `golden-${major}-${number}`;
    const chosen = catalog.tables.filter(({ name }) => members.some((table) => table.name === name));
    const token = `${major}${String(number).padStart(10, '0')}`;
    const plan = await planRun(from, run, token, { ...catalog, tables: chosen }, options);
    for (const ports of targets) {
      for (const { chunk } of plan.chunks) await prepare(ports, { run, chunk, execution: '' });
    }
    await loadItems(from, targets, run, plan.items);
    for (const planned of plan.chunks.flatMap((chunk) => chunk.tables)) {
      const types = members.find(({ name }) => name === planned.source.name)?.types ?? [];
      const [pessimistic = [], optimistic = []] = await Promise.all(uris.map((uri) => readTable(uri, planned)));
      for (const [at, golden] of types.entries()) {
        const values = (rows: readonly Row[]) => rows.map((row) => row[`c${at}`]);
        const type = planned.columns.find(({ target }) => target === `c${at}`)?.type ?? '';
        arrived.set(golden, { type, pessimistic: values(pessimistic), optimistic: values(optimistic) });
      }
    }
  }
  return arrived;
}

async function planRun(ports: Ports, run: string, token: string, source: Catalog, options: string | undefined) {
  const words = options === undefined ? '' : `WITH ${options}`;
  const [parsed] = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO redshift:///b ${words};`, 'golden').commands;
  if (parsed === undefined) throw new Error(`${words} does not parse`);
  const server = { major: 18, label: '', database: '' };
  const capabilities: Capabilities = {
    source: { ...server, dialect: 'postgresql', freeConnections: 9, standby: false },
    target: { ...server, dialect: 'redshift' },
    bucket: { name: bucket, region },
    copy: 'role',
  };
  const { command } = parsed;
  const target: Catalog = { dialect: 'redshift', database: 'dev', schemas: [], tables: [], views: [] };
  // A value of the table is the first of the sentinels.
  const sentinels = ['@N0000000000000001@', '@N0000000000000002@', '@N0000000000000003@'] as const;
  const plan = buildPlan({ run, command, source, target, capabilities, sentinels, token });
  expect(plan.summary.hazards.filter(({ policy }) => policy === 'refuse')).toEqual([]);
  await ports.store.putJson(artifactKeys.command(run), command);
  await ports.store.putJson(artifactKeys.capabilities(run), capabilities);
  for (const chunk of plan.chunks) await ports.store.putJson(artifactKeys.planChunk(run, chunk.chunk), chunk);
  return plan;
}

/** Each part is read once, and loaded into every target. */
async function loadItems(
  from: Ports,
  targets: readonly Ports[],
  run: string,
  items: readonly BatchItem[],
): Promise<void> {
  for (const { chunk, reads } of items) {
    const read = await Promise.all(
      reads.map(({ parts }) => extract(from, { run, snapshot: false, chunk, parts, attempt: 0 })),
    );
    await Promise.all(targets.map((ports) => copy(ports, { run, chunk, reads: read })));
  }
}

async function readTable(uri: string, { target, staging }: PlannedTable): Promise<Row[]> {
  const session = await openSession(uri);
  // All digits of floats.
  await session.run('SET extra_float_digits TO 2');
  const rows = await session.query(`SELECT * FROM ${identifier(target.schema)}.${identifier(staging)} ORDER BY n`);
  await session.close();
  return rows;
}

function loginOf(uri: string): Login {
  const { port, username, password, pathname } = new URL(uri);
  return {
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}
