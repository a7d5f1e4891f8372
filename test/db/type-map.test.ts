// Has every type that a column can have an entry in the type map, on the newest PostgreSQL and the oldest?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { castToRedshift, entryOf } from '../../core/cast/postgresql-to-redshift.ts';
import type { Table } from '../../core/catalog/model.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { createDatabase, postgresVersions, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { createEveryType } from '../support/every-type.ts';

describe.each(postgresVersions)('$name', (version) => {
  let server: Awaited<ReturnType<typeof startTestPostgres>>;
  let database: TestDatabase;
  let tables: readonly Table[];
  beforeAll(async () => {
    server = await startTestPostgres(version);
    database = await createDatabase(server);
    await createEveryType(database.session);
    await database.session.run(PIN_POSTGRESQL_SOURCE);
    tables = (await readCatalog(database.session, { dialect: 'postgresql', major: version.major })).tables;
  });
  afterAll(() => server.stop());

  const typesOf = (table: string) =>
    tables.find(({ name }) => name === table)?.columns.map((column) => column.type) ?? [];
  const unknown = (table: string) =>
    typesOf(table).flatMap((type) => (entryOf(type).kind === 'base' ? [type.sql] : []));

  test('no built-in type that a column can have is left to the entry of unknown types', () => {
    expect(typesOf('built_in').length).toBeGreaterThan(140);
    expect(unknown('built_in')).toEqual([]);
  });

  test('domains, enums, composites, ranges, arrays of them and known extensions have entries, other extensions have not', () => {
    expect(typesOf('others').map((type) => castToRedshift(type, 'c').type)).toEqual([
      ...['SUPER', 'VARCHAR(65535)', 'VARCHAR(65535)', 'VARCHAR(65535)', 'VARCHAR(65535)', 'VARCHAR(4)', 'SUPER'],
      ...['VARCHAR(65535)', 'INTEGER', 'SUPER', 'SUPER', 'SUPER', 'SUPER', 'SUPER', 'SUPER', 'SUPER'],
      ...['DECIMAL(10,2)', 'VARCHAR(43)', 'VARCHAR(36)', 'VARCHAR(12)', 'VARCHAR(7)', 'VARCHAR(65535)'],
    ]);
    expect(unknown('others')).toEqual(['extra.cube']);
  });

  test('NULL of every type is NULL by its expression', async () => {
    for (const { name, columns } of tables) {
      const list = columns.map(
        (column, at) => `${castToRedshift(column.type, `"${column.name}"`).expression} AS "${at}"`,
      );
      const rows = await database.session.query(`SELECT ${list.join(', ')} FROM public.${name}`);
      expect(rows.map((row) => Object.entries(row).filter(([, value]) => value !== null))).toEqual([[]]);
    }
  });
});
