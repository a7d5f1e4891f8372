// A small strict S3 server for the laptop and for tests: AWS Signature V4 and all checksums are verified, an object
// is visible only when whole, and what is not implemented answers 501. Listens on loopback, path style, one region.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { breakOff, sendAnswer, sendError } from './answer.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations.ts';
import type { Account, Call, Operation } from './call.ts';
import { accessDenied, asS3Error, S3Error } from './errors.ts';
import { type FaultAnswer, FaultPlan } from './faults.ts';
import { listMultipartUploads, listObjectsV2, listParts } from './list.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipart-operations.ts';
import { copyObject, deleteObject, deleteObjects, getObject, headObject, putObject } from './object-operations.ts';
import { ObjectStore } from './objects.ts';
import { type OperationName, operationOf, writes } from './operations.ts';
import { type Exchange, parseRequest, withHeadersFromQuery } from './request.ts';
import { verifySignature } from './signature.ts';
import { Uploads } from './uploads.ts';

export type { Fault, FaultAnswer, FaultPlan, PlannedFault } from './faults.ts';
export type { OperationName } from './operations.ts';

export interface S3ServerOptions {
  /** Where objects live; created when missing, otherwise empty or of an earlier server. One server at a time. */
  readonly directory: string;
  readonly region: string;
  /** By access key id. */
  readonly accounts: Readonly<Record<string, Account>>;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** For tests; S3's own is 5 MiB. */
  readonly minimumPartBytes?: number;
  /** Gets one line a request, without query or headers, and the stack of internal errors. */
  readonly log?: (line: string) => void;
}

export interface S3Server {
  /** http://127.0.0.1:port */
  readonly endpoint: string;
  readonly port: number;
  /** Throws an S3Error when the name is taken or not a bucket's. */
  createBucket(name: string, ownerAccountId: string): void;
  readonly faults: FaultPlan;
  /** Cuts all connections, removes what was being received, stops listening. */
  close(): Promise<void>;
}

const smallestPartBytes = 5 * 1024 ** 2;
const socketBufferBytes = 1024 ** 2;
const keepAliveMs = 60_000;

const operations: Readonly<Record<OperationName, Operation>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  ListObjectsV2: listObjectsV2,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
};

/** Starts the server. Throws when the port is taken or the directory holds something else. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const store = new ObjectStore(path.resolve(options.directory));
  const service = new Service(options, store);
  const http = createServer({ requestTimeout: 0, keepAliveTimeout: keepAliveMs, highWaterMark: socketBufferBytes });
  http.on('request', (request, response) => service.serve(request, response, false));
  http.on('checkContinue', (request, response) => service.serve(request, response, true));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  await promise;
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    createBucket: (name, ownerAccountId) => service.createBucket(name, ownerAccountId),
    faults: service.faults,
    async close() {
      const closed = new Promise((done) => http.close(done));
      http.closeAllConnections();
      await closed;
      await service.settled();
    },
  };
}

class Service {
  readonly faults = new FaultPlan();
  readonly #options: S3ServerOptions;
  readonly #store: ObjectStore;
  readonly #uploads: Uploads;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: S3ServerOptions, store: ObjectStore) {
    this.#options = options;
    this.#store = store;
    this.#uploads = new Uploads(options.minimumPartBytes ?? smallestPartBytes);
  }

  createBucket(name: string, ownerAccountId: string): void {
    if (this.#store.buckets.has(name))
      throw new S3Error(409, 'BucketAlreadyExists', `The bucket ${name} exists already.`);
    this.#store.createBucket(name, ownerAccountId);
  }

  serve(http: IncomingMessage, response: ServerResponse, heldBack: boolean): void {
    const exchange = { http, response, heldBack, requestId: randomUUID() };
    const served = this.#answer(exchange).catch((error) => this.#answerError(exchange, error));
    this.#underWay.add(served);
    void served.finally(() => {
      this.#underWay.delete(served);
      this.#options.log?.(`${http.method} ${http.url?.split('?')[0]} ${response.statusCode}`);
    });
  }

  /** Resolves when no request is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #answer(exchange: Exchange): Promise<void> {
    const asSent = parseRequest(exchange);
    const signedBy = verifySignature(asSent, {
      region: this.#options.region,
      secretOf: (accessKeyId) => this.#account(accessKeyId)?.secretAccessKey,
      nowMs: Date.now(),
    });
    const account = this.#account(signedBy.accessKeyId);
    if (account === undefined) throw accessDenied();
    const request = withHeadersFromQuery(asSent);
    const operation = operationOf(request);
    const fault = this.faults.take(operation, request.key);
    if (await this.#strike(exchange, fault)) return;
    const call = {
      request,
      signedBy,
      account,
      store: this.#store,
      uploads: this.#uploads,
      region: this.#options.region,
    };
    const answer = await perform(operation, call);
    if (fault === 'lose-answer') {
      if (typeof answer.body === 'object') answer.body.release();
      breakOff(exchange);
      return;
    }
    const cut = typeof fault === 'object' && 'cutAfterBytes' in fault ? fault.cutAfterBytes : undefined;
    await sendAnswer(exchange, answer, cut);
  }

  // True when the fault was the whole answer.
  async #strike(exchange: Exchange, fault: FaultAnswer | undefined): Promise<boolean> {
    const { response } = exchange;
    if (fault === 'cut-connection') breakOff(exchange);
    if (fault === 'hold') {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      await this.faults.held(gone.signal);
    }
    if (typeof fault === 'object' && 'status' in fault)
      throw new S3Error(fault.status, fault.code, fault.message ?? 'A fault was asked for.');
    return response.destroyed;
  }

  #answerError(exchange: Exchange, thrown: unknown): void {
    const error = asS3Error(thrown, this.#store.directory);
    if (error.code === 'InternalError' && !exchange.response.destroyed)
      this.#options.log?.(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    sendError(exchange, this.#withRegion(exchange, error));
  }

  // HeadBucket tells the region of a bucket even to those who may not see it.
  #withRegion({ http }: Exchange, error: S3Error): S3Error {
    const isBucketHead = http.method === 'HEAD' && /^\/[^/?]+\/?(\?|$)/.test(http.url ?? '');
    if (!isBucketHead || (error.status !== 403 && error.status !== 400)) return error;
    const headers = { ...error.headers, 'x-amz-bucket-region': this.#options.region };
    return new S3Error(error.status, error.code, error.message, { elements: error.elements, headers });
  }

  #account(accessKeyId: string): Account | undefined {
    return Object.hasOwn(this.#options.accounts, accessKeyId) ? this.#options.accounts[accessKeyId] : undefined;
  }
}

function perform(operation: OperationName, call: Call): ReturnType<Operation> {
  if (writes(operation) && call.account.readOnly === true) throw accessDenied();
  return operations[operation](call);
}
