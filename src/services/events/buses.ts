import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Bus } from './bus.ts'
import { busPlaceOf } from './bus.ts'
import { limitExceeded, notFound } from './event-errors.ts'
import { eventLimits } from './limits.ts'

/** The event buses of every account; the one named `default` is always there. */
export interface Buses {
  /** By name or ARN, in the caller's account; rejects with `ResourceNotFoundException`. */
  get(scope: Scope, nameOrArn: string | undefined): Promise<Bus>
  /** Whoever's it is. */
  find(scope: Scope, name: string): Promise<Bus | undefined>
  create(scope: Scope, bus: Omit<Bus, 'createdMs'>): Promise<void>
  /** Rejects with `ResourceNotFoundException`; `change` may throw to refuse. */
  change(scope: Scope, name: string, change: (bus: Bus) => Bus): Promise<Bus>
  remove(scope: Scope, name: string): Promise<void>
  /** The default one first, then by name. */
  list(scope: Scope, prefix: string | undefined): Promise<ReadonlyArray<Bus>>
}

const DEFAULT = 'default'

export function createBuses({ meta, clock }: { meta: MetaStore; clock: Clock }): Buses {
  /** The default one is among them once it was changed. */
  const documents = createDocuments<Bus>(meta, 'events/bus')
  const standard: Bus = { name: DEFAULT, createdMs: 0 }
  const absent = (name: string) => notFound(`Event bus ${name} does not exist.`)

  async function find(scope: Scope, name: string): Promise<Bus | undefined> {
    const found = await documents.getShared(scope, name)
    return found ?? (name === DEFAULT ? standard : undefined)
  }

  return {
    find,
    async get(scope, nameOrArn) {
      const place = busPlaceOf(scope, nameOrArn)
      const { accountId, region } = place?.scope ?? {}
      const isOurs = accountId === scope.accountId && region === scope.region
      const bus = isOurs && place ? await find(scope, place.name) : undefined
      if (!bus) throw absent(isOurs && place ? place.name : (nameOrArn ?? DEFAULT))
      return bus
    },
    async create(scope, bus) {
      const others = await documents.list(scope, { limit: eventLimits.busesMax + 1 })
      const own = others.filter(({ value }) => value.name !== DEFAULT)
      if (own.length >= eventLimits.busesMax - 1) throw limitExceeded()
      const made = { ...bus, createdMs: clock.wallMs() }
      if (bus.name !== DEFAULT && (await documents.create(scope, [bus.name], made))) return
      throw new ServiceError(
        'ResourceAlreadyExistsException',
        `Event bus ${bus.name} already exists.`,
      )
    },
    async change(scope, name, change) {
      if (name === DEFAULT) await documents.create(scope, [DEFAULT], standard)
      const changed = await documents.update(scope, [name], (bus) => ({
        ...change(bus),
        modifiedMs: clock.wallMs(),
      }))
      if (!changed) throw absent(name)
      return changed
    },
    async remove(scope, name) {
      await documents.remove(scope, name)
    },
    async list(scope, prefix = '') {
      const limit = eventLimits.busesMax + 1
      const found = await documents.list(scope, { limit, ...(prefix && { prefix }) })
      const own = found.map(({ value }) => value).filter(({ name }) => name !== DEFAULT)
      const first = DEFAULT.startsWith(prefix) ? await find(scope, DEFAULT) : undefined
      return first ? [first, ...own] : own
    },
  }
}
