import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { notFound } from './connect-errors.ts'
import type { ConnectorSettings, Failure } from './connector.ts'
import { connectLimits } from './limits.ts'

export type OperationKind = 'configuration' | 'worker' | 'pause' | 'resume' | 'restart'

/** A change of a connector that a client asked for. */
export interface ConnectorOperation {
  readonly id: string
  readonly kind: OperationKind
  readonly outcome: 'in-progress' | 'complete' | 'failed' | 'rolled-back'
  readonly createdMs: number
  readonly endedMs?: number
  readonly failure?: Failure
  /** Of updates. */
  readonly origin?: ConnectorSettings
  readonly target?: ConnectorSettings
}

/** What was changed in connectors, the last hundred changes of each. Durable when a promise resolves. */
export interface ConnectorOperations {
  begin(
    scope: Scope,
    connectorId: string,
    operation: Pick<ConnectorOperation, 'kind' | 'origin' | 'target'>,
  ): Promise<string>
  end(
    scope: Scope,
    connectorId: string,
    id: string,
    result: Pick<ConnectorOperation, 'outcome' | 'failure'>,
  ): Promise<void>
  /** Throws `NotFoundException`. */
  get(scope: Scope, connectorId: string, id: string): Promise<ConnectorOperation>
  /** The newest first. */
  list(scope: Scope, connectorId: string): Promise<ReadonlyArray<ConnectorOperation>>
  removeAll(scope: Scope, connectorId: string): Promise<void>
}

export function createConnectorOperations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): ConnectorOperations {
  const { clock, random } = deps
  const documents = createDocuments<ConnectorOperation>(deps.meta, 'msk-connect/operation')

  async function list(scope: Scope, connectorId: string) {
    const found = await documents.list(scope, {
      under: [connectorId],
      limit: connectLimits.operationsKept + 1,
    })
    const all = found.map(({ value }) => value)
    return all.sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? 1 : -1))
  }

  return {
    list,
    async begin(scope, connectorId, operation) {
      const before = await list(scope, connectorId)
      for (const old of before.slice(connectLimits.operationsKept - 1)) {
        await documents.remove(scope, connectorId, old.id)
      }
      const id = random.uuid()
      const createdMs = clock.wallMs()
      const made: ConnectorOperation = { ...operation, id, outcome: 'in-progress', createdMs }
      await documents.put(scope, [connectorId, id], made)
      return id
    },
    async end(scope, connectorId, id, result) {
      const endedMs = clock.wallMs()
      await documents.update(scope, [connectorId, id], (one) => ({ ...one, ...result, endedMs }))
    },
    async get(scope, connectorId, id) {
      const found = await documents.get(scope, connectorId, id)
      if (!found) throw notFound('The specified connector operation does not exist.')
      return found
    },
    removeAll: (scope, connectorId) => documents.removeUnder(scope, connectorId),
  }
}
