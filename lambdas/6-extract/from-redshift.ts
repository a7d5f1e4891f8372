// A part of Redshift: a look at what it holds, then its rows by UNLOAD or by a cursor, in one transaction. Redshift exports
// no snapshot: parts that are read together are read in the same transaction, one after the other.

import { ofTable, PgshiftError } from '../../core/errors.ts';
import type { RedshiftReading } from '../../core/plan/model.ts';
import { placeOf } from '../../core/plan/names.ts';
import { longDocument, valueRefused } from '../../core/plan/value-refused.ts';
import type { Session } from '../../core/ports.ts';
import { longDocuments, readLongDocuments } from '../../core/sql/redshift/long-documents.ts';
import { type Look, lookAtPart, readLook, rowsAt, selectPart } from '../../core/sql/redshift/read.ts';
import { PIN_REDSHIFT_COMPARED, PIN_REDSHIFT_SOURCE } from '../../core/sql/session.ts';
import { pathForQueries } from '../../core/sql/settings.ts';
import { connectToSource, type SourceReader } from '../source-reader.ts';
import { byCursor } from './by-cursor.ts';
import { byUnload } from './by-unload.ts';
import type { Extracting, PartSource, Reading, Written } from './part-source.ts';
import { storeReplaced } from './store-csv.ts';
import { storeSums } from './store-sums.ts';

export function fromRedshift(extracting: Extracting, { together }: RedshiftReading): PartSource {
  const { ports, run, command } = extracting;
  let open: SourceReader | undefined;
  let reading = false;
  const begin = async (): Promise<Session> => {
    const read = { run, step: 'extract', command, snapshot: false, dialect: 'redshift' as const };
    open ??= await connectToSource(ports, read);
    if (!reading) await open.begin();
    reading = true;
    return open.session;
  };
  const end = async (): Promise<void> => {
    if (reading) await open?.session.run('COMMIT');
    reading = false;
  };
  /** What the server refused, told by its place; its own words say none. The transaction is over. */
  const refused = async (error: unknown, { table, planned }: Reading): Promise<unknown> => {
    const isRefused = error instanceof PgshiftError && error.kind === 'StatementRefused';
    if (open === undefined || !isRefused) return error;
    await open.session.run('ROLLBACK');
    reading = false;
    const sql = longDocuments(table.columns, planned);
    if (sql === undefined) return ofTable(placeOf(table.source), error);
    const session = await begin();
    if (planned.query === true) await session.run(pathForQueries(command.settings));
    const [row] = await session.query(sql);
    const found = readLongDocuments(table.columns, row);
    return found === undefined ? ofTable(placeOf(table.source), error) : longDocument(table, found.column, found.rows);
  };
  return {
    async write(part) {
      try {
        const written = await writePart(extracting, await begin(), part);
        if (!together) await end();
        return written;
      } catch (error) {
        // Where the looking fails, what happened first is told all the same.
        throw await refused(error, part).catch(() => ofTable(placeOf(part.table.source), error));
      }
    },
    end,
    close: async () => open?.session.close(),
  };
}

async function writePart(extracting: Extracting, session: Session, reading: Reading): Promise<Written> {
  const { table, planned, sentinel, draw, address } = reading;
  if (planned.query === true) await session.run(pathForQueries(extracting.command.settings));
  const [row] = await session.query(lookAtPart(table, planned, sentinel, draw));
  const look = readLook(table, row);
  if (look.collisions > 0) throw new PgshiftError('SentinelCollision', 'A value is the marker that stands for NULL.');
  refuseValues(reading, look);
  const select = selectPart(table, planned, draw);
  // A line that is `\.` and nothing else ends PostgreSQL's COPY; UNLOAD has no quotes for it, and a cursor's rows have.
  const unloads = table.redshift?.by === 'unload' && look.ends === 0;
  const written = await (unloads ? byUnload : byCursor)(extracting, session, reading, { ...look, select });
  if (written.rows !== look.rows) {
    const message = `${planned.from} has ${look.rows} rows, and ${written.rows} were read in the same transaction.`;
    throw new PgshiftError('CountMismatch', message);
  }
  const replaced = look.guarded.filter(
    ({ column, guard }) => table.columns[column]?.guards?.[guard]?.policy !== 'fail',
  );
  const noted = await storeReplaced(extracting, address, replaced);
  return { ...written, ...noted, ...(await sumPart(extracting, session, reading)) };
}

/** Sums are of texts that the session has to write alike at both ends; what is read next is pinned as it was. */
async function sumPart(extracting: Extracting, session: Session, reading: Reading): Promise<Pick<Written, 'sums'>> {
  if (reading.table.sums === undefined) return {};
  await session.run(PIN_REDSHIFT_COMPARED);
  const at = { dialect: 'redshift', rows: rowsAt(reading.planned) } as const;
  const summed = await storeSums(extracting, session, reading, at);
  await session.run(PIN_REDSHIFT_SOURCE);
  return summed;
}

/** The values that stop the run. */
function refuseValues({ table, planned }: Reading, { guarded }: Look): void {
  const failing = guarded.find(({ column, guard }) => table.columns[column]?.guards?.[guard]?.policy === 'fail');
  const error = failing === undefined ? undefined : valueRefused(table, planned, failing);
  if (error !== undefined) throw error;
}
