// What of PostgreSQL's views has to be known to make them again, besides their queries: what they read and speak of.

import { groupBy, maybe, optional, type Row, text } from './rows.ts';

export interface ViewColumn {
  readonly name: string;
  readonly number: string;
  readonly comment?: string;
  /** What INSERT puts into it where nobody says. */
  readonly default?: string;
}

/** A table or a view that another view reads. */
export interface Read {
  readonly schema: string;
  readonly name: string;
  /** Absent: its whole row. */
  readonly column?: string;
}

export interface OwnView {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** `security_barrier=true, check_option=local` */
  readonly options?: string;
  readonly columns: readonly ViewColumn[];
  readonly reads: readonly Read[];
  /** What of the users' own it speaks of, as PostgreSQL describes it: `function public.f(integer)`. */
  readonly needs: readonly string[];
}

export interface ViewRows {
  readonly viewExtras: readonly Row[];
  readonly viewColumns: readonly Row[];
  readonly viewReads: readonly Row[];
}

export function ownViews(rows: ViewRows, needsOf: (oid: string) => readonly string[]): OwnView[] {
  const columns = groupBy(rows.viewColumns, 'view_oid');
  const reads = groupBy(rows.viewReads, 'view_oid');
  return rows.viewExtras.map((row) => {
    const oid = text(row, 'oid');
    return {
      oid,
      schema: text(row, 'schema'),
      name: text(row, 'name'),
      ...maybe('options', optional(row, 'options')),
      columns: (columns.get(oid) ?? []).map((column) => ({
        name: text(column, 'name'),
        number: text(column, 'number'),
        ...maybe('comment', optional(column, 'comment')),
        ...maybe('default', optional(column, 'default')),
      })),
      reads: (reads.get(oid) ?? []).map((read) => ({
        schema: text(read, 'schema'),
        name: text(read, 'name'),
        ...maybe('column', optional(read, 'column')),
      })),
      needs: needsOf(oid),
    };
  });
}
