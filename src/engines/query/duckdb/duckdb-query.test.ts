import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../base/clock.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import { systemRandom } from '../../../base/random.ts'
import { queryConformance } from '../conformance.ts'
import { createDuckdbQuery } from './duckdb-query.ts'

const childPath = fileURLToPath(new URL('child.ts', import.meta.url))

queryConformance({
  create: (directory) =>
    createDuckdbQuery({
      directory,
      childPath,
      childArguments: ['--import', import.meta.resolve('tsx')],
      sessionsMax: 2,
      memoryBytes: 500_000_000,
      spillBytesMax: 60_000_000,
      clock: systemClock,
      random: systemRandom,
      metrics: silentMetrics,
    }),
  sessionsMax: 2,
  killChildren() {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (isOurs(id)) process.kill(Number(id), 'SIGKILL')
    }
  },
})

function isOurs(id: string): boolean {
  try {
    const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]
    return (
      Number(parent) === process.pid &&
      readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(childPath)
    )
  } catch {
    return false
  }
}
