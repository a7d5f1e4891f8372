// One parsed command with every default filled in. It is the artifact `command.json`, and never holds a password.

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** One end of a load. What is absent comes from pg_service.conf, PG* variables, .pgpass or a secret. */
export interface Endpoint {
  readonly end: 'source' | 'target';
  readonly scheme: 'postgresql' | 'redshift';
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
  readonly sslmode?: SslMode;
  /** A section of pg_service.conf. */
  readonly service?: string;
  /** `env:PGSHIFT_SECRET_…`, or the name or ARN of a secret in Secrets Manager. */
  readonly secret?: string;
}

/** What WITH can say so far. Names are pgloader's words. */
export interface LoadOptions {
  /** `include drop`: a table of the same name is replaced. `include no drop`: it is kept and added to. */
  readonly includeDrop: boolean;
  /** How many parts are read from the source at once. */
  readonly workers: number;
  /** How many parts of one table are read at once; absent: pgshift decides. */
  readonly concurrency?: number;
  /** Materialized views and foreign tables are copied too. */
  readonly materializedViews: boolean;
  readonly foreignTables: boolean;
  /** Data objects stay in the bucket after a run that succeeded. */
  readonly keepFiles: boolean;
  /** Any hazard stops the run, not only those that lose or refuse. */
  readonly strict: boolean;
}

export interface LoadCommand {
  readonly kind: 'load database';
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly options: LoadOptions;
}
