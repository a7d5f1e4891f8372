// Statements that make types, sequences and the like in a PostgreSQL target, so that each may run again, or at the same time in
// another session, without harm.

import type { OwnSequence, OwnType } from '../../catalog/postgresql.ts';
import { dollarQuoted, literal, qualified } from '../quote.ts';

/** Chunks are prepared at the same time: whoever comes second finds it made. */
export const unlessThere = (...statements: readonly string[]): string =>
  `DO ${dollarQuoted(
    `BEGIN ${statements.join('; ')}; EXCEPTION WHEN duplicate_object OR duplicate_table OR unique_violation THEN NULL; END`,
  )}`;

export function createType({ kind, schema, name, body }: OwnType): string {
  return `CREATE ${kind === 'domain' ? 'DOMAIN' : 'TYPE'} ${qualified(schema, name)} AS ${body}`;
}

/** For a block of PL/pgSQL. The value it goes on from is the source's. */
export function createSequence({ schema, name, options, last, comment }: OwnSequence): string[] {
  const place = qualified(schema, name);
  return [
    `CREATE SEQUENCE ${place} ${options}`,
    ...(last === undefined ? [] : [`PERFORM setval(${literal(place)}::regclass, ${last})`]),
    ...(comment === undefined ? [] : [commentOn('SEQUENCE', place, comment)]),
  ];
}

/** `place` is quoted. */
export const commentOn = (what: string, place: string, comment: string): string =>
  `COMMENT ON ${what} ${place} IS ${literal(comment)}`;
