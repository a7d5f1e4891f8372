// Which bucket, region and credentials does a load use? From the environment and ~/.aws, as AWS's own tools find them.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { parse as parseIni } from 'ini';
import { DEFAULT_BUCKET } from '../core/environment.ts';
import { PgshiftError } from '../core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsSettings {
  readonly bucket: string;
  readonly region: string;
  /** Looked up again each time, since those of a role expire. */
  readonly credentials: () => Promise<Credentials>;
}

/** This process's own. Throws a PgshiftError that says what is missing. */
export async function ownAwsSettings(): Promise<AwsSettings> {
  const found = { ...process.env };
  // pgloader's documentation: the keys win over ~/.aws/credentials. The SDK would let a profile win.
  if (found.AWS_ACCESS_KEY_ID && found.AWS_SECRET_ACCESS_KEY) delete process.env.AWS_PROFILE;
  return awsSettings(found);
}

/** Throws a PgshiftError that says what is missing. */
export async function awsSettings(environment: Environment): Promise<AwsSettings> {
  const region = regionOf(environment);
  // The SDK's own chain: variables, profile, SSO, roles.
  const { credentials } = new S3Client({ region }).config;
  const find = async (): Promise<Credentials> => {
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown error';
      throw new PgshiftError('CredentialsInvalid', `No AWS credentials were found (${reason}).`);
    }
  };
  await find();
  return { bucket: present(environment.AWS_S3_BUCKET_NAME) ?? DEFAULT_BUCKET, region, credentials: find };
}

const present = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** AWS_REGION, AWS_DEFAULT_REGION, then the profile. */
export function regionOf(environment: Environment): string {
  const region =
    present(environment.AWS_REGION) ?? present(environment.AWS_DEFAULT_REGION) ?? regionOfProfile(environment);
  if (region !== undefined) return region;
  throw new PgshiftError(
    'ConfigurationInvalid',
    'No AWS region is set: set AWS_REGION, or `region` in the profile of ~/.aws/config.',
  );
}

function regionOfProfile(environment: Environment): string | undefined {
  const profile = present(environment.AWS_PROFILE) ?? 'default';
  const folder = join(environment.HOME ?? homedir(), '.aws');
  const config = environment.AWS_CONFIG_FILE ?? join(folder, 'config');
  const shared = environment.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, 'credentials');
  const inConfig = profile === 'default' ? ['default', 'profile default'] : [`profile ${profile}`];
  return regionIn(config, inConfig) ?? regionIn(shared, [profile]);
}

function regionIn(file: string, sections: readonly string[]): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const found: unknown = parseIni(text);
  // The parser takes a point in a section's name for nesting.
  const regions = sections.map((name) => [...name.split('.'), 'region'].reduce(member, found));
  return regions.find((region): region is string => typeof region === 'string' && region !== '');
}

const member = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' ? Reflect.get(value, name) : undefined;
