// What can a statement become? The closed list of what the session knows how to run.
import type { CopyStatement } from './copy-statement.ts';
import type { UnloadStatement } from './unload-statement.ts';

export interface Pass {
  readonly kind: 'pass';
  /** For the backend. */
  readonly sql: string;
  /** How many rows a FETCH asks for. */
  readonly fetches?: number | 'all';
  /** Whether names in quotes keep their capitals in what the session says from now on. */
  readonly keepsCase?: boolean;
}

/** Several statements of the backend for one of the client's, all or none. */
export interface Steps {
  readonly kind: 'steps';
  readonly steps: readonly string[];
  /** The command tag that the client gets. */
  readonly tag: string;
  /** What it does to an open transaction: nothing, ends it with a commit, or it may not run in one, or only in one. */
  readonly inBlock: 'joins' | 'commits' | 'refused' | 'required';
  /** When this relation (SQL name) exists already, only this is run. */
  readonly ifExists?: { readonly relation: string; readonly sql: string };
}

export interface Copy {
  readonly kind: 'copy';
  readonly copy: CopyStatement;
}

export interface Unload {
  readonly kind: 'unload';
  readonly unload: UnloadStatement;
  /** The query for the backend, once it is known; before, it is read like a statement of its own. */
  readonly sql?: string;
}

export type Statement = Pass | Steps | Copy | Unload;
