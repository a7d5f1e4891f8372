// A part of PostgreSQL: COPY TO STDOUT → one object, or several where the command bounds what one COPY loads. The server
// writes the CSV, and it is only watched on its way through.

import { ofTable, type PgshiftError } from '../../core/errors.ts';
import type { PlannedTable } from '../../core/plan/model.ts';
import { placeOf } from '../../core/plan/names.ts';
import { unreadable, valueRefused } from '../../core/plan/value-refused.ts';
import type { Session } from '../../core/ports.ts';
import { copyOut, rowsOf } from '../../core/sql/copy-out.ts';
import { isHeaded } from '../../core/sql/empty-bytes.ts';
import { looksForNumbers, type Replaced, readMark, replacedQuery } from '../../core/sql/guards.ts';
import { pathForQueries } from '../../core/sql/settings.ts';
import { findUnreadable, isUnreadable } from './find-unreadable.ts';
import { holdStill } from './hold-still.ts';
import { watchForNumbers } from './number-watch.ts';
import { type PartReader, partReader } from './part-reader.ts';
import type { Extracting, PartSource, Reading, Written } from './part-source.ts';
import { storeCsv, storeReplaced } from './store-csv.ts';
import { storeSums } from './store-sums.ts';

export function fromPostgresql(extracting: Extracting): PartSource {
  const { ports, run, command, snapshot } = extracting;
  const reader = partReader(ports, { run, step: 'extract', command, snapshot });
  return {
    async write(reading) {
      try {
        const first = await writePart(extracting, reader, reading, false);
        // What the second reading writes stands in the place of the first.
        const { written } = first.suspect ? await writePart(extracting, reader, reading, true) : first;
        return written;
      } catch (error) {
        throw isUnreadable(error)
          ? await placeOfUnreadable(extracting, reader, reading)
          : ofTable(placeOf(reading.table.source), error);
      }
    },
    end: async () => {},
    close: () => reader.close(),
  };
}

/** The error of a text that the source could not send: the server's own says neither row nor column. */
async function placeOfUnreadable(
  { command }: Extracting,
  reader: PartReader,
  { table, planned }: Reading,
): Promise<PgshiftError> {
  const found = reader.read(async (session) => {
    if (planned.query === true) await session.run(pathForQueries(command.settings));
    return findUnreadable(session, table, planned);
  });
  // Where the looking ends early, by the time or the connection, the table is known all the same.
  return found.catch(() => unreadable(table, planned, {}));
}

/** `again`: what is dear to look for is looked for, because the first reading has shown that it may be there. */
async function writePart(
  extracting: Extracting,
  reader: PartReader,
  { address, table, planned, sentinel, draw }: Reading,
  again: boolean,
): Promise<{ readonly written: Written; readonly suspect: boolean }> {
  return reader.read(async (session) => {
    if (planned.query === true) await session.run(pathForQueries(extracting.command.settings));
    await holdStill(session, planned);
    const writing = { sentinel, headed: isHeaded(table.columns, draw), again };
    const { bytes, rows } = session.copyOut(copyOut(table, planned, writing), (message) => {
      const marked = readMark(message, sentinel);
      return marked === undefined ? undefined : valueRefused(table, planned, marked);
    });
    const numbers = !again && looksForNumbers(table.columns) ? watchForNumbers() : undefined;
    const through = numbers === undefined ? [] : [numbers.stream];
    const stored = await storeCsv(extracting, { address, table, sentinel }, bytes, { rows, through });
    const count = await rows;
    const replaced = await replacedValues(session, table);
    const noted = await storeReplaced(extracting, address, replaced);
    const where = planned.where === undefined ? {} : { where: planned.where };
    const at = { dialect: 'postgresql', rows: { from: rowsOf(planned), ...where } } as const;
    const summed = await storeSums(extracting, session, { address, table }, at);
    return { written: { rows: count, ...stored, ...noted, ...summed }, suspect: numbers?.seen() === true };
  });
}

/** Asked in the transaction that read the rows: it counted them. */
async function replacedValues(session: Session, { columns }: PlannedTable): Promise<Replaced[]> {
  const query = replacedQuery(columns);
  if (query === undefined) return [];
  const rows = await session.query(query);
  return rows.map(({ column, guard, rows: count }) => ({
    column: Number(column),
    guard: Number(guard),
    rows: Number(count),
  }));
}
