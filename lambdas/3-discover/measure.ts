// WITH measure columns: what do the texts and numbers of each table take at most? Several sessions go through all slices;
// when the time of this attempt is over, what was found is kept for the next, which goes on from there.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Catalog, Measured, Table } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { ofTable, PgshiftError } from '../../core/errors.ts';
import { selectTables } from '../../core/plan/select.ts';
import type { Ports } from '../../core/ports.ts';
import { measureQuery, readMeasured, type Slice, slicesOf } from '../../core/sql/measure.ts';
import { pathForQueries } from '../../core/sql/settings.ts';
import { connectToSource, type Reading } from '../source-reader.ts';

/** What is left of an attempt for a slice that is begun, and for keeping what was found. */
const LEAST_MS = 180_000;

/** The figures of a slice's columns, by the slice's key. */
type Found = Record<string, readonly { readonly column: string; readonly measured: Measured }[]>;

interface Measuring {
  readonly catalog: Catalog;
  readonly command: LoadCommand;
  readonly server: Capabilities['source'];
}

/** The catalog with the figures of the tables that take part. Throws Unfinished when the next attempt has to go on. */
export async function measureColumns(
  ports: Ports,
  reading: Reading,
  { catalog, command, server }: Measuring,
): Promise<Catalog> {
  const chosen = new Set(selectTables(catalog, command).tables);
  const slices = catalog.tables.filter((table) => chosen.has(table)).flatMap((table) => slicesOf(table, server));
  const key = artifactKeys.measured(reading.run);
  const kept = await ports.store.findText(key);
  const found: Found = kept === undefined ? {} : JSON.parse(kept);
  const missing = slices.filter((slice) => found[slice.key] === undefined);
  const sessions = Math.max(1, Math.min(command.options.workers, server.freeConnections, missing.length));
  const before = Object.keys(found).length;
  const queue = each(missing);
  const work = () => measureAll(ports, reading, { catalog, command, server }, queue, found);
  const ends = await Promise.allSettled(Array.from({ length: missing.length === 0 ? 0 : sessions }, work));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) {
    if (Object.keys(found).length > before) await ports.store.putJson(key, found);
    throw failed.reason;
  }
  const measured = catalog.tables.map((table) => withFigures(table, slicesOf(table, server), found));
  return { ...catalog, tables: measured };
}

/** One queue for all sessions; who fails ends it. */
function* each(slices: readonly Slice[]): Generator<Slice, void> {
  yield* slices;
}

async function measureAll(
  ports: Ports,
  reading: Reading,
  { catalog, command }: Measuring,
  queue: Generator<Slice, void>,
  found: Found,
): Promise<void> {
  const { session, begin } = await connectToSource(ports, reading);
  try {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const slice = next.value;
      if (ports.remaining() < LEAST_MS) throw new PgshiftError('Unfinished', 'Not all columns are measured yet.');
      await begin();
      if (slice.query === true) await session.run(pathForQueries(command.settings));
      const [row] = await session.query(measureQuery(slice, catalog)).catch((error) => {
        throw ofTable(slice.place, error);
      });
      await session.run('COMMIT');
      if (row !== undefined) found[slice.key] = readMeasured(slice, row);
    }
  } catch (error) {
    queue.return();
    throw error;
  } finally {
    await session.close();
  }
}

/** The most of all slices, column by column. */
function withFigures(table: Table, slices: readonly Slice[], found: Found): Table {
  const figures = Map.groupBy(
    slices.flatMap(({ key }) => found[key] ?? []),
    ({ column }) => column,
  );
  if (figures.size === 0) return table;
  const columns = table.columns.map((column) => {
    const measured = figures.get(column.name)?.map((each) => each.measured);
    return measured === undefined ? column : { ...column, measured: measured.reduce(mostOf, {}) };
  });
  return { ...table, columns };
}

function mostOf(a: Measured, b: Measured): Measured {
  const names = ['bytes', 'whole', 'scale', 'leastScale'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = [a[name], b[name]].filter((value) => value !== undefined);
      return values.length === 0 ? [] : [[name, Math.max(...values)]];
    }),
  );
}
