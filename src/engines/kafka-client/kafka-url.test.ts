import { expect, test } from 'vitest'
import { parseKafkaUrl } from './kafka-url.ts'

test('a URL names brokers, and may name a prefix and a number of replicas', () => {
  expect(parseKafkaUrl('kafka://a:9093,b,[::1]:7/?prefix=x-1&replicas=3')).toEqual({
    text: 'kafka://a:9093,b,[::1]:7/?prefix=x-1&replicas=3',
    brokers: [
      { host: 'a', port: 9093 },
      { host: 'b', port: 9092 },
      { host: '::1', port: 7 },
    ],
    prefix: 'x-1',
    replicas: 3,
  })
  expect(parseKafkaUrl('kafka://a')).toMatchObject({ prefix: 'headrace' })
})

test('what is no such URL is told in words', () => {
  const wrong = [
    'lmdb:',
    'kafka://',
    'kafka://a,,b',
    'kafka://a:70000',
    'kafka://user:secret@a:9092',
    'kafka://a/path',
    'kafka://a?prefix=',
    'kafka://a?prefix=a_b',
    `kafka://a?prefix=${'x'.repeat(33)}`,
    'kafka://a?replicas=0',
    'kafka://a?replicas=16',
    'kafka://a?acks=1',
  ]
  for (const url of wrong) expect([url, typeof parseKafkaUrl(url)]).toEqual([url, 'string'])
})
