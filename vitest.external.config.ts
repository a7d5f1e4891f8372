// Tests against PostgreSQL as Debian packages it, with PostGIS and pg_dump: `npm run test:external`, no part of `npm test`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'external',
    include: ['test/external/**/*.test.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    maxWorkers: 2,
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
