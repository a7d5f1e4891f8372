// One JSON line per fact, on stderr: CloudWatch reads it there, and so does a terminal. Names and counts, no values.

import type { Log } from '../core/ports.ts';

export function jsonLog(context: Readonly<Record<string, string>>): Log {
  return {
    info(event, facts = {}) {
      process.stderr.write(`${JSON.stringify({ event, ...context, ...facts })}\n`);
    },
  };
}
