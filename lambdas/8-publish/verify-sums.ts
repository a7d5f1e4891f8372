// `verify checksums`: are the sums over what was loaded those over what was read? Asked of the staging tables before
// anything is locked: nothing is loaded any more, and the ledgers are counted under the lock. A table that was found equal
// has a mark, so that a later attempt goes on behind it.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Dialect } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { addSums, NO_SUMS, type Sums, sameSum } from '../../core/compare/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PlannedSums, PlannedTable } from '../../core/plan/model.ts';
import { placeOf } from '../../core/plan/names.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { qualified } from '../../core/sql/quote.ts';
import {
  applicationName,
  PIN_POSTGRESQL_SOURCE,
  PIN_REDSHIFT_COMPARED,
  SPARE_MS,
  statementTimeoutMs,
} from '../../core/sql/session.ts';
import { readBatches } from '../read-records.ts';
import { sumRows } from '../sum-rows.ts';

/** Time that one more table must find, besides what is kept for saying what went wrong. */
const TABLE_MS = 60_000;

export interface Target {
  readonly command: Pick<LoadCommand, 'target'>;
  readonly dialect: Dialect;
}

/** What changes how values are written is as it is where they were read. */
const PIN: Readonly<Record<Dialect, string>> = {
  redshift: PIN_REDSHIFT_COMPARED,
  postgresql: `${PIN_POSTGRESQL_SOURCE}; SET lc_monetary TO 'C'`,
};

/** Throws ChecksumMismatch with the table and the columns that differ. */
export async function verifySums(
  ports: Ports,
  run: string,
  { command, dialect }: Target,
  tables: readonly PlannedTable[],
): Promise<void> {
  const open: PlannedTable[] = [];
  for (const table of tables) {
    const isOpen = table.sums !== undefined && table.batches.length > 0;
    if (isOpen && (await ports.store.findText(artifactKeys.verified(run, table.table))) === undefined) open.push(table);
  }
  if (open.length === 0) return;
  const records = await readBatches(ports.store, run);
  const byTable = Map.groupBy(records, ({ table }) => table);
  // A session of its own: the command's parameters change how values are written.
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, 'publish'),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    await session.run(PIN[dialect]);
    for (const [at, table] of open.entries()) {
      if (ports.remaining() < SPARE_MS + TABLE_MS) {
        throw new PgshiftError(
          'Unfinished',
          `The sums of ${at} of ${open.length} tables are compared, and more follow.`,
        );
      }
      await verifyTable({ session, dialect }, table, byTable.get(table.table) ?? []);
      await ports.store.putJson(artifactKeys.verified(run, table.table), { table: table.table });
    }
  } finally {
    await session.close();
  }
}

interface Asking {
  readonly session: Session;
  readonly dialect: Dialect;
}

async function verifyTable(
  { session, dialect }: Asking,
  table: PlannedTable,
  batches: readonly BatchRecord[],
): Promise<void> {
  if (table.sums === undefined) return;
  const read = batches.flatMap(({ sums }) => sums ?? []);
  const place = placeOf(table.target);
  if (read.length !== table.batches.length) {
    const message = `${place}: the sums of ${read.length} of ${table.batches.length} batches are recorded.`;
    throw new PgshiftError('ChecksumMismatch', message);
  }
  const rows = { from: qualified(table.target.schema, table.staging) };
  const staged = await sumRows(session, table.sums, { end: 'target', dialect, rows });
  const differing = differingColumns(table.sums, read.reduce(addSums, NO_SUMS), staged);
  if (differing !== undefined) throw new PgshiftError('ChecksumMismatch', `${place}: ${differing}.`);
}

/** What is told of them; undefined where all are the same. */
function differingColumns({ columns }: PlannedSums, read: Sums, staged: Sums): string | undefined {
  if (read.rows !== staged.rows) return `${read.rows} rows were read, and ${staged.rows} are staged`;
  const names = columns.flatMap(({ column }, at) => (sameSum(read.columns[at], staged.columns[at]) ? [] : [column]));
  if (names.length > 0) return `what was read and what is staged differ in ${names.join(', ')}`;
  return read.row === staged.row
    ? undefined
    : 'the columns that were read and those that are staged have the same values, but not in the same rows';
}
