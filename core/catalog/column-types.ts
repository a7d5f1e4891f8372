// What is a column's type made of? Domains down to their base, arrays to their element, as the catalog has it.
import { PgshiftError } from '../errors.ts';
import type { ColumnType } from './model.ts';
import { integer, letter, maybe, optional, type Row, text } from './rows.ts';

/** pg_type.typtype. */
const KINDS = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  m: 'multirange',
  p: 'pseudo',
  r: 'range',
} as const satisfies Record<string, ColumnType['kind']>;

/** The type with this oid and modifier, whose format_type() text is `sql`. */
export type ReadType = (oid: string, modifier: number, sql: string) => ColumnType;

/**
 * Reads types from the rows of the types query. The same type is the same object: a database of 10,000 tables has
 * 100,000 columns and a few dozen types.
 */
export function columnTypes(rows: readonly Row[]): ReadType {
  const byOid = new Map(rows.map((row) => [text(row, 'oid'), row]));
  const known = new Map<string, ColumnType>();
  const read: ReadType = (oid, modifier, sql) => {
    const key = `${oid} ${modifier}`;
    const found = known.get(key);
    if (found) return found;
    const row = byOid.get(oid);
    if (!row) throw new PgshiftError('Unexpected', `The type ${sql} (oid ${oid}) is not among the catalog's types.`);
    const type = readType(row, modifier, sql, read);
    known.set(key, type);
    return type;
  };
  return read;
}

function readType(row: Row, modifier: number, sql: string, read: ReadType): ColumnType {
  const elementOid = optional(row, 'element_oid');
  const label = optional(row, 'longest_label_bytes');
  return {
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    sql,
    kind: elementOid === undefined ? letter(row, 'kind', KINDS) : 'array',
    modifier,
    ...maybe('base', baseOf(row, read)),
    // An array's modifier is its element's, and format_type() says `element[]`.
    ...maybe('element', elementOid === undefined ? undefined : read(elementOid, modifier, sql.replace(/\[\]$/, ''))),
    ...maybe('longestLabelBytes', label === undefined ? undefined : integer(row, 'longest_label_bytes')),
    ...maybe('extension', optional(row, 'extension')),
  };
}

/** A domain over a domain ends at the last one's base, whose modifier is the one that counts. */
function baseOf(row: Row, read: ReadType): ColumnType | undefined {
  const oid = optional(row, 'base_oid');
  if (oid === undefined) return undefined;
  const type = read(oid, integer(row, 'base_modifier'), text(row, 'base_sql'));
  return type.base ?? type;
}
