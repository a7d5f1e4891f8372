// What of a run has to go before it reads everything again, under a new snapshot? Its staging tables and ledgers, and all of
// its objects; but for its SQL blocks: those of BEFORE LOAD have run, and are not run twice.
import { artifactKeys, runFolder } from '../core/artifacts.ts';
import type { LoadCommand } from '../core/command/model.ts';
import { keyOf, tokenOf } from '../core/plan/names.ts';
import type { Ports, Store } from '../core/ports.ts';
import { blocksTable } from '../core/sql/blocks.ts';
import { statementTimeoutMs } from '../core/sql/session.ts';
import { findLeftovers, removeLeftovers } from './leftovers.ts';

/** Tables first: a plan that is made anew must not find a ledger of the old one. */
export async function startOver(ports: Ports, run: string, command: LoadCommand): Promise<void> {
  const session = await ports.connect(command.target, {
    applicationName: `pgshift/resume/${run}`,
    firstContact: true,
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    const blocks = blocksTable(command, tokenOf(run));
    const isBlocks = (name: Parameters<typeof keyOf>[0]) => blocks !== undefined && keyOf(name) === keyOf(blocks);
    for (const left of (await findLeftovers(ports, session, run)).runs) {
      await removeLeftovers(ports, session, {
        ...left,
        claims: left.claims.filter((claim) => !isBlocks(claim)),
        tables: left.tables.filter((table) => !isBlocks(table)),
        objects: [],
      });
    }
  } finally {
    await session.close();
  }
  await forgetObjects(ports.store, run);
}

/** All that its steps wrote. What says which run it is, whether it lives and which SQL blocks have run, stays. */
export async function forgetObjects(store: Store, run: string): Promise<void> {
  const kept = [
    artifactKeys.command(run),
    artifactKeys.signOfLife(run),
    artifactKeys.heartbeat(run),
    artifactKeys.stepRecord(run, 'before-load'),
    artifactKeys.blocksOver(run),
  ];
  const all = (await store.list(runFolder(run))).map(({ key }) => key);
  await store.remove(all.filter((key) => !kept.includes(key) && !key.startsWith(artifactKeys.resumptions(run))));
}
