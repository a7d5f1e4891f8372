// What can go wrong, said in Redshift's words: an error of a statement, and the error of one row of a load.

/** An error that the client sees: message, SQLSTATE, and at times a detail. */
export class RedshiftError extends Error {
  readonly code: string;
  readonly detail: string | undefined;

  constructor(message: string, code = 'XX000', detail?: string) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

export const sqlstate = {
  featureNotSupported: '0A000',
  activeTransaction: '25001',
  noActiveTransaction: '25P01',
  invalidParameter: '22023',
  syntaxError: '42601',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
  undefinedObject: '42704',
  undefinedDatabase: '3D000',
  duplicateColumn: '42701',
  invalidTable: '42P16',
  tooManyColumns: '54011',
  internal: 'XX000',
} as const;

/** Two transactions that no order explains. Redshift names their table and their numbers; the stand-in does not know them. */
export function serializationViolation(): RedshiftError {
  const detail = 'Serializable isolation violation on table - 0, transactions forming the cycle are: 0';
  return new RedshiftError('1023', sqlstate.internal, detail);
}

/** Two transactions that made, changed or dropped the same object. */
export function concurrentConflict(): RedshiftError {
  return new RedshiftError('could not complete because of conflict with concurrent transaction', sqlstate.internal);
}

/** For what Redshift can do and the stand-in cannot. */
export function notImplemented(what: string): RedshiftError {
  return new RedshiftError(`not implemented by the stand-in: ${what}`, sqlstate.featureNotSupported);
}

/** For what Redshift's parser does not know. */
export function syntaxError(near: string): RedshiftError {
  return new RedshiftError(`syntax error at or near "${near}"`, sqlstate.syntaxError);
}

/** Why a row was refused: Redshift's load error code and reason. Place and raw text are added by the reader. */
export class LoadError extends Error {
  readonly errorCode: number;
  /** Zero-based; -1 for the line as a whole. */
  column = -1;
  line = 0;
  rawLine = '';
  rawField = '';
  /** In the field, where that is known. */
  readonly position: number;

  constructor(errorCode: number, reason: string, position = 0) {
    super(reason);
    this.errorCode = errorCode;
    this.position = position;
  }
}
