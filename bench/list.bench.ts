import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock as clock } from '../src/base/clock.ts'
import { systemRandom as random } from '../src/base/random.ts'
import { openLmdbMeta } from '../src/engines/meta/lmdb/lmdb-meta.ts'
import { nodeDisk } from '../src/engines/node-disk.ts'
import { openDiskObjects } from '../src/engines/objects/disk/disk-objects.ts'
import { objectsOf } from '../src/services/s3/buckets/bucket.ts'
import { createBuckets } from '../src/services/s3/buckets/buckets.ts'
import { signedHeaders } from '../test/support/sign.ts'
import type { Arena, Case } from './contest.ts'
import { openArena } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'

const BUCKET = 'bench-million'
const owner = { accountId: '000000000000', region: 'us-east-1' }
/** A thousand days with a thousand files each. */
const DAYS = 1_000
const FILES_A_DAY = 1_000
/** As long as the names that Firehose gives. */
const FILE = 'events-1-2026-11-29-00-00-00-6f2d1c1e'
/** What a listing of a thousand keys may take of the server. */
const LIST_MS_MAX = 10

const listings = [
  {
    what: 'ListObjectsV2, a page of 1,000 keys of 1,000,000',
    query: 'list-type=2&max-keys=1000&prefix=year%3D',
    holds: 1_000,
    most: LIST_MS_MAX,
  },
  {
    what: 'ListObjectsV2, a partition of 1,000 keys of 1,000,000',
    query: `list-type=2&prefix=${encodeURIComponent(partitionOf(500))}`,
    holds: 1_000,
    most: LIST_MS_MAX,
  },
  {
    what: 'ListObjectsV2, the 28 days of a month of 28,000 keys',
    query: `delimiter=%2F&list-type=2&prefix=${encodeURIComponent('year=2001/month=06/')}`,
    holds: 28,
  },
]

/** Pages of listings, of a bucket that holds a million objects. */
export async function benchList(dist: string): Promise<Row[]> {
  const arena = await openArena(dist, seed)
  try {
    const rows: Row[] = []
    for (const { most, ...listing } of listings) {
      const made = await arena.run(await caseOf(arena, listing))
      rows.push(...made.map((row) => ({ ...row, ...(most !== undefined && { most }) })))
    }
    return rows
  } finally {
    await arena.close()
  }
}

async function caseOf(
  arena: Arena,
  { what, query, holds }: { readonly what: string; readonly query: string; readonly holds: number },
): Promise<Case> {
  const { headrace, directory, barePort } = arena
  const request = { method: 'GET', target: `/${BUCKET}?${query}`, service: 's3' }
  const host = `127.0.0.1:${headrace.port}`
  const { host: _, ...headers } = signedHeaders({ ...request, headers: { host } })
  const answer = await fetch(`${headrace.endpoint}${request.target}`, { headers })
  const text = await answer.text()
  const found = text.match(/<(Contents|CommonPrefixes)>/g)?.length
  if (found !== holds) throw new Error(`${what}: ${found} entries: ${text.slice(0, 300)}`)
  const kept = `listing-${Buffer.from(query).toString('hex')}`
  writeFileSync(join(directory, kept), text)
  return {
    what,
    count: 60,
    connections: 2,
    holds: { amount: holds, of: 'keys' },
    ours: () => [{ head: signedHead(headrace.port, request) }],
    references: [
      {
        is: 'bare node:http that sends the same XML',
        requests: [{ head: headOf(barePort, 'GET', `/kept/${kept}`, {}) }],
      },
    ],
  }
}

/** Straight into the engines: a million requests would take longer than what is measured. */
async function seed(dataDir: string): Promise<void> {
  const meta = await openLmdbMeta({ directory: join(dataDir, 'meta') })
  const directory = join(dataDir, 'objects')
  const objects = await openDiskObjects({ disk: nodeDisk, directory, meta, clock, random })
  const buckets = createBuckets({ meta, objects, clock, random })
  await buckets.create(owner, BUCKET, { tags: {} })
  const bucket = objectsOf(await buckets.find(owner.accountId, BUCKET))
  const attributes = {
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    sequencer: '0019AC8F2D1C1E0000',
    checksum: { algorithm: 'CRC32', value: 'AAAAAA==', type: 'FULL_OBJECT' },
  }
  for (let day = 0; day < DAYS; day++) {
    const empties = Array.from({ length: FILES_A_DAY }, (_, number) => {
      const key = `${partitionOf(day)}${FILE}-${String(number).padStart(6, '0')}.parquet`
      return { bucket, key, attributes }
    })
    await objects.rearrange(async () => ({ empties }))
  }
  await objects.close()
  await meta.close()
}

/** Months of 28 days, ten a year. */
function partitionOf(day: number): string {
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  const month = Math.floor(day / 28)
  const year = 2000 + Math.floor(month / 10)
  return `year=${year}/month=${twoDigits((month % 10) + 1)}/day=${twoDigits((day % 28) + 1)}/`
}
