// Which case belongs to a seed? The same one on every machine.
import fc from 'fast-check';
import { identifier, literal } from '../../../core/sql/quote.ts';
import { type CastCase, casts } from './casts.ts';
import { Deck, Dice } from './dice.ts';
import type { Case, ColumnCase, TableCase, ViewCase, ViewColumn } from './model.ts';
import { nested } from './nested.ts';
import { hazards, type Offence, offencesOf, type Policy } from './offences.ts';
import { type Choices, columnsOnly, type Drawn, scalars, type TypeRow } from './scalars.ts';
import { sentinelColumns, sentinelRecord } from './sentinel.ts';
import { anyName, anyText } from './texts.ts';

export const TABLES = 30;
const MOST_COLUMNS = 60;
const MOST_ROWS = 200;

/** All rows of our table of types, in the order they were written down. */
export const typeRows: readonly TypeRow[] = [...columnsOnly, ...scalars, ...nested];

/** What may stand after WITH and must not change a value. */
const harmless = [
  ...['workers = 1', 'workers = 8', 'concurrency = 2', 'single reader per thread', 'rows per range = 50'],
  ...['batch rows = 40', 'batch size = 20 kB', 'chunk size = 10 kB', 'keep files', 'keep identity'],
  ...['downcase identifiers', 'quote identifiers', 'include no drop', 'on error resume next'],
];
/** One of those that contradict each other is left out. */
export const drawHarmless = (dice: Dice): string[] => {
  const chosen = dice.one(fc.shuffledSubarray(harmless, { maxLength: 3 }));
  const isQuoted = chosen.includes('quote identifiers');
  return chosen.filter((option) => !isQuoted || option !== 'downcase identifiers');
};

function drawChoices(dice: Dice): Choices {
  const form = (): 'super' | 'varchar' => (dice.rarely(4) ? 'varchar' : 'super');
  const choices = { json: form(), arrays: form(), composites: form() };
  return dice.rarely(3) ? { ...choices, scale: dice.one(fc.integer({ min: 0, max: 37 })) } : choices;
}

const optionsOf = ({ json, arrays, composites, scale }: Choices): string[] => [
  ...(json === 'varchar' ? ['json as varchar'] : []),
  ...(arrays === 'varchar' ? ['arrays as varchar'] : []),
  ...(composites === 'varchar' ? ['composites as varchar'] : []),
  ...(scale === undefined ? [] : [`bare numeric scale = ${scale}`]),
];

/** By hazard, what the command says of every column. */
type Policies = ReadonlyMap<string, Policy>;

const drawPolicies = (dice: Dice): Policies =>
  new Map(hazards.flatMap(([hazard, allowed]) => (dice.rarely(4) ? [[hazard, dice.of(allowed)] as const] : [])));

/** Names that do not meet, folded or not. */
class Names {
  readonly #taken: Set<string>;

  readonly #most: number;

  constructor(taken: readonly string[], mostBytes: number) {
    this.#taken = new Set(taken);
    this.#most = mostBytes;
  }

  next(dice: Dice): string {
    for (;;) {
      const name = dice.one(anyName);
      const folded = name.toLowerCase();
      if (name === '' || /^(_pgshift_|pg_|#)/.test(folded) || this.#taken.has(folded)) continue;
      if (Buffer.byteLength(folded) > this.#most) continue;
      this.#taken.add(folded);
      return name;
    }
  }
}

const systemColumns = ['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'insertxid', 'deletexid'];
const schemasThere = ['public', 'information_schema', 'types', 'ext'];

/** What the columns of one case have in common. */
interface Common {
  readonly dice: Dice;
  readonly asIs: boolean;
  readonly postgres: number;
  readonly types: Deck<TypeRow>;
  readonly choices: Choices;
  readonly policies: Policies;
  readonly mostColumns: number;
  readonly nameBytes: number;
}

/** NULL for most of a column's values, for some, or for none. */
function withNulls(dice: Dice, texts: readonly (string | null)[]): (string | null)[] {
  const share = dice.of([0, 0, 0.1, 0.3, 0.9]);
  const places = dice.many(fc.noBias(fc.double({ min: 0, max: 1, noNaN: true })), texts.length);
  return texts.map((text, at) => ((places[at] ?? 0) < share ? null : text));
}

/** A default and a comment that are hard to quote. */
function decorations(dice: Dice, drawn: Drawn): { default?: string; comment?: string } {
  const isText = drawn.sql === 'text' && drawn.suffix === undefined;
  return {
    ...(isText && dice.rarely(3) ? { default: dice.one(anyText(20)) } : {}),
    ...(dice.rarely(8) ? { comment: `c${dice.one(anyText(20))}` } : {}),
  };
}

function columnOf(name: string, type: string, drawn: Drawn, values?: readonly (string | null)[]): ColumnCase {
  const { sql, suffix = '', arrives, expected = (column: string) => column, json = false } = drawn;
  // Who makes values makes no NULL.
  const full = values === undefined;
  const column = { name, type, sql, suffix, arrives, json, full, notNull: full, expected: expected(identifier(name)) };
  return values === undefined ? { ...column, replaced: [] } : { ...column, values, replaced: [] };
}

function anyColumn(common: Common, name: string, rows: number): ColumnCase {
  const { dice, types, choices, asIs } = common;
  const type = types.next(dice);
  const plain = dice.one(type.drawn);
  const rules = asIs ? [] : casts.filter((rule) => rule.of.includes(type.name));
  const rule: CastCase | undefined = rules.length > 0 && dice.rarely(4) ? dice.of(rules) : undefined;
  const drawn = { ...plain, ...plain.under?.(choices), ...rule?.gives };
  const values = drawn.values && withNulls(dice, dice.many(drawn.values, rows));
  const column = columnOf(name, type.name, drawn, values);
  const hasNull = values?.some((value) => value === null) ?? false;
  const full = column.full || (!hasNull && !dice.rarely(3));
  const extra = rule === undefined ? decorations(dice, drawn) : {};
  const suffix = extra.default === undefined ? column.suffix : `DEFAULT ${literal(extra.default)}`;
  const cast = rule === undefined ? {} : { cast: rule.rule };
  const decorated = { ...column, ...extra, ...cast, suffix, full, notNull: rule?.notNull ?? full };
  const offences = rule === undefined ? offencesOf(drawn.base ?? type.name, choices) : rule.offences;
  return offences === undefined ? decorated : withOffenders(common, decorated, offences);
}

/** Some of its values are such as Redshift refuses or alters, each with a policy of the column's own or the command's. */
function withOffenders(common: Common, column: ColumnCase, offences: readonly Offence[]): ColumnCase {
  const { dice, policies, postgres, asIs } = common;
  const own = new Map(
    (asIs ? [] : offences).flatMap(({ hazard, offenders }) => {
      const allowed: Policy[] = [
        ...(column.full ? [] : ['null' as const]),
        ...(offenders.every(({ clamp }) => clamp !== undefined) ? ['clamp' as const] : []),
        ...(offenders.every(({ truncate }) => truncate !== undefined) ? ['truncate' as const] : []),
      ];
      return allowed.length > 0 && dice.rarely(3) ? [[hazard, dice.of(allowed)] as const] : [];
    }),
  );
  const words = [...own].map(([hazard, policy]) => `on ${hazard} ${policy}`);
  const cast = [column.cast ?? [], words].flat().join(' ');
  const said = offences.flatMap((offence) => {
    const policy = own.get(offence.hazard) ?? policies.get(offence.hazard);
    return policy === undefined ? [] : [{ ...offence, policy }];
  });
  // There is no NULL in a column that is NOT NULL: such a value would stop the run.
  const active = said
    .filter(({ policy }) => policy !== 'null' || !column.full)
    .map((each) => ({ ...each, offenders: each.offenders.filter(({ since = 0 }) => since <= postgres) }));
  const all = active.flatMap(({ policy, offenders }) =>
    offenders.map((offender) => ({ value: offender.value, becomes: policy === 'null' ? undefined : offender[policy] })),
  );
  const isUnfit = (value: string): boolean =>
    said.some(({ offenders, isOther }) => isOther?.(value) || offenders.some((offender) => offender.value === value));
  const values = column.values?.map((value) => {
    if (value === null) return null;
    const fitting = isUnfit(value) ? '1' : value;
    if (all.length === 0 || !dice.rarely(5)) return fitting;
    const offender = dice.of(all).value;
    // A few of the longest do.
    return offender.length > 1000 && !dice.rarely(10) ? fitting : offender;
  });
  const branches = all.map(
    ({ value, becomes }) => `WHEN ${literal(value)} THEN ${becomes === undefined ? 'NULL' : literal(becomes)}`,
  );
  return {
    ...column,
    ...(cast === '' ? {} : { cast }),
    ...(values === undefined ? {} : { values }),
    replaced: active.map(({ hazard, policy, offenders }) => ({
      hazard,
      policy,
      values: offenders.map((o) => o.value),
    })),
    ...(all.length === 0
      ? {}
      : {
          expected: `CASE ${identifier(column.name)}::text ${branches.join(' ')} ELSE (${column.expected})::text END`,
        }),
  };
}

/** A column whose values differ. */
function keyColumn(dice: Dice, name: string, rows: number): ColumnCase {
  const drawn = dice.of<Drawn>([
    { sql: 'integer', arrives: 'integer' },
    { sql: 'bigint', arrives: 'bigint' },
    { sql: 'varchar(9)', arrives: 'character varying(36)' },
  ]);
  const values = Array.from({ length: rows }, (_, number) => String(number));
  return { ...columnOf(name, 'key', drawn, values), full: true, notNull: true };
}

const rowCount = fc.oneof(
  fc.constantFrom(0, 1),
  fc.integer({ min: 2, max: 12 }),
  fc.integer({ min: 13, max: 60 }),
  fc.integer({ min: 61, max: MOST_ROWS }),
);

function anyTable(common: Common, schema: string, name: string): TableCase {
  const { dice } = common;
  const names = new Names(systemColumns, common.nameBytes);
  const count = dice.one(fc.integer({ min: 1, max: common.mostColumns }));
  const rows = dice.one(rowCount);
  const keys = dice.rarely(3) ? [keyColumn(dice, names.next(dice), rows)] : [];
  const others = Array.from({ length: count - keys.length }, () => anyColumn(common, names.next(dice), rows));
  const columns = [...keys, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...{ schema, name, columns, rows },
    primaryKey: keys.map((key) => key.name),
    partitioned: keys.length > 0 && dice.rarely(3) && columns.every(({ suffix }) => !suffix.includes('IDENTITY')),
    droppedColumn: dice.rarely(6),
  };
}

/** A table's columns but for those that are cast, and the sentinel in many forms. */
function anyView({ dice, choices, nameBytes }: Common, schema: string, name: string, table: TableCase): ViewCase {
  const names = new Names([...systemColumns, ...table.columns.map((column) => column.name.toLowerCase())], nameBytes);
  const created = dice.rarely(2);
  const made = [...sentinelColumns, ...(created ? [] : [sentinelRecord])].map((drawn) => {
    const column = columnOf(names.next(dice), 'sentinel', { ...drawn, ...drawn.under?.(choices) }, []);
    return viewColumn(column, drawn.sql);
  });
  const copied = table.columns
    .filter((column) => column.cast === undefined)
    .map((column) => viewColumn(column, `t.${identifier(column.name)}`));
  return { schema, name, created, columns: [...copied, ...made], of: { schema: table.schema, name: table.name } };
}

const viewColumn = ({ name, arrives, expected, json }: ColumnCase, selected: string): ViewColumn => ({
  ...{ name, arrives, expected, json, notNull: false, selected },
});

export interface Drawing {
  readonly tables?: number;
  readonly mostColumns?: number;
  /** No rule, policy or option says what arrives: the types do. Without views. */
  readonly asIs?: boolean;
}

const POSTGRESQL_NAME_BYTES = 63;
const REDSHIFT_NAME_BYTES = 127;
const AS_IS: Choices = { json: 'super', arrays: 'super', composites: 'super' };

/** Neighbouring seeds take turns: with profiles, and with versions of the source. */
export function drawCase(seed: number, majors: readonly number[], drawing: Drawing = {}): Case {
  const { tables: count = TABLES, mostColumns = MOST_COLUMNS, asIs = false } = drawing;
  const dice = new Dice(seed);
  const postgres = majors[Math.floor(seed / 2) % majors.length] ?? 18;
  // A name may be longer folded, which Redshift holds and PostgreSQL does not take back.
  const nameBytes = asIs ? POSTGRESQL_NAME_BYTES : REDSHIFT_NAME_BYTES;
  const choices = asIs ? AS_IS : drawChoices(dice);
  const policies: Policies = asIs ? new Map() : drawPolicies(dice);
  const common = {
    ...{ dice, asIs, postgres, choices, policies, mostColumns, nameBytes },
    types: new Deck(typeRows.filter(({ since = 0 }) => since <= postgres)),
  };
  const schemaNames = new Names(schemasThere, nameBytes);
  const schemas = [schemaNames.next(dice), schemaNames.next(dice), 'public'].map((name) => ({
    ...{ name, tables: new Names([], nameBytes) },
  }));
  const tables = Array.from({ length: count }, () => {
    const schema = dice.of(schemas);
    return anyTable(common, schema.name, schema.tables.next(dice));
  });
  const [first, second] = tables;
  const views = (asIs ? [] : [first, second]).flatMap((table) => {
    const schema = dice.of(schemas);
    return table === undefined ? [] : [anyView(common, schema.name, schema.tables.next(dice), table)];
  });
  const chosen = dice.rarely(2) ? drawHarmless(dice) : [];
  const profile = seed % 2 === 0 ? 'pessimistic' : 'optimistic';
  return {
    seed,
    postgres,
    profile,
    choices: [...optionsOf(choices), ...[...policies].map((words) => `on ${words.join(' ')}`)],
    options: chosen,
    tables,
    views,
  };
}
