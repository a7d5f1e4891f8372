// Which keys and indexes does each table of a PostgreSQL have? They are there after a run that succeeded, and as they were
// after one that failed.
import type { Session } from '../../core/ports.ts';
import type { LoadChoice } from './model.ts';
import { type Content, tablesOf } from './tables.ts';

/** As the server defines them, by table. */
export async function readShape(session: Session, schema: string, choice: LoadChoice): Promise<Content> {
  const rows = await session.query(`
    SELECT r.relname AS name, c.conname || ': ' || pg_get_constraintdef(c.oid) AS what
      FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid WHERE r.relnamespace = '${schema}'::regnamespace
    UNION ALL SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = '${schema}'`);
  const byTable = Map.groupBy(rows, ({ name }) => name ?? '');
  return new Map(
    tablesOf(choice).map((table) => [table, (byTable.get(table) ?? []).map(({ what }) => what ?? '').sort()]),
  );
}

/** A foreign key is proven once the tables are live, and a run may end between the two. */
export const unproven = (shape: Content): Content =>
  new Map([...shape].map(([table, all]) => [table, all.map((each) => each.replace(/ NOT VALID$/, ''))]));
