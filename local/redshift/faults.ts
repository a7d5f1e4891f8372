// What should go wrong on purpose? A plan that tests fill while the server runs: which statements, how often, and how.

/**
 * `serialization violation`: the statement fails with 1023, and its transaction with it; `cut connection`: the connection
 * breaks before the statement is run; `lose answer`: the statement is run to its end, then the connection breaks.
 */
export type FaultAnswer = 'serialization violation' | 'cut connection' | 'lose answer';

export interface Fault {
  /** Only statements that match, as the client wrote them. */
  readonly statement: RegExp;
  readonly times: number;
  readonly answer: FaultAnswer;
}

export interface PlannedFault {
  /** How often it has struck. */
  readonly struck: number;
}

export class FaultPlan {
  private planned: { readonly fault: Fault; struck: number }[] = [];

  add(fault: Fault): PlannedFault {
    const planned = { fault, struck: 0 };
    this.planned.push(planned);
    return planned;
  }

  clear(): void {
    this.planned = [];
  }

  /** Whether a fault waits for this statement. */
  awaits(sql: string): boolean {
    return this.find(sql) !== undefined;
  }

  /** The fault that strikes this statement, used up by one. */
  take(sql: string): FaultAnswer | undefined {
    const found = this.find(sql);
    if (found === undefined) return undefined;
    found.struck += 1;
    return found.fault.answer;
  }

  private find(sql: string) {
    return this.planned.find(({ fault, struck }) => struck < fault.times && sql.search(fault.statement) >= 0);
  }
}
