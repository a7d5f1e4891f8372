// Which tests there are: fast ones without servers, and slower ones against real servers, in separate projects.
import { defineConfig } from 'vitest/config';

/** Suites whose files have a process each, whose environment they change. */
const ALONE: readonly string[] = ['e2e', 'properties', 'faults'];

const project = (name: string, timeoutSeconds: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
    pool: 'forks' as const,
    // The files of a suite share processes: nothing of ours keeps state between them, and loading the AWS SDK for each
    // file took a quarter of the time.
    isolate: ALONE.includes(name),
  },
});

export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    maxWorkers: 2,
    projects: [
      project('unit', 20),
      project('contract', 60),
      project('infra', 120),
      project('local', 60),
      project('db', 60),
      project('golden', 120),
      project('e2e', 180),
      project('properties', 180),
      project('faults', 180),
    ],
  },
});
