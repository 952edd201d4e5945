import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/sim/**/*.test.ts', 'test/*.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'sdk',
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
