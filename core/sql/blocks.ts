// The SQL blocks of a command, each once: a table in the target says which have run, and each block's row is written in
// the block's own transaction. As everywhere, nothing stands between BEGIN and LOCK.

import type { LoadCommand, SqlBlock } from '../command/model.ts';
import { type Name, OWN_PREFIX } from '../plan/names.ts';
import { literal, qualified } from './quote.ts';
import { utc } from './session.ts';

/** When blocks run, by the words of the clause. */
export type Moment = 'BEFORE LOAD' | 'AFTER CREATE SCHEMA' | 'AFTER LOAD';

type Blocks = Pick<LoadCommand, 'beforeLoad' | 'afterCreateSchema' | 'afterLoad'>;

export function blocksAt(command: Blocks, moment: Moment): readonly SqlBlock[] {
  switch (moment) {
    case 'BEFORE LOAD':
      return command.beforeLoad;
    case 'AFTER CREATE SCHEMA':
      return command.afterCreateSchema;
    case 'AFTER LOAD':
      return command.afterLoad;
  }
}

export const MOMENTS: readonly Moment[] = ['BEFORE LOAD', 'AFTER CREATE SCHEMA', 'AFTER LOAD'];

const SUFFIX = '_blocks';

/** Of our own tables. */
export const isBlocks = ({ name }: Name): boolean => name.endsWith(SUFFIX);

/** The table of blocks that have run; undefined when there are none to run. Every database has `public`. */
export function blocksTable(command: Blocks, token: string): Name | undefined {
  const any = MOMENTS.some((moment) => blocksAt(command, moment).length > 0);
  return any ? { schema: 'public', name: `${OWN_PREFIX}${token}${SUFFIX}` } : undefined;
}

const tableOf = ({ schema, name }: Name): string => qualified(schema, name);

/** Begins a transaction: whether the table is to stay is found out in it. */
export const createBlocks = (table: Name): string =>
  `BEGIN; CREATE TABLE ${tableOf(table)} ("moment" VARCHAR(32) NOT NULL, "block" INTEGER NOT NULL, "ran_at" TIMESTAMP NOT NULL)`;

/** One row when the table is there. */
export const findBlocks = (table: Name): string =>
  `SELECT 1 AS there FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(table.schema)} AND c.relname = ${literal(table.name)}`;

export const dropBlocks = (table: Name): string => `DROP TABLE ${tableOf(table)}`;

export const lockBlocks = (table: Name): string => `BEGIN; LOCK TABLE ${tableOf(table)}`;

/** One row when the block has run. `block` counts from 1. */
export const findBlock = (table: Name, moment: Moment, block: number): string =>
  `SELECT "block" FROM ${tableOf(table)} WHERE "moment" = ${literal(moment)} AND "block" = ${block}`;

/** `now` in milliseconds since 1970. */
export const recordBlock = (table: Name, moment: Moment, block: number, now: number): string =>
  `INSERT INTO ${tableOf(table)} ("moment", "block", "ran_at") VALUES (${literal(moment)}, ${block}, ${literal(utc(now))})`;

/** `BEFORE LOAD, block 2, statement 3`: where an error is. Never the statement itself: it may hold a value. */
export const statementPlace = (moment: Moment, block: number, statement: number): string =>
  `${moment}, block ${block}, statement ${statement}`;
