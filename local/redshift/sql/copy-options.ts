// Which options does COPY have, and which of them are understood, refused by Redshift, or not implemented?
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import type { Authorization } from './copy-authorization.ts';
import type { Cursor } from './cursor.ts';
import { type DateFormat, dateFormat, timeFormat } from './date-format.ts';

export interface CopyOptions {
  csv: boolean;
  quote: string | undefined;
  delimiter: string | undefined;
  nullAs: string;
  compression: Compression;
  manifest: boolean;
  region: string | undefined;
  ignoreHeader: number;
  ignoreBlankLines: boolean;
  /** Undefined: Redshift's default. */
  dateFormat: 'auto' | DateFormat | undefined;
  timeFormat: 'auto' | 'epochsecs' | 'epochmillisecs' | DateFormat | undefined;
  /** So many bad rows end the load; none and one mean the same. */
  maxError: number | 'any';
  acceptInvalid: string | undefined;
  acceptAnyDate: boolean;
  emptyAsNull: boolean;
  blanksAsNull: boolean;
  trimBlanks: boolean;
  truncateColumns: boolean;
  fillRecord: boolean;
  roundDecimals: boolean;
  explicitIds: boolean;
  noLoad: boolean;
  statUpdate: 'on' | 'off' | undefined;
}

export type Compression = 'none' | 'gzip' | 'bzip2' | 'zstd';

const maxErrors = 100_000;

export interface Reading {
  readonly cursor: Cursor;
  readonly options: CopyOptions;
  readonly authorization: Authorization;
  readonly given: Set<string>;
}

type Reader = (reading: Reading, name: string) => void;

export function defaults(): CopyOptions {
  return {
    csv: false,
    quote: undefined,
    delimiter: undefined,
    nullAs: '\\N',
    compression: 'none',
    manifest: false,
    region: undefined,
    ignoreHeader: 0,
    ignoreBlankLines: false,
    dateFormat: undefined,
    timeFormat: undefined,
    maxError: 0,
    acceptInvalid: undefined,
    acceptAnyDate: false,
    emptyAsNull: false,
    blanksAsNull: false,
    trimBlanks: false,
    truncateColumns: false,
    fillRecord: false,
    roundDecimals: false,
    explicitIds: false,
    noLoad: false,
    statUpdate: undefined,
  };
}

/** Reads the option that comes next. */
export function readOption(reading: Reading): void {
  const { cursor, given } = reading;
  if (cursor.take('with') || cursor.take('as')) return;
  const token = cursor.peek();
  const reader = token?.kind === 'word' ? readers[token.value] : undefined;
  if (token === undefined || reader === undefined) throw cursor.unexpected();
  cursor.next();
  const name = token.value;
  if (given.has(name))
    throw new RedshiftError(`conflicting or redundant options: ${name.toUpperCase()}`, sqlstate.syntaxError);
  given.add(name);
  reader(reading, name);
}

const unsupportedFormats = new Set('avro json parquet orc fixedwidth shapefile delimited'.split(' '));

const readers: Readonly<Record<string, Reader>> = {
  format: ({ cursor, options }) => {
    cursor.take('as');
    readFormat(cursor, options);
  },
  csv: ({ options }) => {
    options.csv = true;
  },
  quote: ({ cursor, options }) => {
    options.quote = oneCharacter(cursor, 'QUOTE');
  },
  delimiter: ({ cursor, options }) => {
    options.delimiter = oneCharacter(cursor, 'DELIMITER');
  },
  null: ({ cursor, options }) => {
    options.nullAs = readNullString(cursor);
  },
  gzip: ({ options }) => {
    options.compression = 'gzip';
  },
  bzip2: ({ options }) => {
    options.compression = 'bzip2';
  },
  zstd: ({ options }) => {
    options.compression = 'zstd';
  },
  manifest: ({ options }) => {
    options.manifest = true;
  },
  region: ({ cursor, options }) => {
    options.region = text(cursor);
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
  ignoreheader: ({ cursor, options }) => {
    cursor.take('as');
    options.ignoreHeader = between(cursor, 'IGNOREHEADER', 0, Number.MAX_SAFE_INTEGER);
  },
  dateformat: ({ cursor, options }) => {
    const value = text(cursor);
    // The default written out is the default.
    if (value !== 'YYYY-MM-DD') options.dateFormat = value === 'auto' ? value : dateFormat(value);
  },
  timeformat: ({ cursor, options }) => {
    const value = text(cursor);
    const known = value === 'auto' || value === 'epochsecs' || value === 'epochmillisecs';
    options.timeFormat = known ? value : timeFormat(value);
  },
  maxerror: ({ cursor, options }) => {
    cursor.take('as');
    options.maxError = between(cursor, 'MAXERROR', 0, maxErrors);
  },
  acceptinvchars: ({ cursor, options }) => {
    cursor.take('as');
    options.acceptInvalid = cursor.peek()?.kind === 'string' ? oneCharacter(cursor, 'ACCEPTINVCHARS') : '?';
  },
  ignoreallerrors: ({ options }) => {
    options.maxError = 'any';
  },
  acceptanydate: ({ options }) => {
    options.acceptAnyDate = true;
  },
  emptyasnull: ({ options }) => {
    options.emptyAsNull = true;
  },
  blanksasnull: ({ options }) => {
    options.blanksAsNull = true;
  },
  trimblanks: ({ options }) => {
    options.trimBlanks = true;
  },
  truncatecolumns: ({ options }) => {
    options.truncateColumns = true;
  },
  fillrecord: ({ options }) => {
    options.fillRecord = true;
  },
  ignoreblanklines: ({ options }) => {
    options.ignoreBlankLines = true;
  },
  roundec: ({ options }) => {
    options.roundDecimals = true;
  },
  explicit_ids: ({ options }) => {
    options.explicitIds = true;
  },
  noload: ({ options }) => {
    options.noLoad = true;
  },
  // About statistics and encodings, which the stand-in has none of.
  compupdate: ({ cursor }) => {
    if (!cursor.take('preset')) onOff(cursor);
  },
  statupdate: ({ cursor, options }) => {
    options.statUpdate = onOff(cursor);
  },
  comprows: ({ cursor }) => void between(cursor, 'COMPROWS', 1000, 2_147_483_647),
  encoding: ({ cursor }) => {
    const name = text(cursor);
    if (!/^utf-?8$/i.test(name)) throw notImplemented(`ENCODING ${name}`);
  },
  // Refused with CSV by Redshift, and part of formats that the stand-in does not read.
  escape: (_reading, name) => incompatible(name),
  removequotes: (_reading, name) => incompatible(name),
  fixedwidth: (_reading, name) => incompatible(name),
  readratio: (_reading, name) => notForS3(name),
  ssh: (_reading, name) => notForS3(name),
  lzop: (_reading, name) => missing(name),
  encrypted: (_reading, name) => missing(name),
  master_symmetric_key: (_reading, name) => missing(name),
  kms_key_id: (_reading, name) => missing(name),
  json: (_reading, name) => missing(name),
  avro: (_reading, name) => missing(name),
  parquet: (_reading, name) => missing(name),
  orc: (_reading, name) => missing(name),
  shapefile: (_reading, name) => missing(name),
};

function readFormat(cursor: Cursor, options: CopyOptions): void {
  const name = cursor.word();
  if (name === 'csv') options.csv = true;
  else if (unsupportedFormats.has(name)) throw notImplemented(`COPY FORMAT ${name.toUpperCase()}`);
  else throw new RedshiftError(`syntax error at or near "${name}"`, sqlstate.syntaxError);
}

function text(cursor: Cursor): string {
  cursor.take('as');
  return cursor.string();
}

function oneCharacter(cursor: Cursor, option: string): string {
  const value = text(cursor);
  if (value.length !== 1 || value > '\x7f' || value === '\0') {
    throw new RedshiftError(
      `COPY ${option.toLowerCase()} must be a single one-byte character`,
      sqlstate.featureNotSupported,
    );
  }
  return value;
}

function readNullString(cursor: Cursor): string {
  const value = text(cursor);
  if (/[\n\0]/.test(value))
    throw new RedshiftError('NULL AS cannot contain a newline or NUL', sqlstate.featureNotSupported);
  return value;
}

function between(cursor: Cursor, option: string, least: number, most: number): number {
  const value = cursor.peek()?.kind === 'string' ? Number(cursor.string()) : cursor.integer();
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RedshiftError(`${option} must be between ${least} and ${most}`, sqlstate.invalidParameter);
}

function onOff(cursor: Cursor): 'on' | 'off' {
  for (const word of ['off', 'false']) if (cursor.take(word)) return 'off';
  if (!cursor.take('on')) cursor.take('true');
  return 'on';
}

function incompatible(name: string): never {
  throw new RedshiftError(`CSV is not compatible with ${name.toUpperCase()}`, sqlstate.featureNotSupported);
}

function notForS3(name: string): never {
  throw new RedshiftError(`${name.toUpperCase()} is not supported for COPY from S3`, sqlstate.featureNotSupported);
}

function missing(name: string): never {
  throw notImplemented(`COPY option ${name.toUpperCase()}`);
}

/** What options together forbid. */
export function check({ options, given }: Reading): void {
  if (!options.csv) {
    if (options.quote !== undefined)
      throw new RedshiftError('QUOTE is only supported for CSV', sqlstate.featureNotSupported);
    throw notImplemented('COPY of a format other than CSV');
  }
  for (const names of [
    ['gzip', 'bzip2', 'zstd'],
    ['maxerror', 'ignoreallerrors'],
  ]) {
    const both = names.filter((name) => given.has(name)).map((name) => name.toUpperCase());
    if (both.length > 1) {
      throw new RedshiftError(`conflicting or redundant options: ${both.join(' and ')}`, sqlstate.syntaxError);
    }
  }
  if ((options.quote ?? '"') === (options.delimiter ?? ',')) {
    throw new RedshiftError('COPY delimiter and quote must be different', sqlstate.featureNotSupported);
  }
}
