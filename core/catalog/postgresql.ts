// What of a database only PostgreSQL can have: indexes, checks, partitions, sequences, types and extensions. It is read where
// the target is PostgreSQL: of the source to make it again, of the target to know what is there.

import { type OwnView, ownViews } from './own-views.ts';
import type { QUERIES } from './queries.generated.ts';
import { boolean, groupBy, letter, maybe, optional, type Row, text } from './rows.ts';

/** What each query gave. */
export type PostgresqlRows = {
  readonly [Query in Exclude<
    keyof (typeof QUERIES)['postgresql'],
    keyof (typeof QUERIES)['redshift'] | 'inherits'
  >]: readonly Row[];
};

export interface Index {
  readonly oid: string;
  readonly name: string;
  readonly unique: boolean;
  /** What follows the table's name in CREATE INDEX: ` USING btree (a)`. */
  readonly tail: string;
  /** The index of the partitioned table that it is a part of. */
  readonly parent?: string;
  readonly constraint?: IndexConstraint;
  readonly comment?: string;
  /** REPLICA IDENTITY USING INDEX, and CLUSTER ON. */
  readonly identity: boolean;
  readonly clustered: boolean;
  /** What of the users' own it speaks of, as PostgreSQL describes it: `function public.f(integer)`. */
  readonly needs: readonly string[];
}

/** `whole`: it excludes rows, and cannot be made of an index that is there. */
export interface IndexConstraint {
  readonly kind: 'primary' | 'unique' | 'whole';
  readonly definition: string;
  /** ` DEFERRABLE INITIALLY DEFERRED`, or nothing. */
  readonly deferrable: string;
  readonly comment?: string;
}

export interface Check {
  readonly name: string;
  /** `CHECK ((a > 0))`, with NO INHERIT and NOT VALID. */
  readonly definition: string;
  readonly validated: boolean;
  readonly comment?: string;
  readonly needs: readonly string[];
}

/** One table of a partitioned one: the root without bounds, then those below, parents first. */
export interface Partition {
  readonly oid: string;
  readonly parent?: string;
  readonly schema: string;
  readonly name: string;
  readonly foreign: boolean;
  /** `FOR VALUES …` or `DEFAULT`. */
  readonly bound?: string;
  /** By what it is divided itself: `RANGE (day)`. */
  readonly key?: string;
  readonly unlogged: boolean;
  /** `fillfactor=70`. */
  readonly parameters?: string;
  readonly comment?: string;
}

export interface OwnSequence {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** As the server writes it: `public."My seq"`. */
  readonly written: string;
  /** `AS integer START WITH 1 …`: all that CREATE SEQUENCE and IDENTITY take. */
  readonly options: string;
  readonly increment: string;
  readonly last?: string;
  readonly comment?: string;
  /** Whose it is: a column's, by the table's oid and the column's number. */
  readonly owner?: { readonly kind: 'identity' | 'serial'; readonly table: string; readonly number: string };
}

export interface OwnType {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** As the server writes it. */
  readonly written: string;
  readonly kind: 'enum' | 'composite' | 'domain' | 'range';
  /** What follows CREATE TYPE … AS, or CREATE DOMAIN … AS. */
  readonly body: string;
  /** Oids of the types it is made of. */
  readonly uses: readonly string[];
  readonly comment?: string;
  readonly needs: readonly string[];
}

export interface Extension {
  readonly name: string;
  /** Where it is installed. */
  readonly schema?: string;
  readonly creatable: boolean;
}

/** What hangs on a table and is not copied with it. */
export interface Attached {
  readonly kind: string;
  readonly name: string;
}

export interface TableExtras {
  readonly unlogged?: true;
  readonly parameters?: string;
  /** REPLICA IDENTITY FULL or NOTHING. */
  readonly replicaIdentity?: 'FULL' | 'NOTHING';
}

export interface ColumnExtras {
  readonly name: string;
  /** Numbers have gaps where columns were dropped. */
  readonly number: string;
  /** Of a generated column: whether its values are kept. */
  readonly generation?: 'STORED' | 'VIRTUAL';
  /** Where they are not the type's. */
  readonly collation?: string;
  readonly storage?: 'PLAIN' | 'EXTERNAL' | 'EXTENDED' | 'MAIN';
  readonly statistics?: string;
  /** What the constraint is called that makes it NOT NULL (PostgreSQL 18). */
  readonly notNullName?: string;
}

export interface KeyActions {
  readonly name: string;
  /** ` ON DELETE CASCADE`: what follows the columns that a foreign key refers to. */
  readonly actions: string;
  /** False for NOT VALID. */
  readonly proven: boolean;
}

/** Records by the table's oid, where nothing else is said. */
export interface PostgresqlCatalog {
  readonly tables: Readonly<Record<string, TableExtras>>;
  readonly columns: Readonly<Record<string, readonly ColumnExtras[]>>;
  readonly keyActions: Readonly<Record<string, readonly KeyActions[]>>;
  readonly indexes: Readonly<Record<string, readonly Index[]>>;
  readonly checks: Readonly<Record<string, readonly Check[]>>;
  readonly partitions: Readonly<Record<string, readonly Partition[]>>;
  readonly attached: Readonly<Record<string, readonly Attached[]>>;
  readonly sequences: readonly OwnSequence[];
  readonly types: readonly OwnType[];
  readonly views: readonly OwnView[];
  readonly extensions: readonly Extension[];
  /** What is there for expressions to speak of, as PostgreSQL describes it. */
  readonly objects: readonly string[];
  /** What defaults speak of, by the table's oid and the column's number: `16402.3`. */
  readonly defaultNeeds: Readonly<Record<string, readonly string[]>>;
}

export function postgresqlCatalog(rows: PostgresqlRows): PostgresqlCatalog {
  const needs = readNeeds(rows.needs);
  return {
    tables: Object.fromEntries(rows.tableExtras.map((row) => [text(row, 'oid'), readTable(row)])),
    columns: byTable(rows.columnExtras, readColumn),
    keyActions: byTable(rows.keyActions, readActions),
    indexes: byTable(rows.indexes, (row) => readIndex(row, needs)),
    checks: byTable(rows.checks, (row) => readCheck(row, needs)),
    partitions: byTable(rows.partitions, readPartition),
    attached: byTable(rows.attached, (row) => ({ kind: text(row, 'kind'), name: text(row, 'name') })),
    sequences: rows.sequences.map(readSequence),
    types: rows.definitions.map((row) => readType(row, needs)),
    views: ownViews(rows, (oid) => needs.get(`view ${oid}`) ?? []),
    extensions: rows.extensions.map((row) => ({
      name: text(row, 'name'),
      ...maybe('schema', optional(row, 'schema')),
      creatable: boolean(row, 'creatable'),
    })),
    objects: rows.objects.map((row) => text(row, 'object')),
    defaultNeeds: Object.fromEntries(
      [...needs].flatMap(([key, list]) => (key.startsWith('default ') ? [[key.slice('default '.length), list]] : [])),
    ),
  };
}

type Needs = ReadonlyMap<string, readonly string[]>;

const readNeeds = (rows: readonly Row[]): Needs =>
  new Map(
    [...Map.groupBy(rows, (row) => `${text(row, 'of')} ${text(row, 'oid')}`)].map(([key, members]) => [
      key,
      // What was dropped while it was asked for has no description.
      members.flatMap((row) => optional(row, 'needs') ?? []),
    ]),
  );

function byTable<Item>(rows: readonly Row[], read: (row: Row) => Item): Record<string, Item[]> {
  return Object.fromEntries([...groupBy(rows, 'table_oid')].map(([oid, members]) => [oid, members.map(read)]));
}

const GENERATIONS = { STORED: 'STORED', VIRTUAL: 'VIRTUAL' } as const;
/** pg_attribute.attstorage. */
const STORAGES = { p: 'PLAIN', e: 'EXTERNAL', x: 'EXTENDED', m: 'MAIN' } as const;

function readColumn(row: Row): ColumnExtras {
  return {
    name: text(row, 'name'),
    number: text(row, 'number'),
    ...(optional(row, 'generation') === undefined ? {} : { generation: letter(row, 'generation', GENERATIONS) }),
    ...maybe('collation', optional(row, 'collation')),
    ...(optional(row, 'storage') === undefined ? {} : { storage: letter(row, 'storage', STORAGES) }),
    ...maybe('statistics', optional(row, 'statistics')),
    ...maybe('notNullName', optional(row, 'not_null_name')),
  };
}

const readActions = (row: Row): KeyActions => ({
  name: text(row, 'name'),
  actions: optional(row, 'actions') ?? '',
  proven: boolean(row, 'validated'),
});

function readTable(row: Row): TableExtras {
  const identity = optional(row, 'replica_identity');
  return {
    ...(boolean(row, 'unlogged') ? { unlogged: true as const } : {}),
    ...maybe('parameters', optional(row, 'parameters')),
    ...(identity === 'f' ? { replicaIdentity: 'FULL' as const } : {}),
    ...(identity === 'n' ? { replicaIdentity: 'NOTHING' as const } : {}),
  };
}

function readIndex(row: Row, needs: Needs): Index {
  const oid = text(row, 'oid');
  const kind = optional(row, 'constraint_kind');
  return {
    oid,
    name: text(row, 'name'),
    unique: boolean(row, 'is_unique'),
    tail: text(row, 'tail'),
    ...maybe('parent', optional(row, 'parent_oid')),
    ...maybe('constraint', kind === undefined ? undefined : readConstraint(row)),
    ...maybe('comment', optional(row, 'comment')),
    identity: boolean(row, 'is_identity'),
    clustered: boolean(row, 'is_clustered'),
    needs: needs.get(`index ${oid}`) ?? [],
  };
}

function readConstraint(row: Row): IndexConstraint {
  return {
    kind: letter(row, 'constraint_kind', { p: 'primary', u: 'unique', whole: 'whole' }),
    definition: text(row, 'constraint_definition'),
    deferrable: optional(row, 'deferrable') ?? '',
    ...maybe('comment', optional(row, 'constraint_comment')),
  };
}

function readCheck(row: Row, needs: Needs): Check {
  return {
    name: text(row, 'name'),
    definition: text(row, 'definition'),
    validated: boolean(row, 'validated'),
    ...maybe('comment', optional(row, 'comment')),
    needs: needs.get(`constraint ${text(row, 'oid')}`) ?? [],
  };
}

function readPartition(row: Row): Partition {
  return {
    oid: text(row, 'oid'),
    ...maybe('parent', optional(row, 'parent_oid')),
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    foreign: boolean(row, 'is_foreign'),
    ...maybe('bound', optional(row, 'bound')),
    ...maybe('key', optional(row, 'key')),
    unlogged: boolean(row, 'unlogged'),
    ...maybe('parameters', optional(row, 'parameters')),
    ...maybe('comment', optional(row, 'comment')),
  };
}

function readSequence(row: Row): OwnSequence {
  const own = optional(row, 'own');
  return {
    oid: text(row, 'oid'),
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    written: text(row, 'written'),
    options: [
      `AS ${text(row, 'type')} START WITH ${text(row, 'start')} INCREMENT BY ${text(row, 'increment')}`,
      `MINVALUE ${text(row, 'least')} MAXVALUE ${text(row, 'most')} CACHE ${text(row, 'cache')}`,
      boolean(row, 'cycles') ? 'CYCLE' : 'NO CYCLE',
    ].join(' '),
    increment: text(row, 'increment'),
    ...maybe('last', optional(row, 'last')),
    ...maybe('comment', optional(row, 'comment')),
    ...maybe(
      'owner',
      own === undefined
        ? undefined
        : {
            kind: letter(row, 'own', { i: 'identity', a: 'serial' }),
            table: text(row, 'table_oid'),
            number: text(row, 'number'),
          },
    ),
  };
}

function readType(row: Row, needs: Needs): OwnType {
  const oid = text(row, 'oid');
  return {
    oid,
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    written: text(row, 'written'),
    kind: letter(row, 'kind', { e: 'enum', c: 'composite', d: 'domain', r: 'range' }),
    body: text(row, 'body'),
    uses: text(row, 'uses')
      .slice(1, -1)
      .split(',')
      .filter((each) => each !== ''),
    ...maybe('comment', optional(row, 'comment')),
    needs: [...(needs.get(`type ${oid}`) ?? []), ...(needs.get(`constraint ${oid}`) ?? [])],
  };
}
