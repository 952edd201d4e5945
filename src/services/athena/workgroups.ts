import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { invalidRequest } from './athena-errors.ts'
import { limits } from './limits.ts'

/** Settings under which queries run. */
export interface Workgroup {
  readonly name: string
  readonly description?: string
  readonly state: 'ENABLED' | 'DISABLED'
  readonly outputLocation?: string
  /** The workgroup's settings override those of a request. */
  readonly enforced: boolean
  readonly publishMetrics: boolean
  readonly requesterPays: boolean
  /** A query that has read more is cancelled. */
  readonly bytesMax?: number
  readonly selectedEngineVersion: string
  readonly createdMs: number
}

export interface Workgroups {
  /** Refuses a name that is taken. */
  create(scope: Scope, workgroup: Omit<Workgroup, 'createdMs'>): Promise<void>
  /** `primary` is always there. Throws `InvalidRequestException` for others that are not. */
  find(scope: Scope, name: string): Promise<Workgroup>
  update(scope: Scope, name: string, change: (current: Workgroup) => Workgroup): Promise<void>
  remove(scope: Scope, name: string): Promise<void>
  list(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Workgroup>>
}

export const PRIMARY = 'primary'

export function createWorkgroups(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
}): Workgroups {
  const { clock } = deps
  const workgroups = createDocuments<Workgroup>(deps.meta, 'athena/workgroup')

  async function ensurePrimary(scope: Scope): Promise<void> {
    await workgroups.create(scope, [PRIMARY], {
      name: PRIMARY,
      description: '',
      state: 'ENABLED',
      enforced: false,
      publishMetrics: false,
      requesterPays: false,
      selectedEngineVersion: 'AUTO',
      createdMs: clock.wallMs(),
    })
  }

  async function find(scope: Scope, name: string): Promise<Workgroup> {
    const found = await workgroups.get(scope, name)
    if (found) return found
    if (name !== PRIMARY) throw invalidRequest(`WorkGroup ${name} is not found.`)
    await ensurePrimary(scope)
    return find(scope, name)
  }

  return {
    async create(scope, workgroup) {
      await find(scope, PRIMARY)
      const all = await workgroups.list(scope, { limit: limits.workgroupsMax })
      if (all.length >= limits.workgroupsMax) {
        throw invalidRequest(`The number of workgroups is at its limit of ${limits.workgroupsMax}`)
      }
      const value = { ...workgroup, createdMs: clock.wallMs() }
      if (!(await workgroups.create(scope, [workgroup.name], value))) {
        throw invalidRequest('WorkGroup is already created')
      }
    },
    find,
    async update(scope, name, change) {
      await find(scope, name)
      await workgroups.update(scope, [name], change)
    },
    async remove(scope, name) {
      if (name === PRIMARY) throw invalidRequest('Cannot delete primary workgroup')
      await find(scope, name)
      await workgroups.remove(scope, name)
    },
    async list(scope, { after, limit }) {
      await find(scope, PRIMARY)
      const found = await workgroups.list(scope, { limit, ...(after && { after: [after] }) })
      return found.map(({ value }) => value)
    },
  }
}
