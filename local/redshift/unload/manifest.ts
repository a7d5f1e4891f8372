// What does the manifest of an UNLOAD say? Which objects it wrote; when VERBOSE, of which columns and how large.
import type { ResultColumn } from '../wire.ts';
import type { ResultFile } from './result-files.ts';

/** A column of the result: with the type's name, without its lengths. */
export interface NamedColumn extends ResultColumn {
  readonly typeName: string;
}

/** The manifest's text. Lines of names count as records. */
export function manifest(files: readonly ResultFile[], columns: readonly NamedColumn[], verbose: boolean): string {
  if (!verbose) return json({ entries: files.map(({ url }) => ({ url })) });
  const entries = files.map(({ url, bytes, lines }) => ({
    url,
    meta: { content_length: bytes, record_count: lines },
  }));
  return json({
    entries,
    schema: { elements: columns.map((column) => ({ name: column.name, type: typeOf(column) })) },
    meta: {
      content_length: files.reduce((sum, file) => sum + file.bytes, 0),
      record_count: files.reduce((sum, file) => sum + file.lines, 0),
    },
    author: { name: 'Amazon Redshift', version: '1.0.0' },
  });
}

/** A modifier has 4 added: a length, or precision × 65536 + scale. */
function typeOf({ typeName, modifier }: NamedColumn) {
  const size = modifier - 4;
  if (size < 0) return { base: typeName };
  if (typeName === 'numeric') return { base: typeName, precision: size >> 16, scale: size & 0xffff };
  return typeName.startsWith('character') ? { base: typeName, max_length: size } : { base: typeName };
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
