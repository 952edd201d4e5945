import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender } from '../../base/event-target.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { evaluateSender } from '../iam/policy-evaluation.ts'
import { PolicySyntaxError, parsePolicy } from '../iam/policy-parsing.ts'
import { limits } from './limits.ts'
import { invalidParameter } from './log-errors.ts'

export interface ResourcePolicy {
  readonly name: string
  readonly document: string
  readonly updatedMs: number
}

/** Which services may write to the log groups of an account and region. */
export interface ResourcePolicies {
  put(scope: Scope, name: string, document: string): Promise<ResourcePolicy>
  /** Rejects with `ResourceNotFoundException`. */
  remove(scope: Scope, name: string): Promise<void>
  /** By name, from behind `after`. */
  list(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<ResourcePolicy>>
  /** Whether one of them lets the sender write, and none denies it. */
  allows(scope: Scope, sender: EventSender, resource: string): Promise<boolean>
}

export function createResourcePolicies(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
}): ResourcePolicies {
  const documents = createDocuments<ResourcePolicy>(deps.meta, 'logs/resource-policy')

  async function list(
    scope: Scope,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ) {
    const page = { limit, ...(after !== undefined && { after: [after] }) }
    return (await documents.list(scope, page)).map(({ value }) => value)
  }

  return {
    list,
    async put(scope, name, document) {
      check(document)
      const all = await list(scope, { limit: limits.resourcePoliciesMax })
      const isNew = all.every((policy) => policy.name !== name)
      if (isNew && all.length >= limits.resourcePoliciesMax) {
        throw new ServiceError('LimitExceededException', 'Resource limit exceeded.')
      }
      const policy = { name, document, updatedMs: deps.clock.wallMs() }
      await documents.put(scope, [name], policy)
      return policy
    },
    async remove(scope, name) {
      if (await documents.remove(scope, name)) return
      throw new ServiceError(
        'ResourceNotFoundException',
        `Policy with name [${name}] does not exist.`,
      )
    },
    async allows(scope, sender, resource) {
      const wanted = { action: 'logs:PutLogEvents', resource }
      const all = await list(scope, { limit: limits.resourcePoliciesMax })
      const verdicts = all.map((one) => evaluateSender(parsePolicy(one.document), sender, wanted))
      return verdicts.includes('allow') && !verdicts.includes('deny')
    },
  }
}

function check(document: string): void {
  if (document.length > limits.resourcePolicyCharactersMax) {
    throw invalidParameter(
      `A policy document can have at most ${limits.resourcePolicyCharactersMax} characters.`,
    )
  }
  try {
    parsePolicy(document)
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error
    throw invalidParameter(`The policy document is not valid: ${error.message}`)
  }
}
