// What a plan is made of: everything that was found out, and what is drawn for this run alone.

import type { Catalog } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import type { Capabilities } from '../dialect/capabilities.ts';
import type { Sentinels } from './model.ts';

export interface PlanInput {
  readonly run: string;
  readonly command: LoadCommand;
  readonly source: Catalog;
  readonly target: Catalog;
  readonly capabilities: Capabilities;
  /** Random, so that no row holds them. */
  readonly sentinels: Sentinels;
  /** What makes this run's own names: 12 hexadecimal digits from the run's name. */
  readonly token: string;
}
