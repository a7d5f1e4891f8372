// Which cursors does the stand-in have? Redshift's: one at a time, in a transaction, without options, read forwards.
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
});
afterAll(() => standIn.close());
beforeEach(() => session.query('ROLLBACK'));

const thousands = 'SELECT n FROM generate_series(1, 2500) n ORDER BY n';
const another = async (name: string, options: Parameters<StandIn['another']>[1]) => {
  const server = await standIn.another(name, options);
  return standIn.session({ port: server.port, database: name });
};

describe('a cursor', () => {
  it('is read forwards, by pieces, as every form of FETCH says', async () => {
    await session.query('BEGIN');
    await session.query(`DECLARE c CURSOR FOR ${thousands}`);
    expect(await rows(session, 'FETCH NEXT FROM c')).toEqual([[1]]);
    expect(await rows(session, 'FETCH FROM c')).toEqual([[2]]);
    expect(await rows(session, 'FETCH FORWARD FROM c')).toEqual([[3]]);
    expect(await rows(session, 'FETCH FORWARD 2 FROM c')).toEqual([[4], [5]]);
    expect(await rows(session, 'FETCH FORWARD 1000 FROM c')).toHaveLength(1000);
    expect(await session.query('FETCH FORWARD 1000 FROM c')).toMatchObject({ command: 'FETCH', rowCount: 1000 });
    expect(await rows(session, 'FETCH FORWARD 1000 FROM c')).toHaveLength(495);
    expect(await rows(session, 'FETCH FORWARD 1000 FROM c')).toEqual([]);
    await session.query('CLOSE c; DECLARE d CURSOR FOR SELECT 1; COMMIT');
  });

  it('is declared by the extended protocol too', async () => {
    await session.query('BEGIN');
    await session.query({ name: 'declare', text: 'DECLARE c CURSOR FOR SELECT 7 AS x' });
    expect(await session.query({ name: 'fetch', text: 'FETCH FORWARD 10 FROM c' })).toMatchObject({ rows: [{ x: 7 }] });
  });

  it('is the only one of its session', async () => {
    await session.query('BEGIN; DECLARE c CURSOR FOR SELECT 1');
    expect(await failure(session, 'DECLARE d CURSOR FOR SELECT 2')).toMatchObject({
      code: '0A000',
      message: expect.stringMatching(/one cursor/),
    });
    await session.query('ROLLBACK');
    await session.query('BEGIN; DECLARE d CURSOR FOR SELECT 2; COMMIT');
    await session.query('BEGIN; DECLARE e CURSOR FOR SELECT 3');
  });

  it('needs a transaction', async () => {
    expect(await failure(session, 'DECLARE c CURSOR FOR SELECT 1')).toMatchObject({ code: '25P01' });
    expect(await failure(session, 'FETCH NEXT FROM c')).toMatchObject({ code: '34000' });
  });

  it.each([
    'DECLARE c CURSOR WITH HOLD FOR SELECT 1',
    'DECLARE c SCROLL CURSOR FOR SELECT 1',
    'DECLARE c BINARY CURSOR FOR SELECT 1',
    'DECLARE c CURSOR FOR DELETE FROM t',
    'FETCH PRIOR FROM c',
    'FETCH BACKWARD 5 FROM c',
    'FETCH ABSOLUTE 5 FROM c',
    'FETCH 5 FROM c',
    'FETCH FORWARD 5 IN c',
    'CLOSE ALL',
  ])('has no %s', async (sql) => {
    await session.query('BEGIN');
    expect(await failure(session, sql)).toMatchObject({ code: '42601' });
  });

  it('gives 1,000 rows at a time on one node, and as many as wanted on several', async () => {
    await session.query(`BEGIN; DECLARE c CURSOR FOR ${thousands}`);
    expect((await failure(session, 'FETCH FORWARD 1001 FROM c')).message).toMatch(/^Fetch size 1001 exceeds the limit/);
    for (const all of ['FETCH ALL FROM c', 'FETCH FORWARD ALL FROM c']) {
      await session.query(`ROLLBACK; BEGIN; DECLARE c CURSOR FOR ${thousands}`);
      expect((await failure(session, all)).message).toMatch(/^Fetch ALL is not supported on single-node clusters/);
    }
    const large = await another('large', { nodes: 'several' });
    await large.query(`BEGIN; DECLARE c CURSOR FOR ${thousands}`);
    expect(await rows(large, 'FETCH FORWARD 1500 FROM c')).toHaveLength(1500);
    expect(await rows(large, 'FETCH ALL FROM c')).toHaveLength(1000);
  });

  it('holds as many bytes as the cluster was given', async () => {
    const small = await another('small', { cursorBytes: 2 * 1024 * 1024 });
    await small.query(`BEGIN; DECLARE c CURSOR FOR SELECT repeat('x', 1048576)`);
    await small.query('CLOSE c');
    expect(await failure(small, `DECLARE c CURSOR FOR SELECT repeat('x', 2097153)`)).toMatchObject({
      message: 'exceeded the maximum size allowed for the total set of cursor data: 2MB.',
    });
  });
});
