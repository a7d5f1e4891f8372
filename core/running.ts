// Does a run still run? A run on AWS is an execution, which Step Functions tells about; one on a laptop leaves a heartbeat
// in the bucket, which is written again and again while it runs.

import { artifactKeys, RUN_NAME } from './artifacts.ts';

/** How often a heartbeat is written, and how old it is when nobody writes it any more: three were left out. */
export const HEARTBEAT_MS = 15_000;
const DEAD_MS = 60_000;

/** The object's text. */
export interface Heartbeat {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who writes it, where the system tells: somebody on the same machine sees at once when it is gone. */
  readonly process?: { readonly machine: string; readonly pid: number; readonly started: string };
}

/** What Prepare notes of its run, beside the claims: they may be gone when its objects are still there. */
export interface SignOfLife {
  readonly sign: string;
}

export const isDead = ({ at }: Heartbeat, now: number): boolean => now - at > DEAD_MS;

export const heartbeatSign = (bucket: string, run: string): string => `s3://${bucket}/${artifactKeys.heartbeat(run)}`;

/** What a sign of life says: an execution, or whose heartbeat in which bucket. Undefined for what is neither. */
export type Sign =
  | { readonly execution: string; readonly region: string }
  | { readonly bucket: string; readonly run: string };

export function readSign(sign: string): Sign | undefined {
  const [, region] = /^arn:aws[\w-]*:states:([\w-]+):\d{12}:execution:\S+$/.exec(sign) ?? [];
  if (region !== undefined) return { execution: sign, region };
  const [, bucket = '', run = ''] = /^s3:\/\/([^/]+)\/runs\/([^/]+)\//.exec(sign) ?? [];
  return RUN_NAME.test(run) && sign === heartbeatSign(bucket, run) ? { bucket, run } : undefined;
}
