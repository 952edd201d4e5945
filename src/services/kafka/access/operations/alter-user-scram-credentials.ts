import type { Scope } from '../../../../base/scope.ts'
import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { accessLimits } from '../limits.ts'
import type { ScramCredential, ScramMechanism } from '../scram.ts'
import { credentialOf } from '../scram.ts'
import type { ScramUsers } from '../scram-users.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import { CLUSTER_DENIED, mayWithCluster, NO_ERROR, policyViolation } from './access-deps.ts'
import { readScramMechanism } from './wire-scram.ts'

type Request = KafkaRequest<'alterUserScramCredentials'>
type Result = { readonly errorCode: number; readonly errorMessage: string | null }

/** What a request wants of one user: all of it is done, or none. */
interface Changes {
  readonly put: Map<ScramMechanism, ScramCredential>
  readonly remove: Set<ScramMechanism>
}

export const alterUserScramCredentials: KafkaOperation<
  AccessOperationDeps,
  'alterUserScramCredentials'
> = {
  name: 'alterUserScramCredentials',
  async run(deps, request, context) {
    const names = new Set([...request.deletions, ...request.upsertions].map(({ name }) => name))
    const all = (result: Result) => ({ results: [...names].map((user) => ({ user, ...result })) })
    if (!mayWithCluster(deps, context, 'alter')) return all(CLUSTER_DENIED)
    if (names.size > accessLimits.scramUsersMax) return all(tooMany())
    const results = []
    for (const user of names) {
      const changes = changesOf(request, user)
      const result =
        'errorCode' in changes
          ? changes
          : await change(deps.users, context.connection, user, changes)
      results.push({ user, ...result })
    }
    return { results }
  },
}

function changesOf(request: Request, name: string): Changes | Result {
  const isMine = (one: { readonly name: string }) => one.name === name
  const put = new Map<ScramMechanism, ScramCredential>()
  const remove = new Set<ScramMechanism>()
  if (name === '') return refused('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
  // The names of IAM's principals are not for users: they stand above the access control lists.
  if (name.length > accessLimits.userNameLengthMax || name.startsWith('arn:')) {
    return refused('UNACCEPTABLE_CREDENTIAL', 'The user name is too long, or begins with arn:')
  }
  for (const { mechanism: code } of request.deletions.filter(isMine)) {
    const mechanism = readScramMechanism(code)
    if (!mechanism) return refused('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
    if (remove.has(mechanism)) return twice()
    remove.add(mechanism)
  }
  for (const { mechanism: code, iterations, salt, saltedPassword } of request.upsertions.filter(
    isMine,
  )) {
    const mechanism = readScramMechanism(code)
    if (!mechanism) return refused('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
    if (put.has(mechanism) || remove.has(mechanism)) return twice()
    if (iterations > accessLimits.scramIterationsMax) {
      return refused('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
    }
    if (iterations < accessLimits.scramIterationsMin) {
      return refused('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
    }
    const kept = { salt: Buffer.from(salt), iterations }
    const credential = credentialOf(mechanism, saltedPassword, kept)
    if (!credential || salt.length === 0) {
      return refused('UNACCEPTABLE_CREDENTIAL', 'The salt or the salted password has a wrong size')
    }
    put.set(mechanism, credential)
  }
  return { put, remove }
}

async function change(
  users: ScramUsers,
  scope: Scope,
  name: string,
  changes: Changes,
): Promise<Result> {
  if (changes.remove.size > 0) {
    const user = await users.get(scope, name)
    if ([...changes.remove].some((mechanism) => !user?.credentials.has(mechanism))) {
      return refused(
        'RESOURCE_NOT_FOUND',
        'Attempt to delete a user credential that does not exist',
      )
    }
  }
  switch (await users.change(scope, name, changes)) {
    case 'changed':
      return NO_ERROR
    case 'taken':
      return refused(
        'UNACCEPTABLE_CREDENTIAL',
        'The user name is taken by another account or region of this server',
      )
    case 'full':
      return tooMany()
  }
}

function tooMany(): Result {
  return policyViolation(`An account has at most ${accessLimits.scramUsersMax} users.`)
}

function twice(): Result {
  return refused(
    'DUPLICATE_RESOURCE',
    'A user credential cannot be altered twice in the same request',
  )
}

function refused(error: KafkaErrorName, errorMessage: string): Result {
  return { errorCode: kafkaErrorCode(error), errorMessage }
}
