// Which id is tried first, who may let go, and what makes a snapshot another one?
import { expect, test } from 'vitest';
import { PgshiftError } from '../../../core/errors.ts';
import {
  differenceOf,
  type Export,
  idsOf,
  isStale,
  mayLetGo,
  reasonOf,
  type Snapshot,
} from '../../../core/snapshot.ts';
import { importSnapshot } from '../../../core/sql/snapshot.ts';

const snapshot: Snapshot = {
  id: '00000003-1',
  snapshot: '10:12:11',
  systemIdentifier: '7',
  startedAt: '1.5',
  address: '10.0.0.1:5432',
  takenAt: 0,
};
const exported = (id: string, at: number, endsAt = at): Export => ({ id, pid: '1', at, endsAt });

test('the newest export is tried first, and the one that was taken first of all last', () => {
  expect(idsOf({ snapshot, exports: [exported('a', 1), exported('b', 2)] })).toEqual(['b', 'a', '00000003-1']);
  expect(idsOf({ snapshot, exports: [exported('00000003-1', 1)] })).toEqual(['00000003-1']);
});

test('of two whose turns are over, one may let go and never both', () => {
  for (const [mine, others] of [
    [1, 2],
    [2, 1],
    [1, 1],
  ] as const) {
    const [first, second] = [exported('a', 0, mine), exported('b', 0, others)];
    expect([mayLetGo(first, second, 'first'), mayLetGo(second, first, 'second')].filter(Boolean)).toHaveLength(1);
  }
});

test.each([
  [{}, undefined],
  [{ snapshot: '10:13:11' }, /another one now/],
  [{ startedAt: '2' }, /started again/],
  [{ address: '10.0.0.2:5432' }, /10\.0\.0\.1:5432, and 10\.0\.0\.2:5432/],
  [{ systemIdentifier: null }, /another database cluster/],
])('a snapshot of which %j is otherwise is told as such', (other, difference) => {
  const found = differenceOf(snapshot, { ...snapshot, ...other });
  if (difference === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(difference);
});

test.each(['22023', '42704', '55000'])('code %s of an import says that the id is stale', (code) => {
  expect(isStale(new PgshiftError('StatementRefused', 'no', { code }))).toBe(true);
});

test('every other failure of an import is one', () => {
  expect(isStale(new PgshiftError('StatementRefused', 'no', { code: '0A000' }))).toBe(false);
  expect(isStale(new PgshiftError('ConnectionLost', 'gone'))).toBe(false);
  expect(isStale(new Error('22023'))).toBe(false);
});

test('why a snapshot was given up comes before what has become of the server', () => {
  expect(reasonOf({ reason: 'too old' }, 'the server was started again')).toMatch(/snapshot max age/);
  expect(reasonOf(undefined, 'the server was started again')).toBe('the server was started again');
  expect(reasonOf(undefined, undefined)).toMatch(/both sessions/);
});

test('what is no id never becomes SQL', () => {
  expect(importSnapshot('00000003-00000B1D-1')).toBe("SET TRANSACTION SNAPSHOT '00000003-00000B1D-1'");
  expect(() => importSnapshot("1'; DROP TABLE t; --")).toThrow(RangeError);
});
