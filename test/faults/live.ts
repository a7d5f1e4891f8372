// Is what people query as the run says that it is? All of it as wanted after a run that succeeded; as it was after one that
// failed, but for what was live by then, which its report tells.
import type { Session } from '../../core/ports.ts';
import type { Report } from '../../core/report/model.ts';
import type { Schedule } from './model.ts';
import { readShape, unproven } from './shape.ts';
import { type Content, expected, isSame, readContent } from './tables.ts';

export interface Live {
  readonly rows: Content;
  /** Keys and indexes; of a PostgreSQL only. */
  readonly shape: Content;
}

export async function readLive(session: Session, schema: string, { target, load }: Schedule): Promise<Live> {
  const rows = await readContent(session, schema, load);
  return { rows, shape: target === 'postgresql' ? await readShape(session, schema, load) : new Map() };
}

/** What is live when the run has succeeded: tables that are replaced have the source's keys, others keep theirs. */
export function wantedOf({ target, load }: Schedule, source: Live, before: Live): Live {
  const replaced = load.publish === 'replace' && target === 'postgresql';
  return { rows: expected(load, source.rows, before.rows), shape: replaced ? source.shape : before.shape };
}

interface Seen {
  readonly found: Live;
  readonly wanted: Live;
  readonly before: Live;
}

/** What is not as promised of a run that succeeded, beside rows, which are counted. */
export function shapeFaults({ found, wanted }: Seen): string[] {
  return [...wanted.shape].flatMap(([table, shape]) => {
    const there = found.shape.get(table) ?? [];
    const odd = [...shape.filter((each) => !there.includes(each)), ...there.filter((each) => !shape.includes(each))];
    return odd.map((each) => `${table}: ${shape.includes(each) ? 'not there' : 'not wanted'}: ${each}`);
  });
}

/** The same of one that failed. `couldBeLive`: it may have failed when it had published, and what it did last may be untold. */
export function failureFaults(seen: Seen, report: Report, { load }: Schedule, couldBeLive: boolean): string[] {
  const { found, wanted, before } = seen;
  const is = (other: Live, table: string) =>
    isSame(found.rows, other.rows, [table]) && isSame(unproven(found.shape), unproven(other.shape), [table]);
  const tables = [...wanted.rows.keys()];
  const untold = new Set(report.unpublished.map((name) => name.replace(/^.*\./, '')));
  const isPartly = report.outcome === 'partly published';
  const changed = tables.filter((table) => !is(before, table));
  const told = isPartly ? tables.filter((table) => !untold.has(table)) : [];
  const wrong = told.filter((table) => !is(wanted, table)).map((table) => `${table} is not live, and the run says so`);
  const secret = changed.filter((table) => !told.includes(table));
  if (isPartly && !load.oneByOne) wrong.push('one transaction, and partly published');
  if (secret.length === 0) return wrong;
  // All at once, or the last of them: the mark that says so comes after the transaction.
  const isDone = secret.every((table) => is(wanted, table));
  const isWhole = told.length === 0 && tables.every((table) => is(wanted, table));
  if (couldBeLive && isDone && (isWhole || (load.oneByOne && secret.length === 1))) return wrong;
  return [...wrong, `the failed run changed live tables: ${secret.join(', ')}`];
}
