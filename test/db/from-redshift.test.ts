// Does what a Redshift holds arrive in another as it left, by either road, of one moment, and with its keys and encodings?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { PlanSummary } from '../../core/plan/model.ts';
import type { RedshiftServer } from '../../local/redshift/server.ts';
import { type FromRedshift, startFromRedshift } from '../support/from-redshift.ts';
import { loadBySteps } from '../support/load-by-steps.ts';

let world: FromRedshift;
let run = 0;

beforeAll(async () => {
  world = await startFromRedshift({ profile: 'pessimistic' });
});
afterAll(() => world.stop());

/** Every type of Redshift with its edges, NULL and the empty ones. */
const EVERY_TYPE = `
  CREATE SCHEMA s;
  CREATE TABLE s.every (
    id BIGINT NOT NULL, i2 SMALLINT, i4 INTEGER, d DECIMAL(12,3), d19 DECIMAL(19,2), d38 DECIMAL(38,10), r REAL, f DOUBLE PRECISION,
    b BOOLEAN, v VARCHAR(300), c CHAR(5), day DATE, t TIME, tz TIMETZ, ts TIMESTAMP, tstz TIMESTAMPTZ,
    j SUPER, bytes VARBYTE(20), shape GEOMETRY, globe GEOGRAPHY, sketch HLLSKETCH);
  INSERT INTO s.every VALUES
    (1, -32768, -2147483648, -999999999.999, 92233720368547758.07, -9999999999999999999999999999.9999999999, 0.1, 0.30000000000000004,
     true, 'a "b", c' || CHR(10) || 'd\\\\N' || CHR(13) || '🐘', 'ab', '0001-01-01', '00:00:00', '12:34:56.789+00', '1999-12-31 23:59:59.999999',
     '2026-11-28 12:00:00+05:30', JSON_PARSE('{"a":[1,null,"x y",{"b":true}],"é":"\\\\"q\\\\""}'), FROM_HEX('00ff10'),
     '0101000000000000000000F03F0000000000000040', '0101000020E6100000000000000000F03F0000000000000040', '{"logm":15,"sparse":{"indices":[1],"values":[2]}}'),
    (2, 32767, 2147483647, 0.001, 0, 0.0000000001, 3.4028235e38, 1.7976931348623157e308,
     false, '', '', '9999-12-31', '23:59:59.999999', '00:00:00+00', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999+00',
     JSON_PARSE('[]'), FROM_HEX(''), NULL, NULL, NULL),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 0, 0, 0, 0, 0, 0, 5e-324, NULL, '  blanks  ', 'NULL', '2026-11-28', '12:00', NULL, NULL, NULL, JSON_PARSE('"text"'), NULL, NULL, NULL, NULL),
    (5, 0, 0, 0, 0, 0, 'NaN', '-Infinity', NULL, '\\\\N', '"', NULL, NULL, NULL, NULL, NULL, JSON_PARSE('1.50'), FROM_HEX('5c'), NULL, NULL, NULL),
    (6, 0, 0, 0, 0, 0, '-Infinity', 'NaN', NULL, '\\\\.', ',', NULL, NULL, NULL, NULL, NULL, JSON_PARSE('true'), NULL, NULL, NULL, NULL);`;

const load = async (source: RedshiftServer, target: RedshiftServer, clauses = '') => {
  const ports = world.ports(source, target);
  const name = `from-redshift-${++run}`;
  const written = await loadBySteps(ports, name, world.command(clauses));
  const plan = await ports.store.getJson<PlanSummary>(artifactKeys.plan(name));
  return { ports, name, written, plan };
};

const kinds = ({ hazards }: PlanSummary) => hazards.map(({ kind, place }) => [kind, place]);

describe.each(['pessimistic', 'optimistic'] as const)('%s', (profile) => {
  test.each(['', 'WITH read by cursor'])('every type arrives as it left: %s', async (clauses) => {
    const name = `every_${profile}_${clauses === '' ? 'unload' : 'cursor'}`;
    const source = await world.source(name, EVERY_TYPE, { profile });
    const target = await world.target(`${name}_target`);
    const { plan, written } = await load(source, target, clauses);
    const all = 'SELECT * FROM s.every ORDER BY id';
    expect(await world.rows(target, all)).toEqual(await world.rows(source, all));
    const types = 'SELECT "column", type FROM pg_table_def WHERE schemaname = \'s\'';
    const path = 'SET search_path TO s';
    await world.rows(source, path);
    await world.rows(target, path);
    expect(await world.rows(target, types)).toEqual(await world.rows(source, types));
    // Where UNLOAD writes 15 digits of a float, the table goes through a cursor by itself.
    const byCursor = clauses !== '' || profile === 'pessimistic';
    expect(written.map(({ objects }) => objects !== undefined)).toEqual([!byCursor]);
    const told = clauses === '' && profile === 'pessimistic' ? [['READ_BY_CURSOR', 's.every']] : [];
    expect(kinds(plan).filter(([kind]) => kind !== 'KEYS_IN_COPY')).toEqual(told);
  });
});
