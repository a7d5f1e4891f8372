// Who is at each end, what can they do, and may we? Everything that a wrong setting can break is tried here, at once
// and before anything is changed.

import { artifactKeys } from '../../core/artifacts.ts';
import { printDiagnostic } from '../../core/command/diagnostic.ts';
import type { Endpoint, LoadCommand } from '../../core/command/model.ts';
import { parseCommands } from '../../core/command/parser.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { OLDEST_POSTGRESQL, readVersion, type Server } from '../../core/dialect/version.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { ExecutionInput, StepInput, StepOutput } from '../../core/pipeline.ts';
import type { CopyAuthorization, Ports, Session } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import { HOLDERS, keepsSnapshot, wantsSnapshot } from '../../core/snapshot.ts';
import { applicationName } from '../../core/sql/session.ts';
import { kindOfAuthorization } from './authorization.ts';
import { trySessions } from './sessions.ts';
import { tryUnload } from './try-unload.ts';

/** Nothing asked here takes a second on a healthy server. */
const STATEMENT_MS = 5_000;

export async function detect(ports: Ports, { run, input }: StepInput<'detect'>): Promise<StepOutput<'detect'>> {
  const startedAt = ports.now();
  const command = await readCommand(ports, input);
  const wanted = wantsSnapshot(command.options);
  const atTarget = look(ports, run, command.target, targetCapabilities);
  const [source, target, bucket, copy] = await allOf([
    lookAtSource(ports, run, command, wanted),
    atTarget,
    tryBucket(ports, run),
    authorizationFor(ports, atTarget),
  ]);
  const capabilities: Capabilities = {
    ...{ source, target, bucket },
    ...(copy === undefined ? {} : { copy: kindOfAuthorization(copy) }),
  };
  await ports.store.putJson(artifactKeys.command(run), command);
  await ports.store.putJson(artifactKeys.capabilities(run), capabilities);
  const record: StepRecord = { step: 'detect', startedAt, endedAt: ports.now(), count: 2 };
  await ports.store.putJson(artifactKeys.stepRecord(run, 'detect'), record);
  const snapshot = keepsSnapshot(command.options, source.dialect);
  return { source: source.dialect, target: target.dialect, snapshot };
}

/** The one command of an execution. Refuses text that holds a password, without repeating any of it. */
async function readCommand(ports: Ports, input: ExecutionInput): Promise<LoadCommand> {
  const text =
    input.command ?? (input.commandKey === undefined ? undefined : await ports.store.findText(input.commandKey));
  if (text === undefined) {
    const missing =
      input.commandKey === undefined
        ? 'it has neither "command" nor "commandKey"'
        : `there is no object ${input.commandKey}`;
    throw new PgshiftError('CommandInvalid', `The execution's input holds no command: ${missing}.`);
  }
  const { commands, problems } = parseCommands(text, input.commandKey ?? 'command');
  const [first, ...others] = commands;
  if (problems.length > 0 || first === undefined) {
    throw new PgshiftError(
      'CommandInvalid',
      `The command cannot be read:\n${problems.map(printDiagnostic).join('\n')}`,
    );
  }
  if (others.length > 0) {
    throw new PgshiftError('CommandInvalid', `One execution runs one command; this input holds ${commands.length}.`);
  }
  const { source, target } = first.passwords;
  if (source !== undefined || target !== undefined) {
    const ends = [source === undefined ? '' : 'source', target === undefined ? '' : 'target'].filter(
      (end) => end !== '',
    );
    throw new PgshiftError(
      'InputHoldsSecret',
      `The input holds the password of the ${ends.join(' and the ')}, and histories keep inputs.`,
    );
  }
  return first.command;
}

async function look<Found>(
  ports: Ports,
  run: string,
  endpoint: Endpoint,
  ask: (session: Session) => Promise<Found>,
): Promise<Found> {
  const session = await ports.connect(endpoint, {
    applicationName: applicationName(run, 'detect'),
    firstContact: true,
    statementTimeoutMs: STATEMENT_MS,
  });
  try {
    return await ask(session);
  } finally {
    await session.close();
  }
}

/** With two sessions: what they are to each other counts as well. */
async function lookAtSource(
  ports: Ports,
  run: string,
  command: LoadCommand,
  snapshot: boolean,
): Promise<Capabilities['source']> {
  const endpoint = command.source;
  const found = await look(ports, run, endpoint, async (first) => {
    const found = await sourceCapabilities(first, snapshot);
    if (found.dialect === 'redshift') return found;
    // Who has one connection only has to do without the second look.
    if (found.freeConnections > 0) {
      await look(ports, run, endpoint, (second) => trySessions(first, second, snapshot));
    }
    return found;
  });
  if (found.dialect === 'postgresql') return found;
  const unload = await tryUnload(ports, run, command);
  return unload === undefined ? found : { ...found, unload };
}

/** What the workload management of a cluster runs at once at most, over all of its queues. */
const MOST_QUERIES = 50;

async function serverOf(session: Session, end: string): Promise<Server> {
  const [row] = await session.query('SELECT version() AS version');
  const server = readVersion(row?.version ?? '');
  if (server) return server;
  throw new PgshiftError(
    'DialectUnsupported',
    `The ${end} is neither PostgreSQL nor Redshift by what it says of itself.`,
  );
}

async function sourceCapabilities(session: Session, snapshot: boolean): Promise<Capabilities['source']> {
  const server = await serverOf(session, 'source');
  if (server.dialect === 'redshift') {
    const [row] = await session.query('SELECT current_database() AS database');
    return { ...server, database: row?.database ?? '', freeConnections: MOST_QUERIES, standby: false };
  }
  if (server.major < OLDEST_POSTGRESQL) {
    throw new PgshiftError(
      'DialectUnsupported',
      `The source is ${server.label}; the oldest that is read is ${OLDEST_POSTGRESQL}.`,
    );
  }
  const [row] = await session.query(SOURCE_FACTS);
  const standby = row?.standby === 't';
  // One is left for whoever must look at the server meanwhile.
  const freeConnections = Number(row?.free ?? 0) - 1;
  if (snapshot) refuseSnapshot({ freeConnections, standby, feedback: row?.feedback === 'on' });
  return { ...server, database: row?.database ?? '', freeConnections, standby };
}

/** What a snapshot that lives as long as the load needs, and the source does not give. */
function refuseSnapshot(source: { freeConnections: number; standby: boolean; feedback: boolean }): void {
  if (source.standby && !source.feedback) {
    throw new PgshiftError(
      'ConfigurationInvalid',
      'The source is a standby whose hot_standby_feedback is off: vacuum on its primary would end the sessions that hold the snapshot. Set it to on, read from the primary, or say `WITH no snapshot`.',
    );
  }
  if (source.freeConnections <= HOLDERS) {
    throw new PgshiftError(
      'ConfigurationInvalid',
      `The source has ${Math.max(0, source.freeConnections)} connections left for this user, and a snapshot takes ${HOLDERS} besides those that read: raise the limit of connections, or say \`WITH no snapshot\`.`,
    );
  }
}

/**
 * Free by the server, by the database and by the role; -1 is no limit. Our own connection counts as free. Counted by
 * pg_stat_database, because pg_stat_activity hides from plain users what kind of session another one is.
 */
const SOURCE_FACTS = `
  SELECT current_database() AS database, pg_is_in_recovery() AS standby,
    current_setting('hot_standby_feedback') AS feedback,
    least(
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - (SELECT sum(numbackends) FROM pg_stat_database),
      (SELECT CASE WHEN datconnlimit < 0 THEN 2147483647 ELSE datconnlimit - numbackends END
        FROM pg_database d JOIN pg_stat_database s ON s.datid = d.oid WHERE d.datname = current_database()),
      (SELECT CASE WHEN rolconnlimit < 0 THEN 2147483647 ELSE rolconnlimit
        - (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid) END
        FROM pg_roles r WHERE rolname = current_user)
    ) + 1 AS free`;

async function targetCapabilities(session: Session): Promise<Capabilities['target']> {
  const server = await serverOf(session, 'target');
  if (server.dialect === 'postgresql' && server.major < OLDEST_POSTGRESQL) {
    throw new PgshiftError(
      'DialectUnsupported',
      `The target is ${server.label}; the oldest that is written is ${OLDEST_POSTGRESQL}.`,
    );
  }
  const [row] = await session.query('SELECT current_database() AS database');
  return { ...server, database: row?.database ?? '' };
}

/** Is it there, is it ours, may we write and delete? */
async function tryBucket(ports: Ports, run: string): Promise<Capabilities['bucket']> {
  const region = await ports.store.region();
  const key = artifactKeys.probe(run, 'detect');
  await ports.store.putText(key, 'pgshift looks whether it may write here\n');
  await ports.store.remove([key]);
  return { name: ports.store.bucket, region };
}

/** Only Redshift reads the bucket itself. What is wrong with the target is said by whoever looks at it. */
async function authorizationFor(
  ports: Ports,
  target: Promise<Capabilities['target']>,
): Promise<CopyAuthorization | undefined> {
  const dialect = await target.then(
    (found) => found.dialect,
    () => undefined,
  );
  return dialect === 'redshift' ? ports.copyAuthorization() : undefined;
}

/** Waits for all, so that no connection is left behind, then throws the first failure in the order given. */
async function allOf<Results extends unknown[]>(
  tasks: { [Index in keyof Results]: Promise<Results[Index]> },
): Promise<Results> {
  const settled = await Promise.allSettled(tasks);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return Promise.all(tasks) as Promise<Results>;
}
