// A cursor: the leader of Redshift hands rows on, and they become CSV here. The only rows that are values in JavaScript:
// for sources that may not UNLOAD, and for what UNLOAD would not write exactly.

import { Readable } from 'node:stream';
import { type Options, stringify } from 'csv-stringify';
import { PgshiftError } from '../../core/errors.ts';
import type { PlannedColumn } from '../../core/plan/model.ts';
import type { Session } from '../../core/ports.ts';
import { CLOSE_CURSOR, declareCursor, fetchRows } from '../../core/sql/redshift/read.ts';
import type { Extracting, Reading, Written } from './part-source.ts';
import { storeCsv } from './store-csv.ts';

/** A cluster of one node gives no more at a time. */
const MOST_ROWS = 1000;
/** What one FETCH is aimed at: 8 MiB, so that a Lambda of 1,769 MB never feels it and a round trip is worth its while. */
const FETCH_BYTES = 8 * 1024 * 1024;
/** What one FETCH may bring where all of its rows are as long as the longest: 16 MiB, which are in memory a few times. */
const MOST_FETCH_BYTES = 16 * 1024 * 1024;
/** Before the first rows have shown how long they are. */
const FIRST_ROWS = 100;

export async function byCursor(
  extracting: Extracting,
  session: Session,
  reading: Reading,
  { select, longest }: { readonly select: string; readonly longest: number },
): Promise<Written> {
  const { columns } = reading.table;
  await session.run(declareCursor(select));
  let count = 0;
  let ended: (rows: number) => void = () => {};
  const rows = new Promise<number>((resolve) => {
    ended = resolve;
  });
  const fetched = async function* (): AsyncGenerator<Value[]> {
    for await (const row of rowsOf(session, columns, longest)) {
      count += 1;
      yield row;
    }
    ended(count);
  };
  const csv = stringify(csvOptions(reading.sentinel));
  const source = Readable.from(fetched());
  source.on('error', (error) => csv.destroy(error));
  const stored = await storeCsv(extracting, reading, source.pipe(csv), { rows });
  await session.run(CLOSE_CURSOR);
  return { rows: count, ...stored };
}

/** NULL is `true`: no column's value is one here, they all are texts. */
type Value = string | true;

/** Every text in quotes, and NULL without: so a text that is the sentinel is told from NULL. */
const csvOptions = (sentinel: string): Options => ({
  quoted_string: true,
  quoted_empty: true,
  cast: { boolean: () => sentinel, string: (value) => value },
});

/** `longest`: bytes of the longest row. */
async function* rowsOf(session: Session, columns: readonly PlannedColumn[], longest: number): AsyncGenerator<Value[]> {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_FETCH_BYTES / longest)));
  for (let wanted = Math.min(FIRST_ROWS, most); ; ) {
    const rows = await session.query(fetchRows(wanted));
    let bytes = 0;
    for (const row of rows) {
      const values = columns.map(({ target }): Value => {
        const value = row[target];
        if (value === undefined) throw new PgshiftError('Unexpected', `The cursor gives no column "${target}".`);
        return value ?? true;
      });
      bytes += values.reduce((sum, value) => sum + (value === true ? 0 : value.length), 0);
      yield values;
    }
    if (rows.length < wanted) return;
    wanted = Math.max(1, Math.min(most, Math.floor((FETCH_BYTES * rows.length) / Math.max(1, bytes))));
  }
}
