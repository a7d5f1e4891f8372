// How do AWS's own clients reach the local Step Functions: AWS JSON 1.0 over HTTP on loopback, signed requests only?
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Execution } from './execution.ts';
import type { Host } from './host.ts';
import { OPERATIONS, type Service } from './operations.ts';
import { ApiError, Request } from './request.ts';
import { type Credentials, SignatureRefused, verifySignature } from './signature.ts';
import { type Allows, Store } from './store.ts';
import { TaskTokens } from './tokens.ts';

export interface StatesOptions {
  host: Host;
  /** The one key pair requests must be signed with. */
  credentials: Credentials;
  region: string;
  /** Twelve digits. */
  accountId: string;
  /** Multiplies the seconds of Wait states and of pauses before retries; 1, the default, is real time. */
  timeScale?: number;
  /** 0, the default, takes a free port. */
  port?: number;
}

export interface States {
  /** For AWS_ENDPOINT_URL_SFN. */
  endpoint: string;
  /** Adds a machine and gives its ARN. Without `allows` its role may do nothing. Throws InvalidDefinition. */
  register(name: string, definition: string, allows?: Allows): string;
  /** Calls back when an execution, not a child of one, has ended. */
  onExecutionEnded(listener: (execution: Execution) => void): void;
  /** Aborts what still runs, waits for it, and closes the port. */
  close(): Promise<void>;
}

/** Serves the Step Functions API on 127.0.0.1. */
export async function startStates(options: StatesOptions): Promise<States> {
  const { host, region, timeScale = 1 } = options;
  const tokens = new TaskTokens();
  const store = new Store({ host, tokens, region, timeScale, random: Math.random }, options.accountId);
  const service: Service = { store, tokens };
  const server = createServer((request, response) => void serve(service, options, request, response));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: endpointOf(server),
    register: (name, definition, allows) => store.register(name, definition, undefined, allows).arn,
    onExecutionEnded: (listener) => store.onEnded(listener),
    async close() {
      await store.stopAll();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function endpointOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function serve(service: Service, options: StatesOptions, request: IncomingMessage, response: ServerResponse) {
  try {
    const answer = await answerTo(service, options, request);
    send(response, 200, answer);
  } catch (error) {
    if (error instanceof ApiError || error instanceof SignatureRefused) {
      send(response, 400, { __type: error.code, message: error.message });
    } else {
      const message = error instanceof Error ? error.message : String(error);
      send(response, 500, { __type: 'InternalFailure', message });
    }
  }
}

const TARGET = /^AWSStepFunctions\.(?<name>\w+)$/;

async function answerTo(service: Service, options: StatesOptions, request: IncomingMessage): Promise<object> {
  const body = await bodyOf(request);
  const { method = '', url = '', headers } = request;
  verifySignature({ method, path: url, headers, body }, options.credentials, {
    region: options.region,
    service: 'states',
  });
  const name = TARGET.exec(String(headers['x-amz-target']))?.groups?.name ?? '';
  const operation = OPERATIONS.get(name);
  if (method !== 'POST' || url !== '/' || !operation) {
    throw new ApiError('UnknownOperationException', `the operation '${name}' is not implemented locally`);
  }
  let members: unknown;
  try {
    members = JSON.parse(body.toString('utf8') || '{}');
  } catch {
    throw new ApiError('SerializationException', 'the request is not JSON');
  }
  return operation(service, new Request(members));
}

/** 2 MiB: more than the largest request, a definition of 1 MB in JSON, needs. */
const MAX_REQUEST_BYTES = 2 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES) throw new ApiError('ValidationException', 'the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
