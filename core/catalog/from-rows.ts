// From the rows of the catalog queries to a Catalog: pure, the same for both dialects.
import { PgshiftError } from '../errors.ts';
import { columnTypes, type ReadType } from './column-types.ts';
import type { Catalog, Column, Dialect, ForeignKey, Heap, Identity, Key, Sequence, Table, View } from './model.ts';
import { type PostgresqlRows, postgresqlCatalog } from './postgresql.ts';
import type { QUERIES } from './queries.generated.ts';
import { boolean, groupBy, integer, letter, maybe, numbers, optional, type Row, text } from './rows.ts';

/** What each query gave. Redshift knows no inheritance; key ranges are asked for where they are needed. */
export type CatalogRows = {
  readonly [Query in keyof (typeof QUERIES)['redshift']]: readonly Row[];
} & { readonly inherits?: readonly Row[]; readonly keyRanges?: readonly Row[]; readonly postgresql?: PostgresqlRows };

/** Rows of tables that the tables query left out are left out too. Throws Unexpected for what cannot be. */
export function catalogFromRows(dialect: Dialect, rows: CatalogRows): Catalog {
  const [database] = rows.database;
  if (!database) throw new PgshiftError('Unexpected', 'The server did not say what the database is called.');
  return {
    dialect,
    database: text(database, 'name'),
    ...maybe('encoding', optional(database, 'encoding')),
    schemas: rows.schemas.map((row) => ({ name: text(row, 'name'), ...comment(row) })),
    tables: tablesFromRows(rows),
    // One without a definition was dropped while it was asked for.
    views: rows.views.filter(({ definition }) => definition !== null).map(view),
    ...maybe('postgresql', rows.postgresql && postgresqlCatalog(rows.postgresql)),
  };
}

/** pg_class.relkind. */
const TABLE_KINDS = {
  r: 'table',
  p: 'partitioned',
  m: 'materialized view',
  f: 'foreign table',
} as const satisfies Record<string, Table['kind']>;

function tablesFromRows(rows: CatalogRows): Table[] {
  const readType = columnTypes(rows.types);
  const columns = groupBy(rows.columns, 'table_oid');
  const keys = groupBy(rows.keys, 'table_oid');
  const foreignKeys = groupBy(rows.foreignKeys, 'table_oid');
  const heaps = groupBy(rows.heaps, 'table_oid');
  const inherits = groupBy(rows.inherits ?? [], 'table_oid');
  const keyRanges = new Map((rows.keyRanges ?? []).map((row) => [text(row, 'oid'), row]));
  return rows.tables.map((row) => {
    const oid = text(row, 'oid');
    const columnRows = columns.get(oid) ?? [];
    const nameOf = columnNames(columnRows, text(row, 'name'));
    return {
      oid: integer(row, 'oid'),
      schema: text(row, 'schema'),
      name: text(row, 'name'),
      kind: letter(row, 'kind', TABLE_KINDS),
      ...comment(row),
      columns: columnRows.map((column) => readColumn(column, readType)),
      keys: (keys.get(oid) ?? []).map((key) => readKey(key, nameOf)),
      foreignKeys: readForeignKeys(foreignKeys.get(oid) ?? [], nameOf),
      heaps: (heaps.get(oid) ?? []).map((heap) => readHeap(heap, keyRanges.get(text(heap, 'oid')))),
      inherits: (inherits.get(oid) ?? []).map((parent) => ({
        schema: text(parent, 'parent_schema'),
        name: text(parent, 'parent_name'),
      })),
    };
  });
}

const comment = (row: Row) => maybe('comment', optional(row, 'comment'));

function view(row: Row): View {
  return {
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    definition: text(row, 'definition'),
    ...comment(row),
  };
}

function readColumn(row: Row, readType: ReadType): Column {
  const expression = optional(row, 'expression');
  const generated = row.is_generated !== undefined && boolean(row, 'is_generated');
  const identity = readIdentity(row, expression);
  return {
    name: text(row, 'name'),
    type: readType(text(row, 'type_oid'), integer(row, 'modifier'), text(row, 'type_sql')),
    notNull: boolean(row, 'not_null'),
    ...maybe('default', generated || identity ? undefined : expression),
    ...maybe('identity', identity),
    ...maybe('serial', identity ? undefined : readSerial(row, expression)),
    // Without an expression when its table was dropped while it was asked for.
    ...maybe('generated', generated ? expression : undefined),
    ...comment(row),
  };
}

/** How Redshift shows an identity column's default: `"identity"(445178, 0, '1,1'::text)`. */
const REDSHIFT_IDENTITY = /^"?(default_)?identity"?\(\d+, ?\d+, ?'(-?\d+),(-?\d+)'(?:::\w+)?\)$/;

function readIdentity(row: Row, expression: string | undefined): Identity | undefined {
  const [, byDefault, start, increment] = REDSHIFT_IDENTITY.exec(expression ?? '') ?? [];
  if (start !== undefined && increment !== undefined) {
    return { generation: byDefault ? 'by default' : 'always', start, increment };
  }
  if (optional(row, 'identity') === undefined) return undefined;
  return {
    generation: letter(row, 'identity', { always: 'always', 'by default': 'by default' }),
    ...readSequence(row),
  };
}

/** A default that does more than taking the next value is none of a serial. */
function readSerial(row: Row, expression = ''): Sequence | undefined {
  const takes = /^nextval\('(?:[^']|'')*'::regclass\)$/.test(expression);
  return takes && optional(row, 'sequence_start') !== undefined ? readSequence(row) : undefined;
}

function readSequence(row: Row): Sequence {
  return {
    start: text(row, 'sequence_start'),
    increment: text(row, 'sequence_increment'),
    ...maybe('last', optional(row, 'sequence_last')),
  };
}

/** Column names of one table by number. Numbers have gaps where columns were dropped. */
type NameOf = (number: number) => string;

function columnNames(rows: readonly Row[], table: string): NameOf {
  const names = new Map(rows.map((row) => [integer(row, 'number'), text(row, 'name')]));
  return (number) => {
    const name = names.get(number);
    if (name === undefined) {
      throw new PgshiftError('Unexpected', `A key of table "${table}" names column ${number}, which does not exist.`);
    }
    return name;
  };
}

function readKey(row: Row, nameOf: NameOf): Key {
  return {
    name: text(row, 'name'),
    kind: letter(row, 'kind', { p: 'primary', u: 'unique' }),
    columns: numbers(row, 'columns').map(nameOf),
  };
}

/** The rows of one key are one per column that it refers to. */
function readForeignKeys(rows: readonly Row[], nameOf: NameOf): ForeignKey[] {
  return [...groupBy(rows, 'key_oid').values()].flatMap((columns) => {
    const [row] = columns;
    if (!row) return [];
    const referenced = new Map(columns.map((one) => [integer(one, 'referenced_number'), text(one, 'referenced_name')]));
    const table = text(row, 'referenced_table');
    return {
      name: text(row, 'name'),
      columns: numbers(row, 'columns').map(nameOf),
      references: {
        schema: text(row, 'referenced_schema'),
        table,
        columns: numbers(row, 'referenced_columns').map((number) => {
          const name = referenced.get(number);
          if (name === undefined) {
            const message = `The foreign key "${text(row, 'name')}" refers to column ${number} of "${table}", which does not exist.`;
            throw new PgshiftError('Unexpected', message);
          }
          return name;
        }),
      },
      validated: boolean(row, 'proven'),
    };
  });
}

function readHeap(row: Row, keyRange: Row | undefined): Heap {
  const filtered = boolean(row, 'filtered');
  return {
    oid: integer(row, 'oid'),
    ...maybe('filenode', row.filenode ? integer(row, 'filenode') : undefined),
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    readable: boolean(row, 'readable') && !filtered,
    ...maybe('filtered', filtered || undefined),
    ...maybe('foreign', boolean(row, 'is_foreign') || undefined),
    bytes: integer(row, 'bytes'),
    pages: integer(row, 'pages'),
    estimatedRows: integer(row, 'estimated_rows'),
    ...maybe('keyRange', keyRange && readKeyRange(text(row, 'integer_key'), keyRange)),
  };
}

/** An empty table has no bounds. */
function readKeyRange(column: string, row: Row): Heap['keyRange'] | undefined {
  const low = optional(row, 'low');
  const high = optional(row, 'high');
  return low === undefined || high === undefined ? undefined : { column, low, high };
}
