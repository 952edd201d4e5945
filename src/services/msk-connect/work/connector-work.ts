import { createChildAbort } from '../../../base/child-abort.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { NamedResource } from '../connect-arns.ts'
import type { Connector, Failure } from '../connector.ts'
import { isAtRest, mergedConfiguration } from '../connector.ts'
import type { ConnectorOperations } from '../connector-operations.ts'
import type { Connectors } from '../connectors.ts'
import { readSinkSettings } from '../sink/settings.ts'
import { runSink } from './run-sink.ts'
import type { SinkDeps } from './sink-run.ts'
import { isPassing, tell } from './sink-run.ts'
import { settle } from './transitions.ts'

export interface ConnectorWorkDeps extends SinkDeps {
  readonly connectors: Connectors
  readonly history: ConnectorOperations
  readonly background: Background
}

/** How often the set of connectors is looked at without being woken (another node may change it). */
const LOOK_MS = 5_000
/** Before it is begun anew, with other partitions or settings. */
const PAUSE_MS = 50

/** One loop for each connector; resolves when the signal has aborted and all have stopped. */
export async function runConnectors(deps: ConnectorWorkDeps, signal: AbortSignal): Promise<void> {
  const { connectors, background, clock } = deps
  const running = new Map<string, Promise<void>>()
  while (!signal.aborted) {
    const look = createChildAbort(signal)
    const changed = connectors.waitForChange(look.signal)
    for await (const { scope, value } of connectors.everywhere()) {
      if (isAtRest(value) || running.has(value.id)) continue
      const loop = background.run(workOf(deps, scope, value), signal).finally(() => {
        running.delete(value.id)
        // It may have been asked for something else while it ended.
        connectors.wake()
      })
      running.set(value.id, loop)
    }
    await Promise.race([changed, clock.sleep(LOOK_MS, look.signal)])
    look.end()
  }
  await Promise.all(running.values())
}

function workOf(deps: ConnectorWorkDeps, scope: Scope, { name, id }: Connector) {
  const { connectors } = deps
  return {
    name: `msk-connect/connector/${scope.accountId}/${scope.region}/${id}`,
    async round(signal: AbortSignal): Promise<number | 'done'> {
      const letGo = connectors.hold(id)
      try {
        return await workOnce(deps, scope, { name, id }, signal)
      } finally {
        letGo()
      }
    },
    async onFailure(error: unknown) {
      const connector = await connectors.find(scope, { name, id })
      const why = error instanceof Error ? error.message : String(error)
      if (connector) await tell(deps, { scope, connector }, [`WARN ${why}; it is tried again`])
    },
  }
}

/** Does what was asked of the connector, and runs it until something is asked again. */
async function workOnce(
  deps: ConnectorWorkDeps,
  scope: Scope,
  key: NamedResource,
  signal: AbortSignal,
): Promise<number | 'done'> {
  const found = await deps.connectors.find(scope, key)
  if (!found || isAtRest(found)) return 'done'
  const connector = await settle(deps, scope, found)
  if (connector?.state !== 'RUNNING') return connector ? 0 : 'done'
  try {
    const configuration = mergedConfiguration(connector.settings)
    const settings = readSinkSettings(configuration)
    await runSink(deps, { scope, connector, settings, configuration }, signal)
    return PAUSE_MS
  } catch (error) {
    if (isPassing(error) || !(error instanceof ServiceError)) throw error
    await fail(deps, scope, connector, { code: error.code, message: error.message })
    return 'done'
  }
}

async function fail(
  deps: ConnectorWorkDeps,
  scope: Scope,
  connector: Connector,
  failure: Failure,
): Promise<void> {
  await tell(deps, { scope, connector }, [`ERROR The connector failed: ${failure.message}`])
  await deps.connectors.note(scope, connector, (current) => ({
    ...current,
    state: 'FAILED',
    failure,
  }))
}
