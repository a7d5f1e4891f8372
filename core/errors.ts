// What can go wrong, as a closed list: each kind says whether to try again and what an operator should do.
// The kind is the error's name, so it is also the name that Step Functions sees and retries by.

/** How a kind is retried. `transient`: it heals in seconds. `busy`: others use what we need. `final`: never. */
export type RetryClass = 'final' | 'transient' | 'busy';

export interface ErrorPolicy {
  readonly retry: RetryClass;
  /** What has happened, in one sentence. */
  readonly means: string;
  /** What an operator reads: one sentence that says what to do. */
  readonly hint: string;
}

const final = (means: string, hint: string): ErrorPolicy => ({ retry: 'final', means, hint });
const transient = (means: string, hint: string): ErrorPolicy => ({ retry: 'transient', means, hint });
const busy = (means: string, hint: string): ErrorPolicy => ({ retry: 'busy', means, hint });

export const ERROR_KINDS = {
  CommandInvalid: final(
    'The command cannot be read, or holds what cannot be done.',
    'Mend the command; `pgshift check FILE` tells every mistake of a load file.',
  ),
  ConfigurationInvalid: final(
    'A setting of the environment, of the stack or of a server is missing or does not fit.',
    'Mend the setting that the message names.',
  ),
  InputHoldsSecret: final(
    "The execution's input holds a password, and histories keep inputs for 90 days.",
    'Take the password out of the command: use `?secret=`, PGPASSWORD, .pgpass or pg_service.conf.',
  ),
  SecretMissing: final(
    'What a command or the stack refers to as a secret is not there, or has no such field.',
    'Create the secret, or allow the step to read it.',
  ),
  CredentialsInvalid: final(
    'AWS does not know who asks: no credentials, or wrong or expired ones.',
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws, or a role.',
  ),
  ServerUnreachable: final(
    'The first connection to a server failed: no such host, nothing listens, or no answer.',
    'Check host, port, security groups and that the server accepts connections.',
  ),
  TlsRefused: final(
    "Encryption could not be agreed on, or the server's certificate is not trusted.",
    'Add `?sslmode=require` to encrypt without verifying, or `?sslmode=disable` for no encryption.',
  ),
  AuthenticationFailed: final('The server does not let the user in.', 'Check user and password.'),
  DatabaseMissing: final('The server has no database of that name.', 'Create the database, or name another.'),
  DialectUnsupported: final(
    'One end is a server, or a version of one, that pgshift does not know.',
    'pgshift reads and writes PostgreSQL 13 to 18 and Amazon Redshift.',
  ),
  PermissionDenied: final('The user lacks a right at one end.', 'Grant the right that the message names.'),
  BucketMissing: final('There is no bucket of that name.', 'Create the bucket, or name another in AWS_S3_BUCKET_NAME.'),
  BucketForeign: final(
    'The bucket belongs to another account.',
    'Use a bucket of your own account; names are global, and this one is taken.',
  ),
  BucketDenied: final(
    'S3 refuses a request for the bucket or its objects.',
    'Allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on the bucket and its objects.',
  ),
  CopyDenied: final(
    'Redshift could not read from the bucket what it was told to load.',
    'Allow Redshift to read the bucket: attach a role and set PGSHIFT_COPY_ROLE, or check the keys and the region.',
  ),
  TableClaimed: final(
    'Another run that is not known to have ended loads into the same table.',
    'Wait for that run, or stop it. When it is certain that it has ended, `pgshift clean TARGET --run RUN` removes what it left.',
  ),
  PlanRefused: final(
    'The plan has hazards that stop a run. Nothing was changed.',
    'Read the hazards that the message lists, then change the command or the tables.',
  ),
  SnapshotLost: final(
    "Nobody holds the run's snapshot of the source any more, and there is something left to read.",
    'Start a new run, after a look at what ended sessions of the source: a restart, a failover, somebody, or a limit on how long they may live.',
  ),
  TableRewritten: final(
    'A table of the source was rewritten after the snapshot: under it, it reads as empty.',
    'Start a new run, at a time when nobody runs TRUNCATE, VACUUM FULL, CLUSTER, REFRESH or a rewriting ALTER TABLE at the source.',
  ),
  SourceChanged: final(
    'A table is not as it was when the run planned it.',
    'Start a new run, which plans it as it is now.',
  ),
  RowRefused: final(
    'A row does not go into its target table.',
    'Mend the row in the source, cast its column, leave its table out, or say `on error resume next` to put such rows aside.',
  ),
  TooManyRejects: final(
    'More rows were rejected than the command allows. Nothing was published.',
    'Mend the rows that the reject files hold, or raise `max rejects`.',
  ),
  ValueRefused: final(
    'A value of the source is one that Redshift refuses or alters, and its policy is `fail`.',
    'Mend the value in the source, or say in the command what becomes of such values.',
  ),
  SentinelCollision: final(
    'Every text that could stand for NULL in this run is a value of the part.',
    'Leave out what answers with the text of the query that reads it; anything else arrives in a new run, which draws other markers.',
  ),
  ChecksumMismatch: final(
    'The sums over a column that was read are not those over what was loaded (`verify checksums`).',
    'Nothing of these tables was published. Start a new run; if it happens again, report it with the run id and the types of the columns.',
  ),
  CountMismatch: final(
    'Rows that were read, loaded, recorded or staged do not add up.',
    'Nothing was published. Start a new run; if it happens again, report it with the run id.',
  ),
  DiskFull: final(
    "No space is left at one end, in the bucket's server, or here.",
    'Free space where the message says, then start again.',
  ),
  DependentsExist: final(
    'Something that cannot be kept depends on a table that would be replaced.',
    'Drop what depends on the table (views, keys of other tables), load, and make it again.',
  ),
  StatementTimeout: final(
    'A statement took longer than it may.',
    'Read or load less at once: nothing may take longer than a Lambda lives.',
  ),
  StatementRefused: final(
    'A server refused a statement for a reason that no other kind stands for.',
    'Look up the code that the message has, with what it concerned.',
  ),
  Unexpected: final(
    'Something happened that cannot happen.',
    'This is a defect of pgshift: report it with the run id and the message.',
  ),
  Unfinished: transient(
    'An invocation used up its time and kept what it had done.',
    'The step goes on where it stopped; if it never ends, load more at once.',
  ),
  RefusalUntold: transient(
    'Redshift refused rows, and its load-error views do not say which, not yet or not to this user.',
    'If it stays so, let the user see its own load errors (SYS_LOAD_ERROR_DETAIL), or say `on error stop`.',
  ),
  ConnectionLost: transient(
    'A connection that was up broke, or the server is starting or stopping.',
    'If the server stays away, check that it runs.',
  ),
  StorageUnavailable: transient(
    'S3 did not answer, or answered that it could not.',
    'If it lasts, check the status of S3 in the region.',
  ),
  SerializationConflict: transient(
    'Two transactions could not both be right, and the server ended this one.',
    'Nothing, unless it lasts: then keep others from writing to the tables that are loaded.',
  ),
  TooManyConnections: busy(
    'A server has no connection left for the user.',
    'Lower `workers`, or raise max_connections.',
  ),
  LockTimeout: busy(
    'A table was held by somebody for longer than a Lambda should wait.',
    'End the session that holds it, or wait.',
  ),
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorKind = keyof typeof ERROR_KINDS;

/** Retry numbers per class: waits in seconds, each times `rate` up to `most`, with full jitter. */
export const RETRIES = {
  // 2 + 4 + 8 + 16 + 32 + 60 = 122 s: a server that restarts, or a network that blinks, is back by then.
  transient: { firstSeconds: 2, rate: 2, attempts: 6, mostSeconds: 60 },
  // 15, 22, 34, 51, 76, 114, 171, 256, then 12 × 300 s: about 72 minutes at most, half of it on average by the jitter.
  busy: { firstSeconds: 15, rate: 1.5, attempts: 20, mostSeconds: 300 },
} as const satisfies Record<Exclude<RetryClass, 'final'>, object>;

/** Names that AWS itself gives to failed tasks and that heal. They are retried as our own transient kinds are. */
export const PLATFORM_ERRORS = {
  transient: [
    'Lambda.Unknown',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Sandbox.Timedout',
    'Runtime.ExitError',
    'States.Timeout',
  ],
  busy: ['Lambda.TooManyRequestsException'],
} as const;

/** The kinds of one retry class, in the order of the list. */
export function kindsOf(retry: RetryClass): ErrorKind[] {
  return Object.entries(ERROR_KINDS).flatMap(([kind, policy]) => (policy.retry === retry ? [kind as ErrorKind] : []));
}

/**
 * The one error that steps throw. `message` says what and where, then what is allowed or what to do; it holds names,
 * counts and codes, never a row's value or a secret.
 */
export class PgshiftError extends Error {
  readonly kind: ErrorKind;
  /** The server's SQLSTATE, where a server said no. */
  readonly code: string | undefined;

  constructor(kind: ErrorKind, message: string, options: { cause?: unknown; code?: string | undefined } = {}) {
    super(message, options);
    this.kind = kind;
    this.name = kind;
    this.code = options.code;
  }
}

/** A server's refusal with the table that was read; other errors say where they are. `place` is `schema.table`. */
export function ofTable(place: string, error: unknown): unknown {
  if (!(error instanceof PgshiftError) || error.kind !== 'StatementRefused') return error;
  return new PgshiftError(error.kind, `${place}: ${error.message}`, { cause: error, code: error.code });
}

/** `who` begins a sentence: `The run has 12`. */
export function tooManyRejects(who: string, most: number): PgshiftError {
  return new PgshiftError(
    'TooManyRejects',
    `${who} rejected rows, and \`max rejects\` allows ${most}. Nothing is published.`,
  );
}

/** `place` is `schema.table`. */
export function stagedGone(place: string): PgshiftError {
  const message = `What was staged for ${place} is gone: somebody dropped it, or a run that was started later took its place.`;
  return new PgshiftError('SourceChanged', message);
}

/** What is thrown where nothing can be: the hint of a kind is part of what people read. */
export function describeError(kind: string, message: string): string {
  const policy = Object.hasOwn(ERROR_KINDS, kind) ? ERROR_KINDS[kind as ErrorKind] : undefined;
  return policy === undefined ? `${kind}: ${message}` : `${message}\n  ${policy.hint}`;
}
