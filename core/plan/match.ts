// Does a name match what a command says of names: in whole, by a regular expression, or by LIKE?

import type { NamePattern, TableFilter } from '../command/model.ts';
import type { Name } from './names.ts';

/** A test of one name. Throws a RangeError for a regular expression that JavaScript cannot read. */
export function matcher(pattern: NamePattern): (name: string) => boolean {
  switch (pattern.kind) {
    case 'exact':
      return (name) => name === pattern.name;
    case 'regex': {
      const expression = compile(pattern.source);
      return (name) => expression.test(name);
    }
    case 'like': {
      const expression = likeExpression(pattern.pattern);
      return (name) => expression.test(name);
    }
  }
}

/** The parser has read it before: what throws here came another way. */
function compile(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    throw new RangeError(`the regular expression ~/${source}/ cannot be read`);
  }
}

/** `%` is anything, `_` one character, and a backslash makes either itself. */
function likeExpression(pattern: string): RegExp {
  const body = pattern.replaceAll(/\\([\s\S])|([%_])|([^\w\s])/gu, (whole, escaped?: string, wild?: string) => {
    if (wild !== undefined) return wild === '%' ? '.*' : '.';
    return escapeCharacter(escaped ?? whole);
  });
  return new RegExp(`^${body}$`, 'su');
}

const escapeCharacter = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');

/** Whether any of a filter's patterns matches a table. Without a schema it speaks of all of them. */
export function filterMatcher(filter: TableFilter): (table: Name) => boolean {
  const tests = filter.tables.map(matcher);
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
