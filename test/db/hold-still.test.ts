// Is a table that somebody rewrites while a run reads an error, and never a table without rows?
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { BatchItem } from '../../core/pipeline.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { holdSnapshot } from '../support/held-snapshot.ts';
import { startTwoEnds, type TwoEnds } from '../support/two-ends.ts';

let ends: TwoEnds;
let database: TestDatabase;
let ports: Ports;

beforeAll(async () => {
  ends = await startTwoEnds();
});
afterAll(() => ends.stop());
beforeEach(async () => {
  database = await createDatabase(ends.source, TABLES);
  ports = ends.ports(database, 'pessimistic');
});
afterEach(() => database.drop());

const NAMES = ['quiet', 'vacuumed', 'clustered', 'truncated', 'altered', 'made_anew', 'dropped', 'renamed', 'usurper'];
const TABLES = `
  ${NAMES.map((name) => `CREATE TABLE ${name} AS SELECT n AS id, 'note ' || n AS note FROM generate_series(1, 300) n;`).join('\n')}
  CREATE UNIQUE INDEX by_id ON clustered (id);
  CREATE TABLE parted (id int, note text) PARTITION BY RANGE (id);
  CREATE TABLE leaf PARTITION OF parted FOR VALUES FROM (0) TO (10); INSERT INTO parted VALUES (1, 'x');
  CREATE MATERIALIZED VIEW refreshed AS SELECT id FROM quiet;
  CREATE VIEW over_truncated AS SELECT id FROM truncated; CREATE VIEW over_quiet AS SELECT id FROM quiet;
`;
const REWRITING = `
  VACUUM FULL vacuumed; CLUSTER clustered USING by_id; TRUNCATE truncated; ALTER TABLE altered ALTER id TYPE bigint;
  DROP TABLE made_anew; CREATE TABLE made_anew (id int, note text); DROP TABLE dropped;
  ALTER TABLE renamed RENAME TO gone; ALTER TABLE usurper RENAME TO renamed; TRUNCATE leaf;
  REFRESH MATERIALIZED VIEW refreshed`;
const WRITING = `
  DELETE FROM quiet WHERE id < 100; INSERT INTO quiet SELECT n, 'new' FROM generate_series(500, 900) n;
  UPDATE quiet SET note = 'other'; VACUUM quiet; ANALYZE quiet; CREATE INDEX ON quiet (note); REINDEX TABLE quiet;
  ALTER TABLE quiet ADD COLUMN more int DEFAULT 7`;

const REWRITTEN = expect.stringMatching(/^TableRewritten: /);
const WHOLE: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(NAMES.map((name) => [`public.${name}`, 300])),
  ...{
    'public.parted': 1,
    'public.refreshed': 300,
    'public.over_truncated': 300,
    'public.over_quiet': 300,
    'public.counted': 1,
  },
};

/** Some of it, VACUUM for one, runs in no transaction. */
async function runAll(statements: string): Promise<void> {
  for (const statement of statements.split(';')) await database.session.run(statement);
}

interface Planned {
  readonly run: string;
  readonly items: readonly BatchItem[];
  readonly held: Session | undefined;
}

/** Plans a load of everything, under a snapshot or without. */
async function planned(run: string, snapshot: boolean): Promise<Planned> {
  const clauses = `WITH include materialized views MATERIALIZE VIEWS over_truncated, over_quiet, counted AS $$ SELECT count(*) AS n FROM public.vacuumed $$`;
  await detect(ports, { run, input: { command: ends.command(database, 'pessimistic', clauses) } });
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const held = snapshot ? await holdSnapshot(ports, run, command.source) : undefined;
  await discover(ports, { run, snapshot });
  const { batchesKey } = await plan(ports, { run });
  const lines = (await ports.store.getText(batchesKey)).trim().split('\n');
  return { run, held, items: lines.map((line) => JSON.parse(line)) };
}

/** How many rows each table has, or why it cannot be read. */
async function readAll({ run, items, held }: Planned): Promise<Record<string, unknown>> {
  const { tables } = await ports.store.getJson<{ tables: { table: number; source: string }[] }>(artifactKeys.plan(run));
  const found: Record<string, unknown> = {};
  for (const { chunk, reads } of items) {
    for (const part of reads.flatMap(({ parts }) => parts)) {
      const name = tables.find(({ table }) => table === part.table)?.source ?? '';
      const input = { run, snapshot: held !== undefined, chunk, parts: [part], attempt: 0 };
      found[name] = await extract(ports, input).then(
        ({ written }) => written[0]?.rows,
        (error) => `${error.name}: ${error.message}`,
      );
    }
  }
  await held?.close();
  return found;
}

test('under a snapshot what was rewritten, replaced or refreshed is an error, and all else is read as it was', async () => {
  const run = await planned('held', true);
  await runAll(REWRITING);
  await runAll(WRITING);
  const changed = NAMES.filter((name) => name !== 'quiet').map((name) => `public.${name}`);
  const views = ['public.parted', 'public.refreshed', 'public.over_truncated', 'public.counted'];
  expect(await readAll(run)).toEqual({
    ...WHOLE,
    ...Object.fromEntries([...changed, ...views].map((name) => [name, REWRITTEN])),
  });
});

test('without a snapshot a table whose rows went to other pages is an error, too', async () => {
  const run = await planned('free', false);
  await runAll("VACUUM FULL vacuumed; INSERT INTO parted VALUES (2, 'y')");
  expect(await readAll(run)).toEqual({
    ...WHOLE,
    ...{ 'public.vacuumed': REWRITTEN, 'public.counted': 1, 'public.parted': 2 },
  });
});

test('a table that somebody is rewriting is waited for, and tried again later', async () => {
  const all = ends.ports(database, 'pessimistic');
  // 30 seconds is what a user gets.
  const quick = (sql: string) => sql.replace("lock_timeout TO '30s'", "lock_timeout TO '100ms'");
  ports = {
    ...all,
    connect: async (...args) => {
      const session = await all.connect(...args);
      return { ...session, run: (sql) => session.run(quick(sql)) };
    },
  };
  const run = await planned('locked', true);
  await database.session.run('BEGIN; LOCK TABLE dropped');
  expect(await readAll(run)).toEqual({ ...WHOLE, 'public.dropped': expect.stringMatching(/^LockTimeout: /) });
  await database.session.run('ROLLBACK');
});
