// How does a state machine come to run on this machine: the synthesized one, with the functions that were synthesized
// with it, for one bucket and one set of credentials?
import { randomBytes } from 'node:crypto';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { storageError } from '../adapters/s3-errors.ts';
import { s3Store } from '../adapters/s3-store.ts';
import { ENVIRONMENT, NO_ACCOUNT } from '../core/environment.ts';
import { findAssembly } from '../local/assembly.ts';
import { startRuntime } from '../local/runtime.ts';
import type { AwsSettings } from './aws-settings.ts';
import type { Lifetime } from './lifetime.ts';
import type { Machine } from './run-command.ts';

export interface MachineOptions {
  readonly aws: AwsSettings;
  /** What the steps see of the caller, and the secrets that commands refer to. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  /** Gets what functions write, line by line. */
  readonly functionLog?: (line: string) => void;
  /** Another assembly than the project's own: for tests. */
  readonly assembly?: string;
}

/** An S3 that takes the connection and does not answer in this time is a wrong setting. */
const FIRST_CONTACT_MS = 6_000;

/** Logical ids in the template, without the hash that the CDK appends. */
const stagingBucket = 'PgshiftStagingBucket';
const loadMachine = /^PgshiftLoadStateMachine/;

/** Starts the runtime; it ends with the command. Throws a PgshiftError when the bucket's account cannot be found. */
export async function startMachine(life: Lifetime, options: MachineOptions): Promise<Machine> {
  const { aws, environment } = options;
  const s3 = new S3Client({ region: aws.region, credentials: aws.credentials });
  const [assembly, accountId] = await Promise.all([
    options.assembly ?? findAssembly(options.log),
    accountOf(s3, aws, environment),
  ]);
  // Step Functions stands on loopback: a key pair of its own keeps other users of the machine out, and the caller's
  // own keys, which may expire meanwhile, are not for this.
  const credentials = { accessKeyId: 'LOCAL', secretAccessKey: randomBytes(30).toString('base64url') };
  life.check();
  const runtime = await startRuntime({
    assembly,
    physical: { [stagingBucket]: aws.bucket },
    env: { ...environment, [ENVIRONMENT.laptop]: 'yes' },
    credentials,
    region: aws.region,
    accountId,
    s3,
    ...(options.functionLog !== undefined && { log: options.functionLog }),
  });
  await life.defer(() => runtime.close());
  const [, stateMachineArn] = Object.entries(runtime.stateMachines).find(([id]) => loadMachine.test(id)) ?? [];
  if (stateMachineArn === undefined) {
    throw new Error(`the assembly in ${assembly} has no state machine for loads; ${JSON.stringify(runtime.refused)}`);
  }
  return {
    client: new SFNClient({ endpoint: runtime.endpoint, region: aws.region, credentials }),
    stateMachineArn,
    // A bucket of somebody else's gets nothing from here either.
    store: s3Store(s3, { bucket: aws.bucket, owner: async () => (accountId === NO_ACCOUNT ? undefined : accountId) }),
    settled: () => runtime.settled(),
  };
}

/**
 * The account that has to own the bucket: the caller's. AWS is asked for it; an S3 of somebody else's is asked whose
 * buckets it lists, and if that is no account number, none is compared.
 */
async function accountOf(
  s3: S3Client,
  { bucket, region, credentials }: AwsSettings,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  try {
    if (environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL) {
      const { Owner } = await s3.send(new ListBucketsCommand({}), {
        abortSignal: AbortSignal.timeout(FIRST_CONTACT_MS),
      });
      return Owner?.ID !== undefined && /^\d{12}$/.test(Owner.ID) ? Owner.ID : NO_ACCOUNT;
    }
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
    const { Account } = await new STSClient({ region, credentials }).send(new GetCallerIdentityCommand({}));
    return Account ?? NO_ACCOUNT;
  } catch (error) {
    throw storageError(error, bucket, 'asking whose account this is', { firstContact: true });
  }
}
