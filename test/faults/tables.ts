// The tables of a schedule: a schema of its own at both ends, what the source has in it, and what the target had before.
import type { Session } from '../../core/ports.ts';
import type { LoadChoice } from './model.ts';
import { referenceTo } from './world.ts';

/** By table, each row as one text. */
export type Content = ReadonlyMap<string, readonly string[]>;

export const TABLES = ['accounts', 'notes', 'pages'] as const;

/** Several pages, so that there are parts; NULL, an empty text and others beside each other; a small one. */
export const makeSource = (schema: string): string => `
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.accounts (id int PRIMARY KEY, money int);
INSERT INTO ${schema}.accounts SELECT n, 100 FROM generate_series(1, 20) n;
CREATE TABLE ${schema}.notes (id int, note text);
INSERT INTO ${schema}.notes SELECT n, (ARRAY[NULL, '', 'a "quoted", text', E'two\\nlines', 'NULL'])[1 + n % 5]
  FROM generate_series(1, 50) n;
CREATE TABLE ${schema}.pages (id int, filling text);
INSERT INTO ${schema}.pages SELECT n, n || repeat('x', 400) FROM generate_series(1, 120) n;
ANALYZE ${schema}.accounts, ${schema}.notes, ${schema}.pages`;

/** What others do to the source once the snapshot is taken. */
export const changeSource = (schema: string): string => `
BEGIN;
UPDATE ${schema}.accounts SET money = money - id WHERE id < 10;
INSERT INTO ${schema}.accounts VALUES (1000, 1);
DELETE FROM ${schema}.notes WHERE id % 3 = 0;
INSERT INTO ${schema}.pages SELECT n, 'late' FROM generate_series(1001, 1040) n;
COMMIT`;

/** What people query while the run goes on. */
export const makeTarget = (schema: string): string => `
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.accounts (id INTEGER, money INTEGER);
INSERT INTO ${schema}.accounts VALUES (-1, 7), (-2, 8);
CREATE TABLE ${schema}.notes (id INTEGER, note VARCHAR(65535));
INSERT INTO ${schema}.notes VALUES (-1, 'as it was');
CREATE TABLE ${schema}.pages (id INTEGER, filling VARCHAR(65535));
CREATE TABLE ${schema}.journal (entry VARCHAR(20))`;

export function commandText(schema: string, choice: LoadChoice, uris: { source: string; target: string }): string {
  const options = [
    `workers = ${choice.workers}`,
    'rows per range = 50',
    ...(choice.publish === 'replace' ? [] : ['include no drop']),
    ...(choice.publish === 'refill' ? ['truncate'] : []),
    ...(choice.snapshot ? [] : ['no snapshot']),
    ...(choice.pieces ? ['batch rows = 30'] : []),
  ];
  const block = (moment: string, entry: string) =>
    choice.blocks ? `${moment} DO $$ INSERT INTO ${schema}.journal VALUES ('${entry}'); $$` : '';
  return `LOAD DATABASE FROM ${referenceTo(uris.source, 'SOURCE')} INTO ${referenceTo(uris.target, 'TARGET')}
    WITH ${options.join(', ')}
    INCLUDING ONLY TABLE NAMES MATCHING 'accounts', 'notes', 'pages' IN SCHEMA '${schema}'
    ${block('BEFORE LOAD', 'before')} ${block('AFTER LOAD', 'after')};`;
}

export async function readContent(session: Session, schema: string): Promise<Content> {
  const content = new Map<string, readonly string[]>();
  for (const table of TABLES) {
    const rows = await session.query(`SELECT * FROM ${schema}.${table}`);
    content.set(table, rows.map((row) => JSON.stringify(Object.values(row))).sort());
  }
  return content;
}

/** What the target has when the run succeeded. */
export function expected(choice: LoadChoice, source: Content, before: Content): Content {
  if (choice.publish !== 'append') return source;
  return new Map(TABLES.map((table) => [table, [...(before.get(table) ?? []), ...(source.get(table) ?? [])].sort()]));
}

/** Rows of the first that the second has not, and rows that it has too often. */
export function difference(wanted: Content, found: Content): { readonly lost: number; readonly doubled: number } {
  let [lost, doubled] = [0, 0];
  for (const table of TABLES) {
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

export const isSame = (one: Content, other: Content): boolean => {
  const { lost, doubled } = difference(one, other);
  return lost + doubled === 0;
};
