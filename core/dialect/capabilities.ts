// What detect found out about both ends and the bucket: the artifact `capabilities.json`.

import type { Server } from './version.ts';

export interface Capabilities {
  readonly source: Server & {
    readonly database: string;
    /** Connections the source has left for us, one kept for the next administrator. */
    readonly freeConnections: number;
    readonly standby: boolean;
  };
  readonly target: Server & { readonly database: string };
  readonly bucket: { readonly name: string; readonly region: string };
  /** How Redshift's COPY is authorised: by a role, by lasting keys, or by keys that end. Absent where there is no Redshift. */
  readonly copy?: 'role' | 'keys' | 'temporary keys';
}
