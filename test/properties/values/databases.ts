// Where does a case stand? In a database of its own at the source, copied from one that has the types, and in the stand-in's
// schemas, which are emptied afterwards.
import pg from 'pg';
import type { Session } from '../../../core/ports.ts';
import { identifier } from '../../../core/sql/quote.ts';
import { openSession } from '../../support/database.ts';
import type { End } from '../world.ts';
import type { Case } from './model.ts';
import { items, typeStatements } from './nested.ts';
import { sentinelFunction } from './sentinel.ts';
import { createTable, createView, given, insertRows } from './statements.ts';

/** PostgreSQL itself refused what was drawn. */
export class NoCase extends Error {}

export const PIN = `SET search_path TO ''; SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO, YMD'; SET IntervalStyle TO 'postgres';
SET extra_float_digits TO 1; SET bytea_output TO 'hex'`;

/** With it made once, each database is a copy. */
const template = 'template_of_types';
const templates = new WeakMap<End, Promise<void>>();

export async function inSession<Value>(uri: string, work: (session: Session) => Promise<Value>): Promise<Value> {
  const session = await openSession(uri);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function makeTemplate(source: End, version: number): Promise<void> {
  await inSession(source.uri(), (session) => session.run(`CREATE DATABASE ${template}`));
  await inSession(source.uri(template), (session) =>
    session.run([...typeStatements(version), sentinelFunction].join(';\n')),
  );
}

/** How a database is made: with our types, at a server of this version, or empty. */
interface Made {
  readonly version: number;
  readonly withTypes: boolean;
}

/** A new database, while `work` goes on. */
export async function inDatabase<Value>(
  server: End,
  { version, withTypes }: Made,
  name: string,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  if (withTypes) {
    const made = templates.get(server) ?? makeTemplate(server, version);
    templates.set(server, made);
    await made;
  }
  const of = withTypes ? ` TEMPLATE ${template}` : '';
  await inSession(server.uri(), (session) => session.run(`CREATE DATABASE ${name}${of}`));
  try {
    return await inSession(server.uri(name), work);
  } finally {
    await inSession(server.uri(), (session) => session.run(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

async function refusal<Value>(work: Promise<Value>, statement: string): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    throw new NoCase(`${error.message} in\n${statement.slice(0, 500)}`);
  }
}

/** Makes the case's tables, rows and views. */
export async function fill(session: Session, { tables, views }: Case): Promise<void> {
  await session.run(PIN);
  for (const schema of new Set([...tables, ...views].map((table) => table.schema))) {
    const statement = `CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`;
    await refusal(session.run(statement), statement);
  }
  for (const table of tables) {
    const create = createTable(table).join(';\n');
    await refusal(session.run(create), create);
    const { sql, times } = insertRows(table);
    const arrays = given(table).map(({ values = [] }) => items(values.slice(0, table.rows)));
    for (let time = 0; time < times; time++) await refusal(session.query(sql, arrays), sql);
  }
  for (const statement of views.flatMap(createView)) await refusal(session.run(statement), statement);
}

export async function emptyTarget(target: Session, { tables, views }: Pick<Case, 'tables' | 'views'>): Promise<void> {
  const schemas = new Set([...tables, ...views].map((table) => table.schema.toLowerCase()));
  schemas.delete('public');
  for (const schema of schemas) await target.run(`DROP SCHEMA IF EXISTS ${identifier(schema)} CASCADE`);
  const left = await target.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  for (const { name } of left) await target.run(`DROP TABLE public.${identifier(name ?? '')} CASCADE`);
}
