// How does a test get a database that holds every type?
import type { Session } from '../../core/ports.ts';

/** All that is built in, with the arrays of it. Which of them a column can have, only the server can say. */
const BUILT_IN = `
SELECT format_type(oid, NULL) AS sql FROM pg_type
WHERE typnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND (typtype <> 'c' OR typname = 'pg_class')
  AND typname !~ '^_pg_' ORDER BY oid`;

/** Of extensions that come with PostgreSQL, and of the users' own. */
const OTHERS = `
CREATE SCHEMA extra;
CREATE EXTENSION hstore SCHEMA extra; CREATE EXTENSION citext SCHEMA extra; CREATE EXTENSION ltree SCHEMA extra;
CREATE EXTENSION cube SCHEMA extra;
CREATE TYPE mood AS ENUM ('fine');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN small AS positive CHECK (value < 9);
CREATE DOMAIN few AS small[];
CREATE DOMAIN pairs AS pair;
CREATE TABLE others (a extra.hstore, b extra.citext, c extra.ltree, d extra.lquery, e extra.ltxtquery, f mood, g pair,
  h floats, i small, j few, k pairs, l extra.hstore[], m pair[], n mood[], o floats[], p few[], q numeric(10,2),
  r numeric(40,2), s varchar(9), t char(3), u bit(7), v extra.cube)`;

/** Makes the tables `built_in` and `others`, each with a row of NULLs. */
export async function createEveryType(session: Session): Promise<void> {
  await session.run(OTHERS);
  await session.run('CREATE TABLE built_in ()');
  for (const [number, { sql }] of (await session.query(BUILT_IN)).entries()) {
    await session.run(`ALTER TABLE built_in ADD COLUMN c${number} ${sql}`).catch((error: Error) => {
      if (!/pseudo-type/.test(error.message)) throw error;
    });
  }
  await session.run('INSERT INTO built_in SELECT (NULL::built_in).*; INSERT INTO others DEFAULT VALUES');
}
