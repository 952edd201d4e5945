import { ServiceError } from '../../base/errors.ts'
import type { EventSender } from '../../base/event-target.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Verdict } from '../iam/policy-document.ts'
import { evaluateSender } from '../iam/policy-evaluation.ts'
import { parsePolicy } from '../iam/policy-parsing.ts'
import { functionArn } from './function-names.ts'
import { conflict, notFound, preconditionFailed } from './lambda-errors.ts'
import { limits } from './limits.ts'

/** A statement of a resource-based policy, as IAM writes it. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal: '*' | Readonly<Record<string, string>>
  readonly Action: string
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface Policy {
  readonly revisionId: string
  readonly statements: ReadonlyArray<PolicyStatement>
}

/** Who may invoke a function, version or alias: its resource-based policies. */
export interface Policies {
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string, qualifier?: string): Promise<Policy>
  add(scope: Scope, target: PolicyTarget, statement: PolicyStatement): Promise<void>
  remove(scope: Scope, target: PolicyTarget, sid: string): Promise<void>
  /** What they say to a service that brings an event of one of its own resources. */
  verdictOn(scope: Scope, target: PolicyTarget, sender: EventSender): Promise<Verdict>
  removeAll(scope: Scope, name: string): Promise<void>
}

export interface PolicyTarget {
  readonly name: string
  readonly qualifier?: string | undefined
  readonly revisionId?: string | undefined
}

export function createPolicies(meta: MetaStore, random: Random): Policies {
  const documents = createDocuments<Policy>(meta, 'lambda/policy')
  const none = () => notFound('No policy is associated with the given resource.')

  async function get(scope: Scope, name: string, qualifier = ''): Promise<Policy> {
    const found = await documents.get(scope, name, qualifier)
    if (!found || found.statements.length === 0) throw none()
    return found
  }

  async function change(
    scope: Scope,
    { name, qualifier = '', revisionId }: PolicyTarget,
    edit: (statements: ReadonlyArray<PolicyStatement>) => ReadonlyArray<PolicyStatement>,
  ): Promise<void> {
    await documents.create(scope, [name, qualifier], { revisionId: random.uuid(), statements: [] })
    await documents.update(scope, [name, qualifier], (current) => {
      if (revisionId !== undefined && revisionId !== current.revisionId) {
        throw preconditionFailed('GetPolicy')
      }
      return { revisionId: random.uuid(), statements: edit(current.statements) }
    })
  }

  return {
    get,
    add: (scope, target, statement) =>
      change(scope, target, (statements) => {
        if (statements.some(({ Sid }) => Sid === statement.Sid)) {
          throw conflict(
            `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          )
        }
        const next = [...statements, statement]
        checkSize(next)
        return next
      }),
    async remove(scope, target, sid) {
      await get(scope, target.name, target.qualifier)
      await change(scope, target, (statements) => {
        const next = statements.filter(({ Sid }) => Sid !== sid)
        if (next.length < statements.length) return next
        throw notFound(`Statement ${sid} is not found in resource policy.`)
      })
    },
    async verdictOn(scope, { name, qualifier = '' }, sender) {
      const found = await documents.getShared(scope, name, qualifier)
      if (!found || found.statements.length === 0) return 'none'
      const text = JSON.stringify({ Version: '2012-10-17', Statement: found.statements })
      const resource = functionArn(scope, { name, ...(qualifier && { qualifier }) })
      return evaluateSender(parsePolicy(text), sender, {
        action: 'lambda:InvokeFunction',
        resource,
      })
    },
    removeAll: (scope, name) => documents.removeUnder(scope, name),
  }
}

function checkSize(statements: ReadonlyArray<PolicyStatement>): void {
  if (JSON.stringify(statements).length <= limits.policyBytesMax) return
  throw new ServiceError(
    'PolicyLengthExceededException',
    `The final policy size (${JSON.stringify(statements).length}) is bigger than the limit (${limits.policyBytesMax}).`,
  )
}
