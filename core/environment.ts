// The names of the environment variables that infra sets and handlers read, so that both sides agree.

export const ENVIRONMENT = {
  /** The staging bucket. On a laptop pgloader's AWS_S3_BUCKET_NAME, default `pgloader`. */
  bucket: 'PGSHIFT_BUCKET',
  /** The account that must own the bucket: every call says so, and S3 refuses a stranger's bucket. */
  bucketOwner: 'PGSHIFT_BUCKET_OWNER',
  /** Secrets Manager ids used for what a command's URI leaves out. */
  sourceSecret: 'PGSHIFT_SOURCE_SECRET',
  targetSecret: 'PGSHIFT_TARGET_SECRET',
  /** The role that Redshift assumes to read the bucket. Without it COPY carries keys. */
  copyRole: 'PGSHIFT_COPY_ROLE',
  /** The role that a Redshift source assumes to write into the bucket. Without it UNLOAD carries keys. */
  unloadRole: 'PGSHIFT_UNLOAD_ROLE',
  /** Set where the command line runs the machine itself: AWS knows nothing of its executions. */
  laptop: 'PGSHIFT_LAPTOP',
} as const;

/** Variables that `?secret=env:NAME` may name: no other, or a command could send AWS's own keys to a stranger. */
export const SECRET_VARIABLE = /^PGSHIFT_SECRET_[A-Z0-9_]+$/;

/** The bucket's name where pgloader's documentation says nothing else. */
export const DEFAULT_BUCKET = 'pgloader';

/** No account has this number: it stands where an S3 that is not AWS's knows of no accounts, and no owner is compared. */
export const NO_ACCOUNT = '000000000000';
