// Do the faults that tests plan happen as they would on Redshift: 1023, a connection that breaks, an answer that is lost?
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, failure, role, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
  await session.query('CREATE TABLE t (x INT)');
  await standIn.put('faults/x', '1\n2\n');
});
afterAll(() => standIn.close());
beforeEach(async () => {
  await session.query('DELETE FROM t');
});
afterEach(() => standIn.redshift.faults.clear());

const copy = `COPY t FROM 's3://${bucket}/faults/x' ${role} CSV`;
const count = async () => Number((await rows(session, 'SELECT count(*) FROM t'))[0]?.[0]);

let statement = 0;

/** Both protocols: the driver uses the extended one for statements with a name. */
const protocols: [name: string, run: (client: pg.Client, sql: string) => Promise<unknown>][] = [
  ['simple', (client, sql) => client.query(sql)],
  ['extended', (client, sql) => client.query({ name: `s${statement++}`, text: sql })],
];

/** What a statement fails with when its connection breaks. */
async function broken(client: pg.Client, run: () => Promise<unknown>): Promise<void> {
  const error = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(pg.DatabaseError);
  await expect(client.query('SELECT 1')).rejects.toThrow();
}

describe.each(protocols)('by the %s protocol', (_name, run) => {
  it('1023 fails the COMMIT, and takes the transaction back', async () => {
    const fault = standIn.redshift.faults.add({ statement: /^commit/i, times: 1, answer: 'serialization violation' });
    const client = await standIn.session();
    await run(client, 'BEGIN');
    await run(client, 'INSERT INTO t VALUES (1)');
    await expect(run(client, 'COMMIT')).rejects.toMatchObject({
      code: 'XX000',
      message: '1023',
      detail: expect.stringMatching(/^Serializable isolation violation on table - /),
    });
    expect(fault.struck).toBe(1);
    expect(await count()).toBe(0);
    await run(client, 'BEGIN');
    await run(client, 'INSERT INTO t VALUES (1)');
    await run(client, 'COMMIT');
    expect(await count()).toBe(1);
  });

  it('1023 fails a statement, and its transaction until ROLLBACK', async () => {
    standIn.redshift.faults.add({ statement: /^COPY t /, times: 1, answer: 'serialization violation' });
    const client = await standIn.session();
    await run(client, 'BEGIN');
    await run(client, 'INSERT INTO t VALUES (1)');
    await expect(run(client, copy)).rejects.toMatchObject({ message: '1023' });
    expect(await failure(client, 'SELECT 1')).toMatchObject({ code: '25P02' });
    await run(client, 'ROLLBACK');
    await run(client, copy);
    expect(await count()).toBe(2);
  });

  it('a lost answer to COMMIT leaves what was committed', async () => {
    standIn.redshift.faults.add({ statement: /^COMMIT/, times: 1, answer: 'lose answer' });
    const client = await standIn.session();
    await run(client, 'BEGIN');
    await run(client, copy);
    await broken(client, () => run(client, 'COMMIT'));
    expect(await count()).toBe(2);
  });

  it('a lost answer to a statement in a transaction leaves nothing, outside one all of it', async () => {
    standIn.redshift.faults.add({ statement: /^(INSERT|COPY)/, times: 3, answer: 'lose answer' });
    const inside = await standIn.session();
    await run(inside, 'BEGIN');
    await broken(inside, () => run(inside, 'INSERT INTO t VALUES (1)'));
    const outside = await standIn.session();
    await broken(outside, () => run(outside, 'INSERT INTO t VALUES (2)'));
    const copying = await standIn.session();
    await broken(copying, () => run(copying, copy));
    expect(await rows(session, 'SELECT x FROM t ORDER BY x')).toEqual([[1], [2], [2]]);
  });

  it('a connection that is cut leaves nothing', async () => {
    standIn.redshift.faults.add({ statement: /^(COMMIT|COPY)/, times: 2, answer: 'cut connection' });
    const first = await standIn.session();
    await run(first, 'BEGIN');
    await run(first, 'INSERT INTO t VALUES (1)');
    await broken(first, () => run(first, 'COMMIT'));
    const second = await standIn.session();
    await broken(second, () => run(second, copy));
    expect(await count()).toBe(0);
    const third = await standIn.session();
    await run(third, copy);
    expect(await count()).toBe(2);
  });
});

it('a fault strikes one of several statements of a message, and takes them all back', async () => {
  standIn.redshift.faults.add({ statement: /VALUES \(2\)/, times: 1, answer: 'serialization violation' });
  const error = await failure(session, 'INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)');
  expect(error).toMatchObject({ message: '1023' });
  expect(await count()).toBe(0);
});
