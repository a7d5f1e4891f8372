// PostgreSQL's COPY of CSV that the session sends, and the transaction around it.

import type { LedgerNames, PieceRecord } from '../ledger.ts';
import { identifiers, literal, qualified } from '../quote.ts';

/** NULL is the sentinel without quotes; whatever stands between quotes is a value. `table` is quoted. */
export const copyFrom = (table: string, columns: readonly string[], sentinel: string): string =>
  `COPY ${table} (${identifiers(columns)}) FROM STDIN (FORMAT csv, NULL ${literal(sentinel)}, ENCODING 'UTF8')`;

/** By this name a later attempt finds the session of an earlier one. At most 63 bytes: see tokenOf. */
export const loadName = ({ staging }: LedgerNames, batch: number, piece: number): string =>
  `pgshift/copy/${staging.replace('_pgshift_', '')}/${batch}.${piece}`;

/** READ COMMITTED: who has waited for another's key has to see it. */
export const beginLoad = (name: string, lockMs: number): string =>
  `SET application_name TO ${literal(name)}; SET lock_timeout TO ${lockMs}; BEGIN ISOLATION LEVEL READ COMMITTED`;

/**
 * The first statement of a load: one row when it is this session's to do. A second attempt waits for the first one's end, and then
 * finds its row.
 */
export const takePiece = (
  { schema, ledger }: LedgerNames,
  { batch, piece }: Pick<PieceRecord, 'batch' | 'piece'>,
): string =>
  `INSERT INTO ${qualified(schema, ledger)} ("batch", "piece", "rows", "rejected") VALUES (${batch}, ${piece}, 0, 0) ` +
  'ON CONFLICT DO NOTHING RETURNING "batch"';

export const finishPiece = (
  { schema, ledger }: LedgerNames,
  { batch, piece, rows, rejected, cut }: PieceRecord,
): string =>
  `UPDATE ${qualified(schema, ledger)} SET "rows" = ${rows}, "rejected" = ${rejected}, ` +
  `"cut" = ${cut === null ? 'NULL' : literal(cut)} WHERE "batch" = ${batch} AND "piece" = ${piece}`;

/** Ends the sessions of earlier attempts at a load, or a build: their invocations are over, whether they know it or not. */
export const endSessions = (name: string): string =>
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity ' +
  `WHERE application_name = ${literal(name)} AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()`;
