// A part of PostgreSQL: COPY TO STDOUT → one object, or several where the command bounds what one COPY loads. The server
// writes the CSV, and it is only watched on its way through.

import type { PlannedTable } from '../../core/plan/model.ts';
import { valueRefused } from '../../core/plan/value-refused.ts';
import type { Session } from '../../core/ports.ts';
import { copyOut } from '../../core/sql/copy-out.ts';
import { isHeaded } from '../../core/sql/empty-bytes.ts';
import { looksForNumbers, type Replaced, readMark, replacedQuery } from '../../core/sql/guards.ts';
import { pathForQueries } from '../../core/sql/settings.ts';
import { holdStill } from './hold-still.ts';
import { watchForNumbers } from './number-watch.ts';
import { type PartReader, partReader } from './part-reader.ts';
import type { Extracting, PartSource, Reading, Written } from './part-source.ts';
import { storeCsv, storeReplaced } from './store-csv.ts';

export function fromPostgresql(extracting: Extracting): PartSource {
  const { ports, run, command, snapshot } = extracting;
  const reader = partReader(ports, { run, step: 'extract', command, snapshot });
  return {
    async write(reading) {
      const first = await writePart(extracting, reader, reading, false);
      // What the second reading writes stands in the place of the first.
      const { written } = first.suspect ? await writePart(extracting, reader, reading, true) : first;
      return written;
    },
    end: async () => {},
    close: () => reader.close(),
  };
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
    return { written: { rows: count, ...stored, ...noted }, suspect: numbers?.seen() === true };
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
