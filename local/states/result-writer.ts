// What does a Distributed Map write to S3 about its children, and what does its state give instead of their outputs?

import type { Child } from './child.ts';
import type { ResultWriter, WriterConfig } from './definition.ts';
import { StateError } from './errors.ts';
import type { Host } from './host.ts';
import type { Json, JsonObject } from './json.ts';
import type { MapRun } from './map-run.ts';

interface WrittenFile {
  Key: string;
  Size: number;
}

/** Writes the result files, then the manifest that names them; throws States.ResultWriterFailed. */
export async function writeResults(host: Host, run: MapRun, writer: ResultWriter, args: JsonObject): Promise<Json> {
  const { Bucket: bucket, Prefix: prefix } = args;
  if (typeof bucket !== 'string' || (prefix !== undefined && typeof prefix !== 'string')) {
    throw new StateError('States.ResultWriterFailed', "the writer's arguments need the strings 'Bucket' and 'Prefix'");
  }
  const base = `${prefix ? prefix.replace(/\/?$/, '/') : ''}${run.arn.slice(run.arn.lastIndexOf(':') + 1)}/`;
  try {
    const files = await writeFiles(host, bucket, base, run, writer.WriterConfig ?? {});
    const manifest = { DestinationBucket: bucket, MapRunArn: run.arn, ResultFiles: files };
    const key = `${base}manifest.json`;
    await host.writeObject(bucket, key, Buffer.from(JSON.stringify(manifest)));
    run.resultsWritten = true;
    return { MapRunArn: run.arn, ResultWriterDetails: { Bucket: bucket, Key: key } };
  } catch (error) {
    throw new StateError('States.ResultWriterFailed', error instanceof Error ? error.message : String(error));
  }
}

async function writeFiles(host: Host, bucket: string, base: string, run: MapRun, config: WriterConfig) {
  const done = run.children.filter((child) => child.status === 'SUCCEEDED');
  const lost = run.children.filter((child) => child.status !== 'SUCCEEDED');
  // Only successes are transformed: of the others the metadata is what matters.
  const rows = {
    FAILED: lost.map(metadata),
    PENDING: run.pending.map(({ input }) => ({ Input: JSON.stringify(input), Status: 'PENDING' })),
    SUCCEEDED: config.Transformation === 'COMPACT' ? done.map((child) => child.output ?? null) : done.map(metadata),
  };
  const files: Record<keyof typeof rows, WrittenFile[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] };
  for (const kind of ['FAILED', 'PENDING', 'SUCCEEDED'] as const) {
    if (rows[kind].length === 0) continue;
    const lines = config.OutputType === 'JSONL';
    const body = Buffer.from(
      lines ? rows[kind].map((row) => `${JSON.stringify(row)}\n`).join('') : JSON.stringify(rows[kind]),
    );
    const key = `${base}${kind}_0.${lines ? 'jsonl' : 'json'}`;
    await host.writeObject(bucket, key, body);
    files[kind].push({ Key: key, Size: body.length });
  }
  return files;
}

/** What the service tells about one child; `Input` and `Output` are JSON inside JSON, as there. */
export function metadata(child: Child): JsonObject {
  return {
    ExecutionArn: child.identity.arn,
    Input: JSON.stringify(child.input),
    InputDetails: { Included: true },
    Name: child.identity.name,
    ...(child.output !== undefined && { Output: JSON.stringify(child.output), OutputDetails: { Included: true } }),
    ...(child.error !== undefined && { Error: child.error }),
    ...(child.cause !== undefined && { Cause: child.cause }),
    RedriveCount: child.redriveCount,
    RedriveStatus: child.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
    StartDate: child.startDate.toISOString(),
    StateMachineArn: child.identity.machineArn,
    Status: child.status,
    ...(child.stopDate && { StopDate: child.stopDate.toISOString() }),
  };
}
