// Are refused rows put aside once, and the others loaded once, whatever breaks on the way?
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PgshiftError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import { copyBatch as copy, type PartWritten } from '../support/one-batch.ts';
import { type RejectWorld, startRejectWorld } from '../support/reject-world.ts';
import type { WorldOptions } from '../support/step-world.ts';

let world: RejectWorld;
beforeAll(async () => {
  world = await startRejectWorld('pessimistic');
});
afterAll(() => world.close());
beforeEach(() => world.begin());

const copyBatch = (written: readonly PartWritten[], options?: WorldOptions) =>
  copy(world.ports(options), world.input(written));

const good = (id: number) => `${id},"fine",2024-01-0${(id % 9) + 1},"[${id}]"`;

/** The ports with sessions that break at one statement: before the server gets it, or once the server has run it. */
function breaking(ports: Ports, moment: 'before' | 'after', at: number): Ports {
  let statements = 0;
  const around = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    statements += 1;
    const mine = statements === at;
    if (mine && moment === 'before') throw new PgshiftError('ConnectionLost', 'gone');
    const result = await act();
    if (mine) throw new PgshiftError('ConnectionLost', 'gone');
    return result;
  };
  const connect: Ports['connect'] = async (endpoint, options) => {
    const session = await ports.connect(endpoint, options);
    return {
      ...session,
      query: (sql, values) => around(() => session.query(sql, values)),
      run: (sql) => around(() => session.run(sql)),
    };
  };
  return { ...ports, connect };
}

/** What it fails with; undefined when it does not. */
const failure = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => undefined,
    (error: unknown) => error,
  );

test('two copies of the step that run at once load once and put aside once', async () => {
  const written = [await world.part(0, good(1), 'bad,"",,', good(3))];
  await Promise.all([copyBatch(written), copyBatch(written), copyBatch(written)]);
  expect(await world.staged()).toEqual([1, 3]);
  expect(await world.ledger()).toEqual([[0, 2, 1]]);
  expect((await world.rejects()).csv).toBe('bad,"","",""\n');
});

test('a step that breaks at any statement, before or after the server has run it, goes on where it was', async () => {
  const lines = [good(1), 'bad,"",,', good(3), '4,"far too long",,'];
  for (const moment of ['before', 'after'] as const) {
    for (let at = 1; ; at += 1) {
      await world.begin();
      const written = [await world.part(0, ...lines)];
      const broken = await failure(copy(breaking(world.ports(), moment, at), world.input(written)));
      if (broken === undefined) break;
      expect(broken).toMatchObject({ name: 'ConnectionLost' });
      await copyBatch(written);
      expect(await world.staged(), `${moment} statement ${at}`).toEqual([1, 3]);
      expect(await world.ledger()).toEqual([[0, 2, 2]]);
      expect((await world.rejects()).csv).toBe('bad,"","",""\n4,"far too long","",""\n');
      expect(at).toBeLessThan(100);
    }
  }
});

test('a COPY for which no time is left begins the next attempt, and the first is not repeated', async () => {
  const written = [await world.part(0, good(1), 'bad,"",,')];
  const late = async (sql: string) => {
    if (sql.includes('MAXERROR')) throw new PgshiftError('StatementTimeout', 'too late');
  };
  await expect(copyBatch(written, { before: late })).rejects.toMatchObject({ name: 'Unfinished' });
  const copies: string[] = [];
  const before = async (sql: string) => void (sql.startsWith('COPY') && copies.push(sql));
  expect(await copyBatch(written, { before })).toEqual({ batch: 0, rows: 1 });
  expect(copies.map((sql) => sql.includes('MAXERROR 100000'))).toEqual([true, true, false]);
});
