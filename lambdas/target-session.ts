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
import { succeed } from './predecessors.ts';

export interface Writing extends InRun {
  readonly step: string;
  /** Which of the step's work this is, and which try at it. Without a number it is nobody's who would have predecessors. */
  readonly number?: number;
  readonly attempt?: number | undefined;
  readonly command: Pick<LoadCommand, 'target' | 'settings'>;
}

export interface TargetSession {
  readonly session: Session;
  readonly dialect: Dialect;
}

/** For pgshift's own statements. */
export async function connectToTarget(ports: Ports, writing: Writing): Promise<TargetSession> {
  const target = await connect(ports, writing, writing.step);
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
export async function connectForBlocks(ports: Ports, writing: Writing): Promise<TargetSession> {
  return connect(ports, writing, `${writing.step}-blocks`);
}

/** The session of an earlier try has ended, or is about to. `doing` tells apart the sessions of one call. */
async function connect(ports: Ports, writing: Writing, doing: string): Promise<TargetSession> {
  const { run, step, command } = writing;
  const { target } = await ports.store.getJson<Capabilities>(artifactKeys.capabilities(run));
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, step),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    const settings = settingsForTarget(command.settings, target.dialect);
    if (settings !== '') await session.run(settings);
    const connected = { session, dialect: target.dialect };
    const { number, attempt } = writing;
    if (number !== undefined) await succeed(ports, connected, { run, step: doing, number, attempt });
    return connected;
  } catch (error) {
    await session.close();
    throw error;
  }
}
