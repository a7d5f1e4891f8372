// Which functions does the leader node alone know, so that no query over a user's table may call them?
import { RedshiftError, sqlstate } from '../errors.ts';
import { callAt } from './places.ts';
import type { Token } from './tokens.ts';

const functions = new Set(
  `version current_schema current_schemas has_database_privilege has_schema_privilege has_table_privilege now age isfinite
   generate_series get_bit get_byte set_bit set_byte to_ascii pg_get_expr pg_get_viewdef pg_get_constraintdef format_type
   format_encoding col_description obj_description`.split(/\s+/),
);
const words = new Set('current_time current_timestamp localtime localtimestamp'.split(' '));

/** What the statement calls of these, as it is told in an INFO message each. */
export function leaderOnlyCalls(tokens: readonly Token[]): string[] {
  const found = tokens.flatMap((token, place) => {
    if (token.kind !== 'word') return [];
    if (words.has(token.value)) return [`"${token.value}"`];
    return functions.has(token.value) && callAt(tokens, place) >= 0 ? [`"${token.value}()"`] : [];
  });
  return [...new Set(found)];
}

export function leaderOnlyError(): RedshiftError {
  const message = 'Specified types or functions (one per INFO message) not supported on Amazon Redshift tables.';
  return new RedshiftError(message, sqlstate.featureNotSupported);
}
