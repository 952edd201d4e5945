import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { mskLimits } from './limits.ts'
import type { NamedResource } from './msk-arns.ts'
import { badRequest, conflict, notFound } from './msk-errors.ts'

export interface Configuration {
  readonly name: string
  /** As in its ARN. */
  readonly id: string
  readonly description: string
  readonly kafkaVersions: ReadonlyArray<string>
  readonly createdMs: number
  readonly latest: Revision
}

export interface RevisionSummary {
  readonly revision: number
  readonly createdMs: number
  readonly description: string
}

export interface Revision extends RevisionSummary {
  /** The `server.properties`, as it was given. */
  readonly properties: string
}

export interface NewConfiguration {
  readonly name: string
  readonly description: string
  readonly kafkaVersions: ReadonlyArray<string>
  readonly properties: string
}

/** The configurations and their revisions. Durable when a promise resolves. */
export interface Configurations {
  /** Throws `ConflictException` for a name that is taken. */
  create(scope: Scope, given: NewConfiguration): Promise<Configuration>
  /** This and all below throw `NotFoundException`. */
  get(scope: Scope, key: NamedResource): Promise<Configuration>
  /** In the order of names. */
  list(scope: Scope): Promise<ReadonlyArray<Configuration>>
  revise(
    scope: Scope,
    key: NamedResource,
    given: Pick<NewConfiguration, 'description' | 'properties'>,
  ): Promise<Configuration>
  revision(scope: Scope, key: NamedResource, revision: number): Promise<Revision>
  /** In the order of their numbers. */
  revisions(scope: Scope, key: NamedResource): Promise<ReadonlyArray<RevisionSummary>>
  remove(scope: Scope, key: NamedResource): Promise<void>
}

export function createConfigurations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Configurations {
  const { meta, clock, random } = deps
  const documents = createDocuments<Configuration>(meta, 'msk/configuration')
  const revisions = createDocuments<Revision>(meta, 'msk/revision')

  async function get(scope: Scope, key: NamedResource): Promise<Configuration> {
    const found = await documents.get(scope, key.name)
    if (found?.id !== key.id) throw noSuchConfiguration()
    return found
  }

  function newRevision(
    revision: number,
    { description, properties }: Pick<NewConfiguration, 'description' | 'properties'>,
  ): Revision {
    return { revision, createdMs: clock.wallMs(), description, properties }
  }

  return {
    async create(scope, given) {
      const { name, description, kafkaVersions } = given
      const all = await documents.list(scope, { limit: mskLimits.configurationsMax })
      if (all.some(({ value }) => value.name === name)) throw nameTaken()
      if (all.length >= mskLimits.configurationsMax) {
        throw badRequest(
          `An account has at most ${mskLimits.configurationsMax} configurations in a region.`,
        )
      }
      const latest = newRevision(1, given)
      const id = `${random.uuid()}-1`
      const { createdMs } = latest
      const made = { name, id, description, kafkaVersions, createdMs, latest }
      if (!(await documents.create(scope, [name], made))) throw nameTaken()
      return made
    },
    get,
    async list(scope) {
      const found = await documents.list(scope, { limit: mskLimits.configurationsMax })
      return found.map(({ value }) => value)
    },
    async revise(scope, key, given) {
      const { latest: before } = await get(scope, key)
      const latest = newRevision(before.revision + 1, given)
      if (latest.revision > mskLimits.revisionsMax) {
        throw badRequest(`A configuration has at most ${mskLimits.revisionsMax} revisions.`)
      }
      // What it replaces is put aside first; that may be done twice.
      await revisions.put(scope, [key.id, before.revision], before)
      const changed = await documents.update(scope, [key.name], (current) => {
        if (current.id !== key.id) throw noSuchConfiguration()
        if (current.latest.revision !== before.revision) throw changedMeanwhile()
        return { ...current, latest }
      })
      if (!changed) throw noSuchConfiguration()
      return changed
    },
    async revision(scope, key, revision) {
      const { latest } = await get(scope, key)
      if (revision === latest.revision) return latest
      const found = await revisions.get(scope, key.id, revision)
      if (found && revision < latest.revision) return found
      throw notFound('The specified revision does not exist.', 'revision')
    },
    async revisions(scope, key) {
      const { latest } = await get(scope, key)
      const page = { under: [key.id], limit: mskLimits.revisionsMax }
      const found = await revisions.list(scope, page)
      const older = found.map(({ value }) => value).filter((one) => one.revision < latest.revision)
      return [...older, latest]
    },
    async remove(scope, key) {
      await get(scope, key)
      await documents.remove(scope, key.name)
      await revisions.removeUnder(scope, key.id)
    },
  }
}

function nameTaken() {
  return conflict('A configuration with this name already exists.', 'name')
}

function changedMeanwhile() {
  return conflict('The configuration was changed by somebody else.', 'arn')
}

function noSuchConfiguration() {
  return notFound('The specified configuration does not exist.', 'arn')
}
