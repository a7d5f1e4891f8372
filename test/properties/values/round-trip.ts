// Does a database that went from PostgreSQL into Redshift come back as the documentation says? What it says is written down here
// once more, apart from the loader: types by docs/reference/types.md, values as SQL over the start, read as PostgreSQL prints them.
import type { Session } from '../../../core/ports.ts';
import { identifier, qualified } from '../../../core/sql/quote.ts';
import { openSession } from '../../support/database.ts';
import { createEveryType } from '../../support/every-type.ts';
import { alarmsOf } from '../compare.ts';
import type { Profile, World } from '../world.ts';
import { compareTable } from './compare.ts';
import { emptyTarget, fill, inDatabase, NoCase, PIN } from './databases.ts';
import { execute } from './execution.ts';
import type { Case, ColumnCase, Difference, Outcome, TableCase } from './model.ts';
import { commandOf } from './statements.ts';

/** With the types that Redshift gives back, or with rules that say which types take the values back as they were. */
export type Way = 'as Redshift has it' | 'as it was';

/** Seeds take turns, by fours: neighbours differ in the profile and the version of PostgreSQL. */
export const wayOf = (seed: number): Way => (Math.floor(seed / 4) % 2 === 0 ? 'as Redshift has it' : 'as it was');

/** Types that take their own text back from Redshift, as a rule names them, and as PostgreSQL prints them. */
const TAKEN_BACK: readonly (readonly [of: RegExp, rule: string, prints: string])[] = [
  ...['oid', 'xid', 'cid', 'xid8', 'money', 'text', 'name', 'uuid', 'xml', 'inet', 'cidr', 'macaddr', 'macaddr8'],
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'tsvector', 'tsquery', 'jsonpath', 'pg_lsn', 'tid'],
  ...['interval', 'numeric', 'txid_snapshot', 'pg_snapshot', 'aclitem', 'refcursor', 'regrole', 'regnamespace'],
  ...[
    'int4range',
    'int8range',
    'numrange',
    'daterange',
    'tsrange',
    'tstzrange',
    'regconfig',
    'regtype',
    'regprocedure',
  ],
  ...['int4multirange', 'int8multirange', 'nummultirange', 'datemultirange', 'tsmultirange', 'tstzmultirange'],
  ...['ext.citext', 'ext.cube', 'ext.seg', 'ext.ltree', 'ext.lquery', 'ext.ltxtquery', 'ext.query_int', 'ext.isbn'],
].map((name) => [new RegExp(`^${name.replace('.', '\\.')}$`), name, name] as const);

/** Those whose length goes with them. */
const SIZED: readonly (readonly [of: RegExp, rule: string, prints: string])[] = [
  [/^varchar\((\d+)\)$/, 'varchar($1)', 'character varying($1)'],
  [/^char\((\d+)\)$/, 'char($1)', 'character($1)'],
  [/^bit\((\d+)\)$/, 'bit($1)', 'bit($1)'],
  [/^bit varying\((\d+)\)$/, '"bit varying"($1)', 'bit varying($1)'],
];

/** How a column of the start stands at the end; `rule` is what a CAST says of it on its way back. */
interface CameBack {
  readonly column: ColumnCase;
  readonly rule?: string;
}

function cameBack(given: ColumnCase, way: Way): CameBack {
  const { default: text, ...withoutDefault } = given;
  // A literal with a backslash is no default that comes back.
  const column = text?.includes('\\') ? withoutDefault : given;
  const name = identifier(column.name);
  if (way === 'as it was') {
    for (const [pattern, rule, prints] of [...TAKEN_BACK, ...SIZED]) {
      const [whole, length = ''] = pattern.exec(column.sql) ?? [];
      if (whole === undefined || column.suffix !== '') continue;
      const sized = (text: string) => text.replace('$1', length);
      return {
        rule: `to ${sized(rule.includes('.') ? `"${rule}"` : rule)}`,
        column: { ...column, arrives: sized(prints), expected: name },
      };
    }
  }
  const { arrives, expected } = column;
  if (arrives === 'super')
    return { column: { ...column, arrives: 'jsonb', expected: `(${expected})::jsonb`, json: false } };
  if (arrives.startsWith('varbyte'))
    return { column: { ...column, arrives: 'bytea', expected: `'\\x' || ${expected}` } };
  return { column };
}

/** What goes there and back. */
interface Trip {
  readonly postgres: number;
  readonly profile: Profile;
  /** Made of the database with our types, or of an empty one. */
  readonly withTypes: boolean;
  fill(start: Session): Promise<void>;
  /** The command of the way there. */
  there(source: string, target: string): string;
  /** Rules of the way back. */
  readonly rules: readonly string[];
  /** The end as it has to be, without `pgshift compare`. */
  compare(start: Session, end: Session): Promise<readonly Difference[]>;
  empty(redshift: Session): Promise<void>;
}

/** Databases and runs count on. */
let tried = 0;

/** In databases of its own; leaves nothing behind. Throws when the signal is aborted. */
async function goAndComeBack(world: World, trip: Trip, signal: AbortSignal): Promise<Outcome> {
  const { postgres, withTypes, rules } = trip;
  const server = world.sources.get(postgres);
  if (server === undefined) throw new Error(`there is no PostgreSQL ${postgres}`);
  tried += 1;
  const [start, end] = [`start_${tried}`, `end_${tried}`];
  const between = world.targets[trip.profile];
  const casts = rules.length === 0 ? '' : `\n  CAST ${rules.join(', ').replaceAll('{{', '{{"{{"}}')}`;
  const there = trip.there(server.reference(start), between.reference());
  const back = `LOAD DATABASE FROM ${between.reference()} INTO ${server.reference(end)}\n  WITH verify checksums${casts};`;
  const whole = `LOAD DATABASE FROM ${server.reference(start)} INTO ${server.reference(end)} WITH downcase identifiers;`;
  const through = async (atStart: Session, atEnd: Session): Promise<Outcome> => {
    await trip.fill(atStart);
    await atEnd.run(PIN);
    for (const [run, command] of Object.entries({ [start]: there, [end]: back })) {
      const message = await execute(world, `${run}-${process.pid}`, command, signal);
      if (message !== undefined) return { ended: 'failed', message: `${run}: ${message}` };
    }
    const differences = await trip.compare(atStart, atEnd);
    const alarms: string[] = [];
    for (const command of [there, back, whole]) alarms.push(...(await alarmsOf(world, command)));
    return { ended: 'compared', values: 0, differences, alarms };
  };
  const redshift = await openSession(between.uri());
  const made = { version: postgres, withTypes };
  try {
    return await inDatabase(server, made, start, (atStart) =>
      inDatabase(server, made, end, (atEnd) => through(atStart, atEnd)),
    );
  } catch (error) {
    if (error instanceof NoCase) return { ended: 'no case', message: error.message };
    throw error;
  } finally {
    await trip.empty(redshift);
    await redshift.close();
  }
}

/** Random tables: each row of the end is what the start's has to become. */
export async function runRoundTrip(world: World, tested: Case, way: Way, signal: AbortSignal): Promise<Outcome> {
  const tables = tested.tables.map((table) => ({ table, came: table.columns.map((each) => cameBack(each, way)) }));
  const trip: Trip = {
    ...{ postgres: tested.postgres, profile: tested.profile, withTypes: true },
    rules: tables.flatMap(({ table, came }) => came.flatMap((each) => ruleOf(table, each))),
    fill: (start) => fill(start, tested),
    there: (source, target) => commandOf(tested, source, target),
    async compare(start, end) {
      const differences: Difference[] = [];
      for (const { table, came } of tables) {
        const columns = came.map(({ column }) => column);
        differences.push(...(await compareTable(start, end, { ...table, columns })));
      }
      return differences;
    },
    empty: (redshift) => emptyTarget(redshift, tested),
  };
  const outcome = await goAndComeBack(world, trip, signal);
  const values = tested.tables.reduce((sum, { columns, rows }) => sum + columns.length * rows, 0);
  return outcome.ended === 'compared' ? { ...outcome, values } : outcome;
}

/** Every type that a column of the server's can have, NULL in each: of what each of them becomes nothing is missing. */
export function runEveryType(world: World, postgres: number, profile: Profile, signal: AbortSignal): Promise<Outcome> {
  const content = async (session: Session): Promise<[string, string][]> => {
    const texts: [string, string][] = [];
    for (const table of ['public.built_in', 'public.others']) {
      texts.push([table, JSON.stringify(await session.query(`SELECT * FROM ${table}`))]);
    }
    return texts;
  };
  const trip: Trip = {
    ...{ postgres, profile, withTypes: false, rules: [] },
    fill: createEveryType,
    there: (source, target) => `LOAD DATABASE FROM ${source} INTO ${target};`,
    async compare(start, end) {
      const arrived = new Map(await content(end));
      return (await content(start)).flatMap(([table, expected]) => {
        const actual = arrived.get(table) ?? '';
        return actual === expected ? [] : [{ table, column: null, expected, actual }];
      });
    },
    empty: (redshift) => emptyTarget(redshift, { tables: [], views: [] }),
  };
  return goAndComeBack(world, trip, signal);
}

/** Redshift knows the table by its folded name. */
function ruleOf({ schema, name }: TableCase, { column, rule }: CameBack): string[] {
  const place = `${qualified(schema.toLowerCase(), name.toLowerCase())}.${identifier(column.name.toLowerCase())}`;
  return rule === undefined ? [] : [`column ${place} ${rule}`];
}
