// How does an empty PostgreSQL become the stand-in's database? The login, the database, its settings, its catalog.
import { Admin, type Backend, identifier, literal } from '../admin.ts';
import { LongNames } from '../sql/long-names.ts';
import { cursorsSql } from './cursors.ts';
import { datasharesSql } from './datashares.ts';
import { datesSql } from './dates.ts';
import { documentsSql } from './documents.ts';
import { externalSql } from './external.ts';
import { functionsSql } from './functions.ts';
import { hashesSql } from './hashes.ts';
import { lateViewsSql } from './late-views.ts';
import { layoutSql } from './layout.ts';
import { materializedViewsSql } from './materialized-views.ts';
import { oldCatalogsSql } from './old-catalogs.ts';
import { policiesSql } from './policies.ts';
import { privilegesSql } from './privileges.ts';
import { sessionsSql } from './sessions.ts';
import { shapesSql } from './shapes.ts';
import { showsSql } from './shows.ts';
import { tablesSql } from './tables.ts';
import { typesSql } from './types.ts';
import { encoding, viewsSql } from './views.ts';

export interface DatabaseSetup {
  readonly backend: Backend;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly isolation: 'snapshot' | 'serializable';
  readonly deployment: 'provisioned' | 'serverless';
  readonly cursorBytes?: number | undefined;
}

const catalogSql = [
  typesSql,
  functionsSql,
  documentsSql,
  hashesSql,
  datesSql,
  shapesSql,
  cursorsSql,
  tablesSql,
  lateViewsSql,
  materializedViewsSql,
  policiesSql,
  datasharesSql,
  externalSql,
  oldCatalogsSql(encoding),
  viewsSql,
  privilegesSql,
  sessionsSql,
  layoutSql(encoding),
  showsSql,
].join('\n');

/** Foreign keys that are NOT ENFORCED came with PostgreSQL 18. */
const oldestVersion = 180000;

/** Makes login and database where they are missing; resolves to the superuser's session in the database. */
export async function prepareDatabase(setup: DatabaseSetup): Promise<Admin> {
  const server = await Admin.connect(setup.backend, 'postgres');
  try {
    const [version] = await server.run('SHOW server_version_num');
    if (Number(version?.[0]) < oldestVersion) throw new Error('the stand-in needs a PostgreSQL 18 or later behind it');
    await prepareServer(server, setup);
  } finally {
    await server.close();
  }
  const admin = await Admin.connect(setup.backend, setup.database);
  const [known] = await admin.run(`SELECT 1 FROM pg_namespace WHERE nspname = 'pg_internal'`);
  if (known === undefined) {
    await admin.run(`SET allow_system_table_mods = on; SET client_min_messages = error; SET check_function_bodies = off;
      CREATE SCHEMA pg_internal; GRANT USAGE ON SCHEMA pg_internal TO PUBLIC; GRANT ALL ON SCHEMA public TO PUBLIC;
      ${catalogSql}
      RESET allow_system_table_mods; RESET client_min_messages;`);
  }
  return admin;
}

/** The long names that the database has had so far; new ones are kept with them. */
export async function knownNames(admin: Admin): Promise<LongNames> {
  const rows = await admin.run('SELECT code, name FROM pg_internal.long_names');
  const known = rows.map(([code, name]) => [code ?? '', name ?? ''] as const);
  return new LongNames(known, async (codes) => {
    const values = [...codes].map(([code, name]) => `(${literal(code)}, ${literal(name)})`);
    await admin.run(`INSERT INTO pg_internal.long_names VALUES ${values.join(', ')} ON CONFLICT DO NOTHING`);
  });
}

export async function hasLateViews(admin: Admin): Promise<boolean> {
  return (await admin.run('SELECT FROM pg_internal.late_views LIMIT 1')).length > 0;
}

async function prepareServer(server: Admin, setup: DatabaseSetup): Promise<void> {
  const user = identifier(setup.user);
  const database = identifier(setup.database);
  const [role] = await server.run(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(setup.user)}`);
  if (role === undefined) await server.run(`CREATE ROLE ${user}`);
  // A role that one creates is a role one may act for, as for Redshift's superusers.
  await server.run(`ALTER ROLE ${user} LOGIN CREATEROLE CREATEDB PASSWORD ${literal(setup.password)};
    ALTER ROLE ${user} SET createrole_self_grant = 'set, inherit'; GRANT pg_signal_backend TO ${user}`);
  const [known] = await server.run(`SELECT 1 FROM pg_database WHERE datname = ${literal(setup.database)}`);
  if (known === undefined) await server.run(`CREATE DATABASE ${database} OWNER ${user}`);
  const settings: Record<string, string> = {
    default_transaction_isolation: setup.isolation === 'snapshot' ? 'repeatable read' : 'serializable',
    standard_conforming_strings: 'off',
    escape_string_warning: 'off',
    backslash_quote: 'on',
    extra_float_digits: '0',
    timezone: 'UTC',
    datestyle: 'ISO, MDY',
    bytea_output: 'hex',
    'redshift.deployment': setup.deployment,
    'redshift.cursor_bytes': String(setup.cursorBytes ?? ''),
  };
  for (const [name, value] of Object.entries(settings)) {
    await server.run(`ALTER DATABASE ${database} SET ${name} = ${literal(value)}`);
  }
}
