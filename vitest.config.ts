import { defineConfig } from 'vitest/config'

/** A machine that is busy with other tests is slow, not wrong. */
const POLL = { timeout: 20_000, interval: 20 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          expect: { poll: POLL },
          include: ['src/**/*.test.ts', 'test/sim/**/*.test.ts', 'test/*.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'sdk',
          expect: { poll: POLL },
          include: ['test/sdk/**/*.test.ts'],
          globalSetup: 'test/support/server-for-all.ts',
          pool: 'threads',
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'journeys',
          expect: { poll: POLL },
          include: [
            'test/journeys/**/*.test.ts',
            'test/crash/**/*.test.ts',
            'test/clients/**/*.test.ts',
          ],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
})
