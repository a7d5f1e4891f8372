// Do the transforms of `using`, and the casts to Redshift's types, give what they promise in PostgreSQL, old and new?

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CastRule } from '../../core/cast/cast-rule.ts';
import type { CastTarget } from '../../core/cast/model.ts';
import { castColumn } from '../../core/cast/rules.ts';
import { OTHER_TRANSFORMS, TRANSFORMS } from '../../core/cast/transform-names.ts';
import type { Catalog, ColumnType } from '../../core/catalog/model.ts';
import { identifier } from '../../core/sql/quote.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, postgresVersions, startTestPostgres, type TestDatabase } from '../support/database.ts';

/** A column's type and values, what it is cast by, and what arrives. */
interface Case {
  readonly type: string;
  readonly values: readonly (string | null)[];
  readonly using?: string;
  readonly to?: CastTarget;
  readonly arrives: readonly (string | null)[];
  readonly as: string;
}

const to = (name: string, ...modifiers: number[]): CastTarget => ({ name, modifiers });
const using = (
  name: string,
  type: string,
  as: string,
  pairs: readonly (readonly [string | null, string | null])[],
): Case => ({
  using: name,
  type,
  as,
  values: pairs.map(([value]) => value),
  arrives: pairs.map(([, value]) => value),
});
const cast = (
  type: string,
  target: CastTarget,
  as: string,
  pairs: readonly (readonly [string | null, string | null])[],
): Case => ({
  to: target,
  type,
  as,
  values: pairs.map(([value]) => value),
  arrives: pairs.map(([, value]) => value),
});

const CASES: readonly Case[] = [
  using('empty-string-to-null', 'text', 'VARCHAR(65535)', [
    ['', null],
    [' ', ' '],
    ['x', 'x'],
    [null, null],
  ]),
  using('empty-string-to-null', 'varchar(5)', 'VARCHAR(20)', [
    ['', null],
    ['x', 'x'],
  ]),
  using('empty-string-to-null', 'char(3)', 'VARCHAR(12)', [
    ['', null],
    ['x', 'x  '],
  ]),
  using('right-trim', 'text', 'VARCHAR(65535)', [
    ['x  ', 'x'],
    [' x\t', ' x\t'],
    ['', ''],
    [null, null],
  ]),
  using('remove-null-characters', 'text', 'VARCHAR(65535)', [
    ['x', 'x'],
    ['', ''],
  ]),
  using('integer-to-string', 'bigint', 'VARCHAR(65535)', [
    ['-9223372036854775808', '-9223372036854775808'],
    [null, null],
  ]),
  using('float-to-string', 'double precision', 'VARCHAR(65535)', [
    ['0.1', '0.1'],
    ['NaN', 'NaN'],
  ]),
  using('int-to-ip', 'bigint', 'VARCHAR(65535)', [
    ['3232235777', '192.168.1.1'],
    ['0', '0.0.0.0'],
    ['4294967295', '255.255.255.255'],
    [null, null],
  ]),
  using('ip-range', 'bigint[]', 'VARCHAR(65535)', [
    ['{0,255}', '0.0.0.0-0.0.0.255'],
    [null, null],
  ]),
  using('hex-to-dec', 'text', 'BIGINT', [
    ['ff', '255'],
    ['7fffffffffffffff', '9223372036854775807'],
    [null, null],
  ]),
  using('unix-timestamp-to-timestamptz', 'bigint', 'TIMESTAMPTZ', [
    ['0', '1970-01-01 00:00:00+00'],
    ['1715000000', '2024-05-06 12:53:20+00'],
    [null, null],
  ]),
  using('unix-timestamp-to-timestamptz', 'numeric(16,3)', 'TIMESTAMPTZ', [['1.5', '1970-01-01 00:00:01.5+00']]),
  using('tinyint-to-boolean', 'smallint', 'BOOLEAN', [
    ['0', 'f'],
    ['1', 't'],
    ['-7', 't'],
    [null, null],
  ]),
  using('bits-to-boolean', 'bit(3)', 'BOOLEAN', [
    ['000', 'f'],
    ['010', 't'],
    [null, null],
  ]),
  using('bits-to-hex-bitstring', 'bit(4)', 'VARCHAR(65535)', [['1010', '1010']]),
  using('zero-dates-to-null', 'text', 'VARCHAR(65535)', [
    ['0000-00-00 00:00:00', null],
    ['2024-05-06', '2024-05-06'],
    [null, null],
  ]),
  using('date-with-no-separator', 'text', 'TIMESTAMP', [
    ['20041002152952', '2004-10-02 15:29:52'],
    ['00000000000000', null],
    [null, null],
  ]),
  using('time-with-no-separator', 'text', 'TIME', [
    ['08231560', '08:23:15.6'],
    ['082315', '08:23:15'],
    [null, null],
  ]),
  using('byte-vector-to-bytea', 'bytea', 'VARBYTE(16777216)', [
    ['\\x00ff', '00ff'],
    ['\\x', ''],
  ]),
  using('byte-vector-to-hexstring', 'bytea', 'VARCHAR(65535)', [
    ['\\x00ff', '00ff'],
    ['\\x', ''],
    [null, null],
  ]),
  using('binary-to-uuid', 'bytea', 'VARCHAR(65535)', [
    ['\\xa0eebc999c0b4ef8bb6d6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ]),
  using('base64-decode', 'text', 'VARBYTE(16777216)', [
    ['AP8=', '00ff'],
    ['', ''],
    [null, null],
  ]),
  using('hex-to-bytea', 'text', 'VARBYTE(16777216)', [
    ['00ff', '00ff'],
    ['0x00ff', '00ff'],
    ['\\x00ff', '00ff'],
  ]),
  cast('boolean', to('varchar', 5), 'VARCHAR(5)', [
    ['t', 'true'],
    ['f', 'false'],
    [null, null],
  ]),
  cast('boolean', to('integer'), 'INTEGER', [
    ['t', '1'],
    ['f', '0'],
  ]),
  cast('timestamp', to('date'), 'DATE', [['2024-05-06 23:59:59', '2024-05-06']]),
  cast('jsonb', to('varchar', 99), 'VARCHAR(99)', [['{"a": [1]}', '{"a": [1]}']]),
  cast('text', to('super'), 'SUPER', [
    ['say "hi"', '"say \\"hi\\""'],
    ['', '""'],
    [null, null],
  ]),
  cast('integer', to('super'), 'SUPER', [['7', '7']]),
  cast('json', to('super'), 'SUPER', [['{"a":1}', '{"a":1}']]),
  cast('text', to('varbyte', 9), 'VARBYTE(9)', [
    ['é', 'c3a9'],
    ['', ''],
  ]),
  cast('bytea', to('varchar', 9), 'VARCHAR(9)', [['\\x00ff', '00ff']]),
  cast('money', to('decimal', 20, 2), 'DECIMAL(20,2)', [['12.50', '12.50']]),
  cast('real', to('double precision'), 'DOUBLE PRECISION', [['0.1', '0.1']]),
  cast('integer[]', to('varchar', 99), 'VARCHAR(99)', [['{1,2}', '[1,2]']]),
  cast('uuid', to('varchar', 36), 'VARCHAR(36)', [
    ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ]),
  cast('numeric(10,2)', to('varchar'), 'VARCHAR(65535)', [['1.50', '1.50']]),
];

test('each transform of the language is tried', () => {
  const tried = new Set(CASES.flatMap(({ using: name }) => name ?? []));
  expect(TRANSFORMS.filter((name) => !tried.has(name))).toEqual([]);
});

describe.each(postgresVersions)('in $name', (version) => {
  let server: PostgresServer;
  let database: TestDatabase;
  let catalog: Catalog;
  beforeAll(async () => {
    server = await startTestPostgres(version);
    const columns = CASES.map(({ type }, number) => `c${number} ${type}`);
    database = await createDatabase(server, `CREATE TABLE t (test int, n int, ${columns.join(', ')})`);
    for (const [number, { values }] of CASES.entries()) {
      for (const [n, value] of values.entries()) {
        await database.session.query(`INSERT INTO t (test, n, c${number}) VALUES (${number}, ${n}, $1)`, [value]);
      }
    }
    await database.session.run(PIN_POSTGRESQL_SOURCE);
    catalog = await readCatalog(database.session, { dialect: 'postgresql', major: version.major });
  });
  afterAll(async () => {
    await database.drop();
    await server.stop();
  });

  test.each(CASES.map((one, number) => ({ ...one, number, what: one.using ?? `to ${one.to?.name}` })))(
    '$what of $type gives $arrives',
    async ({ number, using: name, to: target, arrives, as }) => {
      const column = catalog.tables[0]?.columns.find((one) => one.name === `c${number}`);
      if (column === undefined) throw new Error('no such column');
      const rule = ruleOf(
        { by: 'column', table: 't', column: column.name },
        { ...(name === undefined ? {} : { using: name }), ...(target === undefined ? {} : { to: target }) },
      );
      const made = castColumn({ schema: 'public', name: 't' }, column, identifier(column.name), [rule]);
      expect(made.problem).toBe(undefined);
      expect(made.cast.type).toBe(as);
      const rows = await database.session.query(
        `SELECT ${made.cast.expression} AS value FROM public.t WHERE test = ${number} ORDER BY n`,
      );
      expect(rows.map(({ value }) => value)).toEqual(arrives);
    },
  );

  test('hex-to-dec refuses what is too long, and never cuts it', async () => {
    const { expression } = byTransform('hex-to-dec', catalogType(catalog)).cast;
    for (const value of ['ffffffffffffffff', '12345678901234567', 'x', '']) {
      await expect(
        database.session.query(`SELECT ${expression} AS value FROM (SELECT $1::text AS c0) AS t`, [value]),
      ).rejects.toMatchObject({ code: '22P02' });
    }
  });

  test('what has no meaning for values of PostgreSQL leaves them alone', () => {
    for (const name of OTHER_TRANSFORMS) {
      expect(byTransform(name, catalogType(catalog))).toMatchObject({
        cast: { expression: '"c0"', type: 'VARCHAR(65535)' },
      });
    }
  });
});

function byTransform(name: string, type: ColumnType) {
  const rule = ruleOf({ by: 'type', type: 'text' }, { using: name });
  return castColumn({ schema: 'public', name: 't' }, { name: 'c0', type, notNull: false }, '"c0"', [rule]);
}

function ruleOf(match: CastRule['match'], over: Partial<CastRule>): CastRule {
  return { match, guards: {}, default: 'keep', typmod: 'keep', notNull: 'keep', extra: 'keep', ...over };
}

function catalogType(catalog: Catalog): ColumnType {
  const [, , first] = catalog.tables[0]?.columns ?? [];
  if (first === undefined) throw new Error('no columns');
  return first.type;
}
