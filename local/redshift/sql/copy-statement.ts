// What does a COPY ask for? Its options in any order, each understood, or refused.
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import { type Authorization, authorization, type Keys } from './copy-authorization.ts';
import type { Cursor, TableName } from './cursor.ts';

export interface CopyStatement {
  readonly table: TableName;
  readonly columns: readonly string[] | undefined;
  readonly source: { readonly bucket: string; readonly key: string };
  /** The cluster's role, or the keys that the statement brought. */
  readonly authorization: 'role' | Keys;
  readonly options: CopyOptions;
}

export interface CopyOptions {
  csv: boolean;
  quote: string | undefined;
  delimiter: string | undefined;
  nullAs: string;
  compression: 'none' | 'gzip' | 'zstd';
  manifest: boolean;
  region: string | undefined;
  ignoreHeader: number;
  ignoreBlankLines: boolean;
  dateFormat: 'default' | 'auto';
  timeFormat: 'default' | 'auto';
  maxError: number;
  acceptInvalid: string | undefined;
  emptyAsNull: boolean;
  blanksAsNull: boolean;
  trimBlanks: boolean;
  truncateColumns: boolean;
  fillRecord: boolean;
  roundDecimals: boolean;
  explicitIds: boolean;
  noLoad: boolean;
}

const maxErrors = 100_000;

interface Reading {
  readonly cursor: Cursor;
  readonly options: CopyOptions;
  readonly authorization: Authorization;
  readonly given: Set<string>;
}

type Reader = (reading: Reading, name: string) => void;

/** The cursor stands behind COPY. */
export function copyStatement(cursor: Cursor): CopyStatement {
  // `COPY (SELECT …) TO STDOUT` and `COPY t TO …`: Redshift has no such thing.
  const table = cursor.table();
  const columns = cursor.sees('(') ? cursor.names() : undefined;
  cursor.expect('from');
  const url = cursor.string();
  const source = parseUrl(url);
  if (source === undefined) throw notImplemented(`COPY from ${url.replace(/:.*/, '')}: only from s3://`);
  const reading: Reading = { cursor, options: defaults(), authorization: {}, given: new Set() };
  while (!cursor.done) readOption(reading);
  check(reading);
  return { table, columns, source, authorization: authorization(reading.authorization), options: reading.options };
}

export function parseUrl(url: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/(.*)$/s.exec(url);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { bucket: match[1], key: match[2] };
}

function defaults(): CopyOptions {
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
    dateFormat: 'default',
    timeFormat: 'default',
    maxError: 0,
    acceptInvalid: undefined,
    emptyAsNull: false,
    blanksAsNull: false,
    trimBlanks: false,
    truncateColumns: false,
    fillRecord: false,
    roundDecimals: false,
    explicitIds: false,
    noLoad: false,
  };
}

function readOption(reading: Reading): void {
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
    options.ignoreHeader = nonNegative(cursor, 'IGNOREHEADER', Number.MAX_SAFE_INTEGER);
  },
  dateformat: ({ cursor, options }) => {
    options.dateFormat = format(cursor, 'DATEFORMAT', 'YYYY-MM-DD');
  },
  timeformat: ({ cursor, options }) => {
    options.timeFormat = format(cursor, 'TIMEFORMAT', 'YYYY-MM-DD HH:MI:SS');
  },
  maxerror: ({ cursor, options }) => {
    cursor.take('as');
    options.maxError = nonNegative(cursor, 'MAXERROR', maxErrors);
  },
  acceptinvchars: ({ cursor, options }) => {
    cursor.take('as');
    options.acceptInvalid = cursor.peek()?.kind === 'string' ? oneCharacter(cursor, 'ACCEPTINVCHARS') : '?';
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
  statupdate: ({ cursor }) => onOff(cursor),
  comprows: ({ cursor }) => void nonNegative(cursor, 'COMPROWS', Number.MAX_SAFE_INTEGER),
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
  bzip2: (_reading, name) => missing(name),
  lzop: (_reading, name) => missing(name),
  encrypted: (_reading, name) => missing(name),
  master_symmetric_key: (_reading, name) => missing(name),
  kms_key_id: (_reading, name) => missing(name),
  acceptanydate: (_reading, name) => missing(name),
  ignoreallerrors: (_reading, name) => missing(name),
  json: (_reading, name) => missing(name),
  avro: (_reading, name) => missing(name),
  parquet: (_reading, name) => missing(name),
  orc: (_reading, name) => missing(name),
  shapefile: (_reading, name) => missing(name),
};

function readFormat(cursor: Cursor, options: CopyOptions): void {
  const name = cursor.name();
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

function nonNegative(cursor: Cursor, option: string, max: number): number {
  const value = cursor.peek()?.kind === 'string' ? Number(cursor.string()) : cursor.integer();
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RedshiftError(`${option} must be between 0 and ${max}`, sqlstate.invalidParameter);
}

function onOff(cursor: Cursor): void {
  for (const word of ['on', 'off', 'true', 'false']) if (cursor.take(word)) return;
}

/** 'auto' (case matters), or the default written out. */
function format(cursor: Cursor, option: string, written: string): 'default' | 'auto' {
  const value = text(cursor);
  if (value === 'auto') return 'auto';
  if (value === written) return 'default';
  throw notImplemented(`${option} '${value}': only 'auto' and '${written}'`);
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

function check({ options, given }: Reading): void {
  if (!options.csv) {
    if (options.quote !== undefined)
      throw new RedshiftError('QUOTE is only supported for CSV', sqlstate.featureNotSupported);
    throw notImplemented('COPY of a format other than CSV');
  }
  if (given.has('gzip') && given.has('zstd')) {
    throw new RedshiftError('conflicting or redundant options: only one compression', sqlstate.syntaxError);
  }
  if ((options.quote ?? '"') === (options.delimiter ?? ',')) {
    throw new RedshiftError('COPY delimiter and quote must be different', sqlstate.featureNotSupported);
  }
}
