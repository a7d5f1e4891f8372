// Redshift's functions of dates and times that PostgreSQL lacks or answers otherwise, as SQL for the backend.

/** A part of a TIMESTAMP is a whole number, of a TIMESTAMPTZ a float. */
const extracted = ['timestamp', 'date', 'time', 'timetz', 'interval'].map(
  (type) => `
CREATE FUNCTION pg_internal.extracted(part text, value ${type}) RETURNS bigint
  LANGUAGE sql STABLE STRICT PARALLEL SAFE
  AS $f$ SELECT floor(date_part(pg_internal.date_part_name(part), value))::bigint $f$;`,
);

const microseconds: Readonly<Record<string, number>> = {
  microsecond: 1,
  millisecond: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: 86_400_000_000,
};
const months: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

const cases = (units: Readonly<Record<string, number>>) =>
  Object.entries(units)
    .map(([name, size]) => `WHEN '${name}' THEN ${size}`)
    .join(' ');

export const datesSql = `
CREATE FUNCTION pg_internal.date_part_name(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT CASE WHEN lower($1) IN ('y', 'yr', 'yrs', 'year', 'years') THEN 'year'
    WHEN lower($1) IN ('qtr', 'qtrs', 'quarter', 'quarters') THEN 'quarter'
    WHEN lower($1) IN ('mon', 'mons', 'month', 'months') THEN 'month'
    WHEN lower($1) IN ('d', 'day', 'days') THEN 'day'
    WHEN lower($1) IN ('h', 'hr', 'hrs', 'hour', 'hours') THEN 'hour'
    WHEN lower($1) IN ('m', 'min', 'mins', 'minute', 'minutes') THEN 'minute'
    WHEN lower($1) IN ('s', 'sec', 'secs', 'second', 'seconds') THEN 'second'
    WHEN lower($1) IN ('ms', 'msec', 'msecs', 'msecond', 'mseconds', 'millisec', 'millisecs', 'millisecon', 'millisecond', 'milliseconds') THEN 'millisecond'
    WHEN lower($1) IN ('us', 'usec', 'usecs', 'usecond', 'useconds', 'microsec', 'microsecs', 'microsecond', 'microseconds') THEN 'microsecond'
    ELSE lower($1) END
$f$;
${extracted.join('')}
CREATE FUNCTION pg_internal.extracted(part text, value timestamptz) RETURNS float8
  LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $f$ SELECT date_part(pg_internal.date_part_name(part), value) $f$;
CREATE FUNCTION pg_catalog.trunc(timestamp) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT $1::date $f$;

-- How many borders between two parts lie between two moments.
CREATE FUNCTION pg_internal.datediff(part text, first timestamp, last timestamp) RETURNS bigint
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  name text := pg_internal.date_part_name(part);
  size bigint := CASE name ${cases(microseconds)} END;
  months int := CASE name ${cases(months)} END;
BEGIN
  IF size IS NOT NULL THEN
    RETURN floor(extract(epoch FROM last) * 1000000 / size) - floor(extract(epoch FROM first) * 1000000 / size);
  ELSIF months IS NOT NULL THEN
    RETURN floor((extract(year FROM last) * 12 + extract(month FROM last) - 1) / months)
      - floor((extract(year FROM first) * 12 + extract(month FROM first) - 1) / months);
  END IF;
  RAISE EXCEPTION 'not implemented by the stand-in: DATEDIFF of %', part USING ERRCODE = '0A000';
END $f$;
CREATE FUNCTION pg_internal.dateadd(part text, amount bigint, moment timestamp) RETURNS timestamp
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  name text := pg_internal.date_part_name(part);
  size bigint := CASE name ${cases(microseconds)} END;
  months int := CASE name ${cases(months)} END;
BEGIN
  IF size IS NOT NULL THEN
    RETURN moment + amount / (86400000000 / size) * interval '1 day'
      + amount % (86400000000 / size) * size * interval '1 microsecond';
  ELSIF months IS NOT NULL THEN
    RETURN moment + make_interval(months => (amount * months)::int);
  END IF;
  RAISE EXCEPTION 'not implemented by the stand-in: DATEADD of %', part USING ERRCODE = '0A000';
END $f$;
`;
