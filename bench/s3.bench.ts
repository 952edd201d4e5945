import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { Arena, PreparedRequest } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'

const BUCKET = 'bench'
const sizes = [
  { name: '4 KB', bytes: 4 << 10, count: 3_000, connections: 32, keys: 64, aim: 0.5 },
  { name: '1 MB', bytes: 1 << 20, count: 200, connections: 8, keys: 8, aim: 0.8 },
  { name: '64 MB', bytes: 64 << 20, count: 6, connections: 2, keys: 2, aim: 0.8 },
]

/** Whole objects up and down. Every upload ends with an ETag (MD5), a checksum and a sync. */
export async function benchS3(arena: Arena): Promise<Row[]> {
  const { headrace, directory, barePort } = arena
  const client = new S3Client({
    endpoint: headrace.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  client.destroy()

  const rows: Row[] = []
  for (const { name, bytes, count, connections, keys, aim } of sizes) {
    const body = randomBytes(bytes)
    const bodyPath = join(directory, `body-${bytes}`)
    writeFileSync(bodyPath, body)
    const sha256 = createHash('sha256').update(body).digest('hex')
    const names = Array.from({ length: keys }, (_, index) => `object-${bytes}-${index}`)
    const length = { 'content-length': String(bytes) }
    const ours =
      (method: string, payload: string, headers = {}) =>
      (): PreparedRequest[] =>
        names.map((key) => {
          const request = { method, target: `/${BUCKET}/${key}`, headers, service: 's3', payload }
          return method === 'GET'
            ? { head: signedHead(headrace.port, request) }
            : { head: signedHead(headrace.port, { ...request, body }), bodyPath }
        })
    const enciphered = ours('PUT', 'UNSIGNED-PAYLOAD', { 'x-amz-server-side-encryption': 'AES256' })
    const bare = (method: string, target: string): PreparedRequest[] =>
      names.map((key) => ({
        head: headOf(barePort, method, `${target}/${key}`, method === 'GET' ? {} : length),
        ...(method === 'PUT' && { bodyPath }),
      }))
    rows.push(
      ...(await arena.run({
        what: `PutObject, ${name}`,
        count,
        connections,
        mainThread: true,
        ours: ours('PUT', 'UNSIGNED-PAYLOAD'),
        references: [
          { is: 'bare node:http to a file, no sync', requests: bare('PUT', '/put') },
          { is: 'the same with an MD5, as the ETag is one', requests: bare('PUT', '/put-md5') },
          {
            is: 'the same with an MD5; file, name and directory synced',
            requests: bare('PUT', '/put-durable'),
            aim,
          },
        ],
      })),
      ...(await arena.run({
        what: `PutObject, ${name}, body signed`,
        count,
        connections,
        ours: ours('PUT', sha256),
        references: [
          { is: 'the same with an MD5 and a SHA-256', requests: bare('PUT', '/put-signed') },
        ],
      })),
      ...(await arena.run({
        what: `GetObject, ${name}`,
        count,
        connections,
        ours: ours('GET', 'UNSIGNED-PAYLOAD'),
        references: [{ is: 'bare node:http from a file', requests: bare('GET', '/get'), aim }],
      })),
      // Behind the plain ones, for it leaves enciphered objects.
      ...(await arena.run({
        what: `PutObject, ${name}, SSE-S3`,
        count,
        connections,
        ours: enciphered,
        references: [
          {
            is: 'the same, plain, with an MD5; file, name and directory synced',
            requests: bare('PUT', '/put-durable'),
          },
        ],
      })),
    )
  }
  return rows
}
