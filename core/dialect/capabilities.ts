// What detect found out about both ends and the bucket: the artifact `capabilities.json`.

import type { Server } from './version.ts';

export type AuthorizationKind = 'role' | 'keys' | 'temporary keys';

/** Whether a Redshift source can write into the bucket itself, and whether a float of it keeps its bits on the way. */
export type UnloadCapability =
  | { readonly possible: false; readonly why: string }
  | { readonly possible: true; readonly floats: 'exact' | '15 digits'; readonly by: AuthorizationKind }
  /** Nothing was tried: a plan alone is made. */
  | { readonly possible: 'untried' };

export interface Capabilities {
  readonly source: Server & {
    readonly database: string;
    /** Connections the source has left for us, one kept for the next administrator. */
    readonly freeConnections: number;
    readonly standby: boolean;
    /** Of Redshift, where its rows are to be unloaded. */
    readonly unload?: UnloadCapability;
  };
  readonly target: Server & { readonly database: string };
  readonly bucket: { readonly name: string; readonly region: string };
  /** How Redshift's COPY is authorised: by a role, by lasting keys, or by keys that end. Absent where there is no Redshift. */
  readonly copy?: AuthorizationKind;
}
