// What is at each end? Reads both catalogs, each as of one moment, and stores them as `catalog.json`.
// One query for each kind of object over the whole database, so that 1,000 tables cost as many queries as 10.
// Where a plan has been made of them, they stay as they are, and the source has to be as it was.

import { artifactKeys } from '../../core/artifacts.ts';
import { type CatalogRows, catalogFromRows } from '../../core/catalog/from-rows.ts';
import { keyRangesQuery } from '../../core/catalog/key-ranges.ts';
import type { Catalog, Dialect } from '../../core/catalog/model.ts';
import type { PostgresqlRows } from '../../core/catalog/postgresql.ts';
import { QUERIES } from '../../core/catalog/queries.generated.ts';
import type { Row } from '../../core/catalog/rows.ts';
import type { Endpoint, LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import type { Server } from '../../core/dialect/version.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import { applicationName, BEGIN_READING, PIN_POSTGRESQL_SOURCE, statementTimeoutMs } from '../../core/sql/session.ts';
import { openSourceReader, type Reading } from '../source-reader.ts';
import { describeViews } from './describe-views.ts';
import { expectUnchanged } from './expect-unchanged.ts';
import { measureColumns } from './measure.ts';
import { readAttachments } from './read-attachments.ts';
import { readLayouts } from './read-layouts.ts';
import { readLastValues, readRedshift } from './read-redshift.ts';

/** The artifact `catalog.json`. */
export interface Catalogs {
  readonly source: Catalog;
  readonly target: Catalog;
}

export async function discover(
  ports: Ports,
  { run, snapshot }: StepInput<'discover'>,
): Promise<StepOutput<'discover'>> {
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const capabilities = await ports.store.getJson<Capabilities>(artifactKeys.capabilities(run));
  const planned = (await ports.store.findText(artifactKeys.batches(run))) !== undefined;
  const { dialect } = capabilities.source;
  const reading = { run, step: 'discover', command, snapshot: snapshot && !planned, dialect };
  const found = await sourceCatalog(ports, reading, capabilities, command);
  if (planned) {
    const { source: was } = await ports.store.getJson<Catalogs>(artifactKeys.catalog(run));
    expectUnchanged(was, found, command);
    return { tables: was.tables.length };
  }
  // Only Redshift's types are sized by what they hold.
  const source =
    command.options.measureColumns && capabilities.target.dialect === 'redshift'
      ? await measureColumns(ports, reading, { catalog: found, command, server: capabilities.source })
      : found;
  const target = await targetCatalog(ports, run, command, capabilities.target);
  await ports.store.putJson(artifactKeys.catalog(run), { source, target } satisfies Catalogs);
  const record: StepRecord = { step: 'discover', startedAt, endedAt: ports.now(), count: source.tables.length };
  await ports.store.putJson(artifactKeys.stepRecord(run, 'discover'), record);
  return { tables: source.tables.length };
}

/** Under the snapshot that the rows are read under: what is planned is what will be read. */
async function sourceCatalog(
  ports: Ports,
  reading: Reading,
  { source, target }: Capabilities,
  command: LoadCommand,
): Promise<Catalog> {
  const session = await openSourceReader(ports, reading);
  try {
    if (source.dialect === 'redshift') return told(ports, 'source', await redshiftCatalog(session, source, command));
    const catalog = await readCatalog(session, source, target.dialect === 'postgresql');
    const copied = await describeViews(session, catalog, command);
    await session.run('COMMIT');
    return told(ports, 'source', { ...catalog, tables: [...catalog.tables, ...copied] });
  } finally {
    await session.close();
  }
}

/** Some of it is asked for outside of the transaction; which views are copied is known only then. */
async function redshiftCatalog(session: Session, server: Server, command: LoadCommand): Promise<Catalog> {
  await session.run('SET LOCAL search_path TO pg_catalog');
  const read = await readCatalog(session, server);
  await session.run('COMMIT');
  const catalog = await readRedshift(session, await readLayouts(session, read));
  await session.run('BEGIN');
  const copied = await describeViews(session, catalog, command);
  await session.run('COMMIT');
  return readLastValues(session, { ...catalog, tables: [...catalog.tables, ...copied] }, command);
}

/** The command's own settings stay out: a search path, for one, would be in the way of the catalog's. */
async function targetCatalog(ports: Ports, run: string, { target }: LoadCommand, server: Server): Promise<Catalog> {
  const session = await ports.connect(target, {
    applicationName: applicationName(run, 'discover'),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    await session.run(BEGIN[server.dialect]);
    const catalog = await readCatalog(session, server, true);
    await session.run('COMMIT');
    return told(ports, 'target', await readAttachments(session, await readLayouts(session, catalog)));
  } finally {
    await session.close();
  }
}

/** One moment for all queries, and every name printed in full. */
const BEGIN: Readonly<Record<Dialect, string>> = {
  postgresql: `${PIN_POSTGRESQL_SOURCE}; ${BEGIN_READING}`,
  redshift: 'BEGIN READ ONLY; SET search_path TO pg_catalog',
};

function told(ports: Ports, end: Endpoint['end'], catalog: Catalog): Catalog {
  const { tables, views } = catalog;
  ports.log.info('discovered', { end, tables: tables.length, views: views.length });
  return catalog;
}

/**
 * The catalog of the session's database, under whatever transaction the session is in. `whole`: with what only PostgreSQL
 * has, and only PostgreSQL can have again.
 */
export async function readCatalog(
  session: Session,
  server: Pick<Server, 'dialect' | 'major'>,
  whole = false,
): Promise<Catalog> {
  const ask = (sql: string): Promise<Row[]> => session.query(sql);
  const queries = QUERIES[server.dialect];
  const rows: CatalogRows = {
    database: await ask(queries.database),
    schemas: await ask(queries.schemas),
    tables: await ask(queries.tables),
    heaps: await ask(queries.heaps),
    columns: await ask(queries.columns),
    types: await ask(queries.types),
    keys: await ask(queries.keys),
    foreignKeys: await ask(queries.foreignKeys),
    views: await ask(queries.views),
    inherits: 'inherits' in queries ? await ask(queries.inherits) : [],
  };
  const own = whole && server.dialect === 'postgresql' ? { postgresql: await ownRows(ask) } : {};
  const keyRanges = server.dialect === 'postgresql' ? keyRangesQuery(server.major, rows.heaps) : undefined;
  const ranges = keyRanges === undefined ? {} : { keyRanges: await ask(keyRanges) };
  return catalogFromRows(server.dialect, { ...rows, ...own, ...ranges });
}

async function ownRows(ask: (sql: string) => Promise<Row[]>): Promise<PostgresqlRows> {
  const queries = QUERIES.postgresql;
  return {
    tableExtras: await ask(queries.tableExtras),
    columnExtras: await ask(queries.columnExtras),
    keyActions: await ask(queries.keyActions),
    indexes: await ask(queries.indexes),
    checks: await ask(queries.checks),
    partitions: await ask(queries.partitions),
    attached: await ask(queries.attached),
    sequences: await ask(queries.sequences),
    definitions: await ask(queries.definitions),
    extensions: await ask(queries.extensions),
    objects: await ask(queries.objects),
    needs: await ask(queries.needs),
    viewExtras: await ask(queries.viewExtras),
    viewColumns: await ask(queries.viewColumns),
    viewReads: await ask(queries.viewReads),
  };
}
