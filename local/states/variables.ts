// Which variables can a state see, and where do the ones it assigns go?
import { dataLimitExceeded, MAX_PAYLOAD_BYTES } from './errors.ts';
import { type JsonObject, jsonBytes } from './json.ts';

/** 10 MiB: the most all variables of an execution may hold together. */
const MAX_ALL_BYTES = 10 * 1024 * 1024;

/** The variables of one scope: the machine, one branch of a Parallel, or one iteration of an inline Map. */
export class Variables {
  private readonly outer: Variables | undefined;
  private own: JsonObject = {};

  constructor(outer?: Variables) {
    this.outer = outer;
  }

  /** Every variable in reach; an inner one hides an outer one of the same name. */
  visible(): JsonObject {
    return { ...this.outer?.visible(), ...this.own };
  }

  /** Assigns all or, when a limit is passed, none. Throws States.DataLimitExceeded. */
  assign(values: JsonObject, state: string): void {
    const next = { ...this.own, ...values };
    const total = jsonBytes({ ...this.outer?.visible(), ...next });
    if (jsonBytes(values) > MAX_PAYLOAD_BYTES || total > MAX_ALL_BYTES) throw dataLimitExceeded(state);
    this.own = next;
  }
}
