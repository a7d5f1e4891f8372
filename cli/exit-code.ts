// What does pgshift's exit code say?

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Rows were rejected, and all others loaded. */
  doneWithRejects: 3,
  /** Whether two databases are equal is not known. */
  couldNotCompare: 4,
  /** Failed, and some of its tables are live already. */
  partlyPublished: 5,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
