// The catalog queries as a TypeScript module, so that nothing reads files at run time: `node core/catalog/embed-queries.ts`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'queries');
const target = join(import.meta.dirname, 'queries.generated.ts');

/** The text of `queries.generated.ts`, from the .sql files as they are now. */
export function generatedQueries(): string {
  const dialects = readdirSync(folder).sort();
  const entries = dialects.map((dialect) => `  ${dialect}: {\n${dialectEntries(join(folder, dialect))}  },\n`);
  return [
    '// The catalog queries of each dialect, from queries/<dialect>/<name>.sql. Generated: change the .sql files, then run',
    '// `node core/catalog/embed-queries.ts`.',
    '',
    `export const QUERIES = {\n${entries.join('')}} as const;`,
    '',
  ].join('\n');
}

function dialectEntries(directory: string): string {
  const files = readdirSync(directory).filter((file) => file.endsWith('.sql'));
  return files
    .sort()
    .map((file) => `    ${propertyName(file)}: \`\n${escaped(readFileSync(join(directory, file), 'utf8'))}\`,\n`)
    .join('');
}

/** `foreign-keys.sql` is `foreignKeys`. */
function propertyName(file: string): string {
  return file.replace(/\.sql$/, '').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function escaped(sql: string): string {
  return sql.replaceAll('\r\n', '\n').replaceAll(/\\|`|\$\{/g, (found) => `\\${found}`);
}

if (import.meta.main) writeFileSync(target, generatedQueries());
