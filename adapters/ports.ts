// Builds the ports of invocations from the environment: the one place where adapters meet.

import { randomBytes } from 'node:crypto';
import type { Ports, Store } from '../core/ports.ts';
import { bucketName, bucketOwner, copyAuthorization, s3Client } from './aws.ts';
import { resolveConnection } from './connection.ts';
import { jsonLog } from './log.ts';
import { runsOf } from './runs.ts';
import { s3Store } from './s3-store.ts';
import { secretReader } from './secrets.ts';
import { openSession } from './session.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Invocation {
  readonly run: string;
  readonly step: string;
  /** Milliseconds this invocation may still take. */
  readonly remaining: () => number;
}

/**
 * What every invocation of a process shares: a client of S3 with its connections. Gives the ports of one invocation,
 * which reads secrets anew: they are rotated. `store` stands in for the environment's bucket.
 */
export function portsOf(environment: Environment, store?: Store): (invocation: Invocation) => Ports {
  const client = s3Client(environment);
  const bucket = store ?? s3Store(client, { bucket: bucketName(environment), owner: bucketOwner(client, environment) });
  return ({ run, step, remaining }) => {
    const readSecret = secretReader(environment);
    return {
      store: bucket,
      runs: runsOf(environment, bucket, () => Date.now()),
      log: jsonLog({ run, step }),
      connect: async (endpoint, options) =>
        openSession(await resolveConnection(endpoint, environment, readSecret), options),
      copyAuthorization: (end = 'target') => copyAuthorization(client, environment, end),
      now: () => Date.now(),
      remaining,
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    };
  };
}
