// How does a test give a run a snapshot without a relay? One session takes and holds it.
import { artifactKeys } from '../../core/artifacts.ts';
import type { Endpoint } from '../../core/command/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { BEGIN_READING } from '../../core/sql/session.ts';
import { EXPORT_SNAPSHOT } from '../../core/sql/snapshot.ts';
import { readIdentity, readSystemIdentifier } from '../../lambdas/run-snapshot.ts';

/** Takes a snapshot of the source and stores what it is. The session holds it until it is closed. */
export async function holdSnapshot(ports: Ports, run: string, source: Endpoint): Promise<Session> {
  const session = await ports.connect(source, { applicationName: 'held', statementTimeoutMs: 0 });
  const systemIdentifier = await readSystemIdentifier(session);
  await session.run(BEGIN_READING);
  const [exported] = await session.query(EXPORT_SNAPSHOT);
  const identity = await readIdentity(session, systemIdentifier);
  const snapshot: Snapshot = { ...identity, id: exported?.id ?? '', takenAt: 0 };
  await ports.store.putJson(artifactKeys.snapshot(run), snapshot);
  return session;
}
