// pg_service.conf as libpq reads it: `[section]` lines, `key=value` lines, `#` at a line's beginning only. General INI
// readers take `;` and `#` within a value for comments, and a password may hold both.

export type Section = Readonly<Record<string, string>>;

/** Sections by name; lines before the first stand under ''. The first line with a key wins. */
export function parseServiceFile(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  sections.set('', current);
  for (const line of text.split(/\r?\n/).map((raw) => raw.trim())) {
    const name = /^\[(.*)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      current = sections.get(name) ?? {};
      sections.set(name, current);
      continue;
    }
    const equals = line.indexOf('=');
    if (line.startsWith('#') || equals < 1) continue;
    current[line.slice(0, equals)] ??= line.slice(equals + 1);
  }
  return sections;
}
