// What of a Redshift source is at the edge of what can be sent: does it arrive, or is it said clearly what, where and what to do?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import { type FromRedshift, loginOf, startFromRedshift } from '../support/from-redshift.ts';
import { loadBySteps } from '../support/load-by-steps.ts';

let world: FromRedshift;
beforeAll(async () => {
  world = await startFromRedshift({ profile: 'pessimistic' });
});
afterAll(() => world.stop());

test('texts are measured, and arrive in columns of their size', async () => {
  const source = await world.source(
    'measured',
    `CREATE TABLE t (id INTEGER, note VARCHAR(65535), c CHAR(100), e VARCHAR(50), n VARCHAR(9), d DECIMAL(12,2), j SUPER);
     INSERT INTO t VALUES (1, 'twenty bytes of text', 'e', '', NULL, 1.5, JSON_PARSE('[1]')), (2, 'é', 'abc', NULL, NULL, NULL, NULL)`,
  );
  const target = await world.target('measured_copy');
  const ports = world.ports(source, target);
  await loadBySteps(ports, 'measured', world.command('WITH measure columns, verify checksums'));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk('measured', 0));
  expect(chunk.tables[0]?.columns.map(({ type }) => type)).toEqual(
    // Of a CHAR the blanks belong to it, and nothing was found of `n`.
    ['INTEGER', 'VARCHAR(32)', 'CHAR(100)', 'VARCHAR(16)', 'VARCHAR(9)', 'DECIMAL(12,2)', 'SUPER'],
  );
  const all = 'SELECT * FROM t ORDER BY id';
  expect(await world.rows(target, all)).toEqual(await world.rows(source, all));
});

test('names that keep their capitals are asked for, and arrive; without that the plan is refused', async () => {
  const source = await world.source('capitals', '');
  const session = await world.standIn.session(loginOf(source.uri()));
  await session.query('SET enable_case_sensitive_identifier TO true');
  await session.query(`CREATE SCHEMA "Shop"; CREATE TABLE "Shop"."Orders" ("Id" INTEGER, "Note" VARCHAR(9));
    INSERT INTO "Shop"."Orders" VALUES (1, 'x'), (2, NULL)`);
  const target = await world.target('capitals_copy');
  const load = (run: string, clauses: string) => loadBySteps(world.ports(source, target), run, world.command(clauses));
  await expect(load('folded', '')).rejects.toMatchObject({
    name: 'PlanRefused',
    message: expect.stringMatching(
      /Shop\.Orders: "Shop" keeps its capitals.*SET enable_case_sensitive_identifier TO 'true'/,
    ),
  });
  for (const road of ['unload', 'cursor']) {
    await load(road, `WITH read by ${road}, verify checksums SET enable_case_sensitive_identifier TO 'true'`);
    expect(await world.rows(target, 'SELECT id, note FROM shop.orders ORDER BY id')).toEqual([
      ['1', 'x'],
      ['2', null],
    ]);
  }
});

describe('a document with more JSON than JSON_SERIALIZE writes', () => {
  test.each(['unload', 'cursor'])('stops the run by its place, read by %s; a query leaves it out', async (road) => {
    const source = await world.source(
      `long_json_${road}`,
      `CREATE TABLE fits (id INTEGER); CREATE TABLE t (id INTEGER, v SUPER);
       INSERT INTO t SELECT 1, JSON_PARSE('["' || REPEAT('a', 40000) || '","' || REPEAT('b', 40000) || '"]');
       INSERT INTO t VALUES (2, JSON_PARSE('[]'))`,
    );
    const target = await world.target(`long_json_${road}_copy`);
    const load = (run: string, clauses: string) =>
      loadBySteps(world.ports(source, target), `${run}-${road}`, world.command(`WITH read by ${road} ${clauses}`));
    await expect(load('long', '')).rejects.toMatchObject({
      name: 'ValueRefused',
      message: expect.stringMatching(
        /^public\.t\.v holds a document with more than 65,535 bytes of JSON in one row, .* JSON_SIZE\("v"\)/,
      ),
    });
    await load(
      'short',
      `MATERIALIZE VIEWS short AS $$ SELECT * FROM public.t WHERE JSON_SIZE(v) <= 65535 $$ EXCLUDING TABLE NAMES MATCHING 't' IN SCHEMA 'public'`,
    );
    expect(await world.rows(target, 'SELECT * FROM public.short')).toEqual([['2', '[]']]);
  });
});
