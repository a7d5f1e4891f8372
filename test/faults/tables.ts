// The tables of a schedule: a schema of its own at both ends, what the source has in it, and what the target had before.
import type { Dialect } from '../../core/catalog/model.ts';
import type { Session } from '../../core/ports.ts';
import type { LoadChoice } from './model.ts';
import { referenceTo } from './world.ts';

/** By table, each row as one text. */
export type Content = ReadonlyMap<string, readonly string[]>;

const SMALL = ['accounts', 'notes', 'pages'] as const;

export const tablesOf = ({ large }: LoadChoice): readonly string[] => (large ? [...SMALL, 'noise'] : SMALL);

/** In the first part, beside each other, and at the very end. */
const REFUSED = [7, 60, 61, 120];

/** The rows of `pages` that the target does not take: a day that is none. */
export const refusedRows = ({ rows }: LoadChoice): readonly number[] => (rows === 'good' ? [] : REFUSED);

const dayOf = (refused: readonly number[]): string =>
  `CASE WHEN n IN (${[...refused, 0].join(', ')}) THEN 'no day' WHEN n % 2 = 0 THEN '2024-05-06' END`;

/**
 * Several pages, so that there are parts; NULL, an empty text and others beside each other; a small one; keys and indexes. A
 * large one has 13 MB that cannot be compressed: three parts of an upload.
 */
export const makeSource = (schema: string, choice: LoadChoice): string => `
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.accounts (id int PRIMARY KEY, money int);
INSERT INTO ${schema}.accounts SELECT n, 100 FROM generate_series(1, 50) n;
CREATE TABLE ${schema}.notes (id int CONSTRAINT noted REFERENCES ${schema}.accounts, note text);
INSERT INTO ${schema}.notes SELECT n, (ARRAY[NULL, '', 'a "quoted", text', E'two\\nlines', 'NULL'])[1 + n % 5]
  FROM generate_series(1, 50) n;
CREATE INDEX notes_note ON ${schema}.notes (note, id DESC);
CREATE TABLE ${schema}.pages (id int UNIQUE, filling text, day text);
INSERT INTO ${schema}.pages SELECT n, n || repeat('x', 400), ${dayOf(refusedRows(choice))} FROM generate_series(1, 120) n;
ANALYZE ${schema}.accounts, ${schema}.notes, ${schema}.pages;
${choice.large ? makeNoise(schema) : ''}`;

/** 280 rows of 64,000 bytes, 6 bits of noise in each: 716 hashes of 64 bytes. */
const makeNoise = (schema: string): string => `
CREATE TABLE ${schema}.noise (id int PRIMARY KEY, filling text);
INSERT INTO ${schema}.noise SELECT n, (
  SELECT string_agg(encode(sha512((n || '.' || part)::bytea), 'base64'), '') FROM generate_series(1, 716) part)
  FROM generate_series(1, 280) n;
ANALYZE ${schema}.noise`;

/** What others do to the source once the snapshot is taken. */
export const changeSource = (schema: string): string => `
BEGIN;
UPDATE ${schema}.accounts SET money = money - id WHERE id < 10;
INSERT INTO ${schema}.accounts VALUES (1000, 1);
DELETE FROM ${schema}.notes WHERE id % 3 = 0;
INSERT INTO ${schema}.pages SELECT n, 'late', 'no day' FROM generate_series(1001, 1040) n;
COMMIT`;

/** What people query while the run goes on. */
export const makeTarget = (schema: string, target: Dialect, { large }: LoadChoice): string => `
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.accounts (id INTEGER ${keyed(target, 'PRIMARY KEY')}, money INTEGER);
INSERT INTO ${schema}.accounts VALUES (-1, 7), (-2, 8);
CREATE TABLE ${schema}.notes (id INTEGER ${keyed(target, `REFERENCES ${schema}.accounts`)}, note VARCHAR(65535));
INSERT INTO ${schema}.notes VALUES (-1, 'as it was');
CREATE TABLE ${schema}.pages (id INTEGER, filling VARCHAR(65535), day DATE);
${keyed(target, `CREATE INDEX pages_day ON ${schema}.pages (day);`)}
${large ? `CREATE TABLE ${schema}.noise (id INTEGER, filling VARCHAR(65535));` : ''}
CREATE TABLE ${schema}.journal (entry VARCHAR(20))`;

/** Only PostgreSQL holds tables to their keys. */
const keyed = (target: Dialect, sql: string): string => (target === 'postgresql' ? sql : '');

export function commandText(schema: string, choice: LoadChoice, uris: { source: string; target: string }): string {
  const options = [
    `workers = ${choice.workers}`,
    // What is large is to be one part, and one object.
    ...(choice.large ? [] : ['rows per range = 50']),
    ...(choice.publish === 'replace' ? [] : ['include no drop']),
    ...(choice.publish === 'refill' ? ['truncate'] : []),
    ...(choice.snapshot ? [] : ['no snapshot']),
    ...(choice.pieces ? ['batch rows = 30'] : []),
    ...(choice.oneByOne ? ['publish table by table'] : []),
    ...(choice.rows === 'put aside' ? ['on error resume next'] : []),
  ];
  const names = tablesOf(choice).map((name) => `'${name}'`);
  const block = (moment: string, entry: string) =>
    choice.blocks ? `${moment} DO $$ INSERT INTO ${schema}.journal VALUES ('${entry}'); $$` : '';
  return `LOAD DATABASE FROM ${referenceTo(uris.source, 'SOURCE')} INTO ${referenceTo(uris.target, 'TARGET')}
    WITH ${options.join(', ')} CAST column pages.day to date
    INCLUDING ONLY TABLE NAMES MATCHING ${names.join(', ')} IN SCHEMA '${schema}'
    ${block('BEFORE LOAD', 'before')} ${block('AFTER LOAD', 'after')};`;
}

export async function readContent(session: Session, schema: string, choice: LoadChoice): Promise<Content> {
  const content = new Map<string, readonly string[]>();
  for (const table of tablesOf(choice)) {
    const columns = table === 'noise' ? 'id, md5(filling)' : '*';
    const rows = await session.query(`SELECT ${columns} FROM ${schema}.${table}`);
    content.set(table, rows.map((row) => JSON.stringify(Object.values(row))).sort());
  }
  return content;
}

/** What the target takes of the source's rows. */
function taken(choice: LoadChoice, source: Content): Content {
  const refused = refusedRows(choice);
  const isTaken = (row: string) => !refused.some((id) => row.startsWith(`["${id}",`));
  return new Map([...source].map(([table, rows]) => [table, table === 'pages' ? rows.filter(isTaken) : rows]));
}

/** What the target has when the run succeeded. */
export function expected(choice: LoadChoice, source: Content, before: Content): Content {
  const rows = taken(choice, source);
  if (choice.publish !== 'append') return rows;
  return new Map([...rows].map(([table, added]) => [table, [...(before.get(table) ?? []), ...added].sort()]));
}

/** How many rows a run loads. */
export const loadedRows = (choice: LoadChoice, source: Content): number =>
  [...taken(choice, source).values()].reduce((sum, rows) => sum + rows.length, 0);

export interface Difference {
  readonly lost: number;
  readonly doubled: number;
}

/** Rows of the first that the second has not, and rows that it has too often. */
export function difference(wanted: Content, found: Content, tables: Iterable<string> = wanted.keys()): Difference {
  let [lost, doubled] = [0, 0];
  for (const table of tables) {
    const counts = new Map<string, number>();
    for (const row of wanted.get(table) ?? []) counts.set(row, (counts.get(row) ?? 0) + 1);
    for (const row of found.get(table) ?? []) counts.set(row, (counts.get(row) ?? 0) - 1);
    for (const count of counts.values()) {
      if (count > 0) lost += count;
      else doubled -= count;
    }
  }
  return { lost, doubled };
}

/** All of the tables unless some are named. */
export const isSame = (one: Content, other: Content, tables?: Iterable<string>): boolean => {
  const { lost, doubled } = difference(one, other, tables);
  return lost + doubled === 0;
};
