// Which moment of the source does a run copy, where can it be had, and how is it told from another moment? A snapshot's
// id is no identity: ids are local to one server, and come again after a restart.

import type { Dialect } from './catalog/model.ts';
import type { LoadCommand } from './command/model.ts';
import { PgshiftError } from './errors.ts';
import type { Holder } from './pipeline.ts';

/** The connections with the source that the relay takes. */
export const HOLDERS = 2;

/** Whether all readers of a run see one moment, which a relay keeps for them. Where no row is read none is needed. */
export const wantsSnapshot = ({ noSnapshot, schemaOnly }: LoadCommand['options']): boolean =>
  !noSnapshot && !schemaOnly;

/** Whether a relay keeps one, of a source of this dialect: Redshift exports none. */
export const keepsSnapshot = (options: LoadCommand['options'], source: Dialect): boolean =>
  wantsSnapshot(options) && source === 'postgresql';

/** What a session that imported a snapshot can say of it and of the server it is on; texts, to be compared as such. */
export interface Identity {
  /** pg_current_snapshot() */
  readonly snapshot: string;
  /** Of the cluster: the same on a standby as on its primary. Null where the server does not tell. */
  readonly systemIdentifier: string | null;
  /** When the server was started, in seconds since 1970. */
  readonly startedAt: string;
  /** Host and port as the server has them; null on a socket of the same machine. */
  readonly address: string | null;
}

/** The artifact `snapshot.json`: written once, by who took the snapshot. */
export interface Snapshot extends Identity {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
}

/** The artifacts `snapshot/<holder>.json`: under which id a holder has exported the snapshot again. */
export interface Export {
  readonly id: string;
  /** Of the holder's server process. */
  readonly pid: string;
  /** When it was exported, and when the holder's turn ends: milliseconds since 1970. */
  readonly at: number;
  readonly endsAt: number;
}

/**
 * Whether a holder whose turn is over may let go, as long as the other one holds: only the one that ends first may. Both
 * would at once, if each only saw that the other one is still there.
 */
export function mayLetGo(mine: Export, others: Export, holder: Holder): boolean {
  return mine.endsAt < others.endsAt || (mine.endsAt === others.endsAt && holder === 'first');
}

/** The artifact `snapshot/over.json`: nobody holds the snapshot any more, or will from now on, and why. */
export interface Over {
  readonly reason: 'released' | 'too old' | 'run stopped' | 'not taken';
  /** Of the error, where there never was a snapshot. */
  readonly kind?: string;
  readonly message?: string;
}

/** What is known of a snapshot and of where to have it. */
export interface Known {
  readonly snapshot: Snapshot;
  readonly exports: readonly Export[];
}

/** The ids under which the snapshot may be had, the newest first: its holder has the longest still to live. */
export function idsOf({ snapshot, exports }: Known): string[] {
  const newestFirst = exports.toSorted((a, b) => b.at - a.at).map(({ id }) => id);
  return [...new Set([...newestFirst, snapshot.id])];
}

export const otherHolder = (holder: Holder): Holder => (holder === 'first' ? 'second' : 'first');

/** How a server refuses an id that is not, or no longer, one of a snapshot; which of them depends on its version. */
const STALE: ReadonlySet<string> = new Set(['22023', '42704', '55000']);

export const isStale = (error: unknown): boolean => error instanceof PgshiftError && STALE.has(error.code ?? '');

/** The first difference between two servers or two snapshots in words, or undefined when they are one. */
export function differenceOf(was: Identity, is: Identity): string | undefined {
  return serverDifference(was, is) ?? (was.snapshot === is.snapshot ? undefined : 'its id stands for another one now');
}

/** The same for servers alone: a session without a snapshot can be asked for it. */
export function serverDifference(was: Omit<Identity, 'snapshot'>, is: Omit<Identity, 'snapshot'>): string | undefined {
  if (was.systemIdentifier !== is.systemIdentifier) return 'what answers now is another database cluster';
  if (was.address !== is.address) {
    return `it was taken at ${was.address}, and ${is.address} answers now: name one server, not one name for several`;
  }
  return was.startedAt === is.startedAt ? undefined : 'the server was started again';
}

/** Why a snapshot cannot be had, completing "because …". */
export function reasonOf(over: Over | undefined, difference: string | undefined): string {
  if (over?.reason === 'too old') return 'it was given up at the age that `snapshot max age` allows';
  if (over?.reason === 'run stopped') return 'it was given up some time after the run had stopped';
  if (over?.reason === 'released') return 'it was released when all rows had been read';
  return difference ?? 'both sessions that held it have ended';
}

export function snapshotLost(reason: string): PgshiftError {
  const message = `The run's snapshot of the source is lost: ${reason}. A new one would be of another moment than what has been read.`;
  return new PgshiftError('SnapshotLost', message);
}
