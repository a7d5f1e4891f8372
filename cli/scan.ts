// `pgshift plan --scan`: how many values would Redshift refuse or alter? Asks the source, table by table; reads all rows
// of those tables that can hold such values, and writes nothing.
import pMap from 'p-map';
import type { LoadCommand } from '../core/command/model.ts';
import { ofTable, PgshiftError } from '../core/errors.ts';
import type { PlannedTable } from '../core/plan/model.ts';
import { placeOf } from '../core/plan/names.ts';
import { addUp, type Found, found, stopping } from '../core/plan/scanned.ts';
import type { Ports } from '../core/ports.ts';
import { lookAtPart, readLook } from '../core/sql/redshift/read.ts';
import { type ScanQuery, scanQueries } from '../core/sql/scan.ts';
import { pathForQueries } from '../core/sql/settings.ts';
import { openSourceReader } from '../lambdas/source-reader.ts';

interface Scan {
  readonly table: PlannedTable;
  readonly query: ScanQuery;
}

/** Counts in all tables, as many at once as the command has workers. */
export async function scanTables(
  ports: Ports,
  run: string,
  command: LoadCommand,
  tables: readonly PlannedTable[],
): Promise<Found[]> {
  const scans = tables.flatMap((table): (() => Promise<Found[]>)[] =>
    table.redshift === undefined
      ? scanQueries(table).map((query) => () => count(ports, run, command, { table, query }))
      : [() => look(ports, run, command, table)],
  );
  const counted = await pMap(scans, (scan) => scan(), { concurrency: command.options.workers });
  return addUp(counted.flat());
}

/** A Redshift source is asked as a load asks it: values that are kept are not looked for. */
async function look(ports: Ports, run: string, command: LoadCommand, table: PlannedTable): Promise<Found[]> {
  if (!table.columns.some(({ guards = [] }) => guards.some(({ policy }) => policy !== 'keep'))) return [];
  const reading = { run, step: 'plan', command, snapshot: false, dialect: 'redshift' as const };
  const session = await openSourceReader(ports, reading);
  try {
    await session.run('SET LOCAL statement_timeout TO 0');
    const all: Found[] = [];
    for (const part of table.parts) {
      if (part.query === true) await session.run(pathForQueries(command.settings));
      // No sentinel is looked for, and no empty bytes.
      const [row] = await session.query(lookAtPart(table, part, '', 1));
      const { guarded } = readLook(table, row);
      all.push(...guarded.flatMap(({ column, guard, rows }) => found(table, column, guard, rows) ?? []));
    }
    return all;
  } catch (error) {
    throw ofTable(placeOf(table.source), error);
  } finally {
    await session.close();
  }
}

async function count(ports: Ports, run: string, command: LoadCommand, { table, query }: Scan): Promise<Found[]> {
  const session = await openSourceReader(ports, { run, step: 'plan', command, snapshot: false });
  try {
    // No Lambda's life is the limit here.
    await session.run('SET LOCAL statement_timeout TO 0');
    if (table.parts.some((part) => part.query === true)) await session.run(pathForQueries(command.settings));
    const [row] = await session.query(query.sql);
    return query.counts.flatMap(
      ({ name, column, guard }) => found(table, column, guard, Number(row?.[name] ?? 0)) ?? [],
    );
  } catch (error) {
    throw ofTable(placeOf(table.source), error);
  } finally {
    await session.close();
  }
}

/** The error of a scan that found what would stop the load; undefined when it would not. */
export function scanError(all: readonly Found[]): PgshiftError | undefined {
  const stops = stopping(all);
  const [first] = stops;
  if (first === undefined) return undefined;
  const values = stops.reduce((sum, one) => sum + one.values, 0);
  const message = `A load would stop: ${values} values in ${stops.length} places are such as Redshift refuses or alters, the first in ${first.place}. Say what becomes of them: WITH on ${first.hazard} …, or CAST.`;
  return new PgshiftError('ValueRefused', message);
}
