// How do the tables of a source differ from what they were when a run was planned? What decides how rows are read, and what
// keys the target is given; sizes, defaults, comments and tables of no concern to the run may change.

import type { Column, Key, Table } from './model.ts';

/** The first difference of each table, as sentences: `shop.orders has no column "note" any more`. */
export function changesOf(was: readonly Table[], is: readonly Table[]): string[] {
  const now = new Map(is.map((table) => [nameOf(table), table]));
  return was.flatMap((table) => changeOf(table, now.get(nameOf(table))) ?? []);
}

const nameOf = ({ schema, name }: Table): string => JSON.stringify([schema, name]);

function changeOf(was: Table, is: Table | undefined): string | undefined {
  const place = `${was.schema}.${was.name}`;
  if (is === undefined) return `${place} is there no more`;
  if (was.query !== is.query) return `the query of ${place} is another one`;
  return columnChange(place, was.columns, is.columns) ?? keyChange(place, was.keys, is.keys);
}

function columnChange(place: string, was: readonly Column[], is: readonly Column[]): string | undefined {
  const [before, now] = [byName(was), byName(is)];
  const gone = was.find(({ name }) => !now.has(name));
  if (gone !== undefined) return `${place} has no column "${gone.name}" any more`;
  const added = is.find(({ name }) => !before.has(name));
  if (added !== undefined) return `${place} has a column "${added.name}" now`;
  for (const column of was) {
    const [old, other] = [definitionOf(column), definitionOf(now.get(column.name) ?? column)];
    if (old !== other) return `column "${column.name}" of ${place} was ${old} and is ${other}`;
  }
  return undefined;
}

const byName = <Named extends { readonly name: string }>(all: readonly Named[]): ReadonlyMap<string, Named> =>
  new Map(all.map((each) => [each.name, each]));

const definitionOf = ({ type, notNull, generated }: Column): string =>
  `${type.sql}${notNull ? ' NOT NULL' : ''}${generated === undefined ? '' : ' GENERATED'}`;

function keyChange(place: string, was: readonly Key[], is: readonly Key[]): string | undefined {
  const [before, now] = [was, is].map((keys) => new Set(keys.map(describeKey)));
  const gone = [...(before ?? [])].find((key) => now?.has(key) === false);
  if (gone !== undefined) return `${place} has no ${gone} any more`;
  const added = [...(now ?? [])].find((key) => before?.has(key) === false);
  return added === undefined ? undefined : `${place} has a ${added} now`;
}

const describeKey = ({ kind, columns }: Key): string =>
  `${kind} key on ${columns.map((column) => `"${column}"`).join(', ')}`;
