import { createChangeSignal } from '../../base/change-signal.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document, Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { NamedResource } from './connect-arns.ts'
import { badRequest, conflict, notFound } from './connect-errors.ts'
import type { Connector, ConnectorState } from './connector.ts'
import { createHolds } from './holds.ts'
import { connectLimits } from './limits.ts'

export type NewConnector = Pick<Connector, 'name' | 'settings' | 'details' | 'logGroup' | 'tags'>

interface Precondition {
  readonly states: ReadonlyArray<ConnectorState>
  readonly version?: string | undefined
}

/** The connectors of all accounts. A change is durable when its promise resolves. */
export interface Connectors {
  /** `CREATING`. Throws `ConflictException` for a name that is taken. */
  create(scope: Scope, connector: NewConnector): Promise<Connector>
  /** Throws `NotFoundException`. */
  get(scope: Scope, key: NamedResource): Promise<Connector>
  find(scope: Scope, key: NamedResource): Promise<Connector | undefined>
  /** In the order of names. */
  list(scope: Scope, prefix: string): Promise<ReadonlyArray<Connector>>
  /**
   * A change that a client asks for: it gives a new version. Throws `NotFoundException`, and
   * `BadRequestException` where the connector is in none of the states or of another version.
   */
  ask(
    scope: Scope,
    key: NamedResource,
    from: Precondition,
    change: (connector: Connector) => Connector,
  ): Promise<Connector>
  /** Throws as `ask` would, and changes nothing. */
  check(scope: Scope, key: NamedResource, from: Precondition): Promise<void>
  /** What came of the work on it. Nothing happens when its state is another one by now. */
  note(
    scope: Scope,
    connector: Connector,
    change: (connector: Connector) => Connector,
  ): Promise<Connector | undefined>
  setTags(
    scope: Scope,
    key: NamedResource,
    change: (tags: Connector['tags']) => Connector['tags'],
  ): Promise<void>
  remove(scope: Scope, key: NamedResource): Promise<void>
  /** Says that somebody works on the connector, until the answer is called. */
  hold(id: string): () => void
  /** Empties an account, or all of them; resolves when nobody here works on its connectors any more. */
  removeEverything(accountId: string | undefined): Promise<void>
  everywhere(): AsyncIterable<Document<Connector>>
  /** Resolves at the next change that this process makes, or when the signal aborts. */
  waitForChange(signal: AbortSignal): Promise<void>
  wake(): void
}

export function createConnectors(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Connectors {
  const { clock, random } = deps
  const documents = createDocuments<Connector>(deps.meta, 'msk-connect/connector')
  const changes = createChangeSignal()
  const holds = createHolds()
  const newVersion = () => random.uuid().replaceAll('-', '').slice(0, 14).toUpperCase()

  async function find(scope: Scope, key: NamedResource): Promise<Connector | undefined> {
    const found = await documents.get(scope, key.name)
    return found?.id === key.id ? found : undefined
  }

  async function get(scope: Scope, key: NamedResource): Promise<Connector> {
    const found = await find(scope, key)
    if (!found) throw noSuchConnector()
    return found
  }

  async function update(
    scope: Scope,
    key: NamedResource,
    change: (connector: Connector) => Connector,
  ): Promise<Connector> {
    const changed = await documents.update(scope, [key.name], (connector) => {
      if (connector.id !== key.id) throw noSuchConnector()
      return change(connector)
    })
    if (!changed) throw noSuchConnector()
    changes.notify()
    return changed
  }

  async function create(scope: Scope, given: NewConnector): Promise<Connector> {
    const all = await documents.list(scope, { limit: connectLimits.connectorsMax })
    if (all.some(({ value }) => value.name === given.name)) throw nameTaken()
    if (all.length >= connectLimits.connectorsMax) throw tooMany()
    const connector: Connector = {
      ...given,
      id: `${random.uuid()}-1`,
      createdMs: clock.wallMs(),
      version: newVersion(),
      state: 'CREATING',
    }
    if (!(await documents.create(scope, [given.name], connector))) throw nameTaken()
    changes.notify()
    return connector
  }

  return {
    find,
    create,
    get,
    async list(scope, prefix) {
      const found = await documents.list(scope, { limit: connectLimits.connectorsMax, prefix })
      return found.map(({ value }) => value)
    },
    async check(scope, key, from) {
      refuse(await get(scope, key), from)
    },
    ask: (scope, key, from, change) =>
      update(scope, key, (connector) => {
        refuse(connector, from)
        return { ...change(connector), version: newVersion() }
      }),
    async note(scope, before, change) {
      let isCurrent = true
      const changed = await documents.update(scope, [before.name], (connector) => {
        isCurrent = connector.id === before.id && connector.version === before.version
        return isCurrent ? change(connector) : connector
      })
      if (!isCurrent) return undefined
      changes.notify()
      return changed
    },
    async setTags(scope, key, change) {
      await update(scope, key, (connector) => ({ ...connector, tags: change(connector.tags) }))
    },
    async remove(scope, key) {
      if (await find(scope, key)) await documents.remove(scope, key.name)
      changes.notify()
    },
    hold: (id) => holds.hold(id),
    async removeEverything(accountId) {
      const removed = await removeAll(documents, accountId)
      changes.notify()
      await holds.whenFree(removed)
    },
    everywhere: () => documents.everywhere(),
    waitForChange: (signal) => changes.wait(signal),
    wake: () => changes.notify(),
  }
}

/** Answers the ids of what was there. */
async function removeAll(
  documents: Documents<Connector>,
  accountId: string | undefined,
): Promise<ReadonlySet<string>> {
  const removed = new Set<string>()
  for await (const { scope, value } of documents.everywhere()) {
    if (accountId !== undefined && accountId !== scope.accountId) continue
    await documents.remove(scope, value.name)
    removed.add(value.id)
  }
  return removed
}

function refuse(connector: Connector, { states, version }: Precondition): void {
  if (version !== undefined && version !== connector.version) {
    throw badRequest('The current version of the connector is not the one that was specified.')
  }
  if (states.includes(connector.state)) return
  throw badRequest(`That cannot be done with a connector that is ${connector.state}.`)
}

function nameTaken() {
  return conflict('A resource with this name already exists. Retry your request with another name.')
}

function tooMany() {
  return badRequest(`An account has at most ${connectLimits.connectorsMax} connectors in a region.`)
}

function noSuchConnector() {
  return notFound('The specified connector does not exist.')
}
