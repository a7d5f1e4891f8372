// Do transactions see, wait for and refuse each other as on Redshift?
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, failure, role, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let one: pg.Client;
let two: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  one = await standIn.session();
  two = await standIn.session();
  await one.query('CREATE TABLE t (x INT); CREATE TABLE ledger (batch INT)');
  await standIn.put('isolation/x', '1\n2\n');
});
afterAll(() => standIn.close());
beforeEach(async () => {
  await one.query('DELETE FROM t; DELETE FROM ledger');
});

const copy = `COPY t FROM 's3://${bucket}/isolation/x' ${role} CSV`;

/** Resolves when the session waits for a lock. */
async function waits(observer: pg.Client, session: pg.Client): Promise<void> {
  const sql = `SELECT count(*)::int FROM pg_locks WHERE pid = ${Reflect.get(session, 'processID')} AND NOT granted`;
  while ((await rows(observer, sql))[0]?.[0] === 0);
}

describe('snapshot isolation', () => {
  it('shows a transaction one moment', async () => {
    await one.query('BEGIN');
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['0']]);
    await two.query('INSERT INTO t VALUES (1)');
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['0']]);
    await one.query('COMMIT');
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['1']]);
  });

  it.each([
    ['simple', (session: pg.Client, sql: string) => session.query(sql)],
    ['extended', (session: pg.Client, sql: string) => session.query({ name: sql, text: sql })],
  ])('fixes that moment after SET and LOCK, not before (%s protocol)', async (_protocol, run) => {
    await run(one, 'BEGIN');
    await run(one, 'LOCK ledger');
    await run(one, 'INSERT INTO ledger VALUES (1)');
    await run(two, 'BEGIN');
    await run(two, `SET statement_timeout TO 60000`);
    const locked = run(two, 'LOCK ledger');
    const observer = await standIn.session();
    await waits(observer, two);
    await run(one, 'COMMIT');
    await locked;
    expect(await rows(two, 'SELECT count(*) FROM ledger')).toEqual([['1']]);
    await run(two, 'COMMIT');
  });

  it('fixes it before LOCK when a SELECT came first', async () => {
    await two.query('BEGIN');
    await two.query('SELECT 1 FROM t');
    await one.query('INSERT INTO ledger VALUES (1)');
    await two.query('LOCK ledger');
    expect(await rows(two, 'SELECT count(*) FROM ledger')).toEqual([['0']]);
    await two.query('COMMIT');
  });

  it('makes COPYs into one table wait for each other, and not for other tables', async () => {
    await one.query('CREATE TABLE IF NOT EXISTS elsewhere (x INT)');
    await one.query('BEGIN');
    await one.query(copy);
    await two.query(copy.replace('COPY t', 'COPY elsewhere'));
    const second = two.query(copy);
    const observer = await standIn.session();
    await waits(observer, two);
    expect(await rows(observer, 'SELECT count(*) FROM t')).toEqual([['0']]);
    await one.query('COMMIT');
    await second;
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['4']]);
  });

  it('refuses one of two who make the same table at the same time', async () => {
    await one.query('BEGIN');
    await one.query('CREATE TABLE made_twice (x INT)');
    const second = failure(two, 'CREATE TABLE IF NOT EXISTS made_twice (x INT)');
    await waits(await standIn.session(), two);
    await one.query('COMMIT');
    expect(await second).toMatchObject({ code: 'XX000', message: expect.stringMatching(/concurrent transaction/) });
  });

  it('makes COPY wait for LOCK', async () => {
    await one.query('BEGIN');
    await one.query('LOCK t');
    const loading = two.query(copy);
    const observer = await standIn.session();
    await waits(observer, two);
    await one.query('ROLLBACK');
    await loading;
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['2']]);
  });

  it('lets the one that holds a LOCK load before the ones that wait', async () => {
    await one.query('BEGIN');
    await one.query('LOCK t');
    const loading = two.query(copy);
    const observer = await standIn.session();
    await waits(observer, two);
    await one.query(copy);
    await one.query('COMMIT');
    await loading;
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['4']]);
  });

  it('refuses LOCK outside a transaction', async () => {
    expect(await failure(one, 'LOCK t')).toMatchObject({ code: '25P01' });
  });

  it('answers 1023 to the second of two changes of one row', async () => {
    await one.query('INSERT INTO t VALUES (1)');
    await two.query('BEGIN');
    await two.query('SELECT * FROM t');
    await one.query('UPDATE t SET x = 2');
    const error = await failure(two, 'UPDATE t SET x = 3');
    expect(error).toMatchObject({
      code: 'XX000',
      message: '1023',
      detail: expect.stringMatching(/^Serializable isolation violation on table - /),
    });
    await two.query('ROLLBACK');
  });

  it('allows what only serializable forbids', async () => {
    await one.query('BEGIN; SELECT count(*) FROM t');
    await two.query('BEGIN; SELECT count(*) FROM ledger');
    await one.query('INSERT INTO ledger VALUES (1); COMMIT');
    await two.query('INSERT INTO t VALUES (1); COMMIT');
    expect(await rows(one, 'SELECT count(*) FROM t')).toEqual([['1']]);
  });
});

describe('serializable isolation', () => {
  it('answers 1023 to transactions that could not have run one after the other', async () => {
    const strict = await standIn.another('strict', { isolation: 'serializable' });
    const first = await standIn.session({ port: strict.port, database: 'strict' });
    const second = await standIn.session({ port: strict.port, database: 'strict' });
    expect(await rows(first, 'SELECT isolation_level FROM stv_db_isolation_level')).toEqual([['Serializable']]);
    await first.query('CREATE TABLE t (x INT); CREATE TABLE ledger (batch INT)');
    await first.query('BEGIN; SELECT count(*) FROM t');
    await second.query('BEGIN; SELECT count(*) FROM ledger');
    await first.query('INSERT INTO ledger VALUES (1)');
    await second.query('INSERT INTO t VALUES (1)');
    await first.query('COMMIT');
    expect(await failure(second, 'COMMIT')).toMatchObject({ code: 'XX000', message: '1023' });
    expect(await rows(second, 'SELECT count(*) FROM t')).toEqual([['0']]);
  });
});
