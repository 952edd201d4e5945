import { ServiceError } from '../../base/errors.ts'
import { limits } from './limits.ts'
import type { OwnedQueue } from './queue.ts'
import { arnOf } from './queues.ts'
import { invalidValue } from './sqs-errors.ts'

/** What AddPermission allows, to whom. */
export interface Permission {
  readonly label: string
  readonly accountIds: ReadonlyArray<string>
  readonly actions: ReadonlyArray<string>
}

/** A policy as it was given; only its statements' ids are looked at here. */
interface PolicyText {
  readonly Version?: string
  readonly Id?: string
  readonly Statement?: Statement | ReadonlyArray<Statement>
}

interface Statement {
  readonly Sid?: string
}

/** The queue's policy with one statement more, under its label. */
export function withPermission(queue: OwnedQueue, permission: Permission): string {
  const { label, accountIds, actions } = permission
  const resource = arnOf(queue)
  // AWS: what AddPermission begins with (recorded).
  const empty: PolicyText = { Version: '2008-10-17', Id: `${resource}/SQSDefaultPolicy` }
  const policy: PolicyText = readPolicy(queue) ?? empty
  const statements = statementsOf(policy)
  if (statements.some(({ Sid }) => Sid === label)) {
    throw invalidValue(label, 'Label', 'Already exists.')
  }
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accountIds.map((id) => `arn:aws:iam::${id}:root`)) },
    Action: oneOrAll(actions.map((action) => `SQS:${action}`)),
    Resource: resource,
  }
  const text = JSON.stringify({ ...policy, Statement: [...statements, statement] })
  if (statements.length >= limits.policyStatementsMax) {
    throw new ServiceError(
      'OverLimit',
      `${statements.length + 1} policy statements were found, maximum allowed is ${limits.policyStatementsMax}.`,
      { status: 403 },
    )
  }
  return text
}

/** The policy without the statement of that label; undefined when none is left. */
export function withoutPermission(queue: OwnedQueue, label: string): string | undefined {
  const policy = readPolicy(queue) ?? {}
  const statements = statementsOf(policy)
  const kept = statements.filter(({ Sid }) => Sid !== label)
  if (kept.length === statements.length) throw invalidValue(label, 'Label', "can't find label.")
  return kept.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: kept })
}

function readPolicy({ settings }: OwnedQueue): PolicyText | undefined {
  return settings.policy === undefined ? undefined : (JSON.parse(settings.policy) as PolicyText)
}

function statementsOf({ Statement = [] }: PolicyText): ReadonlyArray<Statement> {
  return [Statement].flat()
}

function oneOrAll(values: ReadonlyArray<string>): string | ReadonlyArray<string> {
  const [only = '', ...more] = values
  return more.length === 0 ? only : values
}
