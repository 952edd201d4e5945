import { spawnSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startHeadrace } from './headrace.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    endpoint: string
  }
}

/** One server, freshly built, for all black-box tests of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = process.env['HEADRACE_BUILT'] === '1'
  const dist = built ? 'dist' : `dist-${process.pid}`
  if (!built) {
    const { status } = spawnSync(process.execPath, ['scripts/build.mjs', dist], {
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error('the build failed')
  }
  const server = await startHeadrace({ dist, flags: ['--kafka-port', '0'] })
  project.provide('endpoint', server.endpoint)
  return async () => {
    const code = await server.stop()
    await rm(server.dataDir, { recursive: true, force: true })
    if (!built) await rm(dist, { recursive: true, force: true })
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${server.log()}`)
  }
}
