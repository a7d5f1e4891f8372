// Which session parameters does Redshift know? Those of Amazon's reference; a SET of any other is an error there.

/** Parameters of Redshift that PostgreSQL has too. */
const SHARED = [
  'application_name',
  'client_encoding',
  'datestyle',
  'extra_float_digits',
  'search_path',
  'statement_timeout',
  'timezone',
];

/** Parameters that PostgreSQL does not know. */
const OF_REDSHIFT_ALONE = [
  'analyze_threshold_percent',
  'cast_super_null_on_error',
  'default_geometry_encoding',
  'describe_field_name_in_uppercase',
  'downcase_delimited_identifier',
  'enable_case_sensitive_identifier',
  'enable_case_sensitive_super_attribute',
  'enable_numeric_rounding',
  'enable_result_cache_for_session',
  'enable_vacuum_boost',
  'error_on_nondeterministic_update',
  'interval_forbid_composite_literals',
  'json_serialization_enable',
  'json_serialization_parse_nested_strings',
  'max_concurrency_scaling_clusters',
  'max_cursor_result_set_size',
  'mv_enable_aqmv_for_session',
  'navigate_super_null_on_error',
  'parse_super_null_on_error',
  'pg_federation_repeatable_read',
  'query_group',
  'spectrum_enable_pseudo_columns',
  'spectrum_query_maxerror',
  'stored_proc_log_min_messages',
  'use_fips_ssl',
  'wlm_query_slot_count',
];

/** Whether a session of Redshift takes `SET name`. `name` is in lower case. */
export const isRedshiftSetting = (name: string): boolean => SHARED.includes(name) || OF_REDSHIFT_ALONE.includes(name);

/** Whether a session of PostgreSQL takes it: all but what only Redshift has. */
export const isPostgresqlSetting = (name: string): boolean => !OF_REDSHIFT_ALONE.includes(name);
