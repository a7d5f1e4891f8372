// A coat around a step's ports that knows where the step is: before, in and after what it asks of the world. Steps do not
// know of it. What happens at a place is up to whoever wears it.
import { pipeline, type Readable, Transform } from 'node:stream';
import type { Ports, Session, Store } from '../../core/ports.ts';
import type { Place, Side } from './model.ts';
import { openWire, type Wire } from './wire.ts';

/** What a place is about: a session's wire, or the key of an object. */
export interface About {
  readonly wire?: Wire;
  readonly key?: string;
}

export interface Coat {
  /** May wait, throw, end the process, or see to it that what comes next fails. */
  at(place: Place, side: Side, about: About): Promise<void>;
  /** Comes around everything that a step asks for. */
  pace<Result>(work: () => Promise<Result>): Promise<Result>;
  /** What is sent in place of a statement of the target's: for mutations. May come after others on the bare session. */
  rewrite?(sql: string, session: Session): string | Promise<string>;
}

/** In PostgreSQL the ledger's row comes first, as a key that stands for the lock, and is filled in when all is loaded. */
const PLACES: readonly (readonly [Place, RegExp])[] = [
  ['lock', /^BEGIN; LOCK TABLE |^INSERT INTO \S+ \("batch", "piece".* ON CONFLICT DO NOTHING/],
  ['copy', /^COPY .* FROM (?:'s3:|STDIN )/s],
  ['ledger', /^INSERT INTO \S+ \("batch", "piece"(?!.* ON CONFLICT )|^UPDATE \S+ SET "rows" = /],
  ['commit', /(?:^|; )COMMIT$/],
  [
    'swap',
    / RENAME TO |^(?:DELETE FROM [^;]*; )?INSERT INTO \S+ \(.*\) SELECT .*; DROP TABLE | OVERRIDING SYSTEM VALUE SELECT /s,
  ],
];

/** The places that a statement is. */
export const placesOf = (sql: string): readonly Place[] => [
  'statement',
  ...PLACES.flatMap(([place, pattern]) => (pattern.test(sql) ? [place] : [])),
];

/** Two of the parts that S3 takes are on their way at a time, of 5 MiB each: who sends more than both has stored one. */
const WITHIN_UPLOAD_BYTES = 11 * 1024 * 1024;
/** Every row is longer. */
const WITHIN_ROWS_BYTES = 2;

export function inCoat(ports: Ports, coat: Coat): Ports {
  const around = async <Result>(places: readonly Place[], about: About, work: () => Promise<Result>) => {
    for (const place of places) await coat.at(place, 'before', about);
    const result = await coat.pace(work);
    for (const place of places) await coat.at(place, 'after', about);
    return result;
  };
  return {
    ...ports,
    store: storeInCoat(ports.store, around, coat),
    connect: async (endpoint, options) => {
      await coat.at('connect', 'before', {});
      const wire = await openWire(endpoint.host ?? '127.0.0.1', endpoint.port ?? 5432);
      try {
        const session = await coat.pace(() =>
          ports.connect({ ...endpoint, host: '127.0.0.1', port: wire.port }, options),
        );
        const dressed = sessionInCoat(session, wire, endpoint.end, around, coat);
        try {
          await coat.at('connect', 'after', { wire });
        } catch (error) {
          await session.close();
          throw error;
        }
        return dressed;
      } finally {
        wire.close();
      }
    },
  };
}

type Around = <Result>(places: readonly Place[], about: About, work: () => Promise<Result>) => Promise<Result>;

function sessionInCoat(session: Session, wire: Wire, end: string, around: Around, coat: Coat): Session {
  const sent = async (sql: string) => (end === 'target' ? ((await coat.rewrite?.(sql, session)) ?? sql) : sql);
  return {
    ...session,
    query: (sql, values) => around(placesOf(sql), { wire }, async () => session.query(await sent(sql), values)),
    run: (sql) => around(placesOf(sql), { wire }, async () => session.run(await sent(sql))),
    describe: (sql) => around(['statement'], { wire }, () => session.describe(sql)),
    copyOut(sql, refused) {
      const { bytes, rows } = session.copyOut(sql, refused);
      return { bytes: within(bytes, 0, () => coat.at('read', 'middle', { wire })), rows };
    },
    copyIn: (sql, bytes) =>
      around(placesOf(sql), { wire }, () =>
        session.copyIn(
          sql,
          within(bytes, WITHIN_ROWS_BYTES, () => coat.at('copy', 'middle', { wire })),
        ),
      ),
  };
}

/** The same bytes. What is to happen when so many have passed, and one more comes, happens between them. */
function within(bytes: Readable, after: number, happen: () => Promise<void>): Transform {
  let passed = 0;
  return pipeline(
    bytes,
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const room = after - passed;
        passed += chunk.length;
        if (room < 0 || chunk.length <= room) {
          done(null, chunk);
          return;
        }
        if (room > 0) this.push(chunk.subarray(0, room));
        passed = Number.POSITIVE_INFINITY;
        happen().then(
          () => done(null, chunk.subarray(room)),
          (error: Error) => done(error),
        );
      },
    }),
    () => {},
  );
}

function storeInCoat(store: Store, around: Around, coat: Coat): Store {
  return {
    ...store,
    putText: (key, text) => around(['object'], { key }, () => store.putText(key, text)),
    putJson: (key, value) => around(['object'], { key }, () => store.putJson(key, value)),
    putNew: (key, text) => around(['object'], { key }, () => store.putNew(key, text)),
    getText: (key) => around(['object'], { key }, () => store.getText(key)),
    findText: (key) => around(['object'], { key }, () => store.findText(key)),
    getJson: (key) => around(['object'], { key }, () => store.getJson(key)),
    async putStream(key, body) {
      await coat.at('upload', 'before', { key });
      const watched = within(body, WITHIN_UPLOAD_BYTES, () => coat.at('upload', 'middle', { key }));
      const bytes = await coat.pace(() => store.putStream(key, watched));
      await coat.at('upload', 'after', { key });
      return bytes;
    },
  };
}
