// The type map as a page for people, docs/reference/types.md: `node core/cast/write-types-page.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REDSHIFT_SOURCE } from './redshift-source-map.ts';
import { TYPE_MAP, type TypeEntry } from './type-map.ts';

const target = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'types.md');

const INTRODUCTION = `# Types

What each type of PostgreSQL 13 to 18 becomes in Redshift. This page is made of the map that the plan uses
(\`core/cast/type-map.ts\`, written here by \`node core/cast/write-types-page.ts\`); a
[CAST](command-language.md#cast) rule says otherwise for a type or a column.

- **In the SELECT**: the expression that renders the value, \`c\` being the column; without one, the column as it stands.
- **Lost**: what no value keeps. The plan reports it, and \`WITH strict\` stops on it. *As text* is told too: the text is
  all of the value, but Redshift has no such type, and so none of its operators.
- **Back as**: the type that takes it back into PostgreSQL as it was.

Lengths of Redshift are bytes. A domain is what its base is, however deep, and its own checks and default stay behind.
NULL is NULL in every type. Values that Redshift refuses or alters have
[policies](command-language.md#values-that-redshift-refuses-or-alters). Four hundred single values, and what arrives of
each: \`test/golden/values.ts\`.
`;

const DEFAULTS = `## Defaults, identities, generated columns

A default goes along when it is a literal that Redshift's type holds, or the present: \`now()\`, \`CURRENT_TIMESTAMP\`,
\`LOCALTIMESTAMP\` and the like are \`GETDATE()\`, \`now() AT TIME ZONE 'utc'\` stays in UTC, \`CURRENT_DATE\` and casts to
date are \`GETDATE()::DATE\`. Any other default is dropped, and the plan says so; of SUPER and VARBYTE every one.
Identity and serial columns are plain columns, unless the command says \`keep identity\`. Generated columns are plain
columns with the values that were generated.
`;

const BACK = `## Out of Redshift

A column of a Redshift source becomes this unless it is cast (\`core/cast/redshift-source-map.ts\`). NULL is NULL in every type, and an
empty text is none. Between Redshifts a default stays as it is; in PostgreSQL literals without a backslash do, \`GETDATE()\` is \`now()\`, and any other is
dropped, which the plan says. An identity goes on behind the last value at either. Shapes need PostGIS in the target, and are text without it.
`;

/** The text of the page. */
export function typesPage(): string {
  const groups = TYPE_MAP.map(({ title, entries }) => {
    const rows = entries.map((entry) => [
      shown(entry),
      code(entry.target),
      entry.render === undefined ? '' : code(entry.render.replaceAll('{}', 'c')),
      entry.byText === true ? '*as text*' : (entry.loses ?? ''),
      notes(entry),
      entry.back,
    ]);
    return `## ${title}\n\n${table(['PostgreSQL', 'Redshift', 'in the SELECT', 'lost', 'to know', 'back as'], rows)}`;
  });
  const back = REDSHIFT_SOURCE.map(({ shown: name, redshift, postgresql }) => [
    name,
    redshift.type,
    postgresql.type,
    ...[redshift, postgresql].map(({ render }) => (render === undefined ? '' : code(render.replaceAll('{}', 'c')))),
    [...new Set([redshift.note, postgresql.note].filter((note) => note !== undefined))].join('; '),
  ]);
  return [
    INTRODUCTION,
    ...groups,
    DEFAULTS,
    `${BACK}\n${table(['Redshift', 'in Redshift', 'in PostgreSQL', 'sent into Redshift', 'sent into PostgreSQL', 'to know'], back)}`,
  ].join('\n');
}

function shown({ shown: words, types = '', extension }: TypeEntry): string {
  const names = words ?? types.replaceAll(' ', ', ');
  return extension === undefined ? names : `${names} (extension ${extension})`;
}

function notes({ note, varchar }: TypeEntry): string {
  const choice =
    varchar && `\`${varchar.option} as varchar\`: \`VARCHAR(65535)\`, PostgreSQL’s own text, back as ${varchar.back}`;
  return [note, choice].filter((text) => text !== undefined).join('; ');
}

const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) writeFileSync(target, typesPage());
