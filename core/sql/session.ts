// What every session pins: settings that change the bytes of a value, or hide rows.

import type { Dialect } from '../catalog/model.ts';

/**
 * `row_security off` makes filtered rows an error instead of a gap. An empty search_path: every name is qualified, and
 * nobody's function stands in for a built-in one. Idle time-outs are off because a session waits for S3 at times.
 */
export const PIN_POSTGRESQL_SOURCE = [
  "SET search_path TO ''",
  'SET row_security TO off',
  "SET DateStyle TO 'ISO, YMD'",
  "SET IntervalStyle TO 'postgres'",
  "SET TimeZone TO 'UTC'",
  // Shortest text that reads back to the same bits, since PostgreSQL 12.
  'SET extra_float_digits TO 1',
  "SET bytea_output TO 'hex'",
  "SET client_encoding TO 'UTF8'",
  'SET standard_conforming_strings TO on',
  // Names as values: of a regclass, for one.
  'SET quote_all_identifiers TO off',
  'SET idle_in_transaction_session_timeout TO 0',
  'SET lock_timeout TO 0',
].join('; ');

/**
 * The same for Redshift. `extra_float_digits` knows no more than 2, with which a float read by a cursor has all of its
 * bits. Names are written in full, and built-in functions come before anybody's.
 */
export const PIN_REDSHIFT_SOURCE = [
  "SET client_encoding TO 'UTF8'",
  "SET DateStyle TO 'ISO, YMD'",
  "SET TimeZone TO 'UTC'",
  'SET extra_float_digits TO 2',
].join('; ');

/** Redshift has one way of reading: a transaction sees one moment. Whether UNLOAD takes READ ONLY is not known. */
export const BEGIN_READING_REDSHIFT = 'BEGIN';

/**
 * What a session that writes pins, by the kind of its server. Redshift has nothing of the kind: COPY says all of it. In
 * PostgreSQL values are read as they were written at the source, whatever is usual at the target.
 */
export const PIN_TARGET: Readonly<Record<Dialect, string>> = {
  redshift: '',
  postgresql: [
    "SET search_path TO ''",
    "SET client_encoding TO 'UTF8'",
    'SET standard_conforming_strings TO on',
    "SET DateStyle TO 'ISO, YMD'",
    "SET IntervalStyle TO 'postgres'",
    "SET TimeZone TO 'UTC'",
    // Money arrives as the number of cents that it is.
    "SET lc_monetary TO 'C'",
    'SET xmloption TO content',
    'SET quote_all_identifiers TO off',
    'SET default_transaction_read_only TO off',
    // Whoever waits for another's key has to see it afterwards.
    "SET default_transaction_isolation TO 'read committed'",
    'SET idle_in_transaction_session_timeout TO 0',
    'SET lock_timeout TO 0',
  ].join('; '),
};

/**
 * A session with Redshift whose values are made texts of. Floats with 15 digits: what is left of them is told apart by
 * arithmetic, as real clusters and the stand-in print other digits behind the 15th.
 */
export const PIN_REDSHIFT_COMPARED = [
  "SET TimeZone TO 'UTC'",
  "SET datestyle TO 'ISO, YMD'",
  'SET extra_float_digits TO 0',
].join('; ');

/** One moment, and nothing written: works on a replica as well. */
export const BEGIN_READING = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** PostgreSQL cuts application names after 63 bytes. */
export function applicationName(run: string, step: string): string {
  return `pgshift/${step}/${run}`.slice(0, 63);
}

/** Kept for saying what went wrong before Lambda ends the invocation. */
export const SPARE_MS = 60_000;
const SHORTEST_MS = 10_000;

/** When a server shall give up on a statement, given what is left of the invocation: both in milliseconds. */
export function statementTimeoutMs(remaining: number): number {
  return Math.max(SHORTEST_MS, Math.floor(remaining - SPARE_MS));
}

/** A moment as both kinds of servers read it into a TIMESTAMP: UTC, to the second. Milliseconds since 1970. */
export const utc = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
