// Columns of PostgreSQL 8's and Redshift's catalogs that PostgreSQL 18 has not, as SQL for the backend.
// For `c.relhasoids` PostgreSQL calls a function of that name with the row, when the table has no such column: so clients
// that ask for them through an alias are answered. What asks without an alias, or for *, is not.
const columnOf = 'relation = $1.attrelid AND attribute = $1.attnum';

const columns: readonly (readonly [table: string, name: string, type: string, value: string])[] = [
  ['pg_class', 'relhasoids', 'boolean', 'false'],
  [
    'pg_class',
    'reldiststyle',
    'int2',
    'coalesce((SELECT diststyle FROM pg_internal.table_attributes WHERE relation = $1.oid), 9)::int2',
  ],
  [
    'pg_attribute',
    'attisdistkey',
    'boolean',
    `coalesce((SELECT distkey FROM pg_internal.column_attributes WHERE ${columnOf}), false)`,
  ],
  [
    'pg_attribute',
    'attsortkeyord',
    'int',
    `coalesce((SELECT sortkey FROM pg_internal.column_attributes WHERE ${columnOf}), 0)`,
  ],
  ['pg_attrdef', 'adsrc', 'text', 'pg_get_expr($1.adbin, $1.adrelid)'],
  ['pg_stat_activity', 'procpid', 'int', '$1.pid'],
  ['pg_stat_activity', 'current_query', 'text', '$1.query'],
];

export const oldColumnsSql = columns
  .map(
    ([table, name, type, value]) =>
      `CREATE FUNCTION pg_catalog.${name}(${table}) RETURNS ${type} LANGUAGE sql STABLE AS $f$ SELECT ${value} $f$;`,
  )
  .join('\n');
