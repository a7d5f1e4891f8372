// Does a text that is no UTF-8 stop the run by its place: table, column and row?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { PlannedColumn, PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { openSession, postgresVersions, startTestPostgres } from '../support/database.ts';
import { extractPart } from '../support/one-batch.ts';
import { bucket, startTestS3, type TestS3 } from '../support/s3-server.ts';
import { stepWorld } from '../support/step-world.ts';

let s3: TestS3;
beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(() => s3.close());

const column = (name: string, quoted = true): PlannedColumn => ({
  ...{ source: name, target: name, type: 'VARCHAR(65535)', notNull: false, expression: `"${name}"`, quoted },
});

/** In the third of 500 rows, and in the last but one. */
const tableOf = (text: string): string => `CREATE TABLE t (id int, fine text, note text);
  INSERT INTO t SELECT n, 'fine', CASE WHEN n IN (3, 499) THEN 'a' || ${text} ELSE repeat('note', 300) END
  FROM generate_series(1, 500) n`;
/** A byte that is no character, and one that begins one of UTF-8. */
const encodings = [
  ['WIN1252', 'chr(129)'],
  ['SQL_ASCII', 'chr(195)'],
] as const;

const COLUMNS = [column('id', false), column('fine'), column('note')];
let runs = 0;

describe.each(postgresVersions)('$name', (version) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startTestPostgres(version);
    const administrator = await openSession(server.uri());
    const locale = `${version.major < 15 ? '' : 'LOCALE_PROVIDER libc '}LC_COLLATE 'C' LC_CTYPE 'C'`;
    for (const [encoding, text] of encodings) {
      await administrator.run(`CREATE DATABASE ${encoding} ENCODING '${encoding}' ${locale} TEMPLATE template0`);
      const session = await openSession(server.uri(encoding.toLowerCase()));
      await session.run(tableOf(text));
      await session.close();
    }
    await administrator.close();
  });
  afterAll(() => server.stop());

  async function refusal(database: string, part: Partial<PlannedPart> = {}, columns = COLUMNS): Promise<unknown> {
    const login = { port: server.port, user: server.user, password: server.password, database };
    const { ports } = stepWorld(s3.s3, bucket, login);
    const table: PlannedTable = {
      ...{ table: 0, source: { schema: 'public', name: 't' }, target: { schema: 'public', name: 't' } },
      ...{ staging: 's', ledger: 'l', columns, create: [] },
      ...{ publish: 'create', dropForeignKeys: [], addKeys: [], addForeignKeys: [] },
      parts: [{ part: 0, from: '"public"."t"', estimatedBytes: 0, ...part }],
      batches: [{ batch: 0, parts: [0] }],
    };
    runs += 1;
    const run = `unreadable-${runs}`;
    await ports.store.putJson(artifactKeys.command(run), { source: { end: 'source' }, ...NO_CLAUSES });
    const sentinels = ['@N0123456789abcd@', '@Nfedcba98765432@'] as const;
    await ports.store.putJson(artifactKeys.planChunk(run, 0), { chunk: 0, sentinels, schemas: [], tables: [table] });
    return extractPart(ports, { run, batch: 0, chunk: 0, table: 0, part: 0, attempt: 0 }).catch((error) => error);
  }

  test.each(encodings)('a text of %s is told by table, column and ctid of the first such row', async (encoding) => {
    const words = `^public\\.t\\.note holds a text that the source cannot send as UTF-8 \\(its encoding is ${encoding}\\) in the row whose ctid is \\(0,3\\) in`;
    const message = expect.stringMatching(new RegExp(words));
    expect(await refusal(encoding.toLowerCase())).toMatchObject({ kind: 'ValueRefused', message });
  });

  test('it is the first of the part, where a part is some pages', async () => {
    const session = await openSession(server.uri('win1252'));
    const [row] = await session.query('SELECT ctid FROM t WHERE id = 499');
    await session.close();
    const message = expect.stringContaining(`whose ctid is ${row?.ctid} in`);
    expect(await refusal('win1252', { where: `ctid >= '(1,0)'::tid` })).toMatchObject({
      kind: 'ValueRefused',
      message,
    });
  });

  test('of a query it is told by its column', async () => {
    const part = { from: 'SELECT * FROM public.t', query: true } as const;
    const message = expect.stringMatching(/^public\.t\.note holds .* in a row of its query/);
    expect(await refusal('win1252', part)).toMatchObject({ kind: 'ValueRefused', message });
  });

  test('whatever else a source refuses while it reads is told by the table', async () => {
    const divided = [...COLUMNS.slice(0, 1), { ...column('fine'), expression: '(1 / (id - 3))::text' }];
    const message = expect.stringMatching(/^public\.t: .*division by zero \(22012\)/);
    expect(await refusal('win1252', {}, divided)).toMatchObject({ kind: 'StatementRefused', message });
  });
});
