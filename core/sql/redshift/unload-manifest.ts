// What UNLOAD … MANIFEST VERBOSE says of the files it wrote.

import { PgshiftError } from '../../errors.ts';

export interface UnloadedFile {
  readonly url: string;
  readonly rows: number;
  /** As they are stored. */
  readonly bytes: number;
}

/**
 * The files, whose names all begin with `prefix`. Throws CountMismatch for a manifest that does not count their rows: without
 * that it cannot be told whether they are whole.
 */
export function readManifest(text: string, prefix: string): UnloadedFile[] {
  const { entries } = JSON.parse(text) as { readonly entries?: unknown };
  if (!Array.isArray(entries)) throw unreadable('has no entries');
  return entries.map((entry: unknown) => {
    const { url, meta } = Object(entry) as { readonly url?: unknown; readonly meta?: unknown };
    const { record_count: rows, content_length: bytes } = Object(meta) as Record<string, unknown>;
    if (typeof url !== 'string' || !url.startsWith(prefix)) throw unreadable('names a file of somebody else’s');
    if (!isCount(rows)) throw unreadable('does not count the rows of its files');
    return { url, rows, bytes: isCount(bytes) ? bytes : 0 };
  });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value);

const unreadable = (what: string): PgshiftError =>
  new PgshiftError('CountMismatch', `The manifest that UNLOAD wrote ${what}.`);
