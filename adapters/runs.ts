// Which runs still run: Step Functions is asked about executions, and the bucket about heartbeats.

import { artifactKeys } from '../core/artifacts.ts';
import { ENVIRONMENT } from '../core/environment.ts';
import type { RunState, Runs, Store } from '../core/ports.ts';
import { type Heartbeat, heartbeatSign, isDead, readSign } from '../core/running.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** In a VPC without a way to Step Functions nothing answers: that is known soon. */
const PATIENCE_MS = 3_000;

export function runsOf(environment: Environment, store: Store, now: () => number): Runs {
  return {
    signOf: (run, execution) => (environment[ENVIRONMENT.laptop] ? heartbeatSign(store.bucket, run) : execution),
    look: async (text) => {
      const sign = readSign(text);
      if (sign === undefined) return 'unknown';
      if ('execution' in sign) return stateOf(sign.execution, sign.region);
      // Another bucket may be another account's, or another server's.
      if (sign.bucket !== store.bucket) return 'unknown';
      const heartbeat = await store.findText(artifactKeys.heartbeat(sign.run));
      return heartbeat === undefined || isDead(JSON.parse(heartbeat) as Heartbeat, now()) ? 'ended' : 'running';
    },
  };
}

async function stateOf(executionArn: string, region: string): Promise<RunState> {
  // Only where a claim is in the way: its client is a part of a function's start.
  const { DescribeExecutionCommand, SFNClient } = await import('@aws-sdk/client-sfn');
  const client = new SFNClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: PATIENCE_MS, requestTimeout: PATIENCE_MS, throwOnRequestTimeout: true },
  });
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
  } catch (error) {
    return error instanceof Error && error.name === 'ExecutionDoesNotExist' ? 'ended' : 'unknown';
  } finally {
    client.destroy();
  }
}
