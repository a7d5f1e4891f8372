import { describe, expect, test } from 'vitest';
import { planScript } from '../../../../core/plan/print.ts';
import { type Asked, column, commandOf, planOf, table, type } from './planning.ts';

const printed = (tables: Parameters<typeof planOf>[0], asked: Asked = {}) => {
  const { summary, chunks } = planOf(tables, asked);
  return planScript(summary, chunks, commandOf(asked));
};

/** The script without its list of options. */
const short = (script: string) => script.replace(/-- Options[\s\S]*?\n--\n/, '');

test('is a script that reads like the run', () => {
  const source = [table('T', { columns: [column('id', { notNull: true }), column('p', { type: type('point') })] })];
  const asked = { beforeLoad: [{ statements: ['SELECT 1', 'SELECT 2'] }], afterLoad: [{ statements: ['SELECT 3'] }] };
  expect(short(printed(source, asked))).toBe(`\
-- From PostgreSQL 18.4, database d
-- into Redshift 1.0.1, database dev
--
-- 1 hazard
--   TYPE_AS_TEXT  public.T.p: point has no counterpart in Redshift; it goes as text
--
-- 1 table, largest first; 1 batch, 4 at once with 1 parts each
--   public.T → public.t: about 10 rows, 8.2 kB, 1 part, 1 batch, replaces a table

-- BEFORE LOAD, block 1
BEGIN;
SELECT 1;
SELECT 2;
COMMIT;

-- Prepare: schemas, staging tables and their ledgers

--   public.t
CREATE TABLE IF NOT EXISTS "public"."_pgshift_0123456789ab_0" ("id" INTEGER NOT NULL, "p" VARCHAR(64));
CREATE TABLE IF NOT EXISTS "public"."_pgshift_0123456789ab_0_ledger" ("batch" INTEGER NOT NULL, "piece" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "rejected" BIGINT NOT NULL, "cut" VARCHAR(32), "loaded_at" TIMESTAMP NOT NULL DEFAULT GETDATE());

-- Load: at the source, one of these for each part; --json lists the values that are looked for
--   public.T
--   COPY (SELECT "id" AS "id", "p"::text AS "p" FROM ONLY "public"."T") TO STDOUT (FORMAT csv, NULL '@N00000000000000@', FORCE_QUOTE ("p"))

-- Publish
BEGIN;
DROP TABLE IF EXISTS "public"."t";
ALTER TABLE "public"."_pgshift_0123456789ab_0" RENAME TO "t";
COMMIT;

-- AFTER LOAD, block 1
BEGIN;
SELECT 3;
COMMIT;`);
});

test('says what each option came to, and whose it is', () => {
  const asked: Asked = {
    options: { workers: 8, batchBytes: 1000, strict: true },
    origins: { workers: 'given', batchBytes: 'given', strict: 'given' },
  };
  const lines = printed([table('t')], asked).split('\n');
  const line = (word: string) => lines.find((one) => one.startsWith(`--   ${word}`))?.replace(/ {2,}(?=\w+$)/, ' | ');
  expect(line('workers')).toBe('--   workers = 8 | given');
  expect(line('batch size')).toBe('--   batch size = 1000 bytes | given');
  expect(line('strict')).toBe('--   strict | given');
  expect(line('include drop')).toBe('--   include drop | pgloader');
  expect(line('chunk size')).toBe('--   chunk size: parts of 128 MiB on disk | pgshift');
  expect(line('no truncate')).toBe('--   no truncate | pgloader');
});

describe('a refused plan', () => {
  test('shows what stops it first, and no statement', () => {
    const asked: Asked = { including: [{ tables: [{ kind: 'exact', name: 'x' }] }] };
    const { summary } = planOf([table('t')], asked);
    const script = planScript(summary, [], commandOf(asked));
    expect(script).toMatch(/-- 2 hazards, 1 of which stop the run\n-- {3}STOPS {2}MATCHES_NOTHING {2}the filters/);
    expect(script.split('\n').every((line) => line.startsWith('--'))).toBe(true);
  });
});

test('whatever a name holds, it leaves no comment', () => {
  const script = printed([table('a\n; DROP TABLE x;\u2028\u001b[31m')]);
  const outside = script.split('\n').filter((line) => !line.startsWith('--') && line.includes('DROP TABLE x'));
  expect(outside.every((line) => line.startsWith('; DROP TABLE x;'))).toBe(true);
  expect(script).not.toContain('\u001b');
  expect(script).toContain('--   public.a\\n; DROP TABLE x;\\u2028\\u001b[31m');
});
