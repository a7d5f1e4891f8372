// Are two databases equal, row for row? Found out with queries of its own at both ends, never from a plan.
// Each row becomes one text, the text a number, and the numbers are added up: order does not matter, all else does.
import pg from 'pg';
import { identifier, qualified } from '../../core/sql/quote.ts';
import { canonicalText, type SourceColumn } from './canonical.ts';

export interface Difference {
  /** `schema.table`, as the source has it. */
  readonly table: string;
  /** The column, where it is known. */
  readonly column?: string;
  readonly what: string;
}

export interface Comparison {
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly Difference[];
}

interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly SourceColumn[];
}

/** What a table is at one end: how many rows, and two sums of 32-bit numbers made of them. */
interface Digest {
  readonly rows: number;
  readonly sums: string;
}

type End = 'source' | 'target';

const sourceTables = `
SELECT n.nspname AS schema, c.relname AS name,
       json_agg(json_build_object('name', a.attname, 'type', coalesce(b.typname, t.typname),
                                  'kind', coalesce(b.typtype, t.typtype), 'category', coalesce(b.typcategory, t.typcategory))
                ORDER BY a.attnum) AS columns
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
GROUP BY 1, 2 ORDER BY 1, 2`;

const targetColumns = `
SELECT c.table_schema AS schema, c.table_name AS name, c.column_name AS "column"
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE t.table_type = 'BASE TABLE' AND c.table_schema <> 'information_schema' AND c.table_schema NOT LIKE 'pg\\_%'
ORDER BY c.table_schema, c.table_name, c.ordinal_position`;

// Redshift's own functions only: md5 and strtol. PostgreSQL reads hexadecimal through a bit string.
const numberOf: Readonly<Record<End, (digest: string, from: number) => string>> = {
  source: (digest, from) => `('x' || substring(${digest}, ${from}, 8))::bit(32)::bigint`,
  target: (digest, from) => `strtol(substring(${digest}, ${from}, 8), 16)`,
};

const sumsOf = (end: End, digest: string): string =>
  [1, 9].map((from) => `coalesce(sum(${numberOf[end](digest, from)}), 0)::varchar`).join(" || ' ' || ");

/** A column's name at one end: Redshift keeps names in lower case. */
const nameAt = (end: End, name: string): string => identifier(end === 'source' ? name : name.toLowerCase());

const tableAt = (end: End, { schema, name }: Table): string =>
  end === 'source' ? qualified(schema, name) : qualified(schema.toLowerCase(), name.toLowerCase());

/** A value as text that tells NULL from an empty text, and ends before the next value: | alone ends, || is a |. */
function delimited(end: End, column: SourceColumn): string {
  const text = canonicalText(column);
  const value = text[end](nameAt(end, column.name));
  return `coalesce('v' || ${text.free ? `replace(${value}, '|', '||')` : value}, 'n') || '|'`;
}

/** Keeps the digests a query of their own: PostgreSQL would else compute each one wherever it is used. */
const onceEach = 'OFFSET 0';

function tableDigest(end: End, table: Table): string {
  const row = table.columns.map((column) => delimited(end, column)).join(' || ') || "''";
  return `SELECT count(*)::varchar AS rows, ${sumsOf(end, 'digest')} AS sums
          FROM (SELECT md5(${row}) AS digest FROM ${tableAt(end, table)} ${onceEach}) AS digests`;
}

function columnDigests(end: End, table: Table): string {
  const sums = table.columns.map((_column, at) => `${sumsOf(end, `c${at}`)} AS c${at}`);
  const digests = table.columns.map((column, at) => `md5(${delimited(end, column)}) AS c${at}`);
  return `SELECT ${sums.join(', ')} FROM (SELECT ${digests.join(', ')} FROM ${tableAt(end, table)} ${onceEach}) AS digests`;
}

async function connect(uri: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => {}); // the query under way fails, and says why
  await client.connect();
  for (const setting of ["timezone TO 'UTC'", "datestyle TO 'ISO'", 'extra_float_digits TO 0']) {
    await client.query(`SET ${setting}`);
  }
  return client;
}

/** Compares every table of the source with the one of the same name, in lower case, in the target. */
export async function compareDatabases(sourceUri: string, targetUri: string): Promise<Comparison> {
  const source = await connect(sourceUri);
  try {
    await source.query("SET intervalstyle TO 'postgres'");
    const target = await connect(targetUri);
    try {
      return await compare(source, target);
    } finally {
      await target.end();
    }
  } finally {
    await source.end();
  }
}

async function compare(source: pg.Client, target: pg.Client): Promise<Comparison> {
  const tables: Table[] = (await source.query(sourceTables)).rows;
  const found = await columnsByTable(target);
  const differences: Difference[] = [];
  let rows = 0;
  for (const table of tables) {
    const inTarget = `${table.schema}.${table.name}`.toLowerCase();
    const shape = compareShape(table, found.get(inTarget));
    found.delete(inTarget);
    differences.push(...shape);
    if (shape.length > 0) continue;
    const result = await compareRows(source, target, table);
    rows += result.rows;
    differences.push(...result.differences);
  }
  for (const table of found.keys()) differences.push({ table, what: 'is in the target only' });
  return { tables: tables.length, rows, differences };
}

async function columnsByTable(target: pg.Client): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const { rows } = await target.query<{ schema: string; name: string; column: string }>(targetColumns);
  for (const { schema, name, column } of rows) {
    const key = `${schema}.${name}`;
    found.set(key, [...(found.get(key) ?? []), column]);
  }
  return found;
}

function compareShape(table: Table, found: readonly string[] | undefined): Difference[] {
  const name = `${table.schema}.${table.name}`;
  if (found === undefined) return [{ table: name, what: 'is missing in the target' }];
  const wanted = table.columns.map((column) => column.name.toLowerCase());
  if (wanted.join('\0') === found.join('\0')) return [];
  return [{ table: name, what: `has the columns ${found.join(', ')} in the target, not ${wanted.join(', ')}` }];
}

async function compareRows(
  source: pg.Client,
  target: pg.Client,
  table: Table,
): Promise<{ rows: number; differences: Difference[] }> {
  const ask = async (client: pg.Client, end: End): Promise<Digest> => {
    const { rows } = await client.query<{ rows: string; sums: string }>(tableDigest(end, table));
    return { rows: Number(rows[0]?.rows), sums: rows[0]?.sums ?? '' };
  };
  const [left, right] = await Promise.all([ask(source, 'source'), ask(target, 'target')]);
  if (left.rows === right.rows && left.sums === right.sums) return { rows: left.rows, differences: [] };
  const name = `${table.schema}.${table.name}`;
  const differences: Difference[] = await differingColumns(source, target, table);
  if (left.rows !== right.rows) {
    differences.unshift({ table: name, what: `has ${left.rows} rows in the source and ${right.rows} in the target` });
  } else if (differences.length === 0) {
    differences.push({ table: name, what: 'has the same values in every column, but not in the same rows' });
  }
  return { rows: left.rows, differences };
}

async function differingColumns(source: pg.Client, target: pg.Client, table: Table): Promise<Difference[]> {
  const ask = async (client: pg.Client, end: End): Promise<Record<string, string>> =>
    (await client.query<Record<string, string>>(columnDigests(end, table))).rows[0] ?? {};
  const [left, right] = await Promise.all([ask(source, 'source'), ask(target, 'target')]);
  return table.columns.flatMap((column, at) =>
    left[`c${at}`] === right[`c${at}`]
      ? []
      : [{ table: `${table.schema}.${table.name}`, column: column.name, what: 'has other values in the target' }],
  );
}
