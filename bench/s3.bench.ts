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
  { name: '64 MB', bytes: 64 << 20, count: 8, connections: 2, keys: 2, aim: 0.8 },
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
    const ours = (method: string, payload: string) => (): PreparedRequest[] =>
      names.map((key) => {
        const request = { method, target: `/${BUCKET}/${key}`, service: 's3', payload }
        return method === 'GET'
          ? { head: signedHead(headrace.port, request) }
          : { head: signedHead(headrace.port, { ...request, body }), bodyPath }
      })
    const bare = (method: string, target: string): PreparedRequest[] =>
      names.map((key) => ({
        head: headOf(barePort, method, `${target}/${key}`, method === 'GET' ? {} : length),
        ...(method === 'PUT' && { bodyPath }),
      }))
    const put = { count, connections, bareIs: 'bare node:http to a file, no sync' }
    rows.push(
      await arena.run({
        ...put,
        what: `PutObject, ${name}`,
        aim,
        ours: ours('PUT', 'UNSIGNED-PAYLOAD'),
        bare: bare('PUT', '/put'),
      }),
      await arena.run({
        ...put,
        what: `PutObject, ${name}, against one that also makes an MD5`,
        ours: ours('PUT', 'UNSIGNED-PAYLOAD'),
        bare: bare('PUT', '/put-md5'),
        bareIs: 'the same with an MD5',
      }),
      await arena.run({
        ...put,
        what: `PutObject, ${name}, body signed`,
        ours: ours('PUT', sha256),
        bare: bare('PUT', '/put'),
      }),
      await arena.run({
        what: `GetObject, ${name}`,
        aim,
        count,
        connections,
        ours: ours('GET', 'UNSIGNED-PAYLOAD'),
        bare: bare('GET', '/get'),
        bareIs: 'bare node:http from a file',
      }),
    )
  }
  return rows
}
