// What do the benchmarks measure on: a source with a table of mixed types, S3, the Redshift stand-in, and the state
// machine, all as `pgshift local` and `pgshift load` have them.
import { join } from 'node:path';
import pg from 'pg';
import { awsSettings } from '../cli/aws-settings.ts';
import { type ReadyCommand, readCommands } from '../cli/commands.ts';
import { Secrets } from '../cli/failure.ts';
import { type Laptop, startLaptop, temporaryFolder } from '../cli/laptop.ts';
import type { Lifetime } from '../cli/lifetime.ts';
import { startMachine } from '../cli/machine.ts';
import type { Machine } from '../cli/run-command.ts';
import { type PostgresServer, startPostgres } from '../local/postgres/server.ts';

export interface World {
  /** A tenth of the rows and tables, fewer samples. */
  readonly quick: boolean;
  readonly life: Lifetime;
  readonly source: PostgresServer;
  readonly laptop: Laptop;
  readonly note: (text: string) => void;
  /** A new database of the source, after these statements. */
  sourceDatabase(name: string, statements: readonly string[]): Promise<string>;
  /** The database with the one large table, `bench.mixed`; made when first asked for. */
  large(): Promise<Large>;
}

export interface Large {
  readonly uri: string;
  readonly rows: number;
}

/** 3 M rows of 16 columns: 645 MB of CSV as psql writes it, 746 MB with every text in quotes. */
const LARGE_ROWS = 3_000_000;
const QUICK_ROWS = LARGE_ROWS / 10;

/** `bench.mixed`, empty. */
export const MIXED_TABLE: readonly string[] = [
  'CREATE SCHEMA bench',
  `CREATE TABLE bench.mixed (
  id bigint NOT NULL, customer int NOT NULL, quantity smallint, paid boolean, price numeric(12,2), weight double precision,
  ordered date, created_at timestamptz, changed_at timestamp, code char(8), status varchar(12), name text, city text,
  note text, reference uuid, tags jsonb
)`,
];

// All from the row's number: the same on every machine.
const mixedRows = (rows: number): string[] => [
  `INSERT INTO bench.mixed
SELECT n, n % 100003, n % 300, n % 3 = 0, (n % 1000000) / 100.0, n / 7.0::float8,
  date '2015-01-01' + (n % 3650), timestamptz '2020-01-01 00:00:00+00' + n * interval '61 seconds',
  timestamp '2021-01-01' + n * interval '37.25 seconds', lpad(to_hex(n), 8, '0'),
  (ARRAY['open','paid','shipped','returned'])[1 + n % 4], 'Customer ' || md5(n::text),
  (ARRAY['Århus','Köln','São Paulo','New York','東京'])[1 + n % 5],
  CASE WHEN n % 10 = 0 THEN 'He said "' || n || '", twice' WHEN n % 3 = 0 THEN '' END,
  md5(n::text)::uuid, CASE WHEN n % 5 = 0 THEN jsonb_build_object('n', n, 'gift', n % 2 = 0) END
FROM generate_series(1, ${rows}) n`,
  'VACUUM (FREEZE, ANALYZE) bench.mixed',
];

/** Runs statements one by one: some do not stand in a transaction. */
export async function runSql(uri: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

export async function startWorld(life: Lifetime, quick: boolean, note: (text: string) => void): Promise<World> {
  const folder = await temporaryFolder(life);
  const source = await startPostgres({ directory: join(folder, 'source') });
  await life.defer(() => source.stop());
  life.check();
  const laptop = await startLaptop(life);
  const sourceDatabase = async (name: string, statements: readonly string[]) => {
    await runSql(source.uri(), `CREATE DATABASE ${name}`);
    await runSql(source.uri(name), ...statements);
    return source.uri(name);
  };
  const rows = quick ? QUICK_ROWS : LARGE_ROWS;
  let large: Promise<Large> | undefined;
  const makeLarge = async () => {
    note(`making a table of ${rows} rows`);
    return { uri: await sourceDatabase('large', [...MIXED_TABLE, ...mixedRows(rows)]), rows };
  };
  return {
    ...{ quick, life, source, laptop, note, sourceDatabase },
    large: () => {
      large ??= makeLarge();
      return large;
    },
  };
}

/** The command that loads a database into another, or into the stand-in. */
export function commandFor(world: World, uri: string, target = world.laptop.redshift): ReadyCommand {
  const [command] = readCommands({ first: uri, target, options: [] }, new Secrets());
  if (command === undefined) throw new Error('no command');
  return command;
}

/** The state machine, with what one command needs of secrets. */
export async function machineFor(world: World, { secrets }: ReadyCommand): Promise<Machine> {
  const environment = { ...world.laptop.env, AWS_EC2_METADATA_DISABLED: 'true' };
  const aws = await awsSettings(environment);
  return startMachine(world.life, { aws, environment: { ...environment, ...secrets }, log: world.note });
}
