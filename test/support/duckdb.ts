import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { silentMetrics } from '../../src/base/metrics.ts'
import { systemRandom } from '../../src/base/random.ts'
import { createDuckdbQuery } from '../../src/engines/query/duckdb/duckdb-query.ts'
import type { QueryEngine } from '../../src/engines/query/port.ts'

/** The embedded query engine, run from the sources, for unit tests of what stands on it. */
export function openTestQuery(): QueryEngine {
  const child = new URL('../../src/engines/query/duckdb/child.ts', import.meta.url)
  return createDuckdbQuery({
    directory: mkdtempSync(join(tmpdir(), 'headrace-query-')),
    childPath: fileURLToPath(child),
    childArguments: ['--import', import.meta.resolve('tsx')],
    sessionsMax: 2,
    memoryBytes: 500_000_000,
    spillBytesMax: 500_000_000,
    clock: systemClock,
    random: systemRandom,
    metrics: silentMetrics,
  })
}
