import type { SelectObjectContentCommandInput } from '@aws-sdk/client-s3'
import { PutObjectCommand, SelectObjectContentCommand } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
type Options = Partial<SelectObjectContentCommandInput>

async function object(Body: string): Promise<{ Bucket: string; Key: string }> {
  const id = { Bucket: await newBucket(), Key: 'data' }
  await s3.send(new PutObjectCommand({ ...id, Body }))
  return id
}

async function select(id: { Bucket: string; Key: string }, Expression: string, more: Options = {}) {
  const { Payload } = await s3.send(
    new SelectObjectContentCommand({
      ...id,
      Expression,
      ExpressionType: 'SQL',
      InputSerialization: { CSV: { FileHeaderInfo: 'USE' } },
      OutputSerialization: { CSV: {} },
      ...more,
    }),
  )
  let text = ''
  const names: string[] = []
  let returned: number | undefined
  for await (const event of Payload ?? []) {
    names.push(Object.keys(event)[0] ?? '')
    text += Buffer.from(event.Records?.Payload ?? []).toString()
    returned = event.Stats?.Details?.BytesReturned ?? returned
  }
  return { text, names, returned }
}

const csv = 'name,age\nAda,36\n"Grace, Rear Admiral",85\nLin,7\n'
const json: Options = {
  InputSerialization: { JSON: { Type: 'LINES' } },
  OutputSerialization: { JSON: {} },
}

test('rows of CSV are chosen by header and by place', async () => {
  const id = await object(csv)
  const adults = await select(id, 'SELECT s.name FROM S3Object s WHERE CAST(s.age AS INT) > 30')
  expect(adults.text).toBe('Ada\n"Grace, Rear Admiral"\n')
  expect(adults.names).toEqual(['Records', 'Stats', 'End'])
  expect(adults.returned).toBe(Buffer.byteLength(adults.text))
  const InputSerialization = { CSV: { FileHeaderInfo: 'IGNORE' as const } }
  const places = await select(id, "select s._2 from s3object s where s._1 = 'Lin'", {
    InputSerialization,
  })
  expect(places.text).toBe('7\n')
  const count = await select(id, 'SELECT COUNT(*) FROM s3object', {
    OutputSerialization: { JSON: {} },
  })
  expect(count.text).toBe('{"_1":3}\n')
  expect((await select(id, 'SELECT * FROM s3object LIMIT 1')).text).toBe('Ada,36\n')
})

test('JSON keeps nested values, numbers and texts that look like times', async () => {
  const id = await object(
    '{"a":{"b":9007199254740993},"t":"2024-01-02T03:04:05Z"}\n{"a":{"b":2}}\n',
  )
  const all = await select(id, 'SELECT s.a.b, s.t FROM S3Object[*] s LIMIT 1', json)
  expect(all.text).toBe('{"b":9007199254740993,"t":"2024-01-02T03:04:05Z"}\n')
})

test('more rows than a page come whole and in order', async () => {
  const id = await object(Array.from({ length: 2_500 }, (_, index) => `${index}\n`).join(''))
  const InputSerialization = { CSV: {} }
  const { text } = await select(id, 'SELECT * FROM s3object', { InputSerialization })
  expect(text).toBe(Array.from({ length: 2_500 }, (_, index) => `${index}\n`).join(''))
})

test('statements that cannot run are answered by their errors', async () => {
  const id = await object(csv)
  const cases = {
    ParseUnexpectedToken: "SELECT * FROM read_csv('/etc/passwd')",
    ParseSelectMissingFrom: 'SELECT 1',
    UnsupportedFunction: "SELECT getenv('HOME') FROM s3object",
    NotImplemented: 'SELECT name FROM s3object GROUP BY name',
    CastFailed: 'SELECT CAST(name AS INT) FROM s3object',
    LexerInvalidChar: 'SELECT ? FROM s3object',
  }
  for (const [name, expression] of Object.entries(cases)) {
    expect((await errorOf(select(id, expression))).name, expression).toBe(name)
  }
  expect((await errorOf(select({ ...id, Key: 'none' }, 'SELECT * FROM s3object'))).name).toBe(
    'NoSuchKey',
  )
  const InputSerialization = { CSV: {}, CompressionType: 'GZIP' as const }
  const zipped = select(id, 'SELECT * FROM s3object', { InputSerialization })
  expect((await errorOf(zipped)).name).toBe('NotImplemented')
})
