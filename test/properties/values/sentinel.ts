// How does a value come to be the run's own sentinel, which nobody knows before the run? A view of the source asks which
// statement reads it, and keeps what it finds in a file: the value stays the same when it is read again.
import { type Drawn, textUnder, VARCHAR, varchar } from './scalars.ts';

const path = `current_setting('data_directory') || '/sentinel of ' || current_database()`;

/** A function that gives the text which the first COPY of the database wrote for NULL; NULL before. */
export const sentinelFunction = `
CREATE FUNCTION types.sentinel() RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
  file text := ${path};
  found text := substring(current_query() FROM 'NULL ''([^'']+)''');
BEGIN
  IF found IS NOT NULL AND pg_stat_file(file, true) IS NULL THEN
    EXECUTE format('COPY (SELECT %L) TO %L', found, file);
  END IF;
  RETURN rtrim(pg_read_file(file, 0, 1000, true), E'\\n');
END $body$`;

/** `sql` is the expression. */
const text = (sql: string, arrives = VARCHAR): Drawn => ({ sql, arrives });
const json = (sql: string, option: 'json' | 'arrays' | 'composites'): Drawn => ({
  ...{ sql, arrives: 'super', expected: (column) => `to_jsonb(${column})`, json: true, under: textUnder(option) },
});

/** What a query can make of it, to be mistaken for NULL. */
export const sentinelColumns: readonly Drawn[] = [
  text('types.sentinel()'),
  text('types.sentinel()::varchar(40)', varchar(160)),
  text('types.sentinel()::char(17)', varchar(68)),
  text('types.sentinel()::name', varchar(256)),
  text(`'"' || types.sentinel() || '"'`),
  text(`types.sentinel() || E',\\n'`),
  json('to_jsonb(types.sentinel())', 'json'),
  json('ARRAY[types.sentinel(), NULL]', 'arrays'),
];
/** No view may have such a column, and a query may. */
export const sentinelRecord: Drawn = json('ROW(types.sentinel(), NULL)', 'composites');
