// How does the Redshift stand-in start and end? It listens as a PostgreSQL server would and joins each client with a
// connection of its own to the PostgreSQL behind it.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Backend } from './admin.ts';
import { hasLateViews, knownNames, prepareDatabase } from './catalog/bootstrap.ts';
import { RedshiftError, sqlstate } from './errors.ts';
import { FaultPlan } from './faults.ts';
import { Session, type Shared } from './session.ts';
import { refuseFloatDigits, startupOptions } from './sql/settings.ts';
import { errorResponse, Frames, int32, message, startupMessage, startupParameters } from './wire.ts';

export interface RedshiftOptions {
  /** A PostgreSQL 18 or later, and its superuser. */
  readonly backend: Backend;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** What clients log in with. The role is made in the backend, which does the authentication. */
  readonly user: string;
  readonly password: string;
  /** Made when missing. Clients can use no other. */
  readonly database: string;
  readonly s3: {
    readonly endpoint?: string;
    /** The cluster's own region. */
    readonly region: string;
    /** The keys that IAM_ROLE stands for. */
    readonly role?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Where Redshift's real answer is unknown: what hurts a loader more (default), or less. */
  readonly profile?: 'pessimistic' | 'optimistic';
  readonly isolation?: 'snapshot' | 'serializable';
  /** Serverless has no STL tables: load errors are in sys_load_error_detail only. */
  readonly deployment?: 'provisioned' | 'serverless';
  /** A cluster of one node (default) gives few rows of a cursor at a time. */
  readonly nodes?: 'one' | 'several';
  /** How large the result of a cursor may be; unlimited when absent. */
  readonly cursorBytes?: number;
  /** Whether users may UNLOAD, which takes a privilege of its own. */
  readonly unload?: 'allowed' | 'refused';
}

export interface RedshiftServer {
  readonly port: number;
  /** Empty at first: tests fill it. */
  readonly faults: FaultPlan;
  /** With user and password. */
  uri(): string;
  /** Ends all sessions. The PostgreSQL behind goes on. */
  close(): Promise<void>;
}

export type { Fault, FaultAnswer, FaultPlan, PlannedFault } from './faults.ts';

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;

/** What Redshift's own drivers send at startup, for Redshift only. */
const driverParameters = new Set(['client_protocol_version', 'driver_version', 'os_version', 'plugin_name']);

/** Starts the stand-in on loopback. */
export async function startRedshift(options: RedshiftOptions): Promise<RedshiftServer> {
  const { backend, user, password, database } = options;
  const isolation = options.isolation ?? 'snapshot';
  const deployment = options.deployment ?? 'provisioned';
  const { cursorBytes, nodes = deployment === 'serverless' ? 'several' : 'one' } = options;
  const admin = await prepareDatabase({ backend, user, password, database, isolation, deployment, cursorBytes });
  const { s3, profile = 'pessimistic', unload = 'allowed' } = options;
  const copying = { admin, s3, profile, deployment, database, unload };
  const [names, lateViews] = [await knownNames(admin), await hasLateViews(admin)];
  const faults = new FaultPlan();
  const shared: Shared = { ...copying, names, lateViews, faults, nodes };
  const sockets = new Set<Socket>();
  const sessions = new Set<Session>();
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client));
    client.on('error', () => {});
    greet(client, options, shared, sessions);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening').catch(async (error: Error) => {
    await admin.close();
    throw error;
  });
  const port = listeningPort(server);
  return {
    port,
    faults,
    uri: () =>
      `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening || sockets.size > 0) await once(server, 'close');
      await admin.close();
    },
  };
}

function listeningPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in does not listen');
  return address.port;
}

/** Reads what comes before the login, then hands the connection to a session. */
function greet(client: Socket, options: RedshiftOptions, shared: Shared, sessions: Set<Session>): void {
  const frames = new Frames(true);
  const onData = (chunk: Buffer) => {
    frames.feed(chunk);
    try {
      for (let next = frames.next(); next !== undefined; next = frames.next()) {
        const request = next.readInt32BE(4);
        if (request === sslRequest || request === gssRequest) client.write('N');
        else if (request === cancelRequest) {
          cancel(client, next, options.backend, sessions);
          return;
        } else {
          client.removeListener('data', onData);
          frames.typedFromNow();
          startSession(client, next, frames, options, shared, sessions);
          return;
        }
      }
    } catch (error) {
      const failure = error instanceof RedshiftError ? error : new RedshiftError(String(error), '08P01');
      client.end(errorResponse(failure, 'FATAL'));
    }
  };
  client.on('data', onData);
}

function startSession(
  client: Socket,
  startup: Buffer,
  frames: Frames,
  options: RedshiftOptions,
  shared: Shared,
  sessions: Set<Session>,
): void {
  const version = startup.readInt32BE(4);
  if (version >>> 16 !== 3) throw new RedshiftError(`unsupported frontend protocol ${version >>> 16}`, '0A000');
  const parameters = startupParameters(startup);
  const database = parameters.get('database') ?? parameters.get('user') ?? '';
  if (database !== options.database) {
    throw new RedshiftError(`database "${database}" does not exist`, sqlstate.undefinedDatabase);
  }
  if (parameters.has('replication')) throw new RedshiftError('replication is not supported', '0A000');
  for (const name of driverParameters) parameters.delete(name);
  for (const [name, value] of parameters) refuseFloatDigits(name, value);
  parameters.set('client_encoding', 'UTF8');
  const given = parameters.get('options');
  if (given !== undefined) parameters.set('options', startupOptions(given));
  // A client that knows a later minor version hears that this is 3.0.
  if ((version & 0xffff) > 0) client.write(message('v', int32(3 << 16), int32(0)));
  const upstream = connect({ port: options.backend.port, host: options.backend.host, noDelay: true });
  upstream.on('error', () => {
    if (upstream.connecting)
      client.end(errorResponse({ code: '08006', message: 'the backend cannot be reached' }, 'FATAL'));
  });
  upstream.write(startupMessage(parameters));
  const session = new Session(client, upstream, frames, shared);
  sessions.add(session);
  client.on('close', () => sessions.delete(session));
}

/** Cancels in the backend, and what the session does here. */
function cancel(client: Socket, request: Buffer, backend: Backend, sessions: ReadonlySet<Session>): void {
  const key = request.toString('hex', 8);
  for (const session of sessions) if (session.key === key) session.cancel();
  const upstream = connect(backend.port, backend.host, () => upstream.end(request));
  upstream.on('error', () => client.destroy());
  upstream.on('close', () => client.end());
}
