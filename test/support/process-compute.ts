import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { systemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { systemRandom } from '../../src/base/random.ts'
import type { ComputeEngine } from '../../src/engines/compute/port.ts'
import type { PoolLimits } from '../../src/engines/compute/process/function-pool.ts'
import { createProcessCompute } from '../../src/engines/compute/process/process-compute.ts'

/** A compute engine of child processes in a directory of its own. Close it after use. */
export async function openProcessCompute(limits?: Partial<PoolLimits>): Promise<ComputeEngine> {
  const home = await mkdtemp(join(tmpdir(), 'headrace-compute-'))
  const nodeBootstrap = join(home, 'node-bootstrap.mjs')
  await build({
    entryPoints: ['src/engines/compute/process/bootstrap/node-bootstrap.ts'],
    outfile: nodeBootstrap,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  })
  const engine = await createProcessCompute({
    directory: join(home, 'compute'),
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    searchPath: process.env['PATH'] ?? '',
    platform: process.platform,
    node: { path: process.execPath, version: process.versions.node },
    runtimePaths: { nodeBootstrap, pythonDirectory: resolve('python') },
    ...(limits && { limits }),
  })
  return {
    ...engine,
    async close() {
      await engine.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
