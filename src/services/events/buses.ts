import { formatArn, parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { limitExceeded, notFound } from './event-errors.ts'
import { eventLimits } from './limits.ts'

export interface Bus {
  readonly name: string
  readonly description?: string | undefined
  readonly createdMs: number
}

/** The event buses of every account; the one named `default` is always there. */
export interface Buses {
  /** By name or ARN; rejects with `ResourceNotFoundException`. */
  get(scope: Scope, nameOrArn: string | undefined): Promise<Bus>
  create(scope: Scope, bus: Omit<Bus, 'createdMs'>): Promise<void>
  remove(scope: Scope, name: string): Promise<void>
  list(scope: Scope, prefix: string | undefined): Promise<ReadonlyArray<Bus>>
}

export function busArn(scope: Scope, name: string): string {
  return formatArn({ service: 'events', ...scope, resource: `event-bus/${name}` })
}

/** The name that an ARN or a name gives; buses of other accounts and regions are not there. */
function busNameOf(scope: Scope, nameOrArn = 'default'): string | undefined {
  const arn = parseArn(nameOrArn)
  if (!arn) return nameOrArn
  const here = arn.accountId === scope.accountId && arn.region === scope.region
  return here && arn.resource.startsWith('event-bus/') ? arn.resource.slice(10) : undefined
}

export function createBuses({ meta, clock }: { meta: MetaStore; clock: Clock }): Buses {
  const documents = createDocuments<Bus>(meta, 'events/bus')
  const standard: Bus = { name: 'default', createdMs: 0 }

  return {
    async get(scope, nameOrArn) {
      const name = busNameOf(scope, nameOrArn)
      const bus = name === 'default' ? standard : name && (await documents.getShared(scope, name))
      if (!bus) throw notFound(`Event bus ${name ?? nameOrArn} does not exist.`)
      return bus
    },
    async create(scope, bus) {
      const others = await documents.list(scope, { limit: eventLimits.busesMax })
      if (others.length >= eventLimits.busesMax - 1) throw limitExceeded()
      const isNew =
        bus.name !== 'default' &&
        (await documents.create(scope, [bus.name], { ...bus, createdMs: clock.wallMs() }))
      if (isNew) return
      throw new ServiceError(
        'ResourceAlreadyExistsException',
        `Event bus ${bus.name} already exists.`,
      )
    },
    async remove(scope, name) {
      await documents.remove(scope, name)
    },
    async list(scope, prefix = '') {
      const limit = eventLimits.busesMax
      const found = await documents.list(scope, { limit, ...(prefix && { prefix }) })
      const own = found.map(({ value }) => value)
      return 'default'.startsWith(prefix) ? [standard, ...own] : own
    },
  }
}
