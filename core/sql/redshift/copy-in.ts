// Redshift's COPY of a manifest. The statement may hold keys: it is never logged and never part of an error.

import type { CopyAuthorization } from '../../ports.ts';
import { copyLiteral, identifier, identifiers, qualified } from '../quote.ts';

export interface CopyIn {
  /** Absent for a temporary table. */
  readonly schema?: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** `s3://bucket/key` of the manifest. */
  readonly manifest: string;
  readonly region: string;
  readonly sentinel: string;
  /** Rows that are refused are passed over, as long as they are fewer than this. */
  readonly maxErrors?: number;
}

/** The most that MAXERROR takes. */
export const MOST_ERRORS = 100_000;

/**
 * Always a manifest: a bare key is a prefix and would load its neighbours. Always a column list. COMPUPDATE and
 * STATUPDATE are off because one ANALYZE after the last batch serves better; ROUNDEC rounds as an INSERT would.
 */
export function copyIn(copy: CopyIn, authorization: CopyAuthorization): string {
  return [
    `COPY ${copy.schema === undefined ? identifier(copy.table) : qualified(copy.schema, copy.table)} (${identifiers(copy.columns)})`,
    `FROM ${copyLiteral(copy.manifest)}`,
    authorize(authorization),
    `FORMAT CSV NULL AS ${copyLiteral(copy.sentinel)}`,
    "DATEFORMAT 'auto' TIMEFORMAT 'auto' ZSTD MANIFEST",
    `REGION ${copyLiteral(copy.region)}`,
    'COMPUPDATE OFF STATUPDATE OFF ROUNDEC',
    ...(copy.maxErrors === undefined ? [] : [`MAXERROR ${copy.maxErrors}`]),
  ].join(' ');
}

export function authorize(authorization: CopyAuthorization): string {
  if ('role' in authorization) return `IAM_ROLE ${copyLiteral(authorization.role)}`;
  const { accessKeyId, secretAccessKey, sessionToken } = authorization;
  const keys = `ACCESS_KEY_ID ${copyLiteral(accessKeyId)} SECRET_ACCESS_KEY ${copyLiteral(secretAccessKey)}`;
  return sessionToken === undefined ? keys : `${keys} SESSION_TOKEN ${copyLiteral(sessionToken)}`;
}

/** The manifest's text. `mandatory`: a missing object fails the COPY instead of being passed over. */
export function manifestOf(bucket: string, keys: readonly string[]): string {
  return JSON.stringify({ entries: keys.map((key) => ({ url: `s3://${bucket}/${key}`, mandatory: true })) });
}
