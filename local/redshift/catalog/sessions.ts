// Redshift's system views of sessions, transactions and locks, as SQL for the backend.

export const sessionsSql = `
-- All rows of all users, as Redshift shows them, and none of the stand-in's own.
CREATE FUNCTION pg_internal.activity() RETURNS SETOF pg_stat_activity LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $f$
  SELECT * FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()
    AND usename <> current_user
$f$;

-- Who holds which lock, or waits for it.
CREATE VIEW pg_catalog.svv_transactions AS
  SELECT s.usename::text AS txn_owner, s.datname::text AS txn_db, s.backend_xid::text::bigint AS xid, l.pid,
    s.xact_start AT TIME ZONE 'UTC' AS txn_start, l.mode AS lock_mode,
    CASE WHEN l.locktype = 'relation' THEN 'relation' ELSE 'transactionid' END AS lockable_object_type, l.relation,
    l.granted
  FROM pg_locks l JOIN pg_internal.activity() s ON s.pid = l.pid
  WHERE l.locktype IN ('relation', 'transactionid');
CREATE VIEW pg_catalog.stv_locks AS SELECT l.relation::int AS table_id, a.query_start AT TIME ZONE 'UTC' AS last_update,
    a.usesysid::bigint AS lock_owner, l.pid::bigint AS lock_owner_pid,
    rpad(CASE WHEN l.granted THEN 'Holding write lock' ELSE 'Waiting for write lock' END, 22)::bpchar AS lock_status
  FROM pg_locks l JOIN pg_internal.activity() a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.relation >= 16384 AND l.mode IN ('RowExclusiveLock', 'AccessExclusiveLock');
CREATE VIEW pg_catalog.stv_sessions AS SELECT backend_start AT TIME ZONE 'UTC' AS starttime, pid AS process,
    rpad(usename::text, 50)::bpchar AS user_name, rpad(datname::text, 50)::bpchar AS db_name, 0 AS timeout_sec
  FROM pg_internal.activity();

-- Of the sessions that are there now; for superusers, as the stand-in's own user is one.
CREATE VIEW pg_catalog.sys_connection_log AS SELECT rpad('authenticated', 50)::bpchar AS event,
    backend_start AT TIME ZONE 'UTC' AS record_time, rpad(host(client_addr), 45)::bpchar AS remote_host,
    rpad(client_port::text, 32)::bpchar AS remote_port, pid AS session_id,
    rpad(datname::text, 50)::bpchar AS database_name, rpad(usename::text, 50)::bpchar AS user_name,
    rpad(application_name, 250)::bpchar AS application_name
  FROM pg_internal.activity() WHERE (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user);
CREATE VIEW pg_catalog.stl_connection_log AS SELECT event, record_time AS recordtime, remote_host AS remotehost,
    remote_port AS remoteport, session_id AS pid, database_name AS dbname, user_name AS username, application_name
  FROM pg_catalog.sys_connection_log;

GRANT SELECT ON pg_catalog.svv_transactions, pg_catalog.stv_locks, pg_catalog.stv_sessions,
  pg_catalog.sys_connection_log, pg_catalog.stl_connection_log TO PUBLIC;
`;
