// Why PostgreSQL refuses a row that COPY brings it, and which: of its error the code and the place, never what the row holds.

import { oneLine } from '../report/one-line.ts';
import { CONDITIONS, type ServerFailure } from './server-error.ts';

export interface RefusedRow {
  /** As COPY counts lines, from 1: the last one of a row whose values hold newlines. */
  readonly line: number;
  /** What follows the line: a column, and what else the server says. It begins with the column's name, where one is named. */
  readonly rest: string;
  /** The column that the server names beside, where it does. */
  readonly column: string | undefined;
  /** SQLSTATE. */
  readonly code: string;
}

/** Of the server, the session or the transaction, whatever row it was at. What else it says at a row is about what that holds. */
const NOT_OF_ROWS = /^(?:08|25|40|53|55|57|58|XX)/;
/** The second word is the server's for "line", in whatever language. */
const PLACE = /^COPY _pgshift_\w+, \S+ (\d+)(?:, \S+ ([^\n]*))?/m;

export interface CopyFailure extends ServerFailure {
  /** The server's CONTEXT. */
  readonly where?: string | undefined;
  readonly column?: string | undefined;
}

/** Undefined for what is wrong with something else than a row. */
export function refusedRow({ code, where = '', column }: CopyFailure): RefusedRow | undefined {
  if (code === undefined || NOT_OF_ROWS.test(code)) return undefined;
  const [, line, rest = ''] = PLACE.exec(where) ?? [];
  return line === undefined ? undefined : { line: Number(line), rest, column, code };
}

/** The column of a table that a refusal speaks of: what follows its name is the value, or nothing. */
export function refusedColumn({ rest, column }: RefusedRow, columns: readonly string[]): string | null {
  const named = columns.filter((name) => column === name || rest === name || rest.startsWith(`${name}: `));
  return named.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

const UNKNOWN_NAME = 'it names what the target does not have';

const REASONS: Readonly<Record<string, string>> = {
  ...CONDITIONS,
  // regclass and its kin.
  '3F000': UNKNOWN_NAME,
  '42P01': UNKNOWN_NAME,
  '42704': UNKNOWN_NAME,
  '42883': UNKNOWN_NAME,
};

/** Completes the sentence "PostgreSQL refuses a row: …". */
export function rowRefusalText(column: string | null, code: string): string {
  const reason = `${REASONS[code] ?? 'for a reason that is not on our list'} (${code})`;
  return column === null ? reason : `column "${oneLine(column)}": ${reason}`;
}
