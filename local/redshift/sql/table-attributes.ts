// How is a table distributed, sorted and encoded, and how is that recorded in the backend?
import { literal } from '../admin.ts';
import { RedshiftError, sqlstate, syntaxError } from '../errors.ts';
import type { Column } from './column.ts';
import type { Cursor, TableName } from './cursor.ts';
import { regclass } from './keys.ts';

const maxCompoundKeys = 400;
const maxInterleavedKeys = 8;

/** As reldiststyle has them. */
const distributionStyles: Readonly<Record<string, number>> = { even: 0, key: 1, all: 8, auto: 9 };
const automaticDistribution = 9;

interface Attributes {
  style: number | undefined;
  distkey: string | undefined;
  sortkey: readonly string[];
  interleaved: boolean;
  backup: boolean;
}

export function readAttributes(cursor: Cursor): Attributes {
  const found: Attributes = { style: undefined, distkey: undefined, sortkey: [], interleaved: false, backup: true };
  while (!cursor.done && !cursor.sees('as') && !cursor.sees('auto')) readAttribute(cursor, found);
  return found;
}

function readAttribute(cursor: Cursor, found: Attributes): void {
  if (cursor.take('backup')) {
    const yes = cursor.take('yes');
    if (!yes) cursor.expect('no');
    found.backup = yes;
  } else if (cursor.take('diststyle')) {
    const style = distributionStyles[cursor.peek()?.value ?? ''];
    if (style === undefined) throw cursor.unexpected();
    cursor.next();
    found.style = style;
  } else if (cursor.take('distkey')) {
    const columns = cursor.names();
    if (columns.length !== 1) throw syntaxError(',');
    found.distkey = columns[0];
  } else if (cursor.take('sortkey', 'auto') || cursor.take('encode', 'auto')) return;
  else {
    found.interleaved = cursor.take('interleaved');
    if (!found.interleaved) cursor.take('compound');
    cursor.expect('sortkey');
    found.sortkey = cursor.names();
    const most = found.interleaved ? maxInterleavedKeys : maxCompoundKeys;
    if (found.sortkey.length > most) {
      throw new RedshiftError(`cannot have more than ${most} sort key columns`, sqlstate.invalidTable);
    }
  }
}

/** The call that records what the backend does not know. Keys named both at a column and at the table are refused. */
export function describe(table: TableName, columns: readonly Column[], attributes: Attributes): string {
  const distkeys = [...columns.filter((column) => column.distkey).map((column) => column.name)];
  if (attributes.distkey !== undefined) distkeys.push(attributes.distkey);
  if (distkeys.length > 1)
    throw new RedshiftError('cannot specify more than one column as distkey', sqlstate.invalidTable);
  const style = attributes.style ?? (distkeys.length > 0 ? distributionStyles.key : automaticDistribution);
  if ((style === distributionStyles.key) !== distkeys.length > 0) {
    const message = distkeys.length > 0 ? 'DISTKEY requires DISTSTYLE KEY' : 'DISTSTYLE KEY requires a DISTKEY';
    throw new RedshiftError(message, sqlstate.invalidTable);
  }
  const atColumns = columns.filter((column) => column.sortkey).map((column) => column.name);
  if (atColumns.length + Math.min(1, attributes.sortkey.length) > 1) {
    throw new RedshiftError('cannot specify more than one sortkey', sqlstate.invalidTable);
  }
  const sortkey = attributes.sortkey.length > 0 ? attributes.sortkey : atColumns;
  const names = new Set([...columns.map((column) => column.name), ...distkeys, ...sortkey]);
  const list = [...names].map((name) => {
    const place = sortkey.indexOf(name) + 1;
    // Interleaved sort keys show as alternately positive and negative numbers.
    const number = attributes.interleaved && place % 2 === 0 ? -place : place;
    const encoding = columns.find((column) => column.name === name)?.encoding ?? null;
    return { name, encoding, distkey: distkeys.includes(name), sortkey: number };
  });
  const json = literal(JSON.stringify(list));
  return `SELECT pg_internal.describe_table(${regclass(table)}, ${style}, ${attributes.backup}, ${json}::jsonb)`;
}
