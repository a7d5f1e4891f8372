// Do random tables of every type go from one PostgreSQL into another as they are: rows, types, keys, partitions and comments?
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { identifier, qualified } from '../../core/sql/quote.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { startTwoPostgres, type TwoPostgres } from '../support/two-postgres.ts';
import { drawCase } from './values/draw.ts';
import type { Case } from './values/model.ts';
import { items, typeStatements } from './values/nested.ts';
import { sentinelFunction } from './values/sentinel.ts';
import { createTable, given, insertRows } from './values/statements.ts';

/** The tables of tests/properties/values, of which a case has thirty. */
const SEEDS = [11, 13];
const VERSION = 18;

let two: TwoPostgres;
beforeAll(async () => {
  two = await startTwoPostgres();
});
afterAll(() => two.stop());

/** Values that name what only the source has. */
const NAMES = `CAST type regclass to text, type regtype to text, type "regclass[]" to "text[]", type "regtype[]" to "text[]"`;
/** What can be read by its own type nowhere, and what is cast, goes as text. */
const TYPE = `CASE WHEN format_type(a.atttypid, NULL) ~ '^(regclass|regtype)' THEN replace(replace(format_type(a.atttypid, NULL), 'regclass', 'text'), 'regtype', 'text')
  WHEN format_type(a.atttypid, NULL) IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list') THEN 'text'
  ELSE format_type(a.atttypid, a.atttypmod) END`;
const PIN = `SET search_path TO ''; SET TimeZone TO 'UTC'; SET extra_float_digits TO 1`;

async function fill(session: Session, { tables }: Case): Promise<void> {
  await session.run(PIN);
  for (const schema of new Set(tables.map((table) => table.schema))) {
    await session.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
  }
  for (const table of tables) {
    await session.run(createTable(table).join(';\n'));
    const { sql, times } = insertRows(table);
    const arrays = given(table).map(({ values = [] }) => items(values.slice(0, table.rows)));
    for (let time = 0; time < times; time++) await session.query(sql, arrays);
  }
}

/** What a table is and what it holds; where a column was dropped, numbers differ and nothing else. */
async function contentOf(session: Session, { tables }: Case): Promise<unknown> {
  const content: Record<string, unknown> = {};
  for (const { schema, name } of tables) {
    const place = qualified(schema, name);
    content[place] = {
      columns: await session.query(
        `SELECT a.attname, ${TYPE} AS type, a.attnotnull, a.attidentity, a.attgenerated,
           col_description(a.attrelid, a.attnum) FROM pg_attribute a
         WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
        [place],
      ),
      keys: await session.query(
        `SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass ORDER BY 1`,
        [place],
      ),
      partitions: await session.query(
        `SELECT inhrelid::regclass::text AS leaf, pg_get_expr(relpartbound, oid) FROM pg_inherits JOIN pg_class ON oid = inhrelid
         WHERE inhparent = $1::regclass ORDER BY 1`,
        [place],
      ),
      rows: await session.query(`SELECT t::text AS row FROM ${place} AS t ORDER BY 1`),
    };
  }
  return content;
}

it.each(SEEDS)('those of seed %i', async (seed) => {
  const drawn = drawCase(seed, [VERSION]);
  const pair = await two.pair([...typeStatements(VERSION), sentinelFunction].join(';\n'));
  await fill(pair.source.session, drawn);
  await pair.target.session.run(PIN);
  await loadBySteps(pair.ports(), `seed_${seed}`, pair.command(NAMES));
  expect(await contentOf(pair.target.session, drawn)).toEqual(await contentOf(pair.source.session, drawn));
  await pair.drop();
});
