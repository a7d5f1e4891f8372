// What do tests of the plan plan? Small catalogs, and a command whose clauses they choose.
import type { Catalog, Column, ColumnType, Heap, Table } from '../../../../core/catalog/model.ts';
import {
  type Clauses,
  type Endpoint,
  type LoadCommand,
  type LoadOptions,
  NO_CLAUSES,
} from '../../../../core/command/model.ts';
import { DEFAULT_OPTIONS, DEFAULT_ORIGINS } from '../../../../core/command/options.ts';
import { buildPlan, type Plan } from '../../../../core/plan/build.ts';

export const type = (name: string, sql = name, over: Partial<ColumnType> = {}): ColumnType => ({
  schema: 'pg_catalog',
  name,
  sql,
  kind: 'base',
  modifier: -1,
  ...over,
});
export const int4 = type('int4', 'integer');
export const text = type('text');

export const column = (name: string, over: Partial<Column> = {}): Column => ({
  name,
  type: int4,
  notNull: false,
  ...over,
});

export function table(name: string, over: Partial<Table> & { heap?: Partial<Heap> } = {}): Table {
  const { heap, ...rest } = over;
  const schema = rest.schema ?? 'public';
  return {
    oid: 1,
    schema,
    name,
    kind: 'table',
    columns: [column('id')],
    keys: [],
    foreignKeys: [],
    inherits: [],
    heaps: [{ oid: 1, schema, name, readable: true, bytes: 8192, pages: 1, estimatedRows: 10, ...heap }],
    ...rest,
  };
}

export const catalog = (tables: readonly Table[], over: Partial<Catalog> = {}): Catalog => ({
  dialect: 'postgresql',
  database: 'd',
  schemas: [{ name: 'public' }],
  tables,
  views: [],
  ...over,
});

export interface Asked extends Partial<Clauses> {
  readonly options?: Partial<LoadOptions>;
  readonly origins?: Partial<LoadCommand['origins']>;
  readonly table?: NonNullable<Endpoint['table']>;
}

export function commandOf({ options, origins, table: only, ...clauses }: Asked = {}): LoadCommand {
  return {
    kind: 'load database',
    source: { end: 'source', scheme: 'postgresql', ...(only === undefined ? {} : { table: only }) },
    target: { end: 'target', scheme: 'redshift' },
    options: { ...DEFAULT_OPTIONS, ...options },
    origins: { ...DEFAULT_ORIGINS, ...origins },
    ...NO_CLAUSES,
    ...clauses,
  };
}

/** The plan of a command over these tables; `target` is what the target has, Redshift unless it says so. */
export function planOf(
  source: readonly Table[] | Catalog,
  asked: Asked = {},
  target: Catalog = catalog([], { dialect: 'redshift' }),
  freeConnections = 90,
): Plan {
  return buildPlan({
    run: 'r',
    command: commandOf(asked),
    source: 'dialect' in source ? source : catalog(source),
    target,
    capabilities: {
      source: {
        dialect: 'postgresql',
        major: 18,
        label: 'PostgreSQL 18.4',
        database: 'd',
        freeConnections,
        standby: false,
      },
      target:
        target.dialect === 'redshift'
          ? { dialect: 'redshift', major: 8, label: 'Redshift 1.0.1', database: 'dev' }
          : { dialect: 'postgresql', major: 18, label: 'PostgreSQL 18.4', database: 'dev' },
      bucket: { name: 'b', region: 'eu-west-1' },
      copy: 'role',
    },
    sentinels: ['@N00000000000000@'],
    token: '0123456789ab',
  });
}

export const tablesOf = (plan: Plan) => plan.chunks.flatMap((chunk) => chunk.tables);
export const targetsOf = (plan: Plan): string[] => plan.summary.tables.map(({ target }) => target).toSorted();
export const hazardsOf = (plan: Plan): string[] =>
  plan.summary.hazards.map(({ kind, policy, place }) => `${kind} ${policy} ${place}`);
export const messagesOf = (plan: Plan): string[] => plan.summary.hazards.map(({ message }) => message);
