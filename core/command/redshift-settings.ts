// Which session parameters does Redshift know? Those of Amazon's documentation; a SET of any other is an error there.
//
// Amazon Redshift Database Developer Guide (docs.aws.amazon.com/redshift/latest/dg/, as of 2026): the lists are those of
// "Configuration reference" (cm_chap_ConfigurationRef) and of the pages of each parameter. What stands elsewhere:
// IntervalStyle in "Interval data types and literals" (r_interval_data_types), `name.name` in "SET" (r_SET), that a
// session's application_name can be updated in "SYS_CONNECTION_LOG"; that client_encoding can be set drivers rely on
// (github.com/psycopg/psycopg/issues/122), and standard_conforming_strings is refused
// (github.com/sqlalchemy/sqlalchemy/issues/9494).

/** Parameters of Redshift that PostgreSQL has too. */
const SHARED = [
  'application_name',
  'client_encoding',
  'datestyle',
  'extra_float_digits',
  'intervalstyle',
  'search_path',
  'statement_timeout',
  'timezone',
];

/** Parameters that PostgreSQL does not know. */
const OF_REDSHIFT_ALONE = [
  'analyze_threshold_percent',
  'cast_super_null_on_error',
  'datashare_break_glass_session_var',
  'default_array_search_null_handling',
  'default_geometry_encoding',
  'describe_field_name_in_uppercase',
  'downcase_delimited_identifier',
  'enable_case_sensitive_identifier',
  'enable_case_sensitive_super_attribute',
  'enable_numeric_rounding',
  'enable_result_cache_for_session',
  'enable_spectrum_oid',
  'enable_vacuum_boost',
  'error_on_nondeterministic_update',
  'interval_forbid_composite_literals',
  'json_serialization_enable',
  'json_serialization_parse_nested_strings',
  'mv_enable_aqmv_for_session',
  'navigate_super_null_on_error',
  'parse_super_null_on_error',
  'pg_federation_repeatable_read',
  'query_group',
  'spectrum_enable_pseudo_columns',
  'spectrum_query_maxerror',
  'stored_proc_log_min_messages',
  'wlm_query_slot_count',
];

/**
 * Redshift's, and not a session's: a parameter group has them (use_fips_ssl, max_concurrency_scaling_clusters), ALTER SYSTEM
 * sets it (max_failed_login_attempts), or nothing does any more (max_cursor_result_set_size).
 */
const OF_CLUSTER = [
  'max_concurrency_scaling_clusters',
  'max_cursor_result_set_size',
  'max_failed_login_attempts',
  'use_fips_ssl',
];

/** A variable of the session's context, whose name is the user's own. Both servers have such. */
const CONTEXT_VARIABLE = /^[a-z_][a-z0-9_$]*\.[a-z_][a-z0-9_$]*$/;

/** Whether a session of Redshift takes `SET name`. `name` is in lower case. */
export const isRedshiftSetting = (name: string): boolean =>
  SHARED.includes(name) || OF_REDSHIFT_ALONE.includes(name) || CONTEXT_VARIABLE.test(name);

/** Whether Redshift has it for a whole cluster, and no session can set it. */
export const isClusterSetting = (name: string): boolean => OF_CLUSTER.includes(name);

/** Whether a session of PostgreSQL takes it: all but what only Redshift has. */
export const isPostgresqlSetting = (name: string): boolean =>
  !OF_REDSHIFT_ALONE.includes(name) && !OF_CLUSTER.includes(name);
