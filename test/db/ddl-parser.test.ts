// Is the DDL of a plan for a database that holds every type what others take for Redshift's? Read by Polyglot, a parser that
// descends from sqlglot and was written by people who never saw this project; then run by the stand-in. node-sql-parser was
// tried: its Redshift has no TIMESTAMPTZ, SUPER, IDENTITY, ENCODE, DISTSTYLE, COMMENT or DROP TABLE of a qualified name.
import { Dialect, parse } from '@polyglot-sql/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Table } from '../../core/catalog/model.ts';
import { parseCommands } from '../../core/command/parser.ts';
import { swapStatements } from '../../core/sql/publish.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { createDatabase, openSession } from '../support/database.ts';
import { createEveryType } from '../support/every-type.ts';
import { type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { catalog, column, planOf, table, tablesOf, type } from '../unit/core/plan/planning.ts';

const TABLES = `
CREATE SCHEMA "Shop";
CREATE TABLE "Shop"."Orders" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number serial UNIQUE, "The ""note""" text DEFAULT E'it''s\\\\ "so"\\n',
  price numeric(12,2) DEFAULT -1.50, ratio float8 DEFAULT '1e-300', open boolean NOT NULL DEFAULT true,
  at timestamptz DEFAULT now(), utc timestamp DEFAULT (now() AT TIME ZONE 'utc'), day date DEFAULT CURRENT_DATE,
  clock time DEFAULT LOCALTIME, since date DEFAULT '2020-02-29', twice numeric GENERATED ALWAYS AS (price * 2) STORED);
CREATE TABLE "Shop".lines (order_id bigint REFERENCES "Shop"."Orders", line int, PRIMARY KEY (order_id, line));
CREATE TABLE "Shop".countries (code char(2) PRIMARY KEY);
CREATE TABLE "Shop".log (at timestamp, what text);
COMMENT ON TABLE "Shop"."Orders" IS 'it''s a \\ comment';
COMMENT ON COLUMN "Shop"."Orders".price IS 'in "euros"';`;

const CLAUSES = `WITH keep identity
  ALTER TABLE NAMES MATCHING 'Orders' SET (diststyle = 'key', distkey = 'id', sortkey = 'at, id', encode = 'price az64, at raw', backup = 'no')
  ALTER TABLE NAMES MATCHING 'countries' SET (diststyle = 'all')
  ALTER TABLE NAMES MATCHING 'log' SET (diststyle = 'even', sortkey = 'auto', encode = 'auto')`;

/** Of extensions that are not here to be installed. */
const shapes = table('shapes', {
  columns: ['geometry', 'geography', 'vector'].map((name) =>
    column(name, {
      type: type(name, `public.${name}`, { schema: 'public', extension: name === 'vector' ? name : 'postgis' }),
    }),
  ),
});

/** What the parser does not know of Redshift. Without these words it reads the statement. */
const SHORTFALLS = [{ words: / ENCODE AUTO$/, why: 'it knows ENCODE of a column, and not of a table' }];
/** Types that it takes for a user's own, whatever they are called: of their names it proves nothing. */
const NOT_KNOWN_AS_TYPES = ['SUPER', 'VARBYTE(16777216)'];

let standIn: StandIn;
let statements: string[];
beforeAll(async () => {
  standIn = await startStandIn();
  const source = await createDatabase(standIn.postgres);
  await createEveryType(source.session);
  await source.session.run(TABLES);
  await source.session.run(PIN_POSTGRESQL_SOURCE);
  const { tables } = await readCatalog(source.session, { dialect: 'postgresql', major: 18 });
  await source.drop();
  statements = ddlOf([...tables, shapes]);
});
afterAll(() => standIn.close());

function ddlOf(tables: readonly Table[]): string[] {
  const [parsed] = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO redshift:///b ${CLAUSES};`, 'ddl').commands;
  if (parsed === undefined) throw new Error('the clauses must parse');
  const { options, origins, alterTables } = parsed.command;
  // One of the tables is there already: it is dropped.
  const live = catalog([table('countries', { schema: 'shop' })], { dialect: 'redshift' });
  const plan = planOf(tables, { options, origins, alterTables }, live);
  expect(plan.summary.hazards.filter(({ policy }) => policy === 'refuse')).toEqual([]);
  const planned = tablesOf(plan);
  return [
    ...plan.chunks.flatMap((chunk) => chunk.schemas),
    ...planned.flatMap((each) => each.create),
    ...swapStatements(planned),
  ];
}

interface ParsedColumn {
  readonly name: { readonly name: string };
  readonly data_type: { readonly data_type: string; readonly name?: string };
}

/** What a statement is, by the name of its node; `refused` when it is none. */
function read(statement: string): { readonly kind: string; readonly columns: readonly ParsedColumn[] } {
  const { success, ast } = parse(statement, Dialect.Redshift);
  if (!success) return { kind: 'refused', columns: [] };
  const nodes: { create_table?: { columns: ParsedColumn[] } }[] = JSON.parse(JSON.stringify(ast));
  const [node, ...more] = nodes;
  if (node === undefined || more.length > 0) throw new Error(`${nodes.length} statements: ${statement}`);
  return { kind: Object.keys(node)[0] ?? '', columns: node.create_table?.columns ?? [] };
}

describe('every statement', () => {
  test('is read by the parser, but for what it is known to lack', () => {
    const refused = statements.filter((statement) => read(statement).kind === 'refused');
    const lacking = refused.filter((statement) => SHORTFALLS.some(({ words }) => words.test(statement)));
    expect(refused).toEqual(lacking);
    expect(lacking.map((statement) => /"_pgshift_\w+"/.test(statement))).toEqual([true]);
    for (const statement of lacking) {
      const without = SHORTFALLS.reduce((text, { words }) => text.replace(words, ''), statement);
      expect(read(without).kind).toBe('create_table');
    }
  });

  test('is of a kind that the parser knows, and not passed over as some command', () => {
    const kinds = Map.groupBy(statements, (statement) => read(statement).kind);
    expect([...kinds.keys()].toSorted()).toEqual(
      ['alter_table', 'comment', 'create_schema', 'create_table', 'drop_table', 'refused'].toSorted(),
    );
  });

  test('has columns of Redshift’s types alone', () => {
    const columns = statements.flatMap((statement) => read(statement).columns);
    expect(columns.length).toBeGreaterThan(180);
    const custom = columns.flatMap(({ data_type }) => (data_type.data_type === 'custom' ? [data_type.name] : []));
    expect([...new Set(custom)].toSorted()).toEqual(NOT_KNOWN_AS_TYPES.toSorted());
    const known = new Set(columns.map(({ data_type }) => data_type.data_type));
    expect([...known].toSorted()).toEqual(
      [
        ...['big_int', 'boolean', 'char', 'custom', 'date', 'decimal', 'double', 'float', 'geography', 'geometry'],
        ...['int', 'small_int', 'time', 'timestamp', 'var_char'],
      ].toSorted(),
    );
  });

  test('is run by the stand-in', async () => {
    const target = await openSession(standIn.redshift.uri());
    for (const statement of statements) await target.run(statement);
    await target.close();
  });
});

describe('the parser', () => {
  // From the Amazon Redshift Database Developer Guide, CREATE TABLE: [ ENCODE AUTO ] is one of the table's attributes.
  test('refuses ENCODE AUTO where Redshift’s own grammar has it, and takes the other attributes', () => {
    expect(read('CREATE TABLE t (c INT) ENCODE AUTO').kind).toBe('refused');
    expect(read('CREATE TABLE t (c INT) DISTSTYLE AUTO SORTKEY AUTO').kind).toBe('create_table');
  });

  test('takes SUPER and VARBYTE, which Redshift has, like a name that nobody has', () => {
    const types = ['SUPER', 'VARBYTE(16777216)', 'NO_SUCH_TYPE'].map(
      (name) => read(`CREATE TABLE t (c ${name})`).columns[0]?.data_type.data_type,
    );
    expect(types).toEqual(['custom', 'custom', 'custom']);
  });

  test.each([
    'CREATE TABLE t (c INTEGER DEFAULT)',
    'CREATE TABLE t (c INTEGER ENCODE)',
    'CREATE TABLE t (c INTEGER) DISTSTYLE SOME',
    'CREATE TABLE t (c INTEGER) BACKUP MAYBE',
    "CREATE TABLE t (c VARCHAR(9) DEFAULT 'it's')",
    "CREATE TABLE t (c VARCHAR(9) DEFAULT 'it\\'s')",
    'ALTER TABLE t RENAME "u" "v"',
  ])('does refuse what is none: %s', (statement) => {
    expect(read(statement).kind).toBe('refused');
  });
});
