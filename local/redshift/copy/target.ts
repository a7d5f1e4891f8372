// Which table does a COPY fill, and which of its columns?
import { literal } from '../admin.ts';
import type { BackendConnection } from '../backend.ts';
import { RedshiftError, sqlstate } from '../errors.ts';
import type { CopyStatement } from '../sql/copy-statement.ts';
import { must } from './backend-copy.ts';
import type { ColumnFacts } from './columns.ts';

export interface Target {
  readonly oid: number;
  readonly name: string;
  readonly userId: number;
  readonly columns: readonly ColumnFacts[];
}

/** Throws when there is no such table. */
export async function findTarget(copy: CopyStatement, backend: BackendConnection): Promise<Target> {
  const rows = await must(
    backend,
    `SELECT c.oid, c.relname, c.relkind, u.usesysid, a.attname, t.typname, a.atttypmod, a.attnotnull, a.attidentity
     FROM pg_class c JOIN pg_user u ON u.usename = current_user
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_type t ON t.oid = a.atttypid
     WHERE c.oid = to_regclass(${literal(copy.table.sql)}) ORDER BY a.attnum`,
  );
  const [first] = rows;
  if (first === undefined) throw new RedshiftError(`Cannot COPY into nonexistent table ${copy.table.last}`);
  if (first[2] !== 'r') throw new RedshiftError(`"${copy.table.last}" is not a table`, '42809');
  const columns = rows.map((row) => ({
    name: row[4] ?? '',
    type: row[5] ?? '',
    modifier: Number(row[6]),
    notNull: row[7] === 't',
    identity: row[8] ?? '',
  }));
  return { oid: Number(first[0]), name: first[1] ?? '', userId: Number(first[3]), columns };
}

/** The columns that the file holds, in its order. */
export function chooseColumns(copy: CopyStatement, target: Target): ColumnFacts[] {
  const { explicitIds } = copy.options;
  const chosen =
    copy.columns === undefined
      ? target.columns.filter((column) => column.identity !== 'a' || explicitIds)
      : copy.columns.map((name) => findColumn(name, target));
  if (new Set(chosen).size < chosen.length) {
    throw new RedshiftError('a column is specified more than once', sqlstate.duplicateColumn);
  }
  const identity = chosen.some((column) => column.identity === 'a');
  if (identity && !explicitIds) {
    throw new RedshiftError('cannot load an IDENTITY column without EXPLICIT_IDS', sqlstate.featureNotSupported);
  }
  if (explicitIds && !identity) {
    throw new RedshiftError('EXPLICIT_IDS needs an IDENTITY column to load', sqlstate.featureNotSupported);
  }
  return chosen;
}

function findColumn(name: string, target: Target): ColumnFacts {
  const column = target.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  throw new RedshiftError(`column "${name}" of relation "${target.name}" does not exist`, sqlstate.undefinedColumn);
}
