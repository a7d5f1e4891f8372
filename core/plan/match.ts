// Which tables does a filter of the command speak of, and how is a pattern written in messages?

import type { NamePattern, TableFilter } from '../command/model.ts';
import { patternMatcher } from '../command/patterns.ts';
import type { Name } from './names.ts';

/** Whether any of a filter's patterns matches a table. Without a schema it speaks of all of them. */
export function filterMatcher(filter: TableFilter): (table: Name) => boolean {
  const tests = filter.tables.map(patternMatcher);
  return ({ schema, name }) =>
    (filter.schema === undefined || filter.schema === schema) && tests.some((test) => test(name));
}

/** A pattern as a command writes it, for messages. */
export function patternText(pattern: NamePattern): string {
  switch (pattern.kind) {
    case 'exact':
      return `'${pattern.name}'`;
    case 'regex':
      return `~/${pattern.source}/`;
    case 'like':
      return `LIKE '${pattern.pattern}'`;
  }
}
