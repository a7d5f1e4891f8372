// Who a server is, from what `SELECT version()` says.

import type { Dialect } from '../catalog/model.ts';

export interface Server {
  readonly dialect: Dialect;
  /** PostgreSQL's major version, or 8 for Redshift, which descends from 8.0.2. */
  readonly major: number;
  /** As people say it: `PostgreSQL 16.4`, `Redshift 1.0.122914`. */
  readonly label: string;
}

export const OLDEST_POSTGRESQL = 13;

/** Undefined when the text is neither's. Redshift calls itself PostgreSQL 8.0.2 first: it is looked for before that. */
export function readVersion(text: string): Server | undefined {
  const redshift = /\bRedshift\s+([\d.]+)/i.exec(text);
  if (redshift) return { dialect: 'redshift', major: 8, label: `Redshift ${redshift[1]}` };
  const postgresql = /^PostgreSQL\s+((\d+)(?:[.\d]*|\w*))/.exec(text);
  if (!postgresql) return undefined;
  return { dialect: 'postgresql', major: Number(postgresql[2]), label: `PostgreSQL ${postgresql[1]}` };
}
