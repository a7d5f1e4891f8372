// The session that reads parts of the source: opened for the first, and anew after one whose reading broke. Each part is
// read in a transaction of its own.

import type { LoadCommand } from '../../core/command/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { applicationName, BEGIN_READING, PIN_POSTGRESQL_SOURCE, statementTimeoutMs } from '../../core/sql/session.ts';
import { settingsForSource } from '../../core/sql/settings.ts';

export interface SourceReader {
  /** A session with everything pinned that changes bytes or hides rows, in a transaction. */
  read<Result>(part: (session: Session) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function sourceReader(ports: Ports, run: string, command: LoadCommand): SourceReader {
  let open: Session | undefined;
  const close = async () => {
    await open?.close();
    open = undefined;
  };
  const start = async (): Promise<Session> => {
    open = await ports.connect(command.source, {
      applicationName: applicationName(run, 'extract'),
      statementTimeoutMs: statementTimeoutMs(ports.remaining()),
    });
    await open.run(`${settingsForSource(command.settings)}${PIN_POSTGRESQL_SOURCE}`);
    return open;
  };
  return {
    async read(part) {
      try {
        const session = open ?? (await start());
        await session.run(BEGIN_READING);
        const result = await part(session);
        await session.run('COMMIT');
        return result;
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}
