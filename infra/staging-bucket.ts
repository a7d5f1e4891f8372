// Where do a run's artifacts live on AWS? A bucket that only its own steps, the state machine and Redshift's role read.
//
// Encryption is S3's own (SSE-S3), not a KMS key: the objects live for days; whoever may read them is decided in one
// place, the IAM policies; a key would cost a dollar a month in a product that costs nothing between runs; and COPY
// would fail for every role that nobody also added to the key's policy. An organization that must use KMS passes
// `encryptionKey`, and every reader and writer here is granted the key.
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface StagingBucketProps {
  readonly removalPolicy: RemovalPolicy;
  /** How long the objects of a run stay. */
  readonly keepRuns: Duration;
  readonly encryptionKey?: IKey;
}

/** How long it is on record who read or wrote what. */
const ACCESS_LOG_DAYS = 90;

export class StagingBucket extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { removalPolicy, keepRuns, encryptionKey }: StagingBucketProps) {
    super(scope, id);
    const guarded = { enforceSSL: true, minimumTLSVersion: 1.2, blockPublicAccess: BlockPublicAccess.BLOCK_ALL };
    // `as IBucket`: under exactOptionalPropertyTypes the CDK's own class does not fit its own interface.
    const accessLogs = new Bucket(this, 'AccessLogs', {
      ...guarded,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
      removalPolicy,
    });
    const bucket = new Bucket(this, 'Bucket', {
      ...guarded,
      ...(encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      serverAccessLogsBucket: accessLogs as IBucket,
      serverAccessLogsPrefix: 'access/',
      lifecycleRules: [
        { id: 'expire-runs', prefix: 'runs/', expiration: keepRuns },
        // An upload that nobody completed within a day belongs to a Lambda that has been dead for most of it.
        { id: 'abort-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy,
    });
    this.bucket = bucket as IBucket;
  }
}
