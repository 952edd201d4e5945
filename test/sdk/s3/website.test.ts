import { request } from 'node:http'
import type { WebsiteConfiguration } from '@aws-sdk/client-s3'
import {
  DeleteBucketWebsiteCommand,
  DeletePublicAccessBlockCommand,
  GetBucketWebsiteCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { endpoint } from '../../support/client.ts'
import { errorOf, newBucket, s3Client } from './support.ts'

const s3 = s3Client()

interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** As a browser that was given the address of the site. */
function visit(
  bucket: string,
  path: string,
  { method = 'GET', ...headers }: Record<string, string> = {},
): Promise<Page> {
  const { hostname, port } = new URL(endpoint())
  const host = `${bucket}.s3-website-us-east-1.localhost:${port}`
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path, method, headers: { host, ...headers } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function put(Bucket: string, Key: string, Body: string, more: object = {}) {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/html', ...more }))
}

async function site(
  WebsiteConfiguration: WebsiteConfiguration,
  { lists = true }: { readonly lists?: boolean } = {},
): Promise<string> {
  const Bucket = await newBucket(s3)
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  const own = `arn:aws:s3:::${Bucket}`
  const Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: lists ? ['s3:GetObject', 's3:ListBucket'] : ['s3:GetObject'],
    Resource: lists ? [own, `${own}/*`] : [`${own}/*`],
  }
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement }) }))
  await s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }))
  return Bucket
}

const plain = { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'oops.html' } }

test('a site shows its pages, the index of a folder, and its own page for what is missing', async () => {
  const bucket = await site(plain)
  await put(bucket, 'index.html', 'home')
  await put(bucket, 'docs/index.html', 'docs')
  await put(bucket, 'docs/a b.html', 'page')
  const seen = async (path: string) => {
    const { status, text } = await visit(bucket, path)
    return [status, text]
  }
  expect(await seen('/')).toEqual([200, 'home'])
  expect(await seen('/docs/')).toEqual([200, 'docs'])
  expect(await seen('/docs/a%20b.html')).toEqual([200, 'page'])
  const folder = await visit(bucket, '/docs')
  expect([folder.status, folder.headers['location']]).toEqual([302, '/docs/'])
  const [status, text] = await seen('/none')
  expect(status).toBe(404)
  expect(text).toContain(
    '<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>',
  )
  expect(text).toContain('An Error Occurred While Attempting to Retrieve a Custom Error Document')
  await put(bucket, 'oops.html', 'sorry')
  expect(await seen('/none')).toEqual([404, 'sorry'])
  const page = await visit(bucket, '/')
  expect(page.headers['content-type']).toBe('text/html')
  const again = await visit(bucket, '/', { 'if-none-match': String(page.headers['etag']) })
  expect([again.status, again.text]).toEqual([304, ''])
  const part = await visit(bucket, '/', { range: 'bytes=1-2' })
  expect([part.status, part.text]).toEqual([206, 'om'])
  const head = await visit(bucket, '/none', { method: 'HEAD' })
  expect([head.status, head.text]).toEqual([404, ''])
  const post = await visit(bucket, '/', { method: 'POST' })
  expect([post.status, post.headers['x-amz-error-code']]).toEqual([405, 'MethodNotAllowed'])
})

test('only what is public is shown, and only of buckets that are sites', async () => {
  const bucket = await site({ IndexDocument: { Suffix: 'i' } }, { lists: false })
  const missing = await visit(bucket, '/none')
  expect([missing.status, missing.headers['x-amz-error-code']]).toEqual([403, 'AccessDenied'])
  expect(missing.text).toMatch(/^<html>\n<head><title>403 Forbidden<\/title>/)
  const none = await visit(await newBucket(s3), '/')
  expect([none.status, none.headers['x-amz-error-code']]).toEqual([
    404,
    'NoSuchWebsiteConfiguration',
  ])
  const gone = await visit('no-such-bucket-here', '/')
  expect([gone.status, gone.headers['x-amz-error-code']]).toEqual([404, 'NoSuchBucket'])
  await s3.send(new DeleteBucketWebsiteCommand({ Bucket: bucket }))
  expect((await visit(bucket, '/')).headers['x-amz-error-code']).toBe('NoSuchWebsiteConfiguration')
  const kept = await errorOf(s3.send(new GetBucketWebsiteCommand({ Bucket: bucket })))
  expect(kept.name).toBe('NoSuchWebsiteConfiguration')
})

test('requests are sent elsewhere by rules, by the object, or all of them', async () => {
  const rules = [
    {
      Condition: { KeyPrefixEquals: 'old/' },
      Redirect: { ReplaceKeyPrefixWith: 'new/' },
    },
    {
      Condition: { KeyPrefixEquals: 'img/', HttpErrorCodeReturnedEquals: '404' },
      Redirect: { HostName: 'cdn.example', Protocol: 'https' as const, HttpRedirectCode: '307' },
    },
    {
      Condition: { HttpErrorCodeReturnedEquals: '404' },
      Redirect: { ReplaceKeyWith: 'lost.html' },
    },
  ]
  const bucket = await site({ ...plain, RoutingRules: rules })
  const kept = await s3.send(new GetBucketWebsiteCommand({ Bucket: bucket }))
  expect(kept).toMatchObject({ ...plain, RoutingRules: rules })
  await put(bucket, 'img/there', 'x')
  await put(bucket, 'moved', '', { WebsiteRedirectLocation: '/elsewhere' })
  const sent = async (path: string) => {
    const { status, headers } = await visit(bucket, path)
    return [status, headers['location']]
  }
  const home = `http://${bucket}.s3-website-us-east-1.localhost:${new URL(endpoint()).port}`
  expect(await sent('/old/a%20b')).toEqual([301, `${home}/new/a%20b`])
  expect(await sent('/img/there')).toEqual([200, undefined])
  expect(await sent('/img/none')).toEqual([307, 'https://cdn.example/img/none'])
  expect(await sent('/none')).toEqual([301, `${home}/lost.html`])
  expect(await sent('/moved')).toEqual([301, '/elsewhere'])
  const all = { HostName: 'www.example', Protocol: 'https' as const }
  const other = await site({ RedirectAllRequestsTo: all })
  const away = await visit(other, '/a/b')
  expect([away.status, away.headers['location']]).toEqual([301, 'https://www.example/a/b'])
})

test('a configuration that says nothing sound is refused as by AWS', async () => {
  const Bucket = await newBucket(s3)
  const refused = async (WebsiteConfiguration: WebsiteConfiguration) => {
    const error = await errorOf(
      s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration })),
    )
    return error.message
  }
  const index = plain.IndexDocument
  const rule = (one: object) => refused({ IndexDocument: index, RoutingRules: [one as never] })
  expect(await refused({ RedirectAllRequestsTo: { HostName: 'a' }, IndexDocument: index })).toBe(
    'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.',
  )
  expect(await refused({ ErrorDocument: { Key: 'a' } })).toBe(
    'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
  )
  expect(await refused({ IndexDocument: { Suffix: '/index.html' } })).toBe(
    'The IndexDocument Suffix is not well formed',
  )
  expect(await rule({ Condition: {}, Redirect: { HostName: 'a' } })).toMatch(
    /^Condition cannot be empty\./,
  )
  expect(await rule({ Redirect: { ReplaceKeyWith: 'a', ReplaceKeyPrefixWith: 'b' } })).toBe(
    'You can only define ReplaceKeyPrefix or ReplaceKey but not both.',
  )
  expect(
    await rule({ Condition: { HttpErrorCodeReturnedEquals: '200' }, Redirect: { HostName: 'a' } }),
  ).toMatch(/HTTP error code \(200\) is not valid/)
  expect(await rule({ Redirect: { HttpRedirectCode: '300' } })).toMatch(/\(300\) is not valid/)
  expect(await rule({ Redirect: { Protocol: 'ftp' } })).toMatch(/^Invalid protocol/)
  const many = (count: number) => ({
    IndexDocument: index,
    RoutingRules: Array.from({ length: count }, () => ({ Redirect: { HostName: 'a' } })),
  })
  await s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: many(50) }))
  expect(await refused(many(51))).toMatch(/limit of 50 rules/)
})
