import { createHash, randomInt } from 'node:crypto'
import type { DeleteMarkerEntry, ObjectVersion } from '@aws-sdk/client-s3'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import type { RunningHeadrace } from './headrace.ts'

const KILL_AFTER_MS = { least: 100, most: 800 }
const WRITERS = 8
const KEYS_A_WRITER = 3
/** In the metadata, in a file, in several blocks. */
const SIZES = [10, 900, 40_000, 300_000]
const PART_BYTES = 5 * 1024 ** 2

/** What one key has been through. Each key has one writer, who knows what was acknowledged. */
export interface KeyHistory {
  readonly bucket: 'versioned' | 'plain'
  readonly key: string
  /** By version id: the digest of the body, or undefined for a delete marker. */
  readonly versions: Map<string, string | undefined>
  /** What was asked for and not answered. */
  pending?: { readonly writes?: string | 'marker'; readonly removes?: string }
}

export function s3Client({ endpoint }: RunningHeadrace): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    forcePathStyle: true,
  })
}

function bodyOf(text: string, sizeBytes: number): Buffer {
  return Buffer.alloc(sizeBytes, `${text};`)
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}

async function upload(s3: S3Client, Bucket: string, Key: string, parts: ReadonlyArray<Buffer>) {
  const target = { Bucket, Key }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
  const Parts: Array<{ PartNumber: number; ETag: string | undefined }> = []
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1
    const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }))
    Parts.push({ PartNumber, ETag })
  }
  const MultipartUpload = { Parts }
  const request = new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload })
  return (await s3.send(request)).VersionId
}

/** One change of one key; what it does is noted before, and settled when it is acknowledged. */
async function change(s3: S3Client, history: KeyHistory, text: string): Promise<void> {
  const { bucket: Bucket, key: Key, versions } = history
  const dice = randomInt(100)
  if (dice < 25 && versions.size > 0) {
    if (Bucket === 'plain' || dice < 12) {
      history.pending = { writes: 'marker' }
      const { VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key }))
      settle(history, VersionId, undefined)
      return
    }
    const ids = [...versions.keys()]
    const VersionId = ids[randomInt(ids.length)] ?? ''
    history.pending = { removes: VersionId }
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
    versions.delete(VersionId)
    delete history.pending
    return
  }
  const tail = bodyOf(text, SIZES[randomInt(SIZES.length)] ?? 10)
  const isUpload = dice > 80
  const parts = dice > 97 ? [bodyOf(text, PART_BYTES), tail] : [tail]
  const digest = digestOf(Buffer.concat(parts))
  history.pending = { writes: digest }
  const versionId = isUpload
    ? await upload(s3, Bucket, Key, parts)
    : (await s3.send(new PutObjectCommand({ Bucket, Key, Body: tail }))).VersionId
  settle(history, versionId, isUpload ? digest : digestOf(tail))
}

function settle(history: KeyHistory, versionId = 'null', digest: string | undefined): void {
  const { bucket, versions } = history
  if (bucket === 'plain') versions.clear()
  if (bucket === 'versioned' || digest !== undefined) versions.set(versionId, digest)
  delete history.pending
}

/** Changes keys until something fails: a server is gone. */
async function work(s3: S3Client, histories: ReadonlyArray<KeyHistory>, round: number) {
  let count = 0
  for (let serial = 0; ; serial++) {
    const history = histories[serial % histories.length]
    if (!history) return count
    try {
      await change(s3, history, `${history.key} ${round} ${serial}`)
      count++
    } catch {
      return count
    }
  }
}

async function listed(s3: S3Client, Bucket: string) {
  const found = new Map<string, Array<{ id: string; isMarker: boolean; isLatest: boolean }>>()
  const add = (isMarker: boolean) => (one: ObjectVersion | DeleteMarkerEntry) => {
    const { Key = '', VersionId: id = '', IsLatest: isLatest = false } = one
    found.set(Key, [...(found.get(Key) ?? []), { id, isMarker, isLatest }])
  }
  let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {}
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, ...markers }))
    page.Versions?.forEach(add(false))
    page.DeleteMarkers?.forEach(add(true))
    if (!page.IsTruncated) return found
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
  }
}

async function digestThere(s3: S3Client, { bucket: Bucket, key: Key }: KeyHistory, id: string) {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId: id }))
  return digestOf((await answer.Body?.transformToByteArray()) ?? new Uint8Array(0))
}

/** What is there is what was acknowledged, and of what was not answered all or nothing. */
async function compareKey(
  s3: S3Client,
  history: KeyHistory,
  there: ReadonlyArray<{ id: string; isMarker: boolean; isLatest: boolean }>,
  isThorough: boolean,
): Promise<void> {
  const { bucket, key, versions, pending } = history
  const ids = new Set(there.map(({ id }) => id))
  const isPlain = bucket === 'plain'
  for (const [id, digest] of versions) {
    const mayBeGone = pending?.removes === id || (isPlain && pending?.writes !== undefined)
    if (mayBeGone) continue
    expect(ids.has(id), `${key} has the acknowledged version ${id}`).toBe(true)
    const isMarker = there.find((one) => one.id === id)?.isMarker
    expect(isMarker, `${key} ${id} is what it was`).toBe(digest === undefined)
  }
  expect(there.filter(({ isLatest }) => isLatest)).toHaveLength(there.length > 0 ? 1 : 0)
  const found = new Map<string, string | undefined>()
  for (const { id, isMarker } of there) {
    const known = versions.get(id)
    const isKnown = versions.has(id) && !(isPlain && pending)
    if (isKnown && !isThorough) {
      found.set(id, known)
      continue
    }
    const digest = isMarker ? undefined : await digestThere(s3, history, id)
    const allowed = [pending?.writes === 'marker' ? undefined : pending?.writes, known]
    if (isKnown) expect(digest, `${key} ${id} is whole`).toBe(known)
    else expect(allowed, `${key} ${id} was asked for`).toContain(digest)
    found.set(id, digest)
  }
  const added = [...found.keys()].filter((id) => !versions.has(id))
  expect(added.length).toBeLessThanOrEqual(pending?.writes === undefined ? 0 : 1)
  versions.clear()
  for (const [id, digest] of found) versions.set(id, digest)
  delete history.pending
}

/** Some keys for each writer, of a bucket with versions or of a plain one. */
export function createHistories(): KeyHistory[][] {
  return Array.from({ length: WRITERS }, (_, writer) =>
    Array.from(
      { length: KEYS_A_WRITER },
      (_unused, index): KeyHistory => ({
        bucket: writer % 4 === 3 ? 'plain' : 'versioned',
        key: `w${writer}/k${index}`,
        versions: new Map(),
      }),
    ),
  )
}

export async function createBuckets(s3: S3Client): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: 'plain' }))
  await s3.send(new CreateBucketCommand({ Bucket: 'versioned' }))
  const VersioningConfiguration = { Status: 'Enabled' as const }
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration }))
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }]
  const ServerSideEncryptionConfiguration = { Rules }
  await s3.send(
    new PutBucketEncryptionCommand({ Bucket: 'versioned', ServerSideEncryptionConfiguration }),
  )
}

/** Compares all that is there with the histories; reads all bodies only when it `isThorough`. */
export async function compare(
  s3: S3Client,
  writers: ReadonlyArray<ReadonlyArray<KeyHistory>>,
  isThorough: boolean,
): Promise<void> {
  for (const bucket of ['plain', 'versioned']) {
    const there = await listed(s3, bucket)
    const own = writers.flat().filter((history) => history.bucket === bucket)
    for (const history of own) {
      await compareKey(s3, history, there.get(history.key) ?? [], isThorough)
    }
  }
}

/** All writers at work until `kill`, called at some moment, has ended them; answers the changes. */
export async function workUntil(
  s3: S3Client,
  writers: ReadonlyArray<ReadonlyArray<KeyHistory>>,
  round: number,
  kill: () => Promise<void>,
): Promise<number> {
  const working = Promise.all(writers.map((histories) => work(s3, histories, round)))
  await new Promise((resolve) => {
    setTimeout(resolve, randomInt(KILL_AFTER_MS.least, KILL_AFTER_MS.most))
  })
  await kill()
  return (await working).reduce((sum, count) => sum + count, 0)
}
