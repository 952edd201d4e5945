import { expect, test } from 'vitest'
import { parseBucketUrl } from './bucket-url.ts'

test('a bucket of AWS stands in the name of the host, one elsewhere in the path', () => {
  expect(parseBucketUrl('s3://lake/house/a?region=eu-central-1')).toMatchObject({
    bucket: 'lake',
    prefix: 'house/a/',
    region: 'eu-central-1',
    endpoint: new URL('https://lake.s3.eu-central-1.amazonaws.com'),
    path: '/',
  })
  expect(parseBucketUrl('s3://with.dots/')).toMatchObject({
    prefix: '',
    endpoint: new URL('https://s3.us-east-1.amazonaws.com'),
    path: '/with.dots/',
  })
  expect(parseBucketUrl('s3://lake?endpoint=http://10.0.0.1:9000')).toMatchObject({
    prefix: '',
    region: 'us-east-1',
    endpoint: new URL('http://10.0.0.1:9000'),
    path: '/lake/',
  })
})

test.each([
  ['disk:', 'does not begin with s3://'],
  ['s3://', 'no name of a bucket'],
  ['s3://Bucket', 'no name of a bucket'],
  ['s3://lake/a b', 'a prefix has letters'],
  ['s3://lake/a//b', 'a prefix has letters'],
  [`s3://lake/${'a'.repeat(501)}`, 'a prefix has letters'],
  ['s3://lake?style=path', "no parameter 'style'"],
  ['s3://lake?region=EU', 'no region'],
  ['s3://lake?endpoint=ftp://a', 'endpoint is http://host:port'],
  ['s3://lake?endpoint=http://a/b', 'endpoint is http://host:port'],
  ['s3://lake?endpoint=http://user@a', 'endpoint is http://host:port'],
])('%s is refused in words', (url, message) => {
  expect(parseBucketUrl(url)).toContain(message)
})
