// The result of a comparison as people read it: a table, then what differs, and what was compared as less than it is.

import stringWidth from 'string-width';
import { oneLine } from '../report/one-line.ts';
import type { ComparedTable, Comparison, Difference, DifferingRow } from './model.ts';

/** Widths of rows and columns. */
const WIDTHS = [11, 9] as const;

/** `strict`: every difference counts. Ends with the line that says the result. */
export function comparisonText({ tables, differences, result }: Comparison, strict: boolean): string {
  const label = Math.max('table name'.length, ...tables.map(({ source }) => stringWidth(oneLine(source))));
  const line = (name: string, rows: string, columns: string, end: string): string =>
    [' '.repeat(label - stringWidth(name)) + name, rows.padStart(WIDTHS[0]), columns.padStart(WIDTHS[1]), end].join(
      '  ',
    );
  const rule = [...[label, ...WIDTHS].map((width) => '-'.repeat(width)), '-'.repeat('not compared'.length)].join('  ');
  const all = [...differences, ...tables.flatMap((table) => table.differences)];
  const counting = all.filter(({ counts }) => counts || strict);
  const others = all.filter(({ counts }) => !counts && !strict);
  return [
    line('table name', 'rows', 'columns', 'result'),
    ...(tables.length === 0 ? [] : [rule]),
    ...tables.map((table) => line(oneLine(table.source), rowsOf(table), String(table.columns), table.result)),
    rule,
    ...titled('Different:', counting.map(told)),
    ...titled('Rows that differ:', tables.flatMap(rowLines)),
    ...titled('Not compared:', tables.flatMap(reasonLine)),
    ...titled('Told, and no difference without --strict:', others.map(told)),
    ...titled('Compared as less than they are:', tables.flatMap(weakerLines)),
    '',
    `${counted(tables.length, 'table')}, ${counted(rowsIn(tables), 'row')}: ${result}`,
  ].join('\n');
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const rowsIn = (tables: readonly ComparedTable[]): number => tables.reduce((sum, { rows }) => sum + rows.source, 0);

function rowsOf({ rows, result }: ComparedTable): string {
  if (result === 'not compared') return '';
  return rows.source === rows.target ? String(rows.source) : `${rows.source}≠${rows.target}`;
}

const titled = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

const told = ({ place, message }: Difference): string => `${oneLine(place)}: ${oneLine(message)}`;

const reasonLine = ({ source, reason }: ComparedTable): string[] =>
  reason === undefined ? [] : [`${oneLine(source)}: ${oneLine(reason)}`];

/** Each reason once, with the columns that it holds for. */
function weakerLines({ source, weaker }: ComparedTable): string[] {
  return [...Map.groupBy(weaker, ({ message }) => message)].map(([message, columns]) =>
    oneLine(`${source}: ${columns.map(({ column }) => column).join(', ')}: ${message}`),
  );
}

const WORDS: Readonly<Record<DifferingRow['what'], string>> = {
  missing: 'is missing in the target',
  extra: 'is in the target only',
  changed: 'has other values in',
};

function rowLines({ source, differingRows }: ComparedTable): string[] {
  return differingRows.flatMap(({ what, columns, key }) => {
    if (key === undefined) return [];
    const named = Object.entries(key).map(
      ([column, value]) => `${column} = ${value === null ? 'NULL' : JSON.stringify(value)}`,
    );
    const of = what === 'changed' ? ` ${columns.join(', ')}` : '';
    return [oneLine(`${source}: the row with ${named.join(', ')} ${WORDS[what]}${of}`)];
  });
}
