// .pgpass as libpq reads it: `host:port:database:user:password` a line, `*` for any, `\` before a : or a \, `#` for a
// comment; the first line that matches counts.

export interface PasswordFor {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password for a connection, or undefined. A Unix socket's directory matches `localhost` too. */
export function findPassword(text: string, wanted: PasswordFor): string | undefined {
  const hosts = wanted.host.startsWith('/') ? [wanted.host, 'localhost'] : [wanted.host];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const [host, port, database, user, password] = fieldsOf(line);
    if (password === undefined) continue;
    const matches = (field: string | undefined, values: readonly string[]) =>
      field === '*' || (field !== undefined && values.includes(field));
    const all =
      matches(host, hosts) &&
      matches(port, [String(wanted.port)]) &&
      matches(database, [wanted.database]) &&
      matches(user, [wanted.user]);
    if (all) return password;
  }
  return undefined;
}

/** Fields end at a `:` that no backslash stands before; the fifth is the rest of the line. */
function fieldsOf(line: string): string[] {
  const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map((match) => match[1] ?? '');
  return fields.slice(0, 5).map((field) => field.replaceAll(/\\(.)/g, '$1'));
}
