// Which columns have the views and queries that MATERIALIZE VIEWS copies? Asked by describing them, in the transaction
// that reads the catalog.

import {
  type DescribedView,
  readView,
  tablesFromViews,
  typeQueries,
  VIEW_SCHEMA,
  type ViewQuery,
  viewName,
} from '../../core/catalog/described-views.ts';
import type { Catalog, Table } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import { viewsToRead } from '../../core/plan/select.ts';
import type { Session } from '../../core/ports.ts';
import { pathForQueries } from '../../core/sql/settings.ts';

/** The views as tables of the catalog. Throws CommandInvalid for a query that the source does not take. */
export async function describeViews(session: Session, catalog: Catalog, command: LoadCommand): Promise<Table[]> {
  const queries = queriesOf(catalog, command);
  if (queries.length === 0) return [];
  const described: DescribedView[] = [];
  await session.run(pathForQueries(command.settings));
  for (const view of queries) {
    described.push({ ...view, columns: await columnsOf(session, view) });
  }
  // Types are named in full again.
  await session.run(`SET LOCAL search_path TO ${catalog.dialect === 'redshift' ? 'pg_catalog' : "''"}`);
  if (described.every(({ columns }) => columns.length === 0)) return tablesFromViews(described, [], []);
  const asked = typeQueries(described, catalog.dialect);
  return tablesFromViews(described, await session.query(asked.names), await session.query(asked.types));
}

/** A query of the command's own stands before a view of the same name. */
function queriesOf({ views }: Catalog, command: LoadCommand): ViewQuery[] {
  const own = command.materialize.views.flatMap(({ schema = VIEW_SCHEMA, name, query }) =>
    query === undefined ? [] : [{ schema, name, query }],
  );
  const read = viewsToRead(views, command)
    .filter((view) => !own.some(({ schema, name }) => schema === view.schema && name === view.name))
    .map(({ schema, name, comment }) => ({
      schema,
      name,
      query: readView(schema, name),
      ...(comment === undefined ? {} : { comment }),
    }));
  return [...own, ...read];
}

async function columnsOf(session: Session, view: ViewQuery): Promise<DescribedView['columns']> {
  try {
    return await session.describe(view.query);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementRefused') throw error;
    throw new PgshiftError('CommandInvalid', `MATERIALIZE VIEWS ${viewName(view)}: ${error.message}`, { cause: error });
  }
}
