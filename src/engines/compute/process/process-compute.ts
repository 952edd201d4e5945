import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import { EngineError, hasErrorCode } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { ComputeEngine, FunctionSpec } from '../port.ts'
import type { Child, ChildDeps, ChildSpec } from './child-process.ts'
import { startChild } from './child-process.ts'
import { createCodeDirectory } from './code-directory.ts'
import type { FunctionInstance } from './function-instance.ts'
import { startFunctionInstance } from './function-instance.ts'
import type { FunctionPool, PoolLimits } from './function-pool.ts'
import { createFunctionPool, POOL_LIMITS } from './function-pool.ts'
import type { Interpreters } from './interpreters.ts'
import { findInterpreters } from './interpreters.ts'
import { startJob } from './job.ts'
import { createMemoryWatch } from './memory-watch.ts'
import type { RuntimeApi, RuntimeClient, RuntimeLine } from './runtime-api.ts'
import { createRuntimeApi } from './runtime-api.ts'
import { launchOf, runtimeNames } from './runtime-launch.ts'

export interface ProcessComputeDeps {
  /** Ours alone: unpacked code and the directories of instances. Emptied at start and at close. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** The `PATH` in which interpreters and programs are looked for, and which user code gets. */
  readonly searchPath: string
  readonly platform: NodeJS.Platform
  /** The Node that runs JavaScript functions: our own. */
  readonly node: { readonly path: string; readonly version: string }
  readonly runtimePaths: {
    /** Absolute: the bundle of `bootstrap/node-bootstrap.ts`. */
    readonly nodeBootstrap: string
    /** Absolute: the directory that holds `headrace_runtime/`. */
    readonly pythonDirectory: string
  }
  readonly limits?: Partial<PoolLimits>
}

/**
 * User code in child processes of this machine, as our own user. Memory is limited by looking at
 * the resident size twenty times a second, and by `prlimit` for what grows faster; cgroups would
 * need rights that a server started by hand does not have. A function's temporary directory is
 * `TMPDIR`; the machine's `/tmp` is not hidden from it.
 */
export async function createProcessCompute(deps: ProcessComputeDeps): Promise<ComputeEngine> {
  const { directory, clock, random, searchPath } = deps
  await emptyDirectory(deps)
  const codePath = join(directory, 'code')
  await mkdir(codePath)
  // As in Lambda's file system, no package above a function says what its `.js` files are.
  await writeFile(join(codePath, 'package.json'), '{}')
  const [interpreters, api] = await Promise.all([
    findInterpreters(searchPath, deps.node),
    createRuntimeApi(random),
  ])
  const children = new Set<Child>()
  const memory = createMemoryWatch({
    clock,
    platform: deps.platform,
    isBusy: () => children.size > 0 && (jobCount > 0 || pool.busyCount() > 0),
  })
  const childDeps: ChildDeps = { interpreters, memory, clock }
  const code = createCodeDirectory(codePath, random)
  let jobCount = 0

  const pool: FunctionPool = createFunctionPool({
    clock,
    limits: { ...POOL_LIMITS, ...deps.limits },
    startInstance: (spec) =>
      startInstance({ ...deps, interpreters, childDeps, api, track }, spec, () =>
        pool.onInstanceChange(),
      ),
  })

  function track(child: Child): void {
    children.add(child)
    void child.ended.then(() => children.delete(child))
  }

  return {
    capabilities: {
      runtimes: runtimeNames(interpreters),
      ...(interpreters.python && { python: interpreters.python }),
    },
    async invoke(spec, event) {
      if (!runtimeNames(interpreters).includes(spec.runtime)) {
        throw new EngineError('unsupported', `this machine has no runtime ${spec.runtime}`)
      }
      return pool.invoke(spec, event)
    },
    retire: async (functionId) => pool.retire(functionId),
    installCode: code.install,
    removeCode: code.remove,
    async start(spec) {
      const { job, child } = await startJob(childDeps, spec, searchPath)
      track(child)
      jobCount++
      void child.ended.then(() => jobCount--)
      return job
    },
    async close() {
      pool.close()
      for (const child of children) child.kill('stopped')
      await Promise.all([...children].map((child) => child.ended))
      memory.close()
      api.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface StartDeps extends ProcessComputeDeps {
  readonly interpreters: Interpreters
  readonly childDeps: ChildDeps
  readonly api: RuntimeApi
  readonly track: (child: Child) => void
}

async function startInstance(
  deps: StartDeps,
  spec: FunctionSpec,
  onChange: () => void,
): Promise<FunctionInstance> {
  const { interpreters, api, clock } = deps
  const id = deps.random.bytes(16).toString('hex')
  const home = join(deps.directory, 'instances', id)
  await mkdir(join(home, 'tmp'), { recursive: true })
  const launch = launchOf(interpreters, deps.runtimePaths, spec)
  let line: RuntimeLine | undefined

  async function start(client: RuntimeClient, onLine: ChildSpec['onLine']): Promise<Child> {
    line = await api.connect(client, { ownPort: launch.ownPort })
    const child = await startChild(deps.childDeps, {
      command: launch.command,
      arguments: launch.arguments,
      directory: spec.codeDirectory,
      environment: {
        ...environmentOf(deps, spec, home),
        ...launch.environment,
        ...spec.environment,
        ...spec.instanceEnvironment?.(id),
        AWS_LAMBDA_RUNTIME_API: line.address,
      },
      memoryBytes: spec.memoryBytes,
      channelCount: 1,
      onLine,
    })
    deps.track(child)
    return child
  }

  async function cleanUp(): Promise<void> {
    line?.disconnect()
    await rm(home, { recursive: true, force: true })
  }

  try {
    return await startFunctionInstance(
      { clock, id, runtime: launch.title, onChange, start, cleanUp },
      spec,
    )
  } catch (error) {
    await cleanUp()
    throw error
  }
}

function environmentOf(deps: ProcessComputeDeps, spec: FunctionSpec, home: string) {
  return {
    PATH: deps.searchPath,
    LANG: 'C.UTF-8',
    TZ: ':UTC',
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    LD_LIBRARY_PATH: `${spec.codeDirectory}:${join(spec.codeDirectory, 'lib')}`,
    LAMBDA_TASK_ROOT: spec.codeDirectory,
    _HANDLER: spec.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    PYTHONPYCACHEPREFIX: join(deps.directory, 'python-cache'),
  }
}

/** What earlier runs left is put aside at once and removed on the way. */
async function emptyDirectory({ directory, random, log }: ProcessComputeDeps): Promise<void> {
  const parent = dirname(directory)
  const old = `${basename(directory)}-old-`
  await mkdir(parent, { recursive: true })
  try {
    await rename(directory, join(parent, `${old}${random.bytes(6).toString('hex')}`))
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
  await mkdir(join(directory, 'instances'), { recursive: true })
  for (const name of await readdir(parent)) {
    if (!name.startsWith(old)) continue
    rm(join(parent, name), { recursive: true, force: true }).catch((error: unknown) =>
      log.warn({ err: error, name }, 'old code of functions could not be removed'),
    )
  }
}
