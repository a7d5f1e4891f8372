// Which options does UNLOAD have, and which of them are understood, refused by Redshift, or not implemented?
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import type { Authorization } from './copy-authorization.ts';
import type { Cursor } from './cursor.ts';

export interface UnloadOptions {
  csv: boolean;
  delimiter: string;
  nullAs: string;
  compression: 'none' | 'gzip' | 'zstd';
  manifest: 'none' | 'plain' | 'verbose';
  header: boolean;
  parallel: boolean;
  /** The most bytes of a file. */
  maxFileBytes: number;
  region: string | undefined;
  allowOverwrite: boolean;
  cleanPath: boolean;
  extension: string | undefined;
}

/** A file has 5 MB at least and 6.2 GB at most. */
const megabyte = 1024 * 1024;
const minFileBytes = 5 * megabyte;
const maxFileBytes = 6.2 * 1024 * megabyte;

export interface UnloadReading {
  readonly cursor: Cursor;
  readonly options: UnloadOptions;
  readonly authorization: Authorization;
  readonly given: Set<string>;
}

export function defaults(): UnloadOptions {
  return {
    csv: false,
    delimiter: ',',
    nullAs: '',
    compression: 'none',
    manifest: 'none',
    header: false,
    parallel: true,
    maxFileBytes,
    region: undefined,
    allowOverwrite: false,
    cleanPath: false,
    extension: undefined,
  };
}

type Reader = (reading: UnloadReading, name: string) => void;

/** Reads the option that comes next. */
export function readOption(reading: UnloadReading): void {
  const { cursor, given } = reading;
  if (cursor.take('with') || cursor.take('as')) return;
  if (cursor.take('format')) cursor.take('as');
  const token = cursor.peek();
  const reader = token?.kind === 'word' ? readers[token.value] : undefined;
  if (token === undefined || reader === undefined) throw cursor.unexpected();
  cursor.next();
  const name = token.value;
  if (given.has(name)) throw conflict(name.toUpperCase());
  given.add(name);
  reader(reading, name);
}

const readers: Readonly<Record<string, Reader>> = {
  csv: ({ options }) => {
    options.csv = true;
  },
  delimiter: ({ cursor, options }) => {
    const value = text(cursor);
    if (value.length !== 1 || value > '\x7f' || value === '\0') {
      throw refused('UNLOAD delimiter must be a single one-byte character');
    }
    options.delimiter = value;
  },
  null: ({ cursor, options }) => {
    options.nullAs = text(cursor);
  },
  gzip: ({ options }) => {
    options.compression = 'gzip';
  },
  zstd: ({ options }) => {
    options.compression = 'zstd';
  },
  manifest: ({ cursor, options }) => {
    options.manifest = cursor.take('verbose') ? 'verbose' : 'plain';
  },
  header: ({ options }) => {
    options.header = true;
  },
  parallel: ({ cursor, options }) => {
    options.parallel = !cursor.take('off') && !cursor.take('false');
    if (options.parallel && !cursor.take('on')) cursor.take('true');
  },
  maxfilesize: ({ cursor, options }) => {
    options.maxFileBytes = size(cursor);
  },
  region: ({ cursor, options }) => {
    options.region = text(cursor);
  },
  allowoverwrite: ({ options }) => {
    options.allowOverwrite = true;
  },
  cleanpath: ({ options }) => {
    options.cleanPath = true;
  },
  extension: ({ cursor, options }) => {
    options.extension = text(cursor);
  },
  iam_role: ({ cursor, authorization }) => {
    authorization.role = cursor.take('default') ? 'default' : text(cursor);
  },
  access_key_id: ({ cursor, authorization }) => {
    authorization.accessKeyId = text(cursor);
  },
  secret_access_key: ({ cursor, authorization }) => {
    authorization.secretAccessKey = text(cursor);
  },
  session_token: ({ cursor, authorization }) => {
    authorization.sessionToken = text(cursor);
  },
  credentials: ({ cursor, authorization }) => {
    authorization.credentials = text(cursor);
  },
  // What they do is refused with CSV, and other formats are not written here.
  addquotes: () => {},
  escape: () => {},
  fixedwidth: ({ cursor }) => void text(cursor),
  bzip2: (_reading, name) => missing(name),
  parquet: (_reading, name) => missing(name),
  json: (_reading, name) => missing(name),
  partition: (_reading, name) => missing(`${name} by`),
  rowgroupsize: (_reading, name) => missing(name),
  encrypted: (_reading, name) => missing(name),
  kms_key_id: (_reading, name) => missing(name),
  master_symmetric_key: (_reading, name) => missing(name),
};

function text(cursor: Cursor): string {
  cursor.take('as');
  return cursor.string();
}

/** A decimal number, of MB when nothing is said. */
function size(cursor: Cursor): number {
  cursor.take('as');
  const token = cursor.next();
  const number = Number(token.value);
  if (token.kind !== 'number' || Number.isNaN(number)) throw cursor.unexpected();
  const bytes = number * (cursor.take('gb') ? 1024 * megabyte : megabyte);
  cursor.take('mb');
  if (bytes >= minFileBytes && bytes <= maxFileBytes) return Math.floor(bytes);
  throw new RedshiftError('MAXFILESIZE must be between 5 MB and 6.2 GB', sqlstate.invalidParameter);
}

/** What options together forbid. */
export function check({ options, given }: UnloadReading): void {
  for (const names of [
    ['allowoverwrite', 'cleanpath'],
    ['header', 'fixedwidth'],
    ['delimiter', 'fixedwidth'],
  ]) {
    if (names.every((name) => given.has(name))) throw incompatible(names);
  }
  if (given.has('gzip') && given.has('zstd')) throw conflict('GZIP and ZSTD');
  if (!options.csv) throw notImplemented('UNLOAD of a format other than CSV');
  for (const name of ['addquotes', 'fixedwidth', 'escape']) {
    if (given.has(name)) throw refused(`${name.toUpperCase()} is not supported for UNLOAD to CSV`);
  }
}

function incompatible(names: readonly string[]): RedshiftError {
  const [first, second] = names.map((name) => name.toUpperCase());
  return refused(`${second} is not compatible with ${first}`);
}

function refused(message: string): RedshiftError {
  return new RedshiftError(message, sqlstate.featureNotSupported);
}

function conflict(what: string): RedshiftError {
  return new RedshiftError(`conflicting or redundant options: ${what}`, sqlstate.syntaxError);
}

function missing(name: string): never {
  throw notImplemented(`UNLOAD option ${name.toUpperCase()}`);
}
