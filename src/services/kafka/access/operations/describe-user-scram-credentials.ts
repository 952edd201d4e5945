import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { repeatedOf } from '../../repeated.ts'
import type { ScramUser } from '../scram-users.ts'
import type { AccessOperationDeps } from './access-deps.ts'
import { CLUSTER_DENIED, mayWithCluster, NO_ERROR } from './access-deps.ts'
import { writeScramMechanism } from './wire-scram.ts'

export const describeUserScramCredentials: KafkaOperation<
  AccessOperationDeps,
  'describeUserScramCredentials'
> = {
  name: 'describeUserScramCredentials',
  async run(deps, { users }, context) {
    if (!mayWithCluster(deps, context, 'describe')) return { ...CLUSTER_DENIED, results: [] }
    const all = await deps.users.list(context.connection)
    if (!users || users.length === 0) return { ...NO_ERROR, results: all.map(described) }
    const byName = new Map(all.map((user) => [user.name, user]))
    const asked = users.map(({ name }) => name)
    const repeated = repeatedOf(asked)
    const results = [...new Set(asked)].map((name) => {
      const user = byName.get(name)
      if (repeated.has(name)) {
        return undescribed(
          name,
          'DUPLICATE_RESOURCE',
          `Cannot describe SCRAM credentials for the same user twice in a single request: ${name}`,
        )
      }
      return user
        ? described(user)
        : undescribed(
            name,
            'RESOURCE_NOT_FOUND',
            `Attempt to describe a user credential that does not exist: ${name}`,
          )
    })
    return { ...NO_ERROR, results }
  },
}

function described({ name, credentials }: ScramUser) {
  const credentialInfos = [...credentials].map(([mechanism, { iterations }]) => ({
    mechanism: writeScramMechanism(mechanism),
    iterations,
  }))
  return { user: name, ...NO_ERROR, credentialInfos }
}

function undescribed(
  user: string,
  error: 'DUPLICATE_RESOURCE' | 'RESOURCE_NOT_FOUND',
  errorMessage: string,
) {
  return { user, errorCode: kafkaErrorCode(error), errorMessage, credentialInfos: [] }
}
