// What is the smallest case that still fails? Found by leaving out tables, options, columns, rows and parts of values, one
// load for each try.
import type { ArrivingColumn, Case, ColumnCase, Outcome, TableCase, ViewCase } from './model.ts';

export interface Shrunk {
  readonly smallest: Case;
  readonly outcome: Outcome;
  readonly loads: number;
}

export const hasFailed = (outcome: Outcome): boolean =>
  outcome.ended === 'failed' || (outcome.ended === 'compared' && outcome.differences.length > 0);

/** An error's kind stands before its message. */
const kindOf = (outcome: Outcome): string =>
  outcome.ended === 'failed' ? (outcome.message.split(':')[0] ?? '') : outcome.ended;

const withTable = (tested: Case, change: (table: TableCase) => TableCase): Case => ({
  ...tested,
  tables: tested.tables.map(change),
});

function withColumns(table: TableCase, columns: readonly ColumnCase[]): TableCase {
  const primaryKey = table.primaryKey.filter((key) => columns.some(({ name }) => name === key));
  return { ...table, columns, primaryKey, partitioned: table.partitioned && primaryKey.length > 0 };
}

const withRows = (table: TableCase, rows: readonly number[]): TableCase => ({
  ...table,
  rows: rows.length,
  columns: table.columns.map((column) =>
    column.values === undefined ? column : { ...column, values: rows.map((row) => column.values?.[row] ?? null) },
  ),
});

const withValue = (table: TableCase, at: number, row: number, value: string): TableCase => ({
  ...table,
  columns: table.columns.map((column, index) =>
    index === at && column.values !== undefined ? { ...column, values: column.values.with(row, value) } : column,
  ),
});

/** Halves, and the text without its first or last character. */
function shorter(text: string): string[] {
  const characters = [...text];
  const half = Math.floor(characters.length / 2);
  const parts = [characters.slice(0, half), characters.slice(half), characters.slice(1), characters.slice(0, -1)];
  return characters.length < 2 ? [] : [...new Set(parts.map((part) => part.join('')))];
}

/**
 * `attempt` runs a case; `goesOn` says whether there is time for another. A smaller case counts when it fails in the same
 * way: with an error of the same kind, or with a difference.
 */
export async function shrink(
  failed: Case,
  outcome: Outcome,
  attempt: (smaller: Case) => Promise<Outcome>,
  goesOn: () => boolean,
): Promise<Shrunk> {
  let found: Shrunk = { smallest: failed, outcome, loads: 0 };
  const try_ = async (smaller: Case): Promise<boolean> => {
    if (!goesOn()) return false;
    const next = await attempt(smaller);
    const same = hasFailed(next) && kindOf(next) === kindOf(outcome);
    found = { ...(same ? { smallest: smaller, outcome: next } : found), loads: found.loads + 1 };
    return same;
  };
  /** Leaves out as many items as it can: halves first, then quarters, down to one by one. */
  const fewer = async <Item>(all: readonly Item[], rebuild: (items: readonly Item[]) => Case, least: number) => {
    let items = all;
    for (let size = Math.ceil(items.length / 2); size >= 1 && items.length > least; size = Math.floor(size / 2)) {
      for (let from = 0; from < items.length && items.length > least; ) {
        const rest = items.toSpliced(from, size);
        if (rest.length >= least && (await try_(rebuild(rest)))) items = rest;
        else from += size;
      }
    }
  };
  await onlyNamed(found, try_);
  await fewer(found.smallest.views, (views) => ({ ...found.smallest, views }), 0);
  await fewer(found.smallest.tables, (tables) => ({ ...found.smallest, tables }), 1);
  await fewer(found.smallest.options, (options) => ({ ...found.smallest, options }), 0);
  for (const [at, { columns }] of found.smallest.views.entries()) {
    const rebuild = (left: ViewCase['columns']): Case => ({
      ...found.smallest,
      views: found.smallest.views.map((view, index) => (index === at ? { ...view, columns: left } : view)),
    });
    await fewer(columns, rebuild, 1);
  }
  for (const at of found.smallest.tables.keys()) {
    const tables = () => found.smallest.tables;
    const rebuild = (change: (table: TableCase) => TableCase): Case => ({
      ...found.smallest,
      tables: tables().map((table, index) => (index === at ? change(table) : table)),
    });
    await fewer(tables()[at]?.columns ?? [], (columns) => rebuild((table) => withColumns(table, columns)), 1);
    const numbers = Array.from({ length: tables()[at]?.rows ?? 0 }, (_, row) => row);
    const whole = tables()[at];
    if (whole !== undefined) await fewer(numbers, (rows) => rebuild(() => withRows(whole, rows)), 0);
  }
  await try_(withTable(found.smallest, (table) => ({ ...table, primaryKey: [], partitioned: false })));
  await try_(withTable(found.smallest, (table) => ({ ...table, droppedColumn: false })));
  await shortenValues(() => found.smallest, try_);
  return found;
}

type Try = (smaller: Case) => Promise<boolean>;

/** A difference names its table and column, and mostly the failure needs no other. */
async function onlyNamed({ smallest, outcome }: Shrunk, try_: Try): Promise<void> {
  if (outcome.ended === 'no case') return;
  const [first] = outcome.ended === 'compared' ? outcome.differences : [];
  const message = outcome.ended === 'failed' ? outcome.message : undefined;
  const isNamed = ({ schema, name }: TableCase | ViewCase): boolean => {
    const place = `${schema}.${name}`;
    return message?.includes(place.toLowerCase()) ?? place === first?.table;
  };
  const isNamedColumn = ({ name }: ArrivingColumn): boolean =>
    message?.includes(`"${name.toLowerCase()}"`) ?? name === first?.column;
  const table = smallest.tables.find(isNamed);
  const view = smallest.views.find(isNamed);
  if (table !== undefined && (await try_({ ...smallest, tables: [table], views: [] }))) {
    const columns = table.columns.filter(isNamedColumn);
    if (columns.length > 0) await try_({ ...smallest, tables: [withColumns(table, columns)], views: [] });
  } else if (view !== undefined && (await try_({ ...smallest, views: [view] }))) {
    const columns = view.columns.filter(isNamedColumn);
    if (columns.length > 0) await try_({ ...smallest, views: [{ ...view, columns }] });
  }
}

/** Shorter and shorter, as long as it fails. */
async function shortenValues(now: () => Case, try_: Try): Promise<void> {
  for (const [number, { columns }] of now().tables.entries()) {
    for (const [at, { values = [] }] of columns.entries()) {
      for (const [row, value] of values.entries()) {
        const put = (text: string): Promise<boolean> =>
          try_({
            ...now(),
            tables: now().tables.map((table, index) => (index === number ? withValue(table, at, row, text) : table)),
          });
        let text: string | undefined = value ?? undefined;
        while (text !== undefined) text = await firstThat(put, shorter(text));
      }
    }
  }
}

async function firstThat<Item>(
  holds: (item: Item) => Promise<boolean>,
  items: readonly Item[],
): Promise<Item | undefined> {
  for (const item of items) if (await holds(item)) return item;
  return undefined;
}
