import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { bodyOf, errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

async function setVersioning(Bucket: string, Status: 'Enabled' | 'Suspended') {
  const VersioningConfiguration = { Status }
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
}

async function versionedBucket(): Promise<string> {
  const Bucket = await newBucket(s3)
  await setVersioning(Bucket, 'Enabled')
  return Bucket
}

async function put(Bucket: string, Key: string, Body: string): Promise<string> {
  const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  return VersionId
}

async function read(Bucket: string, Key: string, VersionId?: string): Promise<string> {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))
  return (await bodyOf(answer)).toString()
}

async function list(Bucket: string, more: object = {}) {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, ...more }),
  )
  return {
    versions: Versions.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
    markers: DeleteMarkers.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
  }
}

test('a bucket that never had versions names none, and says so', async () => {
  const Bucket = await newBucket(s3)
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined()
  const answer = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  expect(answer.VersionId).toBeUndefined()
  expect(await list(Bucket)).toEqual({ versions: [['k', 'null', true]], markers: [] })
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  expect(await list(Bucket)).toEqual({ versions: [], markers: [] })
  const nothing = s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: {} }))
  expect((await errorOf(nothing)).name).toBe('IllegalVersioningConfigurationException')
  const mfa = { Status: 'Enabled', MFADelete: 'Enabled' } as const
  const withMfa = s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: mfa }))
  expect((await errorOf(withMfa)).name).toBe('NotImplemented')
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined()
})

test('overwritten versions stay, are read by their ids, and the newest is the object', async () => {
  const Bucket = await newBucket(s3)
  await put(Bucket, 'k', 'before')
  await setVersioning(Bucket, 'Enabled')
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled')
  const first = await put(Bucket, 'k', 'one')
  const second = await put(Bucket, 'k', 'two')
  expect(first).toMatch(/^[\w-]{32}$/)
  expect(second).not.toBe(first)
  expect(await read(Bucket, 'k')).toBe('two')
  expect(await read(Bucket, 'k', first)).toBe('one')
  expect(await read(Bucket, 'k', 'null')).toBe('before')
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', VersionId: first }))
  expect(head).toMatchObject({ VersionId: first, ContentLength: 3 })
  const old = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'null' }))
  expect(old.VersionId).toBe('null')
  expect(await list(Bucket)).toEqual({
    versions: [
      ['k', second, true],
      ['k', first, false],
      ['k', 'null', false],
    ],
    markers: [],
  })
  const listed = await s3.send(new ListObjectsV2Command({ Bucket }))
  expect(listed.Contents).toHaveLength(1)
})

test('a delete marker hides the object, and to remove it brings the object back', async () => {
  const Bucket = await versionedBucket()
  const first = await put(Bucket, 'k', 'one')
  const removed = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  expect(removed.DeleteMarker).toBe(true)
  const marker = removed.VersionId ?? ''
  const absent = await errorOf(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })))
  expect(absent).toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } })
  expect(absent['$response']).toMatchObject({
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker },
  })
  const head = await errorOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })))
  expect(head['$response']).toMatchObject({ headers: { 'x-amz-delete-marker': 'true' } })
  for (const command of [
    new GetObjectCommand({ Bucket, Key: 'k', VersionId: marker }),
    new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [] } }),
  ]) {
    const refused = await errorOf(s3.send(command as GetObjectCommand))
    expect(refused).toMatchObject({
      name: 'MethodNotAllowed',
      $metadata: { httpStatusCode: 405 },
      $response: { headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE' } },
    })
  }
  expect((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0)
  expect(await list(Bucket)).toEqual({
    versions: [['k', first, false]],
    markers: [['k', marker, true]],
  })
  const back = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker }))
  expect(back).toMatchObject({ DeleteMarker: true, VersionId: marker })
  expect(await read(Bucket, 'k')).toBe('one')
  const gone = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: first }))
  expect(gone.VersionId).toBe(first)
  expect(gone.DeleteMarker).toBeUndefined()
  const never = await errorOf(s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: first })))
  expect(never).toMatchObject({ name: 'NoSuchVersion', $metadata: { httpStatusCode: 404 } })
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: first }))
  const bad = s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'no id' }))
  expect((await errorOf(bad)).name).toBe('InvalidArgument')
})

test('a suspended bucket writes and removes the version null and keeps the others', async () => {
  const Bucket = await versionedBucket()
  const first = await put(Bucket, 'k', 'one')
  await setVersioning(Bucket, 'Suspended')
  expect(await put(Bucket, 'k', 'null 1')).toBe('null')
  expect(await put(Bucket, 'k', 'null 2')).toBe('null')
  await setVersioning(Bucket, 'Enabled')
  const second = await put(Bucket, 'k', 'two')
  await setVersioning(Bucket, 'Suspended')
  expect(await read(Bucket, 'k', 'null')).toBe('null 2')
  const removed = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  expect(removed).toMatchObject({ DeleteMarker: true, VersionId: 'null' })
  expect(await list(Bucket)).toEqual({
    versions: [
      ['k', second, false],
      ['k', first, false],
    ],
    markers: [['k', 'null', true]],
  })
  expect(await put(Bucket, 'k', 'null 3')).toBe('null')
  expect((await list(Bucket)).markers).toEqual([])
  expect(await read(Bucket, 'k')).toBe('null 3')
})

test('tags, ACLs and attributes are of the version that is named', async () => {
  const Bucket = await versionedBucket()
  const VersionId = await put(Bucket, 'k', 'one')
  const second = await put(Bucket, 'k', 'two!')
  const named = { Bucket, Key: 'k', VersionId }
  const Tagging = { TagSet: [{ Key: 'a', Value: '1' }] }
  const tagged = await s3.send(new PutObjectTaggingCommand({ ...named, Tagging }))
  expect(tagged.VersionId).toBe(VersionId)
  const tags = await s3.send(new GetObjectTaggingCommand(named))
  expect(tags).toMatchObject({ VersionId, ...Tagging })
  expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet).toEqual([])
  expect((await s3.send(new GetObjectCommand(named))).TagCount).toBe(1)
  const untagged = await s3.send(new DeleteObjectTaggingCommand(named))
  expect(untagged.VersionId).toBe(VersionId)
  expect((await s3.send(new GetObjectTaggingCommand(named))).TagSet).toEqual([])
  const attributes = await s3.send(
    new GetObjectAttributesCommand({ ...named, ObjectAttributes: ['ObjectSize', 'ETag'] }),
  )
  expect(attributes).toMatchObject({ VersionId, ObjectSize: 3 })
  expect((await s3.send(new GetObjectAclCommand(named))).Grants).toHaveLength(1)
  await s3.send(new PutObjectAclCommand({ ...named, ACL: 'private' }))
  expect((await list(Bucket)).versions.map(([, id]) => id)).toEqual([second, VersionId])
})

test('copies are made of a version, also over the object itself, and parts too', async () => {
  const Bucket = await versionedBucket()
  const first = await put(Bucket, 'k', 'one')
  await put(Bucket, 'k', 'two')
  const CopySource = `${Bucket}/k?versionId=${first}`
  const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }))
  expect(copied.CopySourceVersionId).toBe(first)
  expect(await read(Bucket, 'k')).toBe('one')
  expect((await list(Bucket)).versions).toHaveLength(3)
  const upload = { Bucket, Key: 'm' }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload))
  const part = await s3.send(
    new UploadPartCopyCommand({ ...upload, UploadId, PartNumber: 1, CopySource }),
  )
  expect(part.CopySourceVersionId).toBe(first)
  const more = { ...upload, UploadId, PartNumber: 2, Body: '!' }
  await put(Bucket, 'm', 'before')
  const { ETag } = await s3.send(new UploadPartCommand({ ...more, PartNumber: 1 }))
  const Parts = [{ PartNumber: 1, ETag }]
  const completed = await s3.send(
    new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }),
  )
  expect(await read(Bucket, 'm', completed.VersionId)).toBe('!')
  expect((await list(Bucket, { Prefix: 'm' })).versions).toHaveLength(2)
  const { VersionId: marker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  const ofMarker = new CopyObjectCommand({
    Bucket,
    Key: 'x',
    CopySource: `${Bucket}/k?versionId=${marker}`,
  })
  expect(await errorOf(s3.send(ofMarker))).toMatchObject({
    name: 'InvalidRequest',
    message:
      'The source of a copy request may not specifically refer to a delete marker by version id.',
  })
  const ofNothing = new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/k` })
  expect((await errorOf(s3.send(ofNothing))).name).toBe('NoSuchKey')
})

test('many versions and keys are removed in one request, which says what it did', async () => {
  const Bucket = await versionedBucket()
  const first = await put(Bucket, 'a', '1')
  const second = await put(Bucket, 'b', '2')
  const { Deleted = [], Errors } = await s3.send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: {
        Objects: [
          { Key: 'a', VersionId: first },
          { Key: 'b' },
          { Key: 'c', VersionId: 'wrong' },
          { Key: 'b', ETag: '"0"' },
        ],
      },
    }),
  )
  expect(Deleted).toContainEqual({ Key: 'a', VersionId: first })
  const marker = Deleted.find(({ Key }) => Key === 'b')
  expect(marker).toMatchObject({ DeleteMarker: true })
  expect(Errors).toMatchObject([
    { Key: 'c', VersionId: 'wrong', Code: 'InvalidArgument' },
    { Key: 'b', Code: expect.stringMatching(/PreconditionFailed|NoSuchKey/) },
  ])
  expect(await list(Bucket)).toEqual({
    versions: [['b', second, false]],
    markers: [['b', marker?.DeleteMarkerVersionId, true]],
  })
  const VersionId = marker?.DeleteMarkerVersionId
  const again = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b', VersionId }] } }),
  )
  expect(again.Deleted).toEqual([
    { Key: 'b', VersionId, DeleteMarker: true, DeleteMarkerVersionId: VersionId },
  ])
})

test('removal by conditions on ETag, size and time', async () => {
  const Bucket = await newBucket(s3)
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  const { LastModified } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
  const refused = [{ IfMatch: '"0"' }, { IfMatchSize: 2 }, { IfMatchLastModifiedTime: new Date(0) }]
  for (const more of refused) {
    const removal = s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', ...more }))
    expect((await errorOf(removal)).name).toBe('PreconditionFailed')
  }
  const { Errors } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k', Size: 9 }] } }),
  )
  expect(Errors).toMatchObject([{ Key: 'k', Code: 'PreconditionFailed' }])
  const all = { IfMatch: ETag, IfMatchSize: 1, IfMatchLastModifiedTime: LastModified }
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', ...all }))
  const nothing = s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag }))
  expect((await errorOf(nothing)).$metadata.httpStatusCode).toBe(404)
})

test('conditions on writes see the object, and a delete marker is none', async () => {
  const Bucket = await versionedBucket()
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  const create = new PutObjectCommand({ Bucket, Key: 'k', Body: 'y', IfNoneMatch: '*' })
  expect((await errorOf(s3.send(create))).name).toBe('PreconditionFailed')
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  const update = new PutObjectCommand({ Bucket, Key: 'k', Body: 'y', IfMatch: ETag })
  expect((await errorOf(s3.send(update))).name).toBe('NoSuchKey')
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'y', IfNoneMatch: '*' }))
  expect(await read(Bucket, 'k')).toBe('y')
})

test('a bucket is not removed while there are versions or delete markers', async () => {
  const Bucket = await versionedBucket()
  const VersionId = await put(Bucket, 'k', 'x')
  const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  const refused = await errorOf(s3.send(new DeleteBucketCommand({ Bucket })))
  expect(refused).toMatchObject({
    name: 'BucketNotEmpty',
    message:
      'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
  })
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }))
  expect((await errorOf(s3.send(new DeleteBucketCommand({ Bucket })))).name).toBe('BucketNotEmpty')
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }))
  await s3.send(new DeleteBucketCommand({ Bucket }))
})

test('versions of keys of 1,024 bytes and of any characters are kept apart', async () => {
  const Bucket = await versionedBucket()
  const long = ['a'.repeat(1_024), 'ü'.repeat(512), 'tab\tline\nend', '\u{1f600}/%2F+ &']
  for (const Key of long) {
    const first = await put(Bucket, Key, 'one')
    await put(Bucket, Key, 'two')
    await s3.send(new DeleteObjectCommand({ Bucket, Key }))
    expect(await read(Bucket, Key, first)).toBe('one')
  }
  const { versions, markers } = await list(Bucket, { EncodingType: 'url' })
  expect([versions.length, markers.length]).toEqual([8, 4])
})

test('a copy takes over metadata or gets its own; the website redirect is never taken over', async () => {
  const Bucket = await newBucket(s3)
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: 'k',
      Body: 'x',
      Metadata: { a: '1' },
      ContentType: 'text/x',
      Tagging: 't=1',
      WebsiteRedirectLocation: '/there',
    }),
  )
  const CopySource = `${Bucket}/k`
  const copy = async (more: object) => {
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ...more }))
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }))
    const { Metadata, ContentType, WebsiteRedirectLocation } = head
    return [Metadata, ContentType, WebsiteRedirectLocation, TagSet?.map(({ Key }) => Key)]
  }
  const own = { Metadata: { b: '2' }, ContentType: 'text/y', Tagging: 'u=1' }
  expect(await copy({})).toEqual([{ a: '1' }, 'text/x', undefined, ['t']])
  expect(await copy({ ...own, WebsiteRedirectLocation: '/here' })).toEqual([
    { a: '1' },
    'text/x',
    '/here',
    ['t'],
  ])
  const replaced = { ...own, MetadataDirective: 'REPLACE' as const }
  expect(await copy(replaced)).toEqual([{ b: '2' }, 'text/y', undefined, ['t']])
  const tagged = { ...replaced, TaggingDirective: 'REPLACE' as const }
  expect(await copy(tagged)).toEqual([{ b: '2' }, 'text/y', undefined, ['u']])
  expect(await copy({ TaggingDirective: 'REPLACE' })).toEqual([{ a: '1' }, 'text/x', undefined, []])
})
