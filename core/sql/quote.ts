// The one place that quotes: identifiers and literals for PostgreSQL and Redshift.

/**
 * A name as a quoted identifier: `"` doubled. Redshift folds even quoted names to lower case; the plan has done so
 * before. Throws a RangeError for a name no server can have.
 */
export function identifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new RangeError(`${JSON.stringify(name)} is no identifier`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`. */
export function qualified(schema: string, name: string): string {
  return `${identifier(schema)}.${identifier(name)}`;
}

/** `"a", "b"`. */
export function identifiers(names: readonly string[]): string {
  return names.map(identifier).join(', ');
}

/** A text as a PostgreSQL literal; sessions pin standard_conforming_strings, so a backslash is itself. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new RangeError('a text literal cannot hold the character U+0000');
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text between dollars, of PostgreSQL: for the body of a DO. */
export function dollarQuoted(text: string): string {
  let tag = '$$';
  for (let number = 0; text.includes(tag); number += 1) tag = `$q${number}$`;
  return `${tag}${text}${tag}`;
}

/** A text as a Redshift literal: there a backslash escapes, and E'…' is not known to exist. */
export function redshiftLiteral(text: string): string {
  return literal(text.replaceAll('\\', '\\\\'));
}

/**
 * A text for a server of either kind, where an expression may stand: Redshift takes a backslash for the beginning of an
 * escape and PostgreSQL does not, so that it is given by its code.
 */
export function eitherLiteral(text: string): string {
  const pieces = text.split('\\').map(literal);
  return pieces.length === 1 ? literal(text) : `(${pieces.join(' || CHR(92) || ')})`;
}

/** A literal for COPY's options, whose reading of backslashes is not certain: a backslash is refused. */
export function copyLiteral(text: string): string {
  if (text.includes('\\')) throw new RangeError('a COPY option cannot hold a backslash');
  return literal(text);
}
