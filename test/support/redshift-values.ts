// What becomes of values that COPY reads? The same questions to the stand-in under both of its profiles.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { auto, bucket, failure, role, rows, type StandIn, startStandIn } from './redshift-stand-in.ts';

export type Profile = 'pessimistic' | 'optimistic';

export interface Values {
  readonly profile: Profile;
  /** The answer that this profile gives. */
  either<T>(answers: Readonly<Record<Profile, T>>): T;
  session(): pg.Client;
  /** Loads lines into a new table `v` of these columns; returns its rows. */
  load(columns: string, body: string | Buffer, options?: string): Promise<unknown[][]>;
  /** The same, with column `c` as text. */
  shown(columns: string, body: string | Buffer, options?: string): Promise<unknown[][]>;
  /** Code and reason of the load error that lines are refused with. */
  refusal(columns: string, body: string | Buffer, options?: string): Promise<[number, string]>;
  /** Runs a COPY into `v`, with nothing but what is said. */
  copy(body: string | Buffer, options: string): Promise<unknown>;
}

/** Makes the tests twice, once for each profile. */
export function underBothProfiles(tests: (values: Values) => void): void {
  const sessions = new Map<Profile, pg.Client>();
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn({ profile: 'pessimistic' });
    sessions.set('pessimistic', await standIn.session());
    const hopeful = await standIn.another('hopeful', { profile: 'optimistic' });
    sessions.set('optimistic', await standIn.session({ port: hopeful.port, database: 'hopeful' }));
  });
  afterAll(() => standIn.close());

  describe.each<Profile>(['pessimistic', 'optimistic'])('%s', (profile) => {
    const session = (): pg.Client => {
      const found = sessions.get(profile);
      if (found === undefined) throw new Error('not started yet');
      return found;
    };
    const copy: Values['copy'] = async (body, options) => {
      await standIn.put('values/x', body);
      return session().query(`COPY v FROM 's3://${bucket}/values/x' ${role} CSV ${options}`);
    };
    const fill = async (columns: string, body: string | Buffer) => {
      await session().query(`DROP TABLE IF EXISTS v; CREATE TABLE v (n BIGINT IDENTITY(1, 1), ${columns})`);
      await standIn.put('values/x', body);
    };
    // Formats are 'auto', unless a test says its own.
    const formats = (options: string) => (/DATEFORMAT|TIMEFORMAT/.test(options) ? `${role} CSV` : auto);
    const statement = (options = '') => `COPY v FROM 's3://${bucket}/values/x' ${formats(options)} ${options}`;
    const load: Values['load'] = async (columns, body, options) => {
      await fill(columns, body);
      await session().query(statement(options));
      return (await rows(session(), 'SELECT * FROM v ORDER BY n')).map((row) => row.slice(1));
    };
    tests({
      profile,
      either: (answers) => answers[profile],
      session,
      load,
      copy,
      shown: async (columns, body, options) => {
        await load(columns, body, options);
        return rows(session(), 'SELECT c::varchar FROM v ORDER BY n');
      },
      refusal: async (columns, body, options) => {
        await fill(columns, body);
        const error = await failure(session(), statement(options));
        expect(error.message).toMatch(/^Load into table 'v' failed\./);
        const last = 'SELECT err_code, trim(err_reason) FROM stl_load_errors ORDER BY query DESC, line_number LIMIT 1';
        const [row] = await rows(session(), last);
        return [Number(row?.[0]), String(row?.[1])];
      },
    });
  });
}
