import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CreateConnectionCommandInput, Target } from '@aws-sdk/client-eventbridge'
import {
  ConnectionAuthorizationType,
  CreateApiDestinationCommand,
  CreateConnectionCommand,
  DeauthorizeConnectionCommand,
  DeleteApiDestinationCommand,
  DeleteConnectionCommand,
  DescribeApiDestinationCommand,
  DescribeConnectionCommand,
  EventBridgeClient,
  ListApiDestinationsCommand,
  ListConnectionsCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  UpdateApiDestinationCommand,
  UpdateConnectionCommand,
} from '@aws-sdk/client-eventbridge'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../../support/client.ts'
import { openQueue, roleFor } from './support.ts'

const events = client(EventBridgeClient)
const { API_KEY, BASIC, OAUTH_CLIENT_CREDENTIALS } = ConnectionAuthorizationType

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly atMs: number
}
type Answer = { readonly status: number; readonly headers?: object; readonly body?: string }

const seen: Seen[] = []
const answers = new Map<string, (one: Seen, count: number) => Answer>()
const server = createServer((message, response) => {
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  message.on('end', () => {
    const { method = '', url = '', headers } = message
    const body = Buffer.concat(chunks).toString()
    const one = { method, url, headers, body, atMs: performance.now() }
    seen.push(one)
    const path = url.split('?')[0] ?? ''
    const answer = answers.get(path)?.(one, at(path).length) ?? { status: 200 }
    response.writeHead(answer.status, { ...answer.headers }).end(answer.body)
  })
})
const at = (path: string) => seen.filter(({ url }) => url.split('?')[0] === path)
let base = ''
let RoleArn = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  RoleArn = await roleFor('events.amazonaws.com')
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const describe = (Name: string) => events.send(new DescribeConnectionCommand({ Name }))

/** A connection, a destination at the path, and a rule of the source that has it as its target. */
async function destination(
  Name: string,
  auth: Pick<CreateConnectionCommandInput, 'AuthorizationType' | 'AuthParameters'>,
  more: { readonly path?: string; readonly perSecond?: number; readonly target?: Partial<Target> },
) {
  const { ConnectionArn } = await events.send(new CreateConnectionCommand({ Name, ...auth }))
  await expect.poll(async () => (await describe(Name)).ConnectionState).not.toBe('AUTHORIZING')
  const { ApiDestinationArn: Arn } = await events.send(
    new CreateApiDestinationCommand({
      Name,
      ConnectionArn,
      InvocationEndpoint: `${base}${more.path ?? `/${Name}`}`,
      HttpMethod: 'POST',
      InvocationRateLimitPerSecond: more.perSecond,
    }),
  )
  await events.send(new PutRuleCommand({ Name, EventPattern: `{"source":["${Name}"]}` }))
  const Targets = [{ Id: 'http', Arn, RoleArn, ...more.target }]
  await events.send(new PutTargetsCommand({ Rule: Name, Targets }))
  return { ConnectionArn, Arn }
}

const put = (Source: string, ...details: ReadonlyArray<object>) =>
  events.send(
    new PutEventsCommand({
      Entries: details.map((one) => ({ Source, DetailType: 't', Detail: JSON.stringify(one) })),
    }),
  )

const count = (path: string) =>
  expect.poll(() => at(path).length, { timeout: 20_000, interval: 20 })

const apiKey = {
  AuthorizationType: API_KEY,
  AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'k1' } },
}

test('an event is a request with the key, and the parameters of target and connection', async () => {
  const Key = 'extra'
  await destination(
    'orders',
    {
      AuthorizationType: API_KEY,
      AuthParameters: {
        ...apiKey.AuthParameters,
        InvocationHttpParameters: {
          HeaderParameters: [{ Key: 'x-team', Value: 'ml', IsValueSecret: false }],
          QueryStringParameters: [{ Key, Value: 'secret', IsValueSecret: true }],
          BodyParameters: [{ Key, Value: 'in body', IsValueSecret: false }],
        },
      },
    },
    {
      path: '/orders/*/items/*',
      target: {
        HttpParameters: {
          PathParameterValues: ['$.detail.id', 'a b'],
          QueryStringParameters: { q: '$.detail.id', [Key]: 'overruled' },
          HeaderParameters: { 'X-Kind': '$.source', Host: 'elsewhere' },
        },
      },
    },
  )
  await put('orders', { id: 7 })
  await count('/orders/7/items/a%20b').toBe(1)
  const [one] = at('/orders/7/items/a%20b')
  expect(one).toMatchObject({
    method: 'POST',
    url: '/orders/7/items/a%20b?q=7&extra=secret',
    headers: {
      'x-key': 'k1',
      'x-kind': 'orders',
      'x-team': 'ml',
      host: base.slice('http://'.length),
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Amazon/EventBridge/ApiDestinations',
      range: 'bytes=0-1048575',
    },
  })
  expect(JSON.parse(one?.body ?? '')).toMatchObject({ source: 'orders', extra: 'in body' })
  const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'orders' }))
  expect(Targets?.[0]?.HttpParameters?.PathParameterValues).toEqual(['$.detail.id', 'a b'])
  const { AuthParameters } = await describe('orders')
  expect(AuthParameters).toEqual({
    ApiKeyAuthParameters: { ApiKeyName: 'X-Key' },
    InvocationHttpParameters: {
      HeaderParameters: [{ Key: 'x-team', Value: 'ml', IsValueSecret: false }],
      QueryStringParameters: [{ Key, IsValueSecret: true }],
      BodyParameters: [{ Key, Value: 'in body', IsValueSecret: false }],
    },
  })
})

test('a token is asked for, kept, and asked for anew when the endpoint refuses it', async () => {
  let tokens = 0
  answers.set('/token', ({ body }) => {
    const form = new URLSearchParams(body)
    const isRight = form.get('client_id') === 'me' && form.get('client_secret') === 's3cret'
    if (!isRight) return { status: 400, body: '{"error":"invalid_client"}' }
    tokens++
    return { status: 200, body: JSON.stringify({ access_token: `t${tokens}`, expires_in: 3600 }) }
  })
  answers.set('/oauth', ({ headers }) => ({
    status: headers.authorization === 'Bearer t2' ? 200 : 401,
  }))
  const oauth = (ClientSecret: string) => ({
    AuthorizationType: OAUTH_CLIENT_CREDENTIALS,
    AuthParameters: {
      OAuthParameters: {
        ClientParameters: { ClientID: 'me', ClientSecret },
        AuthorizationEndpoint: `${base}/token`,
        HttpMethod: 'POST' as const,
        OAuthHttpParameters: { BodyParameters: [{ Key: 'scope', Value: 'all' }] },
      },
    },
  })
  await destination('oauth', oauth('s3cret'), {})
  const authorized = await describe('oauth')
  expect(authorized.ConnectionState).toBe('AUTHORIZED')
  expect(authorized.LastAuthorizedTime).toBeInstanceOf(Date)
  expect(JSON.stringify(authorized)).not.toContain('s3cret')
  expect(new URLSearchParams(at('/token')[0]?.body).get('grant_type')).toBe('client_credentials')
  expect(new URLSearchParams(at('/token')[0]?.body).get('scope')).toBe('all')
  await put('oauth', { n: 1 })
  await count('/oauth').toBe(2)
  await put('oauth', { n: 2 })
  await count('/oauth').toBe(3)
  expect(at('/oauth').map(({ headers }) => headers.authorization)).toEqual([
    'Bearer t1',
    'Bearer t2',
    'Bearer t2',
  ])
  await events.send(new CreateConnectionCommand({ Name: 'wrong', ...oauth('guess') }))
  await expect.poll(async () => (await describe('wrong')).ConnectionState).toBe('DEAUTHORIZED')
  expect((await describe('wrong')).StateReason).toBe('The authorization endpoint answered 400.')
})

test('what is busy is tried again when it says so; what refuses goes to the dead letters', async () => {
  const dead = await openQueue('refused')
  answers.set('/busy', (_one, times) => ({
    status: times === 1 ? 503 : times === 2 ? 404 : 200,
    headers: { 'retry-after': '2' },
  }))
  const target = { DeadLetterConfig: { Arn: dead.arn } }
  await destination('busy', apiKey, { target })
  await put('busy', { n: 1 })
  await count('/busy').toBe(2)
  const [first, second] = at('/busy')
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(1_900)
  await expect.poll(async () => (await dead.bodies()).length, { timeout: 10_000 }).toBe(1)
  expect(JSON.parse((await dead.bodies())[0] ?? '')).toMatchObject({ detail: { n: 1 } })
})

test('no more requests a second are sent than the destination takes, and none is lost', async () => {
  await destination('slow', apiKey, { perSecond: 5 })
  await put('slow', ...Array.from({ length: 8 }, (_, n) => ({ n })))
  await count('/slow').toBe(8)
  const times = at('/slow').map(({ atMs }) => atMs)
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1_300)
  const bodies = at('/slow').map(({ body }) => JSON.parse(body).detail.n)
  expect(bodies.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('a password that is refused takes the rights of the connection; a new one brings the event', async () => {
  const right = `Basic ${Buffer.from('me:new').toString('base64')}`
  answers.set('/basic', ({ headers }) => ({ status: headers.authorization === right ? 200 : 401 }))
  const basic = (Password: string) => ({
    AuthorizationType: BASIC,
    AuthParameters: { BasicAuthParameters: { Username: 'me', Password } },
  })
  await destination('basic', basic('old'), {})
  await put('basic', { n: 1 })
  await expect.poll(async () => (await describe('basic')).ConnectionState).toBe('DEAUTHORIZED')
  expect((await describe('basic')).StateReason).toBe('The endpoint answered 401.')
  const ofDestination = new DescribeApiDestinationCommand({ Name: 'basic' })
  expect((await events.send(ofDestination)).ApiDestinationState).toBe('INACTIVE')
  const change = { Name: 'basic', AuthParameters: { BasicAuthParameters: { Password: 'new' } } }
  const updated = await events.send(new UpdateConnectionCommand(change))
  expect(updated.ConnectionState).toBe('AUTHORIZED')
  await expect
    .poll(() => at('/basic').at(-1)?.headers.authorization, { timeout: 20_000 })
    .toBe(right)
  expect((await events.send(ofDestination)).ApiDestinationState).toBe('ACTIVE')
})

test('connections and destinations are listed, changed, deauthorized and deleted', async () => {
  const { ConnectionArn, Arn } = await destination('kept', apiKey, { perSecond: 1 })
  await expect(
    events.send(new CreateConnectionCommand({ Name: 'kept', ...apiKey })),
  ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
  const { Connections } = await events.send(new ListConnectionsCommand({ NamePrefix: 'kep' }))
  expect(Connections).toMatchObject([{ Name: 'kept', ConnectionArn, AuthorizationType: API_KEY }])
  const list = await events.send(new ListApiDestinationsCommand({ ConnectionArn }))
  expect(list.ApiDestinations).toMatchObject([
    { Name: 'kept', ApiDestinationArn: Arn, InvocationRateLimitPerSecond: 1 },
  ])
  await events.send(new UpdateApiDestinationCommand({ Name: 'kept', HttpMethod: 'PUT' }))
  expect(await events.send(new DescribeApiDestinationCommand({ Name: 'kept' }))).toMatchObject({
    HttpMethod: 'PUT',
    InvocationEndpoint: `${base}/kept`,
  })
  await put('kept', { n: 1 })
  await count('/kept').toBe(1)
  expect(at('/kept')[0]?.method).toBe('PUT')
  await events.send(new DeauthorizeConnectionCommand({ Name: 'kept' }))
  const gone = await describe('kept')
  expect(gone.ConnectionState).toBe('DEAUTHORIZED')
  expect(gone.AuthParameters).toBeUndefined()
  await events.send(new DeleteApiDestinationCommand({ Name: 'kept' }))
  await events.send(new DeleteConnectionCommand({ Name: 'kept' }))
  await expect(describe('kept')).rejects.toThrow(
    "Failed to describe the connection(s). Connection 'kept' does not exist.",
  )
  await expect(events.send(new DescribeApiDestinationCommand({ Name: 'kept' }))).rejects.toThrow(
    "Failed to describe the api-destination(s). An api-destination 'kept' does not exist.",
  )
})

test('what is no URL of HTTP, no connection or no credentials is refused', async () => {
  const { ConnectionArn } = await events.send(
    new CreateConnectionCommand({ Name: 'bare', ...apiKey }),
  )
  const create = (more: object) =>
    events.send(
      new CreateApiDestinationCommand({
        Name: 'refused',
        ConnectionArn,
        InvocationEndpoint: base,
        HttpMethod: 'POST',
        ...more,
      }),
    )
  await expect(create({ InvocationEndpoint: 'ftp://example.com/x' })).rejects.toThrow(
    /InvocationEndpoint is not valid/,
  )
  await expect(create({ ConnectionArn: `${ConnectionArn}x` })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  const wrong = { ...apiKey, AuthorizationType: BASIC, Name: 'none' }
  await expect(events.send(new CreateConnectionCommand(wrong))).rejects.toThrow(
    /BasicAuthParameters must be given for AuthorizationType BASIC/,
  )
  const queue = await openQueue('no-http')
  await events.send(new PutRuleCommand({ Name: 'mixed', EventPattern: '{"source":["x"]}' }))
  const Targets = [{ Id: 'q', Arn: queue.arn, HttpParameters: { PathParameterValues: ['a'] } }]
  await expect(events.send(new PutTargetsCommand({ Rule: 'mixed', Targets }))).rejects.toThrow(
    `HttpParameters are not supported for target ${queue.arn}.`,
  )
})
