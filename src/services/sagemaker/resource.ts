import type { Arn } from '../../base/arn.ts'
import { formatArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { Documents } from '../../engines/meta/documents.ts'

/** What every resource of SageMaker has. */
export interface Resource {
  readonly name: string
  readonly arn: string
  readonly createdMs: number
  readonly tags: Readonly<Record<string, string>>
}

export function resourceArn(scope: Scope, kind: string, name: string): string {
  const arn: Omit<Arn, 'partition'> = {
    service: 'sagemaker',
    ...scope,
    resource: `${kind}/${name.toLowerCase()}`,
  }
  return formatArn(arn)
}

// AWS: SageMaker answers unknown names with ValidationException, not with a not-found code.
export function notFound(what: string): ServiceError {
  return new ServiceError('ValidationException', `Could not find ${what}.`)
}

/** Named resources of one kind: get, list and remove work the same for all of them. */
export interface Resources<T extends Resource> {
  get(scope: Scope, name: string): Promise<T>
  find(scope: Scope, name: string): Promise<T | undefined>
  /** Rejects with the given code when the name is taken. */
  create(scope: Scope, resource: T): Promise<void>
  update(scope: Scope, name: string, change: (current: T) => T): Promise<T>
  /** Every resource of the account and region, in order of the name. */
  list(scope: Scope): Promise<ReadonlyArray<T>>
  remove(scope: Scope, name: string): Promise<void>
}

const PAGE = 1000

export function createResources<T extends Resource>(
  documents: Documents<T>,
  kind: { readonly title: string; readonly arnKind: string; readonly takenCode: string },
): Resources<T> {
  const missing = (scope: Scope, name: string) =>
    notFound(`${kind.title} "${resourceArn(scope, kind.arnKind, name)}"`)
  const key = (name: string) => [name.toLowerCase()]

  async function list(scope: Scope): Promise<ReadonlyArray<T>> {
    const found: T[] = []
    let after: string | undefined
    for (;;) {
      const page = await documents.list(scope, {
        limit: PAGE,
        ...(after !== undefined && { after: key(after) }),
      })
      found.push(...page.map(({ value }) => value))
      after = found.at(-1)?.name
      if (page.length < PAGE) return found
    }
  }

  return {
    list,
    find: (scope, name) => documents.get(scope, ...key(name)),
    async get(scope, name) {
      const resource = await documents.get(scope, ...key(name))
      if (!resource) throw missing(scope, name)
      return resource
    },
    async create(scope, resource) {
      if (await documents.create(scope, key(resource.name), resource)) return
      throw new ServiceError(
        kind.takenCode,
        `Cannot create already existing ${kind.title} "${resource.arn}".`,
      )
    },
    async update(scope, name, change) {
      const resource = await documents.update(scope, key(name), change)
      if (!resource) throw missing(scope, name)
      return resource
    },
    async remove(scope, name) {
      if (!(await documents.remove(scope, ...key(name)))) throw missing(scope, name)
    },
  }
}
