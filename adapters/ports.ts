// Builds the ports of one invocation from the environment: the one place where adapters meet.

import { randomBytes } from 'node:crypto';
import type { Ports, Store } from '../core/ports.ts';
import { bucketName, bucketOwner, copyAuthorization, s3Client } from './aws.ts';
import { resolveConnection } from './connection.ts';
import { jsonLog } from './log.ts';
import { s3Store } from './s3-store.ts';
import { secretReader } from './secrets.ts';
import { openSession } from './session.ts';

export interface PortsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: string;
  readonly step: string;
  /** Milliseconds this invocation may still take. */
  readonly remaining: () => number;
  /** Instead of the environment's bucket. */
  readonly store?: Store;
}

export function openPorts({ environment, run, step, remaining, store }: PortsOptions): Ports {
  const client = s3Client(environment);
  const readSecret = secretReader(environment);
  return {
    store: store ?? s3Store(client, { bucket: bucketName(environment), owner: bucketOwner(client, environment) }),
    log: jsonLog({ run, step }),
    connect: async (endpoint, options) =>
      openSession(await resolveConnection(endpoint, environment, readSecret), options),
    copyAuthorization: () => copyAuthorization(client, environment),
    now: () => Date.now(),
    remaining,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  };
}
