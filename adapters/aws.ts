// What AWS says of us: credentials, region and account, all by the SDK's own chain.

import { S3Client } from '@aws-sdk/client-s3';
import type { Endpoint } from '../core/command/model.ts';
import { DEFAULT_BUCKET, ENVIRONMENT, NO_ACCOUNT } from '../core/environment.ts';
import { PgshiftError } from '../core/errors.ts';
import type { CopyAuthorization } from '../core/ports.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** pgloader documents AWS_DEFAULT_REGION over ~/.aws/config; AWS_REGION, which Lambda sets, goes before both. */
export function s3Client(environment: Environment): S3Client {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  return new S3Client({
    ...(region ? { region } : {}),
    // A server that takes the connection and says nothing is given up: 30 s without a byte, while a piece of an upload
    // takes about one.
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
  });
}

/** The bucket of a stack; on a laptop the one that pgloader's variable names, else pgloader's own default. */
export function bucketName(environment: Environment): string {
  return environment[ENVIRONMENT.bucket] || environment.AWS_S3_BUCKET_NAME || DEFAULT_BUCKET;
}

/**
 * The account that must own the bucket: the stack's, the one the credentials name, or the one that STS names.
 * An S3 that is not AWS's has no such account; there the server's own access rules have to do.
 */
export function bucketOwner(client: S3Client, environment: Environment): () => Promise<string | undefined> {
  let account: Promise<string | undefined> | undefined;
  return () => {
    account ??= findAccount(client, environment);
    return account;
  };
}

async function findAccount(client: S3Client, environment: Environment): Promise<string | undefined> {
  const given = environment[ENVIRONMENT.bucketOwner];
  if (given) return given === NO_ACCOUNT ? undefined : given;
  const { accountId } = await credentials(client);
  if (accountId !== undefined) return accountId;
  if (environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL) return undefined;
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const identity = await new STSClient({ region: await client.config.region() }).send(new GetCallerIdentityCommand({}));
  return identity.Account;
}

async function credentials(client: S3Client) {
  try {
    return await client.config.credentials();
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new PgshiftError('CredentialsInvalid', `No AWS credentials are to be had (${reason}).`);
  }
}

/** A role where one is configured, as Redshift recommends; else our own keys, as pgloader documents. A source is another cluster, with a role of its own that writes. */
export async function copyAuthorization(
  client: S3Client,
  environment: Environment,
  end: Endpoint['end'],
): Promise<CopyAuthorization> {
  const role = environment[end === 'source' ? ENVIRONMENT.unloadRole : ENVIRONMENT.copyRole];
  if (role) return { role };
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials(client);
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
