import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { extractModels, modelledServices } from '../../scripts/extract-models.ts'
import { structureArbitrary } from '../../test/support/wire-arbitraries.ts'
import type { AnyClient, WireServer } from '../../test/support/wire-server.ts'
import { createAnyClient, readAll, startWireServer } from '../../test/support/wire-server.ts'
import type { Limits, MemberData, ModelData } from './model/data.ts'
import type { OperationModel, ServiceModel } from './model/service-model.ts'
import { linkModel } from './model/service-model.ts'
import type { Member } from './model/shape.ts'
import type { WireOperation, WireRequest } from './request.ts'
import { openWire } from './wire.ts'

// Every operation of every model: what a real client sends reaches the operation as it was given,
// and what the operation answers reaches the client's caller as it was answered.

const seed = 20261122
const samplesPerOperation = 4

/** Operations whose values do not pass, and why that is right. */
const exceptions: Readonly<Record<string, string>> = {
  'eventbridge.PutEvents': 'the client makes a host name of EndpointId, and of any text it cannot',
  'sqs.ReceiveMessage': 'the client compares the bodies with their MD5',
  'sqs.SendMessage': 'the client compares what it sent with the MD5 of the answer',
  'lambda.InvokeWithResponseStream':
    'ResponseStreamContentType is bound to the Content-Type header, which is that of the events',
}

interface Exchange {
  readonly output: object
  hit: string | undefined
  input: unknown
}

let server: WireServer
let models: string
let exchange: Exchange

beforeAll(async () => {
  models = withoutLimits(extractModels())
  const wire = openWire({ modelsDirectory: models, serviceNames: modelledServices })
  server = await startWireServer(wire, run)
})

afterAll(() => {
  server.close()
  rmSync(models, { recursive: true })
})

test.each(modelledServices)('%s: every operation passes both ways unchanged', async (service) => {
  const model = linkModel(JSON.parse(readFileSync(join(models, `${service}.json`), 'utf8')))
  const client = createAnyClient(service, server.endpoint)
  const differing = new Map<string, string>()
  for (const operation of model.operations.values()) {
    const why = await passBothWays(client, model, operation)
    if (why !== undefined) differing.set(`${service}.${operation.name}`, why)
  }
  client.destroy()
  const expected = Object.keys(exceptions).filter((id) => id.startsWith(`${service}.`))
  const unexpected = [...differing].filter(([id]) => !(id in exceptions))
  const stale = expected.filter((id) => !differing.has(id))
  expect(unexpected).toEqual([])
  expect(stale).toEqual([])
  expect(model.operations.size).toBeGreaterThan(0)
})

/** What went wrong with an operation, or `undefined`. */
async function passBothWays(
  client: AnyClient,
  model: ServiceModel,
  operation: OperationModel,
): Promise<string | undefined> {
  const id = `${model.data.name}.${operation.name}`
  const inputs = fc.sample(structureArbitrary(operation.input), options(id))
  const outputs = fc.sample(structureArbitrary(operation.output), options(id))
  for (const [index, sample] of inputs.entries()) {
    const input = meaningful(sample)
    const output = meaningful(outputs[index] ?? {})
    const events = eventsOf(operation)
    if (events) output[events.name] = events.values
    try {
      exchange = { output: answered(output, events?.name), hit: undefined, input: undefined }
      const got = await received(operation, await client.send(operation.name, input))
      if (exchange.hit !== id) return `went to ${exchange.hit}`
      const sentWrongly = difference(plain(input), plain(exchange.input))
      if (sentWrongly) return `input ${sentWrongly}`
      const answeredWrongly = difference(plain(output), plain(got))
      if (answeredWrongly) return `output ${answeredWrongly}`
    } catch (error) {
      return `${exchange.hit ?? 'not reached'}: ${error}`
    }
  }
  return undefined
}

function options(id: string) {
  const hash = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, seed)
  return { seed: hash, numRuns: samplesPerOperation }
}

/** Values that mean something to HTTP or to the client itself. */
function meaningful(sample: Record<string, unknown>): Record<string, unknown> {
  const body = Object.values(sample).find((value) => value instanceof Uint8Array)
  const expires = sample['Expires'] instanceof Date ? sample['Expires'].toUTCString() : undefined
  const key = Buffer.alloc(32)
  const keyHash = createHash('md5').update(key).digest('base64')
  const meaning: Readonly<Record<string, unknown>> = {
    Bucket: 'bucket-of-conformance',
    ChecksumAlgorithm: 'CRC32',
    ContentLength: body?.length ?? 0,
    CopySourceSSECustomerKey: key.toString('base64'),
    CopySourceSSECustomerKeyMD5: keyHash,
    ExpiresString: expires,
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: keyHash,
  }
  return Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [name, meaning[name] ?? value]),
  )
}

function eventsOf(operation: OperationModel) {
  const member = operation.output.members.find(
    ({ shape }) => shape.kind === 'structure' && shape.traits.streaming === 1,
  )
  if (member?.shape.kind !== 'structure') return undefined
  const kinds = member.shape.members.filter(
    ({ shape }) => shape.kind === 'structure' && !shape.traits.error,
  )
  const values = kinds.map((kind) => ({ [kind.name]: sampleEvent(kind) }))
  return { name: member.name, values }
}

function sampleEvent({ shape }: Member): unknown {
  if (shape.kind !== 'structure') throw new Error('an event is a structure')
  return fc.sample(structureArbitrary(shape), { seed, numRuns: 1 })[0]
}

/** The output as an operation gives it: events as an async iterable. */
function answered(output: Record<string, unknown>, events: string | undefined): object {
  if (events === undefined) return output
  const values = output[events] as unknown[]
  async function* each() {
    yield* values
  }
  return { ...output, [events]: each() }
}

async function run(operation: WireOperation, request: WireRequest) {
  exchange.hit = `${operation.service}.${operation.operation}`
  const input = (await operation.readInput(request)) as Record<string, unknown>
  for (const [name, value] of Object.entries(input)) {
    if (value === request.stream) input[name] = await readAll(request.stream)
  }
  exchange.input = input
  return operation.writeOutput(exchange.output, 'request-1')
}

/** The output with its streams read. */
async function received(
  { output }: OperationModel,
  { $metadata, ...got }: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  for (const { name, shape } of output.members) {
    const value = got[name]
    if (value === undefined) continue
    if (shape.kind === 'blob' && shape.streaming) {
      got[name] = await (value as { transformToByteArray(): unknown }).transformToByteArray()
    } else if (shape.kind === 'structure' && shape.traits.streaming) {
      const events: unknown[] = []
      for await (const event of value as AsyncIterable<unknown>) events.push(event)
      got[name] = events
    }
  }
  return got
}

/** A copy of the models in which every value is allowed. Types of numbers stay. */
function withoutLimits(directory: string): string {
  const target = mkdtempSync(join(tmpdir(), 'headrace-models-'))
  writeFileSync(join(target, 'index.json'), readFileSync(join(directory, 'index.json')))
  for (const service of modelledServices) {
    const data: ModelData = JSON.parse(readFileSync(join(directory, `${service}.json`), 'utf8'))
    const shapes = data.shapes.map((shape) =>
      'members' in shape ? { ...shape, members: shape.members.map(freed) } : shape,
    )
    writeFileSync(join(target, `${service}.json`), JSON.stringify({ ...data, shapes }))
  }
  return target
}

function freed({ limits, ...member }: MemberData): MemberData {
  const kept = numbersOnly(limits)
  return kept ? { ...member, limits: kept } : member
}

function numbersOnly(limits: Limits | undefined): Limits | undefined {
  if (limits === undefined) return undefined
  const { number } = limits
  const element = numbersOnly(limits.element)
  const value = numbersOnly(limits.value)
  if (!number && !element && !value) return undefined
  return {
    ...(number ? { number } : {}),
    ...(element ? { element } : {}),
    ...(value ? { value } : {}),
  }
}

/** A value in a form in which equal means equal on the wire. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return `time ${value.toISOString()}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof String) return value.toString()
  const set = Object.entries(value).filter(([, item]) => item !== undefined && item !== null)
  return Object.fromEntries(set.map(([key, item]) => [key, plain(item)]))
}

/** The first place in which two values differ. */
function difference(given: unknown, got: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(given, got)) return undefined
  const areObjects =
    typeof given === 'object' && typeof got === 'object' && given !== null && got !== null
  if (!areObjects) return `${path}: ${JSON.stringify(given)} became ${JSON.stringify(got)}`
  for (const key of new Set([...Object.keys(given), ...Object.keys(got)])) {
    const inside = difference(
      (given as Record<string, unknown>)[key],
      (got as Record<string, unknown>)[key],
      `${path}.${key}`,
    )
    if (inside) return inside
  }
  return `${path}: kinds differ`
}
