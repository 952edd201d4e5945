import { createChildAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { Endpoint, Endpoints } from './endpoints.ts'
import type { LoadedModels } from './loaded-models.ts'

export interface DeploymentsDeps {
  readonly endpoints: Endpoints
  readonly loadedModels: LoadedModels
  readonly background: Background
  readonly clock: Clock
}

const LOOK_MS = 5_000

/** Brings the endpoints that wait for it into service, until the signal aborts. */
export async function runDeployments(deps: DeploymentsDeps, signal: AbortSignal): Promise<void> {
  await deps.background.run(
    {
      name: 'sagemaker/deployments',
      async round(own) {
        const look = createChildAbort(own)
        const changed = deps.endpoints.changes.wait(look.signal)
        for await (const { scope, value } of deps.endpoints.everywhere()) {
          if (value.wanted) await deploy(deps, scope, value)
        }
        await Promise.race([changed, deps.clock.sleep(LOOK_MS, look.signal)])
        look.end()
        return 0
      },
    },
    signal,
  )
}

async function deploy(
  { endpoints, loadedModels, clock }: DeploymentsDeps,
  scope: Scope,
  { name, wanted }: Endpoint,
): Promise<void> {
  if (!wanted) return
  const failureReason = await loadFailure(loadedModels, scope, wanted)
  const there = await endpoints.find(scope, name)
  if (!there) return
  await endpoints.update(scope, name, (current) => {
    const { wanted: _, failureReason: _old, ...rest } = current
    const modifiedMs = clock.wallMs()
    if (failureReason !== undefined) {
      // An endpoint that serves goes on with what it has, as on AWS after a failed update.
      const status = current.deployed ? 'InService' : 'Failed'
      return { ...rest, status, failureReason, modifiedMs }
    }
    return {
      ...rest,
      configName: wanted.configName,
      deployed: wanted,
      status: 'InService',
      modifiedMs,
    }
  })
}

async function loadFailure(
  loadedModels: LoadedModels,
  scope: Scope,
  wanted: NonNullable<Endpoint['wanted']>,
): Promise<string | undefined> {
  try {
    await loadedModels.get(scope, wanted)
    return undefined
  } catch (error) {
    if (error instanceof ServiceError) return error.message
    throw error
  }
}
