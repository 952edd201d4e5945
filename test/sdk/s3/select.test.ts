import { gzipSync } from 'node:zlib'
import type { SelectObjectContentCommandInput } from '@aws-sdk/client-s3'
import { PutObjectCommand, SelectObjectContentCommand } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()
type Options = Partial<SelectObjectContentCommandInput>

async function object(Body: string | Uint8Array): Promise<{ Bucket: string; Key: string }> {
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
  let processed: number | undefined
  for await (const event of Payload ?? []) {
    names.push(Object.keys(event)[0] ?? '')
    text += Buffer.from(event.Records?.Payload ?? []).toString()
    returned = event.Stats?.Details?.BytesReturned ?? returned
    processed = event.Stats?.Details?.BytesProcessed ?? processed
  }
  return { text, names, returned, processed }
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

test('GZIP is unpacked, fields may hold line ends, and what is no GZIP is refused', async () => {
  const rows = 'name,note\nAda,"one\ntwo"\nLin,x\n'
  const id = await object(gzipSync(rows))
  const CSV = { FileHeaderInfo: 'USE' as const, AllowQuotedRecordDelimiter: true }
  const InputSerialization = { CSV, CompressionType: 'GZIP' as const }
  const found = await select(id, 'SELECT s.note FROM S3Object s', { InputSerialization })
  expect(found).toMatchObject({ text: '"one\ntwo"\nx\n', processed: rows.length })
  const lines = { JSON: { Type: 'LINES' as const }, CompressionType: 'GZIP' as const }
  const zipped = await object(gzipSync('{"a":1}\n{"a":2}\n'))
  const sum = await select(zipped, 'SELECT SUM(s.a) FROM S3Object s', { InputSerialization: lines })
  expect(sum.text).toBe('3\n')
  const plain = select(await object(rows), 'SELECT * FROM S3Object s', { InputSerialization })
  expect((await errorOf(plain)).name).toBe('InvalidCompressionFormat')
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
  const InputSerialization = { CSV: {}, CompressionType: 'BZIP2' as const }
  const zipped = select(id, 'SELECT * FROM s3object', { InputSerialization })
  expect((await errorOf(zipped)).name).toBe('NotImplemented')
})
