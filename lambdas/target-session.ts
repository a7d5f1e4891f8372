// A session that writes into the target, with the command's parameters and what pgshift pins: what kind of server it is,
// detect has found out.

import { artifactKeys } from '../core/artifacts.ts';
import type { Dialect } from '../core/catalog/model.ts';
import type { LoadCommand } from '../core/command/model.ts';
import type { Capabilities } from '../core/dialect/capabilities.ts';
import type { InRun } from '../core/pipeline.ts';
import type { Ports, Session } from '../core/ports.ts';
import { applicationName, PIN_TARGET, statementTimeoutMs } from '../core/sql/session.ts';
import { settingsForTarget } from '../core/sql/settings.ts';

export interface Writing extends InRun {
  readonly step: string;
  readonly command: Pick<LoadCommand, 'target' | 'settings'>;
}

export interface TargetSession {
  readonly session: Session;
  readonly dialect: Dialect;
}

/** For pgshift's own statements. */
export async function connectToTarget(ports: Ports, writing: Writing): Promise<TargetSession> {
  const target = await connectForBlocks(ports, writing);
  try {
    const pins = PIN_TARGET[target.dialect];
    if (pins !== '') await target.session.run(pins);
  } catch (error) {
    await target.session.close();
    throw error;
  }
  return target;
}

/** For a user's own statements: they were not written for what is pinned. */
export async function connectForBlocks(ports: Ports, { run, step, command }: Writing): Promise<TargetSession> {
  const { target } = await ports.store.getJson<Capabilities>(artifactKeys.capabilities(run));
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, step),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    const settings = settingsForTarget(command.settings, target.dialect);
    if (settings !== '') await session.run(settings);
    return { session, dialect: target.dialect };
  } catch (error) {
    await session.close();
    throw error;
  }
}
