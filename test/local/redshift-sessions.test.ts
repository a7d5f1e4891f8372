// Can one session see who else is there and who holds a lock, and end him, as on Redshift?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
  await session.query(`CREATE TABLE t (x INT); CREATE USER writer PASSWORD 'Writer12'; GRANT ALL ON t TO writer`);
});
afterAll(() => standIn.close());

const pidOf = (client: pg.Client): number => Reflect.get(client, 'processID');
const writerSession = (name: string) =>
  standIn.session({ user: 'writer', password: 'Writer12', application_name: name });

describe('locks', () => {
  it('are shown with who holds them and who waits', async () => {
    const writer = await writerSession('holds');
    await writer.query('BEGIN; LOCK t');
    const waiting = standIn.session().then(async (client) => {
      const pid = pidOf(client);
      return { pid, done: client.query('SELECT * FROM t') };
    });
    const { pid, done } = await waiting;
    const holders = `SELECT t.pid, t.txn_owner, t.txn_db, t.lock_mode, t.granted FROM svv_transactions t
      JOIN pg_class c ON c.oid = t.relation WHERE c.relname = 't' AND t.lockable_object_type = 'relation'`;
    while ((await rows(session, `${holders} AND NOT granted`)).length === 0);
    expect(await rows(session, `${holders} ORDER BY granted DESC`)).toEqual([
      [pidOf(writer), 'writer', 'dev', 'AccessExclusiveLock', true],
      [pid, 'awsuser', 'dev', 'AccessShareLock', false],
    ]);
    const locks = `SELECT lock_owner_pid, trim(lock_status) FROM stv_locks WHERE table_id = 't'::regclass`;
    expect(await rows(session, locks)).toEqual([[String(pidOf(writer)), 'Holding write lock']]);
    await writer.query('ROLLBACK');
    await done;
  });
});

describe('sessions', () => {
  it('are shown to everybody', async () => {
    const writer = await writerSession('seen');
    const sql = `SELECT process, trim(user_name), trim(db_name) FROM stv_sessions WHERE process = ${pidOf(writer)}`;
    expect(await rows(session, sql)).toEqual([[pidOf(writer), 'writer', 'dev']]);
    expect(await rows(writer, sql)).toEqual([[pidOf(writer), 'writer', 'dev']]);
    const own =
      'SELECT a.procpid = a.pid, len(a.current_query) > 0 FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()';
    expect(await rows(writer, own)).toEqual([[true, true]]);
  });

  it('are found by application_name in the connection logs, by superusers alone', async () => {
    const writer = await writerSession('pgshift/copy/run/7');
    for (const [view, pid] of [
      ['sys_connection_log', 'session_id'],
      ['stl_connection_log', 'pid'],
    ]) {
      const sql = `SELECT ${pid} FROM ${view} WHERE trim(application_name) = 'pgshift/copy/run/7'`;
      expect(await rows(session, sql)).toEqual([[pidOf(writer)]]);
      expect(await rows(writer, sql)).toEqual([]);
    }
  });

  it('are ended with what they had open', async () => {
    const writer = await writerSession('ended');
    await writer.query('BEGIN; INSERT INTO t VALUES (1)');
    const ended = failure(writer, 'SELECT 1 FROM t, t a, t b WHERE pg_sleep(60) IS NULL');
    const sql = `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.application_name = 'ended'`;
    expect(await rows(session, sql)).toEqual([[true]]);
    expect(await ended).toMatchObject({ code: '57P01' });
    expect(await rows(session, 'SELECT * FROM t')).toEqual([]);
    const other = await writerSession('other');
    expect(await failure(other, `SELECT pg_terminate_backend(${pidOf(session)})`)).toMatchObject({ code: '42501' });
  });
});

describe('the isolation level', () => {
  it('is the database’s, and shown', async () => {
    expect(await rows(session, 'SELECT db_name, isolation_level FROM stv_db_isolation_level')).toEqual([
      ['dev', 'Snapshot Isolation'],
    ]);
  });
});
