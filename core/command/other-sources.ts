// The commands and sources that pgloader knows and pgshift does not: recognised by their heads, whatever follows.

/** The words after LOAD of pgloader's commands for files and messages. */
export const OTHER_COMMANDS = ['csv', 'fixed', 'copy', 'dbf', 'ixf', 'archive', 'messages'] as const;

const OTHER_DATABASES: Readonly<Record<string, string>> = {
  mysql: 'MySQL',
  mssql: 'MS SQL Server',
  sqlite: 'SQLite',
  // pgloader downloads what it then takes for a file of SQLite.
  http: 'SQLite',
  https: 'SQLite',
};

/** What LOAD DATABASE FROM names, where it is no PostgreSQL: a database's name, or undefined. */
export function otherDatabase(source: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(source)?.[1]?.toLowerCase();
  if (scheme !== undefined) return Object.hasOwn(OTHER_DATABASES, scheme) ? OTHER_DATABASES[scheme] : undefined;
  // A bare path is a file of SQLite; a bare word, a host, what has an @ or one of our schemes went wrong otherwise.
  if (/^(?:postgres(?:ql)?|pgsql|redshift)[:/]/i.test(source)) return undefined;
  return /[/\\.]/.test(source) && !/[@?]|:\d/.test(source) ? 'SQLite' : undefined;
}

/** The one sentence. */
export const notSupported = (source: string): string => `loading from ${source} is not supported yet`;
