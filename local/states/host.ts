// What does the interpreter need from the world: somebody to run tasks, and somewhere to read and write objects.
import type { Json } from './json.ts';

export interface TaskCall {
  /** The function's ARN or name, as the definition gives it. */
  functionName: string;
  payload: Json;
  /** The state that calls, for messages and tests. */
  state: string;
  executionArn: string;
  /** Aborted when the execution is stopped or the task has timed out: the work has to end at once. */
  signal: AbortSignal;
}

/** One entry of ListObjectsV2, as Step Functions hands it to a Map. */
export interface ListedObject {
  Key: string;
  Size: number;
  Etag: string;
  /** Seconds since 1970. */
  LastModified: number;
  StorageClass: string;
}

export interface Host {
  /** Runs a Lambda function; rejects with StateError when the function fails. */
  task(call: TaskCall): Promise<Json>;
  readObject(bucket: string, key: string): Promise<Buffer>;
  listObjects(bucket: string, prefix: string | undefined): Promise<ListedObject[]>;
  writeObject(bucket: string, key: string, body: Buffer): Promise<void>;
}
