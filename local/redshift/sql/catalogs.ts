// Which system catalogs does Redshift have, where PostgreSQL has others or the same with more in them?
import { RedshiftError } from '../errors.ts';
import { relationNames } from './relations.ts';
import { operator, type Token } from './tokens.ts';

/** Read through views that have no more columns and rows than Redshift's. See catalog/old-catalogs.ts. */
const narrowed = new Set('pg_class pg_attribute pg_attrdef pg_type pg_constraint pg_index pg_namespace'.split(' '));

/** Newer than 8.0.2. */
const missing = new Set(
  `pg_extension pg_enum pg_range pg_sequence pg_sequences pg_collation pg_authid pg_roles pg_auth_members pg_matviews pg_policy
   pg_policies pg_partitioned_table pg_publication pg_publication_rel pg_subscription pg_statistic_ext pg_event_trigger
   pg_foreign_table pg_foreign_server pg_foreign_data_wrapper pg_user_mapping pg_transform pg_ts_config pg_ts_dict pg_ts_parser
   pg_available_extensions pg_default_acl pg_seclabel pg_replication_slots pg_cursors pg_prepared_statements pg_timezone_names
   pg_operator_family pg_opfamily`.split(/\s+/),
);

/** The statement reading what Redshift has. */
export function rewriteCatalogs(tokens: readonly Token[]): readonly Token[] {
  const written: Token[] = [];
  let done = 0;
  for (const { parts, from, to, alias } of relationNames(tokens)) {
    const name = parts.at(-1)?.value ?? '';
    const schema = parts.at(-2)?.value ?? 'pg_catalog';
    if (schema !== 'pg_catalog' || parts.length > 2) continue;
    if (missing.has(name)) throw new RedshiftError(`relation "${name}" does not exist`, '42P01');
    if (!narrowed.has(name)) continue;
    written.push(...tokens.slice(done, from), operator(`pg_internal.${name}${alias ? '' : ` AS ${name}`}`));
    done = to + 1;
  }
  return [...written, ...tokens.slice(done)];
}
