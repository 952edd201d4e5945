import type { LogEngine } from '../../../engines/log/port.ts'
import type { Authorizer, Topics } from '../parts.ts'
import type { Broker } from './broker.ts'
import type { TopicAdmin } from './topic-admin.ts'

/** What the operations of topics work on. */
export interface TopicsDeps {
  readonly topics: Topics
  readonly admin: TopicAdmin
  readonly authorizer: Authorizer
  readonly broker: Broker
  readonly log: LogEngine
}
