import { ServiceError } from '../../base/errors.ts'
import type { Confirmations } from './confirmations.ts'
import type { MessageSigner } from './message-signer.ts'
import { CERTIFICATE_PATH } from './message-signer.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { Topics } from './topics.ts'

/**
 * What subscribers ask for without a signature: the certificate, and the links of messages that
 * confirm and end a subscription.
 */
export interface UnsignedPages {
  owns(path: string, query: string): boolean
  answer(path: string, query: string): Promise<UnsignedAnswer>
}

export interface UnsignedAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

const LINK = /(?:^|&)Action=(ConfirmSubscription|Unsubscribe)(?:&|$)/

export function createUnsignedPages(deps: {
  readonly topics: Topics
  readonly subscriptions: Subscriptions
  readonly confirmations: Confirmations
  readonly signer: MessageSigner
}): UnsignedPages {
  const { topics, subscriptions, confirmations, signer } = deps

  async function certificate(path: string): Promise<UnsignedAnswer> {
    if (path !== (await signer.certificatePath())) {
      return { status: 404, contentType: 'text/plain', body: 'There is no such certificate.\n' }
    }
    return { status: 200, contentType: 'application/x-pem-file', body: await signer.certificate() }
  }

  async function confirm(query: URLSearchParams): Promise<UnsignedAnswer> {
    const topic = await topics.get(query.get('TopicArn') ?? '')
    const confirmed = await confirmations.confirm(topic.arn, query.get('Token') ?? '', false)
    return xml(
      200,
      'ConfirmSubscriptionResponse',
      `<ConfirmSubscriptionResult><SubscriptionArn>${confirmed.arn}</SubscriptionArn></ConfirmSubscriptionResult>`,
    )
  }

  /** AWS: one that was confirmed with `AuthenticateOnUnsubscribe` ends by a signed request only. */
  async function unsubscribe(query: URLSearchParams): Promise<UnsignedAnswer> {
    const found = await subscriptions.find(query.get('SubscriptionArn') ?? '')
    if (found?.confirmedBySignature) {
      const message = 'This subscription is ended by a signed request only.'
      throw new ServiceError('AuthorizationError', message, { status: 403 })
    }
    if (found) {
      await subscriptions.remove(found.arn)
      const topic = await topics.find(found.topicArn)
      if (topic) await confirmations.sayFarewell(topic, found)
    }
    return xml(200, 'UnsubscribeResponse', '')
  }

  return {
    owns: (path, query) =>
      CERTIFICATE_PATH.test(path) ||
      (path === '/' && LINK.test(query) && !/X-Amz-|AWSAccessKeyId=/i.test(query)),
    async answer(path, query) {
      if (CERTIFICATE_PATH.test(path)) return certificate(path)
      const parameters = new URLSearchParams(query)
      try {
        const isConfirmation = parameters.get('Action') === 'ConfirmSubscription'
        return await (isConfirmation ? confirm(parameters) : unsubscribe(parameters))
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        const text = `<Error><Type>Sender</Type><Code>${error.code}</Code><Message>${error.message}</Message></Error>`
        return xml(error.status, 'ErrorResponse', text)
      }
    },
  }
}

function xml(status: number, name: string, content: string): UnsignedAnswer {
  const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/'
  return {
    status,
    contentType: 'text/xml',
    body: `<${name} xmlns="${namespace}">${content}</${name}>\n`,
  }
}
