// Can the source write into the bucket itself, and how does it write a float? One row is unloaded and read back: what the
// documentation leaves open is asked of the cluster at hand.

import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createZstdDecompress } from 'node:zlib';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { UnloadCapability } from '../../core/dialect/capabilities.ts';
import { type ErrorKind, PgshiftError } from '../../core/errors.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { unload } from '../../core/sql/redshift/read.ts';
import { readManifest } from '../../core/sql/redshift/unload-manifest.ts';
import { applicationName, PIN_REDSHIFT_SOURCE } from '../../core/sql/session.ts';
import { kindOfAuthorization } from './authorization.ts';

/** A cluster compiles a query it has not seen for up to ten seconds, and detect's Lambda lives for 60. */
const STATEMENT_MS = 40_000;

/** Has 17 digits that count. Computed of a row, so that it is a slice that writes it and not the leader. */
const FLOAT = '0.30000000000000004';
const QUERY = 'SELECT 0.1::FLOAT8 + 0.2::FLOAT8 + slice::FLOAT8 * 0 AS "float" FROM stv_slices';
/** Where nobody may ask for slices. */
const PLAIN_QUERY = 'SELECT 0.1::FLOAT8 + 0.2::FLOAT8 AS "float"';

/** What says that it cannot be, and not that it cannot be just now. */
const REFUSED: readonly ErrorKind[] = ['PermissionDenied', 'StatementRefused', 'CopyDenied', 'CredentialsInvalid'];

/** Undefined where the command asks for cursors, or for no rows. */
export async function tryUnload(
  ports: Ports,
  run: string,
  { source, options }: LoadCommand,
): Promise<UnloadCapability | undefined> {
  if (options.readBy === 'cursor' || options.schemaOnly) return undefined;
  if (ports.store.imagined === true) return { possible: 'untried' };
  const session = await ports.connect(source, {
    applicationName: applicationName(run, 'detect'),
    statementTimeoutMs: STATEMENT_MS,
  });
  try {
    await session.run(PIN_REDSHIFT_SOURCE);
    const first = await unloadRow(ports, run, session, QUERY);
    return first.possible === true ? first : await unloadRow(ports, run, session, PLAIN_QUERY);
  } finally {
    await session.close();
  }
}

async function unloadRow(ports: Ports, run: string, session: Session, select: string): Promise<UnloadCapability> {
  const { store } = ports;
  const folder = artifactKeys.probe(run, `unload.${ports.randomHex(4)}/`);
  const prefix = `s3://${store.bucket}/${folder}`;
  try {
    const authorization = await ports.copyAuthorization('source');
    const region = await store.region();
    await session.run(unload({ select, prefix, region, sentinel: '@N@' }, authorization));
    const files = readManifest(await store.getText(`${folder}manifest`), prefix);
    const [file] = files.filter(({ rows }) => rows > 0);
    const key = file?.url.slice(`s3://${store.bucket}/`.length) ?? '';
    const written = await text(pipeline(await store.getStream(key), createZstdDecompress(), () => {}));
    const floats = written.startsWith(`${FLOAT}\n`) ? 'exact' : '15 digits';
    return { possible: true, floats, by: kindOfAuthorization(authorization) };
  } catch (error) {
    if (!(error instanceof PgshiftError) || !REFUSED.includes(error.kind)) throw error;
    return { possible: false, why: error.message };
  } finally {
    const left = await store.list(folder);
    if (left.length > 0) await store.remove(left.map(({ key }) => key));
  }
}
