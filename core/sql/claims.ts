// Who owns a table: each schema that runs load into has a table of claims, which says what is being loaded, by which run,
// and how to find out whether that run still runs. As everywhere, nothing stands between BEGIN and LOCK.

import { type Name, OWN_PREFIX } from '../plan/names.ts';
import { eitherLiteral, identifiers, qualified } from './quote.ts';
import { utc } from './session.ts';

/** One table that a run loads into. */
export interface Claim extends Name {
  readonly run: string;
  /** Where the run's sign of life is: see Runs in core/ports.ts. */
  readonly sign: string;
  /** The bucket of the run's objects. */
  readonly bucket: string;
  /** The run's own tables for it, in the same schema. */
  readonly own: readonly string[];
}

const CLAIMS = `${OWN_PREFIX}claims`;

const claimsOf = (schema: string): string => qualified(schema, CLAIMS);
const listed = (texts: readonly string[]): string => texts.map(eitherLiteral).join(', ');
const isOwn = (name: string): boolean => name.startsWith(OWN_PREFIX) && name !== CLAIMS;
export const isClaims = ({ name }: Name): boolean => name === CLAIMS;
/** What a run's own tables have of its name: see tokenOf. */
export const tokenIn = (name: string): string | undefined =>
  name.slice(OWN_PREFIX.length).match(/^([0-9a-f]{12})_/)?.[1];

/** Every table of ours in the database but temporary ones: `schema`, `name`. */
export const findOwnTables =
  'SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ' +
  `WHERE c.relkind IN ('r', 'p') AND c.relname ~ ${eitherLiteral(`^${OWN_PREFIX}`)} AND n.nspname !~ '^pg_' ` +
  'ORDER BY n.nspname, c.relname';

export const createClaims = (schema: string): string =>
  `CREATE TABLE IF NOT EXISTS ${claimsOf(schema)} ("name" VARCHAR(127) NOT NULL, "run" VARCHAR(80) NOT NULL, ` +
  '"sign" VARCHAR(512) NOT NULL, "bucket" VARCHAR(63) NOT NULL, "staging" VARCHAR(127) NOT NULL, "ledger" VARCHAR(127), ' +
  '"claimed_at" TIMESTAMP NOT NULL)';

/** One row for each of the schemas that exists: whether it has `claims` ('t'), and whether they are `mine` to drop. */
export const findClaimTables = (schemas: readonly string[]): string =>
  `SELECT n.nspname AS schema, c.relname IS NOT NULL AS claims, u.usename IS NOT NULL AS mine FROM pg_namespace n ` +
  `LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = ${eitherLiteral(CLAIMS)} ` +
  'LEFT JOIN pg_user u ON u.usesysid = c.relowner AND u.usename = current_user ' +
  `WHERE n.nspname IN (${listed(schemas)})`;

/** The schemas in an order that all runs share, or they would wait for each other. */
export const lockClaims = (schemas: readonly string[]): string =>
  `BEGIN; LOCK TABLE ${schemas.map(claimsOf).join(', ')}`;

/** The claims of the schemas; where names are given, those of the names only. `since` is UTC. */
export function findClaims(schemas: readonly string[], names?: readonly Name[]): string {
  return schemas
    .map((schema) => {
      const wanted = names === undefined ? '' : ` WHERE ${amongNames(schema, names)}`;
      return (
        `SELECT ${eitherLiteral(schema)} AS schema, "name", "run", "sign", "bucket", "staging", "ledger", ` +
        `TO_CHAR("claimed_at", 'YYYY-MM-DD HH24:MI:SS') AS since FROM ${claimsOf(schema)}${wanted}`
      );
    })
    .join(' UNION ALL ');
}

/** A row of findClaims. */
export interface FoundClaim extends Claim {
  readonly since: string;
}

/** What is no name of ours is not taken for one: it would be dropped. */
export function claimFrom(row: Readonly<Record<string, string | null>>): FoundClaim {
  const { schema, name, run, sign, bucket, staging, ledger, since } = row;
  return {
    schema: schema ?? '',
    name: name ?? '',
    run: run ?? '',
    sign: sign ?? '',
    bucket: bucket ?? '',
    own: [staging, ledger].filter((own) => own !== null && own !== undefined).filter(isOwn),
    since: since ?? '',
  };
}

/** Statements that put claims where there are none of their names; `now` in milliseconds since 1970. */
export function insertClaims(claims: readonly Claim[], now: number): string[] {
  const columns = identifiers(['name', 'run', 'sign', 'bucket', 'staging', 'ledger', 'claimed_at']);
  const at = eitherLiteral(utc(now));
  return [...Map.groupBy(claims, ({ schema }) => schema)].map(([schema, members]) => {
    const rows = members.map(({ name, run, sign, bucket, own: [staging = '', ledger] }) => {
      const known = [name, run, sign, bucket, staging].map(eitherLiteral);
      return `(${[...known, ledger === undefined ? 'NULL' : eitherLiteral(ledger), at].join(', ')})`;
    });
    return `INSERT INTO ${claimsOf(schema)} (${columns}) VALUES ${rows.join(', ')}`;
  });
}

/** Statements that remove a run's claims to the names. */
export const deleteClaims = (run: string, names: readonly Name[]): string[] =>
  [...new Set(names.map(({ schema }) => schema))].map(
    (schema) => `DELETE FROM ${claimsOf(schema)} WHERE "run" = ${eitherLiteral(run)} AND ${amongNames(schema, names)}`,
  );

/** The run's own tables for what it claimed; undefined when there are none. */
export function dropOwn(claims: readonly Claim[]): string | undefined {
  const tables = claims.flatMap(({ schema, own }) => own.map((name) => ({ schema, name })));
  return tables.length === 0 ? undefined : dropTables(tables);
}

export const dropTables = (tables: readonly Name[]): string =>
  `DROP TABLE IF EXISTS ${tables.map(({ schema, name }) => qualified(schema, name)).join(', ')}`;

/** How many claims each schema has: `schema`, `claims`. */
export const countClaims = (schemas: readonly string[]): string =>
  schemas
    .map((schema) => `SELECT ${eitherLiteral(schema)} AS schema, COUNT(*) AS claims FROM ${claimsOf(schema)}`)
    .join(' UNION ALL ');

export const dropClaims = (schemas: readonly string[]): string => `DROP TABLE ${schemas.map(claimsOf).join(', ')}`;

function amongNames(schema: string, names: readonly Name[]): string {
  return `"name" IN (${listed(names.filter((each) => each.schema === schema).map(({ name }) => name))})`;
}
