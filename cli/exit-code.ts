// What does pgshift's exit code say?

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** Reserved: rows were rejected and the rest was loaded. Nothing ends like this yet. */
  doneWithRejects: 3,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
