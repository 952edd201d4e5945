import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { startHeadrace } from '../test/support/headrace.ts'
import type { Row } from './results.ts'

const ROUNDS = 7
const IDLE_MS = 3_000

/** From the start of the process to its ready line, on a new data directory; then memory at rest. */
export async function benchStart(dist: string): Promise<Row[]> {
  const ours: number[] = []
  const bare: number[] = []
  const resident: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    spawnSync(process.execPath, ['-e', '0'])
    bare.push(performance.now() - started)
    const server = await startHeadrace({ dist })
    ours.push(server.readyMs)
    if (round === 0) {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
      const page = await (await fetch(`${server.endpoint}/metrics`)).text()
      resident.push(Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1]) / 1e6)
    }
    await server.stop()
    rmSync(server.dataDir, { recursive: true, force: true })
  }
  return [
    {
      what: 'Start to the ready line',
      unit: 'ms',
      ours: Math.min(...ours),
      reference: Math.min(...bare),
      referenceIs: 'node -e 0',
      most: 400,
    },
    { what: 'Resident memory, idle', unit: 'MB', ours: Math.min(...resident), most: 120 },
  ]
}
