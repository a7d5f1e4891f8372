// What may be declared as a cursor, as SQL for the backend. Portals of the protocol are none of DECLARE's.
export const cursorsSql = `
CREATE FUNCTION pg_internal.may_declare(wanted text) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
  most bigint := nullif(current_setting('redshift.cursor_bytes', true), '');
  bytes bigint;
BEGIN
  IF EXISTS (SELECT FROM pg_cursors WHERE statement LIKE 'SELECT pg_internal.may_declare(%') THEN
    RAISE EXCEPTION 'Only one cursor can be open at a time in a session' USING ERRCODE = '0A000';
  END IF;
  IF most IS NULL THEN RETURN; END IF;
  EXECUTE 'SELECT sum(octet_length(q::text)) FROM (' || wanted || ') AS q' INTO bytes;
  IF bytes > most THEN
    RAISE EXCEPTION 'exceeded the maximum size allowed for the total set of cursor data: %MB.', most / 1048576
      USING ERRCODE = '53000';
  END IF;
END $f$;
`;
