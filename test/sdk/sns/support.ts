import type { IncomingHttpHeaders, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { client } from '../../support/client.ts'

export const sns = () => client(SNSClient)

export async function newTopic(Name: string, Attributes: Record<string, string> = {}) {
  const { TopicArn } = await sns().send(new CreateTopicCommand({ Name, Attributes }))
  return TopicArn ?? ''
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An HTTP endpoint that keeps what it is sent, and answers as it is told. */
export async function listener(statusOf: (received: Received) => number = () => 200) {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString() }
      const status = statusOf(one)
      received.push(one)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const ofType = (type: string) =>
    received.filter(({ headers }) => headers['x-amz-sns-message-type'] === type)
  return {
    url: `http://127.0.0.1:${port}/in`,
    received,
    notifications: () => ofType('Notification'),
    confirmations: () => ofType('SubscriptionConfirmation'),
    ofType,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Subscribes an endpoint, which confirms by visiting the link that it is sent. */
export async function subscribed(
  TopicArn: string,
  endpoint: Awaited<ReturnType<typeof listener>>,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const { SubscriptionArn } = await sns().send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'http',
      Endpoint: endpoint.url,
      Attributes,
      ReturnSubscriptionArn: true,
    }),
  )
  const deadline = Date.now() + 20_000
  while (endpoint.confirmations().length === 0) {
    if (Date.now() > deadline) throw new Error('no confirmation came')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { SubscribeURL } = JSON.parse(endpoint.confirmations().at(-1)?.body ?? '{}')
  const answer = await fetch(SubscribeURL)
  if (!answer.ok) throw new Error(`the confirmation was refused: ${await answer.text()}`)
  return SubscriptionArn ?? ''
}
