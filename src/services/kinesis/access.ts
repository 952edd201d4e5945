import { ServiceError } from '../../base/errors.ts'
import type { RequestContext } from '../../wire/operation.ts'
import type { Consumer } from './consumer-store.ts'
import type { ConsumerKey, Consumers } from './consumers.ts'
import type { Policy, SharedAction } from './policy.ts'
import { judgePolicy, readPolicy } from './policy.ts'
import type { Stream, StreamKey } from './stream.ts'
import { streamArn } from './stream.ts'
import { streamNotFound } from './stream-errors.ts'
import type { Streams } from './streams.ts'

/**
 * Who may use what: everybody what is of their account, unless its resource policy says no, and others
 * what its resource policy opens to them.
 */
export interface Access {
  /**
   * The stream, as `Streams.get`. Throws `AccessDeniedException`, to another account also when there
   * is no such stream.
   */
  stream(key: StreamKey, action: SharedAction, context: RequestContext): Promise<Stream>
  /** The consumer, as `Consumers.getByArn`. */
  consumer(
    consumerArn: string,
    action: SharedAction,
    context: RequestContext,
  ): Promise<{ readonly key: ConsumerKey; readonly consumer: Consumer }>
}

type Judged = Pick<Stream, 'policy'>

export function createAccess(deps: {
  readonly streams: Streams
  readonly consumers: Consumers
}): Access {
  const { streams, consumers } = deps
  const known = new WeakMap<Judged, Policy>()

  function policyOf(judged: Judged): Policy {
    if (judged.policy === undefined) return []
    const policy = known.get(judged) ?? readPolicy(judged.policy)
    known.set(judged, policy)
    return policy
  }

  async function permitted<T>(
    { key, arn, action, context }: Question,
    find: () => Promise<T>,
    judgedOf: (found: T) => Judged,
  ): Promise<T> {
    const isOwn = key.accountId === context.accountId
    if (isOwn && key.region !== context.region) throw streamNotFound(key)
    const found = await find().catch((error: unknown) => {
      const isSecret = !isOwn && error instanceof ServiceError
      throw isSecret ? denied(arn, action, context, 'silent') : error
    })
    const judged = judgedOf(found)
    if (isOwn && judged.policy === undefined) return found
    const verdict = judgePolicy(policyOf(judged), context, action)
    if (verdict === 'denied' || (verdict === 'silent' && !isOwn)) {
      throw denied(arn, action, context, verdict)
    }
    if (key.region !== context.region) throw streamNotFound(key)
    return found
  }

  return {
    stream(key, action, context) {
      const question = { key, arn: streamArn(key), action, context }
      return permitted(
        question,
        () => streams.get(key),
        (stream) => stream,
      )
    },
    consumer(arn, action, context) {
      const key = consumers.keyOfArn(arn).stream
      const question = { key, arn, action, context }
      return permitted(
        question,
        () => consumers.getByArn(arn),
        ({ consumer }) => consumer,
      )
    },
  }
}

interface Question {
  readonly key: StreamKey
  readonly arn: string
  readonly action: SharedAction
  readonly context: RequestContext
}

// AWS: the texts are those of IAM, "Troubleshoot access denied error messages".
function denied(
  arn: string,
  action: SharedAction,
  { callerArn }: RequestContext,
  verdict: 'denied' | 'silent',
): ServiceError {
  const why =
    verdict === 'denied'
      ? 'with an explicit deny in a resource-based policy'
      : `because no resource-based policy allows the kinesis:${action} action`
  return new ServiceError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: kinesis:${action} on resource: ${arn} ${why}`,
  )
}
