// Did a table arrive as it has to? Rows have no order: what is at both ends is taken away, and what is left over is told
// pair by pair.
import type { Session } from '../../../core/ports.ts';
import type { ReportReplaced } from '../../../core/report/model.ts';
import { identifier, qualified } from '../../../core/sql/quote.ts';
import type { Case, Difference, TableCase, ViewCase } from './model.ts';
import { expectedRows } from './statements.ts';

type Row = readonly (string | null)[];

/** SUPER prints no blanks; what stands in quotes keeps them. */
const withoutBlanks = (json: string): string => json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');

const columnsOf = (schema: string, name: string): [string, string[]] => [
  `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
          pg_get_expr(d.adbin, d.adrelid) AS "default", col_description(a.attrelid, a.attnum) AS comment
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
  [schema, name],
];

const inTarget = (name: string): string => name.toLowerCase();

type Arriving = TableCase | ViewCase;

/** The differences of one table; both sessions print every digit of a number, and times in UTC. */
export async function compareTable(source: Session, target: Session, table: Arriving): Promise<Difference[]> {
  const shape = await compareShape(target, table);
  if (shape.length > 0) return shape;
  const expected = (await source.query(expectedRows(table))).map(
    (row): Row =>
      table.columns.map(({ json }, at) => {
        const value = row[`c${at}`] ?? null;
        return json && value !== null ? withoutBlanks(value) : value;
      }),
  );
  const list = table.columns.map(({ name }, at) => `${identifier(inTarget(name))} AS c${at}`).join(', ');
  const arrived = await target.query(`SELECT ${list} FROM ${qualified(inTarget(table.schema), inTarget(table.name))}`);
  const actual = arrived.map((row): Row => table.columns.map((_, at) => row[`c${at}`] ?? null));
  return compareRows(table, expected, actual);
}

/** Names, types and NOT NULL of the columns, their comments, and what defaults of texts come to. */
async function compareShape(target: Session, { schema, name, columns }: Arriving): Promise<Difference[]> {
  const table = `${schema}.${name}`;
  const found = await target.query(...columnsOf(inTarget(schema), inTarget(name)));
  const described = await Promise.all(
    found.map(async ({ name: column, type, not_null, default: expression, comment }, at) => {
      const asked = columns[at]?.default === undefined ? [] : await target.query(`SELECT ${expression} AS "default"`);
      return JSON.stringify([column, type, not_null === 't', asked[0]?.default ?? null, comment]);
    }),
  );
  const wanted = columns.map(({ name: column, arrives, notNull, default: text = null, comment = null }) =>
    JSON.stringify([inTarget(column), arrives, notNull, text, comment]),
  );
  return Array.from({ length: Math.max(wanted.length, described.length) }, (_, at): Difference => {
    const [expected = 'no column', actual = 'no column'] = [wanted[at], described[at]];
    return { table, column: columns[at]?.name ?? null, expected, actual };
  }).filter((difference) => difference.expected !== difference.actual);
}

/** Row by row, whatever their order. */
export function compareRows(table: Arriving, expected: readonly Row[], actual: readonly Row[]): Difference[] {
  const left = new Map<string, Row[]>();
  for (const row of actual) {
    const key = JSON.stringify(row);
    left.set(key, [...(left.get(key) ?? []), row]);
  }
  const missing = expected.filter((row) => left.get(JSON.stringify(row))?.pop() === undefined);
  const surplus = [...left.values()].flat();
  const differences = missing.flatMap((row) => differencesOf(table, row, takeNearest(surplus, row)));
  const extra = surplus.map((row) => whole(table, 'no such row', JSON.stringify(row)));
  return [...differences, ...extra];
}

const whole = ({ schema, name }: Arriving, expected: string, actual: string): Difference => ({
  ...{ table: `${schema}.${name}`, column: null, expected, actual },
});

/** The row that has most values in common. */
function takeNearest(rows: Row[], wanted: Row): Row | undefined {
  const same = (row: Row): number => row.filter((value, at) => value === wanted[at]).length;
  let best = 0;
  for (const [at, row] of rows.entries()) if (same(row) > same(rows[best] ?? [])) best = at;
  return rows.splice(best, 1)[0];
}

function differencesOf(table: Arriving, wanted: Row, found: Row | undefined): Difference[] {
  if (found === undefined) return [whole(table, JSON.stringify(wanted), 'no such row')];
  return table.columns.flatMap(({ name }, at): Difference[] => {
    const [expected, actual] = [wanted[at] ?? null, found[at] ?? null];
    if (expected === actual) return [];
    const place = { table: `${table.schema}.${table.name}`, column: name };
    return [{ ...place, expected: JSON.stringify(expected), actual: JSON.stringify(actual) }];
  });
}

/** Whether the report counts every value that was replaced, and no other. */
export function compareReplaced(tested: Case, reported: readonly ReportReplaced[]): Difference[] {
  const line = (table: string, column: string, hazard: string, policy: string, rows: number): string =>
    JSON.stringify([table, column, hazard, policy, rows]);
  const expected = tested.tables.flatMap((table) => {
    const views = tested.views.filter(({ of }) => of.schema === table.schema && of.name === table.name);
    return table.columns.flatMap((column) =>
      [table, ...views.filter((view) => view.columns.some(({ name }) => name === column.name))].flatMap((place) =>
        column.replaced.flatMap(({ hazard, policy, values }) => {
          const rows = column.values?.filter((value) => value !== null && values.includes(value)).length ?? 0;
          return rows === 0 ? [] : [line(`${place.schema}.${place.name}`, column.name, hazard, policy, rows)];
        }),
      ),
    );
  });
  const actual = reported.map(({ table, column, hazard, policy, rows }) => line(table, column, hazard, policy, rows));
  const told = { table: 'the report', column: null };
  return [
    ...expected
      .filter((each) => !actual.includes(each))
      .map((each) => ({ ...told, expected: each, actual: 'not there' })),
    ...actual
      .filter((each) => !expected.includes(each))
      .map((each) => ({ ...told, expected: 'not there', actual: each })),
  ];
}
