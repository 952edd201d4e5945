import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Arena, PreparedRequest } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'

const BUCKET = 'bench-removals'
const KEYS = 1_000
const REQUESTS = 4
const BODY = Buffer.alloc(1_024, 'x')
/** Puts that are under way at once while a round is prepared. */
const PUTS_AT_ONCE = 64

/** DeleteObjects as `aws s3 rm --recursive` sends it; each round removes objects that are there. */
export async function benchDelete(arena: Arena): Promise<Row[]> {
  const { headrace, directory, barePort } = arena
  const client = new S3Client({
    endpoint: headrace.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const batches = Array.from({ length: REQUESTS }, (_, batch) =>
    Array.from({ length: KEYS }, (_, index) => `data/batch=${batch}/part-${index}`),
  )
  const requests = batches.map((keys, batch) => {
    const bodyPath = join(directory, `delete-${batch}.xml`)
    const body = removalOf(keys)
    writeFileSync(bodyPath, body)
    return { body, bodyPath }
  })
  const rows = await arena.run({
    what: `DeleteObjects, ${KEYS} keys, durable`,
    count: REQUESTS,
    connections: 1,
    holds: { amount: KEYS, of: 'keys' },
    before: () => fill(client, batches.flat()),
    ours: (): PreparedRequest[] =>
      requests.map(({ body, bodyPath }) => {
        const request = { method: 'POST', target: `/${BUCKET}?delete`, service: 's3', body }
        return { head: signedHead(headrace.port, request), bodyPath }
      }),
    references: [
      {
        is: 'bare node:http, a file of 1 KB removed for each key, the directory synced',
        before: () => fetch(`http://127.0.0.1:${barePort}/fill/${KEYS * REQUESTS}`),
        requests: requests.map(({ body, bodyPath }) => ({
          head: headOf(barePort, 'POST', `/remove/${KEYS}`, {
            'content-length': String(Buffer.byteLength(body)),
          }),
          bodyPath,
        })),
      },
    ],
  })
  client.destroy()
  return rows
}

function removalOf(keys: ReadonlyArray<string>): string {
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')
  const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/'
  return `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="${xmlns}">${objects}</Delete>`
}

async function fill(client: S3Client, keys: ReadonlyArray<string>): Promise<void> {
  const left = [...keys]
  const put = async () => {
    for (let Key = left.pop(); Key !== undefined; Key = left.pop()) {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: BODY }))
    }
  }
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, put))
}
