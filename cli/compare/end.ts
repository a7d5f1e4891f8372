// One end of a comparison: what is in it, as of one moment, and the answers to queries over its tables, part by part.
// PostgreSQL: as many sessions as there are workers, which share one exported snapshot. Redshift shares no snapshots: one
// session, one transaction, and its own slices work at once.
import pMap from 'p-map';
import type { Catalog, Dialect, Table } from '../../core/catalog/model.ts';
import type { Endpoint, LoadCommand } from '../../core/command/model.ts';
import { OLDEST_POSTGRESQL, readVersion, type Server } from '../../core/dialect/version.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PlannedPart } from '../../core/plan/model.ts';
import { partsOf } from '../../core/plan/parts.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { RowsAt } from '../../core/sql/checksums.ts';
import { rowsOf } from '../../core/sql/copy-out.ts';
import { qualified } from '../../core/sql/quote.ts';
import { BEGIN_READING, PIN_POSTGRESQL_SOURCE, PIN_REDSHIFT_COMPARED } from '../../core/sql/session.ts';
import { pathForQueries, settingsForSource } from '../../core/sql/settings.ts';
import { EXPORT_SNAPSHOT, importSnapshot, NO_TIMEOUTS } from '../../core/sql/snapshot.ts';
import { describeViews } from '../../lambdas/3-discover/describe-views.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { holdStill } from '../../lambdas/6-extract/hold-still.ts';

export type Row = Readonly<Record<string, string | null>>;

/** A query over the rows of a table, asked of each of its parts. */
export interface Question {
  readonly table: Table;
  readonly sql: (rows: RowsAt) => string;
}

/** The rows of all parts, or why the table cannot be read. */
export type Answer = { readonly rows: readonly Row[] } | { readonly failed: PgshiftError };

export interface End {
  readonly dialect: Dialect;
  /** `PostgreSQL 18.4, database shop`. */
  readonly label: string;
  /** Whether text is kept in UTF-8. */
  readonly utf8: boolean;
  readonly catalog: Catalog;
  /** Answers in the order of the questions. Throws what concerns no single table. */
  ask(questions: readonly Question[]): Promise<Answer[]>;
  close(): Promise<void>;
}

/** Of these another table knows nothing. */
const OF_ONE_TABLE: readonly string[] = [
  'PermissionDenied',
  'StatementRefused',
  'TableRewritten',
  'LockTimeout',
  'DiskFull',
];

/** Opens an end, in a transaction that has read its catalog. */
export async function openEnd(ports: Ports, command: LoadCommand, name: Endpoint['end']): Promise<End> {
  const connect = () =>
    ports.connect(command[name], {
      applicationName: `pgshift/compare/${name}`,
      firstContact: true,
      statementTimeoutMs: 0,
    });
  const session = await connect();
  try {
    const server = await serverOf(session, name);
    const open = { ports, command, name, session, server };
    return server.dialect === 'redshift' ? await openRedshift(open) : await openPostgresql(open);
  } catch (error) {
    await session.close();
    throw error;
  }
}

interface Opening {
  readonly ports: Ports;
  readonly command: LoadCommand;
  readonly name: Endpoint['end'];
  readonly session: Session;
  readonly server: Server;
}

async function serverOf(session: Session, end: string): Promise<Server> {
  const [row] = await session.query('SELECT version() AS version');
  const server = readVersion(row?.version ?? '');
  if (server === undefined || (server.dialect === 'postgresql' && server.major < OLDEST_POSTGRESQL)) {
    const what = server === undefined ? 'neither PostgreSQL nor Redshift by what it says of itself' : server.label;
    const message = `The ${end} is ${what}; compared are Redshift, and PostgreSQL from ${OLDEST_POSTGRESQL} on.`;
    throw new PgshiftError('DialectUnsupported', message);
  }
  return server;
}

const labelOf = ({ label }: Server, { database }: Catalog): string => `${label}, database ${database}`;

// --- PostgreSQL

async function openPostgresql({ ports, command, name, session, server }: Opening): Promise<End> {
  const settings = name === 'source' ? settingsForSource(command.settings) : '';
  const pin = `${settings}${PIN_POSTGRESQL_SOURCE}; ${NO_TIMEOUTS}`;
  await session.run(pin);
  await session.run(BEGIN_READING);
  const found = await readCatalog(session, server);
  const views = name === 'source' ? await describeViews(session, found, command) : [];
  const catalog = { ...found, tables: [...found.tables, ...views] };
  const [exported] = await session.query(EXPORT_SNAPSHOT);
  const snapshot = importSnapshot(exported?.id ?? '');
  const idle: Session[] = [];
  const open: Session[] = [session];

  const opened = async (): Promise<Session> => {
    const fresh = await ports.connect(command[name], {
      applicationName: `pgshift/compare/${name}`,
      statementTimeoutMs: 0,
    });
    open.push(fresh);
    await fresh.run(pin);
    return fresh;
  };
  const askPart = async (part: PlannedPart, sql: string): Promise<readonly Row[]> => {
    const worker = idle.pop() ?? (await opened());
    try {
      await worker.run(`${BEGIN_READING}; ${snapshot}; SET LOCAL lock_timeout TO '30s'`);
      if (part.query === true) await worker.run(pathForQueries(command.settings));
      await holdStill(worker, part);
      const rows = await worker.query(sql);
      await worker.run('COMMIT');
      idle.push(worker);
      return rows;
    } catch (error) {
      await worker.close();
      throw error;
    }
  };
  return {
    dialect: 'postgresql',
    label: labelOf(server, catalog),
    utf8: (catalog.encoding ?? 'UTF8') === 'UTF8',
    catalog,
    ask: async (questions) => {
      const parts = questions.flatMap((question, at) =>
        partsOf(question.table, server.major).map((part) => ({ at, part, sql: question.sql(rowsAt(part)) })),
      );
      const answers = await pMap(parts, async ({ at, part, sql }) => ({ at, ...(await settled(askPart(part, sql))) }), {
        concurrency: command.options.workers,
      });
      const byQuestion = Map.groupBy(answers, ({ at }) => at);
      return questions.map((_, at) => together(byQuestion.get(at) ?? []));
    },
    close: async () => {
      await Promise.all(open.map((each) => each.close()));
    },
  };
}

const rowsAt = (part: PlannedPart): RowsAt => ({
  from: rowsOf(part),
  ...(part.where === undefined ? {} : { where: part.where }),
});

async function settled(work: Promise<readonly Row[]>): Promise<Answer> {
  try {
    return { rows: await work };
  } catch (error) {
    if (error instanceof PgshiftError && OF_ONE_TABLE.includes(error.kind)) return { failed: error };
    throw error;
  }
}

function together(answers: readonly Answer[]): Answer {
  const failed = answers.find((answer) => 'failed' in answer);
  return failed ?? { rows: answers.flatMap((answer) => ('rows' in answer ? answer.rows : [])) };
}

// --- Redshift

/** What is read is what all statements see that follow the first one. */
const BEGIN_IN_REDSHIFT = 'BEGIN READ ONLY; SET search_path TO pg_catalog';

async function openRedshift({ command, name, session, server }: Opening): Promise<End> {
  // Whether names keep their capitals, for one.
  const settings = name === 'source' ? settingsForSource(command.settings, 'redshift') : '';
  await session.run(settings + PIN_REDSHIFT_COMPARED);
  await session.run(BEGIN_IN_REDSHIFT);
  const catalog = await readCatalog(session, server);
  const askTable = async ({ table, sql }: Question): Promise<Answer> => {
    const answer = await settled(session.query(sql({ from: qualified(table.schema, table.name) })));
    // A transaction in which a statement has failed answers nothing more.
    if ('failed' in answer) await session.run(`ROLLBACK; ${BEGIN_IN_REDSHIFT}`);
    return answer;
  };
  return {
    dialect: 'redshift',
    label: labelOf(server, catalog),
    utf8: true,
    catalog,
    ask: (questions) => pMap(questions, askTable, { concurrency: 1 }),
    close: () => session.close(),
  };
}
