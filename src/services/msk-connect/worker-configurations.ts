import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { NamedResource } from './connect-arns.ts'
import { badRequest, conflict, notFound } from './connect-errors.ts'
import { connectLimits } from './limits.ts'
import type { Tags } from './tags.ts'

/** AWS has no call that changes one: it has revision 1 for all time. */
export interface WorkerConfiguration extends NamedResource {
  readonly description?: string
  readonly createdMs: number
  /** The file in base64, as it was given. */
  readonly content: string
  readonly tags: Tags
}

/** The worker configurations. Durable when a promise resolves. */
export interface WorkerConfigurations {
  /** Throws `ConflictException` for a name that is taken. */
  create(
    scope: Scope,
    given: Pick<WorkerConfiguration, 'name' | 'description' | 'content' | 'tags'>,
  ): Promise<WorkerConfiguration>
  /** Throws `NotFoundException`. */
  get(scope: Scope, key: NamedResource): Promise<WorkerConfiguration>
  /** In the order of names. */
  list(scope: Scope, prefix: string): Promise<ReadonlyArray<WorkerConfiguration>>
  setTags(scope: Scope, key: NamedResource, change: (tags: Tags) => Tags): Promise<void>
  /** Connectors that were made with it keep what it said. */
  remove(scope: Scope, key: NamedResource): Promise<void>
}

export function createWorkerConfigurations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): WorkerConfigurations {
  const { meta, clock, random } = deps
  const documents = createDocuments<WorkerConfiguration>(meta, 'msk-connect/worker')
  const max = connectLimits.workerConfigurationsMax

  async function get(scope: Scope, key: NamedResource): Promise<WorkerConfiguration> {
    const found = await documents.get(scope, key.name)
    if (found?.id !== key.id) throw noSuchWorker()
    return found
  }

  return {
    get,
    async create(scope, given) {
      const all = await documents.list(scope, { limit: max })
      if (all.some(({ value }) => value.name === given.name)) throw nameTaken()
      if (all.length >= max) {
        throw badRequest(`An account has at most ${max} worker configurations in a region.`)
      }
      const made = { ...given, id: `${random.uuid()}-1`, createdMs: clock.wallMs() }
      if (!(await documents.create(scope, [given.name], made))) throw nameTaken()
      return made
    },
    async list(scope, prefix) {
      const found = await documents.list(scope, { limit: max, prefix })
      return found.map(({ value }) => value)
    },
    async setTags(scope, key, change) {
      const changed = await documents.update(scope, [key.name], (current) => {
        if (current.id !== key.id) throw noSuchWorker()
        return { ...current, tags: change(current.tags) }
      })
      if (!changed) throw noSuchWorker()
    },
    async remove(scope, key) {
      await get(scope, key)
      await documents.remove(scope, key.name)
    },
  }
}

function nameTaken() {
  return conflict('A resource with this name already exists. Retry your request with another name.')
}

function noSuchWorker() {
  return notFound('The specified worker configuration does not exist.')
}
