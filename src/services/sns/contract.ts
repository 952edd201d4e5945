import type { Random } from '../../base/random.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Confirmations } from './confirmations.ts'
import type { EndpointSender } from './endpoint-sender.ts'
import type { Publisher } from './publisher.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { TopicAccess } from './topic-access.ts'
import type { Topics } from './topics.ts'

type Sdk = typeof import('@aws-sdk/client-sns')

export interface SnsDeps {
  readonly topics: Topics
  readonly subscriptions: Subscriptions
  readonly access: TopicAccess
  readonly publisher: Publisher
  readonly confirmations: Confirmations
  readonly sender: EndpointSender
  readonly random: Random
}

export type SnsOperation<Name extends OperationName<Sdk>> = Operation<SnsDeps, Sdk, Name>
