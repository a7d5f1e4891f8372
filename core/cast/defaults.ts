// Column defaults that Redshift can hold: literals and the current time. Anything else is dropped, and that is said.

import { redshiftLiteral } from '../sql/quote.ts';

const NUMBER = /^'?(-?\d+(?:\.\d+)?)'?(?:::[a-z0-9 _(),"]+)?$/i;
const TEXT = /^'((?:[^']|'')*)'::(?:text|character varying|bpchar|character|date|uuid|timestamp[a-z ]*)(?:\(\d+\))?$/i;
const TIME_NOW =
  /^(?:now\(\)|current_timestamp|transaction_timestamp\(\)|statement_timestamp\(\)|clock_timestamp\(\))$/i;

export type DefaultReading = { readonly sql: string } | 'none' | 'dropped';

/** What becomes of a default expression (pg_get_expr's text) in Redshift, for a column of the target type `type`. */
export function defaultInRedshift(expression: string | undefined, type: string): DefaultReading {
  if (expression === undefined || /^NULL(?:::|$)/i.test(expression)) return 'none';
  if (type === 'SUPER' || type.startsWith('VARBYTE')) return 'dropped';
  const isText =
    type.startsWith('VARCHAR') || type.startsWith('CHAR') || type === 'DATE' || type.startsWith('TIMESTAMP');
  const text = TEXT.exec(expression)?.[1];
  if (isText && text !== undefined) return { sql: redshiftLiteral(text.replaceAll("''", "'")) };
  const number = NUMBER.exec(expression)?.[1];
  if (!isText && type !== 'BOOLEAN' && number !== undefined) return { sql: number };
  if (type === 'BOOLEAN' && /^(?:true|false)$/i.test(expression)) return { sql: expression.toLowerCase() };
  if (TIME_NOW.test(expression) && type.startsWith('TIMESTAMP')) return { sql: 'GETDATE()' };
  if (/^CURRENT_DATE$/i.test(expression) && type === 'DATE') return { sql: 'GETDATE()::DATE' };
  return 'dropped';
}
